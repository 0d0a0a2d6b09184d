"""Photographs in KML: where the aircraft was at each of them, and what of the ground it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import DroneStyles
from dronectl.formats.kml.tracks import altitude_mode
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.view import AMSL_DATUM, Heights
from dronectl.model.geo import Ring
from dronectl.model.track.footprint import Footprint
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import Track, iso_utc

Shown = Mapping[Photograph, Footprint]
"""What of the ground each photograph shows, where that is known."""

_Line = list[tuple[float, float]]
"""Longitudes and latitudes."""


def footprint_styles(
    tracks: Sequence[Track], shown: Shown, coloured: Mapping[str, tuple[DroneStyles, str]]
) -> list[str]:
    """One a drone, in its colour: a thin outline, lightly filled."""
    names = dict.fromkeys(track.name for track in tracks if not shown.keys().isdisjoint(track.photographs))
    return [kml.style(_style(coloured[name][0]), coloured[name][1], width=1.0, fill_opacity=0.12) for name in names]


def shot_points(track: Track, styles: DroneStyles, heights: Heights, shown: Shown) -> Iterator[str]:
    """Each photograph at its own moment and place."""
    for photograph, when in _timed(track):
        mode = altitude_mode(heights)
        altitude_m = photograph.amsl_altitude_m if heights is Heights.ABSOLUTE else photograph.relative_altitude_m
        if not math.isfinite(altitude_m):
            mode, altitude_m = kml.ON_GROUND, 0.0
        pattern = kml.described_point_pattern(styles.dots, mode)
        where = photograph.lon_deg, photograph.lat_deg, altitude_m
        yield pattern % (
            photograph.event_text,
            escaped(_description(photograph, when, shown.get(photograph))),
            when,
            *where,
        )


def footprint_folder(track: Track, flight: int, styles: DroneStyles, shown: Shown) -> Iterator[str]:
    """The ground that each photograph shows, at its moment; over the antimeridian it is drawn in two halves."""
    return kml.folder(f"Photo footprints, flight {flight}", _areas(track, _style(styles), shown), visible=False)


def _areas(track: Track, style: str, shown: Shown) -> Iterator[str]:
    pattern = kml.timed_area_pattern(style)
    for photograph, when in _timed(track):
        footprint = shown.get(photograph)
        if footprint is not None:
            words = escaped(_description(photograph, when, footprint))
            for ring in _rings(footprint.corners):
                vertices = " ".join(f"{lon:.7f},{lat:.7f},0.000" for lon, lat in (*ring, ring[0]))
                yield pattern % (photograph.event_text, words, when, vertices)


def _timed(track: Track) -> Iterator[tuple[Photograph, str]]:
    times = np.array([photograph.time_utc for photograph in track.photographs], "datetime64[us]")
    return zip(track.photographs, iso_utc(times), strict=True)


def _style(styles: DroneStyles) -> str:
    return f"{styles.flown}-photo"


def _description(photograph: Photograph, when: str, footprint: Footprint | None) -> str:
    """In words. Without a footprint it is not known which camera it was, or the picture shows no piece of ground."""
    facts = [f"Photo {photograph.number}, {when}"]
    if math.isfinite(photograph.relative_altitude_m):
        facts.append(f"{photograph.relative_altitude_m:.1f} m above home")
    if math.isfinite(photograph.amsl_altitude_m):
        facts.append(f"{photograph.amsl_altitude_m:.1f} m above mean sea level ({AMSL_DATUM})")
    angles = (("roll", photograph.roll_deg), ("pitch", photograph.pitch_deg), ("yaw", photograph.yaw_deg % 360.0))
    told = ", ".join(f"{name} {angle:.1f}°" for name, angle in angles if math.isfinite(angle))
    facts.append(f"attitude of the aircraft: {told or 'not told'}")
    if footprint is not None:
        facts.append(
            f"{100 * footprint.gsd_m:.2f} cm/px from {footprint.height_m:.1f} m {footprint.ground_by.description}"
        )
        how = "looking straight down (stabilised)"
        if not footprint.stabilised:
            leans = math.isfinite(photograph.roll_deg + photograph.pitch_deg)
            how = f"fixed to the aircraft, {'leaning with it' if leans else 'taken to be level'},"
        facts.append(f"footprint of a camera {how} over level ground, its top towards {footprint.heading_deg:.1f}°")
    return "; ".join(facts)


def _rings(corners: Ring) -> list[_Line]:
    """The ring, or its parts on either side of the antimeridian."""
    lons = [corner.lon_deg for corner in corners]
    lats = [corner.lat_deg for corner in corners]
    if max(lons) - min(lons) <= 180.0:
        return [list(zip(lons, lats, strict=True))]
    ring = [(lon % 360.0 - 180.0, lat) for lon, lat in zip(lons, lats, strict=True)]  # 0 is the antimeridian
    parts = ([(lon - side * 180.0, lat) for lon, lat in _part(ring, side)] for side in (-1.0, 1.0))
    return [part for part in parts if len(part) > 2]


def _part(ring: _Line, side: float) -> _Line:
    """What of a convex ring lies west (-1) or east (1) of longitude 0 (Sutherland and Hodgman)."""
    kept: _Line = []
    for (lon, lat), (next_lon, next_lat) in pairwise((*ring, ring[0])):
        if side * lon >= 0.0:
            kept.append((lon, lat))
        if lon * next_lon < 0.0:
            kept.append((0.0, lat + (next_lat - lat) * lon / (lon - next_lon)))
    return kept
