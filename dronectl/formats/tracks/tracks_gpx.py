"""Tracks as GPX 1.1 (topografix.com): a ``trk`` a flight.

``ele`` is above mean sea level, ``geoidheight`` what to add for the ellipsoid. What GPX has no element for stands in
``extensions``: the speed as Garmin's TrackPointExtension 2 has it, which most programs read, the rest in a namespace of
our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.columns import numbered
from dronectl.formats.tracks.view import AMSL_WORDS
from dronectl.geodesy.geoid import geoid_undulation_m, geoid_words
from dronectl.model.track.track import Track, iso_utc

OWN_NAMESPACE = "urn:dronectl:track:1"
_GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"


def to_gpx(tracks: Sequence[Track], *, title: str) -> bytes:
    """The whole file."""
    return "".join(_lines(tracks, title)).encode("utf-8")


def _lines(tracks: Sequence[Track], title: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="dronectl"'
    yield f' xmlns:gpxtpx="{_GARMIN}" xmlns:d="{OWN_NAMESPACE}">\n'
    yield f"<metadata><name>{escaped(title)}</name><desc>Elevations in {AMSL_WORDS}</desc></metadata>\n"
    for flight, track in numbered(tracks):
        yield f"<trk><name>{escaped(f'{track.name}, flight {flight}')}</name><desc>{escaped(_facts(track))}</desc>"
        yield "<trkseg>\n"
        yield from _points(track)
        yield "</trkseg></trk>\n"
    yield "</gpx>\n"


def _facts(track: Track) -> str:
    facts = [f"System {track.system_id}", track.source.description, f"geoid heights by {geoid_words(track)}"]
    if track.tolerance_m:
        facts.append(
            f"simplified: each of {track.simplified_away} fixes left out is within {track.tolerance_m:g} m of the line "
            "at its time"
        )
    facts.append(track.timing.words)
    return ", ".join(facts)


def _points(track: Track) -> Iterator[str]:
    # GPX longitudes end short of 180: the meridian itself is -180.
    lon_deg = np.where(track.lon_deg == 180.0, -180.0, track.lon_deg)
    columns = (track.lat_deg, lon_deg, track.amsl_altitude_m, geoid_undulation_m(track), track.relative_altitude_m)
    others = (track.ground_speed_m_s, track.heading_deg, track.battery_pct)
    numbers = zip(*(column.tolist() for column in (*columns, *others)), strict=True)
    for time, mode, row in zip(iso_utc(track.time_utc), track.mode_column(), numbers, strict=True):
        lat, lon, altitude_m, geoid_m, above_home_m, speed_m_s, heading_deg, battery_pct = row
        told = ""
        if not math.isnan(speed_m_s):
            speed = f"<gpxtpx:speed>{speed_m_s:.2f}</gpxtpx:speed>"
            told += f"<gpxtpx:TrackPointExtension>{speed}</gpxtpx:TrackPointExtension>"
        if mode:
            told += f"<d:mode>{escaped(mode)}</d:mode>"
        if not math.isnan(above_home_m):
            told += f"<d:relative_altitude_m>{above_home_m:.3f}</d:relative_altitude_m>"
        if not math.isnan(heading_deg):
            told += f"<d:heading_deg>{heading_deg:.2f}</d:heading_deg>"
        if not math.isnan(battery_pct):
            told += f"<d:battery_pct>{battery_pct:.0f}</d:battery_pct>"
        extensions = f"<extensions>{told}</extensions>" if told else ""
        yield (
            f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{altitude_m:.3f}</ele><time>{time}</time>'
            f"<geoidheight>{geoid_m:.3f}</geoidheight>{extensions}</trkpt>\n"
        )
