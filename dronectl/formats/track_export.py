"""Tracks for other programs: CSV, GeoJSON (RFC 7946), GPX 1.1, KML and KMZ. The same tracks give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dronectl.formats import kml
from dronectl.formats.xml_text import escaped
from dronectl.model.plan import Plan
from dronectl.model.track import Track, iso_utc
from dronectl.model.zone import ZoneSet

SUFFIXES: tuple[str, ...] = (".kml", ".kmz", ".gpx", ".geojson", ".csv")
"""What :func:`export` writes."""

CSV_COLUMNS: tuple[str, ...] = (
    "time_utc",
    "drone",
    "system_id",
    "flight",
    "lat_deg",
    "lon_deg",
    "amsl_altitude_m",
    "relative_altitude_m",
    "ground_speed_m_s",
    "heading_deg",
)

_KMZ_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can tell: the archive depends on its content alone


def export(
    suffix: str,
    tracks: Sequence[Track],
    *,
    title: str,
    plan: Plan | None = None,
    zones: ZoneSet | None = None,
    colours: Mapping[str, str] | None = None,
) -> bytes:
    """One file in the format that ``suffix`` (of :data:`SUFFIXES`) names; plan and zones are drawn in KML and KMZ.

    Raises:
        ValueError: another suffix.
    """
    match suffix:
        case ".kml":
            return kml.render(title=title, tracks=tracks, plan=plan, zones=zones, colours=colours)
        case ".kmz":
            return _zipped(kml.render(title=title, tracks=tracks, plan=plan, zones=zones, colours=colours))
        case ".gpx":
            return to_gpx(tracks, title=title)
        case ".geojson":
            return to_geojson(tracks)
        case ".csv":
            return to_csv(tracks)
    raise ValueError(f"no track format has the suffix {suffix!r}")


def to_csv(tracks: Sequence[Track]) -> bytes:
    """One line a sample; units are in the header, an unknown value is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for flight, track in numbered(tracks):
        columns = (
            iso_utc(track.time_utc),
            _texts(track.lat_deg, 7),
            _texts(track.lon_deg, 7),
            _texts(track.amsl_altitude_m, 3),
            _texts(track.relative_altitude_m, 3),
            _texts(track.ground_speed_m_s, 2),
            _texts(track.heading_deg, 2),
        )
        writer.writerows(
            (time, track.name, track.system_id, flight, *values) for time, *values in zip(*columns, strict=True)
        )
    return stream.getvalue().encode("utf-8")


def to_geojson(tracks: Sequence[Track]) -> bytes:
    """A feature a flight; RFC 7946.

    Positions have no third number, because the RFC wants heights above the ellipsoid there and recordings give them
    above mean sea level: those, and the times, are arrays with one value a sample among the properties. A line that
    crosses the antimeridian is cut there (section 3.1.9).
    """
    features = [_feature(flight, track) for flight, track in numbered(tracks)]
    document = {"type": "FeatureCollection", "features": features}
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def to_gpx(tracks: Sequence[Track], *, title: str) -> bytes:
    """GPX 1.1: a ``trk`` a flight with time and ``ele`` (above mean sea level) for each point."""
    return "".join(_gpx_lines(tracks, title)).encode("utf-8")


def numbered(tracks: Sequence[Track]) -> Iterator[tuple[int, Track]]:
    """Each track with its number among the flights of its drone: 1, 2, …"""
    flights: dict[str, int] = {}
    for track in tracks:
        flights[track.name] = flights.get(track.name, 0) + 1
        yield flights[track.name], track


def _zipped(document: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("doc.kml", _KMZ_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, document)
    return stream.getvalue()


def _feature(flight: int, track: Track) -> dict[str, object]:
    parts = _cut_at_antimeridian(track.lon_deg.tolist(), track.lat_deg.tolist())
    whole = len(parts) == 1
    return {
        "type": "Feature",
        "bbox": list(track.bbox()),
        "geometry": {
            "type": "LineString" if whole else "MultiLineString",
            "coordinates": parts[0] if whole else parts,
        },
        "properties": {
            "drone": track.name,
            "system_id": track.system_id,
            "flight": flight,
            "source": str(track.source),
            "start_utc": track.start_utc,
            "end_utc": track.end_utc,
            "duration_s": round(track.duration_s, 3),
            "distance_m": round(track.distance_m(), 2),
            "time_utc": iso_utc(track.time_utc),
            "amsl_altitude_m": _values(track.amsl_altitude_m),
            "relative_altitude_m": _values(track.relative_altitude_m),
        },
    }


def _cut_at_antimeridian(lon_deg: Sequence[float], lat_deg: Sequence[float]) -> list[list[list[float]]]:
    """Lines of [longitude, latitude], each on one side; a line has at least two positions."""
    parts: list[list[list[float]]] = [[[lon_deg[0], lat_deg[0]]]]
    for index in range(1, len(lon_deg)):
        west, east = lon_deg[index - 1], lon_deg[index]
        if abs(east - west) > 180.0:
            edge = math.copysign(180.0, west)
            step = 360.0 - abs(east - west)
            share = (180.0 - abs(west)) / step if step else 0.0
            lat = lat_deg[index - 1] + share * (lat_deg[index] - lat_deg[index - 1])
            parts[-1].append([edge, round(lat, 7)])
            parts.append([[-edge, round(lat, 7)]])
        parts[-1].append([east, lat_deg[index]])
    if len(parts[-1]) == 1:
        parts[-1] *= 2
    return parts


def _gpx_lines(tracks: Sequence[Track], title: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="dronectl">\n'
    yield f"<metadata><name>{escaped(title)}</name></metadata>\n"
    for flight, track in numbered(tracks):
        yield f"<trk><name>{escaped(f'{track.name}, flight {flight}')}</name><trkseg>\n"
        # GPX longitudes end short of 180: the meridian itself is -180.
        lon_deg = np.where(track.lon_deg == 180.0, -180.0, track.lon_deg).tolist()
        columns = (track.lat_deg.tolist(), lon_deg, track.amsl_altitude_m.tolist(), iso_utc(track.time_utc))
        for lat, lon, altitude_m, time in zip(*columns, strict=True):
            yield f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{altitude_m:.3f}</ele><time>{time}</time></trkpt>\n'
        yield "</trkseg></trk>\n"
    yield "</gpx>\n"


def _texts(column: NDArray[np.float64], decimals: int) -> list[str]:
    return ["" if math.isnan(value) else f"{value:.{decimals}f}" for value in column.tolist()]


def _values(column: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in column.tolist()]
