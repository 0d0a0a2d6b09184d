"""Photographs in KML: where the aircraft was at each of them, and what of the ground it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import DroneStyles
from dronectl.formats.kml.tracks import altitude_mode, photo_name
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.view import AMSL_DATUM, Heights
from dronectl.model.geo import Ring
from dronectl.model.track.footprint import Footprint
from dronectl.model.track.photograph import Shot
from dronectl.model.track.track import Track, iso_utc

Shown = Mapping[Shot, Footprint]
"""What of the ground each shot shows, where that is known."""

_Line = list[tuple[float, float]]
"""Longitudes and latitudes."""


def footprint_styles(
    tracks: Sequence[Track], shown: Shown, coloured: Mapping[str, tuple[DroneStyles, str]]
) -> list[str]:
    """One a drone, in its colour: a thin outline, lightly filled."""
    names = dict.fromkeys(track.name for track in tracks if not shown.keys().isdisjoint(track.shots))
    return [kml.style(_style(coloured[name][0]), coloured[name][1], width=1.0, fill_opacity=0.12) for name in names]


def shot_points(track: Track, styles: DroneStyles, heights: Heights, shown: Shown) -> Iterator[str]:
    """Each shot at its own moment and place."""
    for shot, when in _timed(track):
        mode = altitude_mode(heights)
        altitude_m = shot.amsl_altitude_m if heights is Heights.ABSOLUTE else shot.relative_altitude_m
        if not math.isfinite(altitude_m):
            mode, altitude_m = kml.ON_GROUND, 0.0
        pattern = kml.described_point_pattern(styles.dots, mode)
        where = shot.lon_deg, shot.lat_deg, altitude_m
        yield pattern % (photo_name(shot), escaped(_description(shot, when, shown.get(shot))), when, *where)


def footprint_folder(track: Track, flight: int, styles: DroneStyles, shown: Shown) -> Iterator[str]:
    """The ground that each shot shows, at its moment; one that lies over the antimeridian is drawn in two halves."""
    return kml.folder(f"Photo footprints, flight {flight}", _areas(track, _style(styles), shown), visible=False)


def _areas(track: Track, style: str, shown: Shown) -> Iterator[str]:
    pattern = kml.timed_area_pattern(style)
    for shot, when in _timed(track):
        footprint = shown.get(shot)
        if footprint is not None:
            words = escaped(_description(shot, when, footprint))
            for ring in _rings(footprint.corners):
                vertices = " ".join(f"{lon:.7f},{lat:.7f},0.000" for lon, lat in (*ring, ring[0]))
                yield pattern % (photo_name(shot), words, when, vertices)


def _timed(track: Track) -> Iterator[tuple[Shot, str]]:
    times = np.array([shot.time_utc for shot in track.shots], "datetime64[us]")
    return zip(track.shots, iso_utc(times), strict=True)


def _style(styles: DroneStyles) -> str:
    return f"{styles.flown}-photo"


def _description(shot: Shot, when: str, footprint: Footprint | None) -> str:
    """In words. Without a footprint it is not known which camera it was, or the picture shows no piece of ground."""
    facts = [f"Photo {shot.number}, {when}"]
    if math.isfinite(shot.relative_altitude_m):
        facts.append(f"{shot.relative_altitude_m:.1f} m above home")
    if math.isfinite(shot.amsl_altitude_m):
        facts.append(f"{shot.amsl_altitude_m:.1f} m above mean sea level ({AMSL_DATUM})")
    angles = (("roll", shot.roll_deg), ("pitch", shot.pitch_deg), ("yaw", shot.yaw_deg % 360.0))
    told = ", ".join(f"{name} {angle:.1f}°" for name, angle in angles if math.isfinite(angle))
    facts.append(f"attitude of the aircraft: {told or 'not told'}")
    if footprint is not None:
        facts.append(f"{100 * footprint.gsd_m:.2f} cm/px from {footprint.height_m:.1f} m {footprint.ground_by.words}")
        how = "looking straight down (stabilised)"
        if not footprint.stabilised:
            leans = math.isfinite(shot.roll_deg + shot.pitch_deg)
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
