"""Tracks as GeoJSON (RFC 7946): a feature a flight.

The third coordinate is a height above the ellipsoid, as the RFC has it; every other height, and the times, are arrays
among the properties with one value a fix, and what happened is a list there. A line over the antimeridian is cut there
(section 3.1.9).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.tracks.columns import numbered, numbers_of
from dronectl.formats.tracks.view import AMSL_WORDS
from dronectl.geodesy.columns import path_length_m
from dronectl.geodesy.geoid import ellipsoid_altitude_m, geoid_words
from dronectl.model.text.plain_text import escaped_json
from dronectl.model.track.track import Track, iso_utc

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain

Coordinates = list[float]


def to_geojson(tracks: Sequence[Track], *, terrain: Terrain | None = None) -> bytes:
    """The whole file."""
    features = [_feature(flight, track, terrain) for flight, track in numbered(tracks)]
    document = {"type": "FeatureCollection", "features": features}
    return (escaped_json(json.dumps(document, ensure_ascii=False, allow_nan=False)) + "\n").encode("utf-8")


def _feature(flight: int, track: Track, terrain: Terrain | None) -> dict[str, object]:
    ellipsoid_m = np.round(ellipsoid_altitude_m(track), 3)
    columns = [track.lon_deg, track.lat_deg]
    west, south, east, north = track.bbox()
    bbox = [west, south, east, north]
    if np.isfinite(ellipsoid_m).all():
        columns.append(ellipsoid_m)
        bbox = [west, south, float(ellipsoid_m.min()), east, north, float(ellipsoid_m.max())]
    parts = cut_at_antimeridian([list(row) for row in zip(*(column.tolist() for column in columns), strict=True)])
    whole = len(parts) == 1
    return {
        "type": "Feature",
        "bbox": bbox,
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
            "distance_m": round(path_length_m(track.lat_deg, track.lon_deg), 2),
            "clock": track.clock,
            "clock_quality": track.timing.as_json(),
            "without_fix": [outage.as_json() for outage in track.outages],
            "recorded_in": list(track.recorded_in),
            "amsl_datum": AMSL_WORDS,
            "geoid": geoid_words(track),
            "simplified_within_m": track.tolerance_m,
            "fixes_left_out": track.simplified_away,
            "time_utc": iso_utc(track.time_utc),
            **{number.name: number.json_values() for number in numbers_of(track, terrain)},
            "mode": track.mode_column(),
            "events": _events(track),
        },
    }


def _events(track: Track) -> list[dict[str, object]]:
    """What happened: modes, texts, waypoints reached, photographs, fences, each at its moment and place."""
    times = np.array([event.time_utc for event in track.events], "datetime64[us]")
    lat_deg, lon_deg = (np.round(column, 7).tolist() for column in track.places_at(times))
    return [
        {"time_utc": time, "kind": str(event.kind), "text": event.text, "lat_deg": lat, "lon_deg": lon}
        for event, time, lat, lon in zip(track.events, iso_utc(times), lat_deg, lon_deg, strict=True)
    ]


def cut_at_antimeridian(places: Sequence[Coordinates]) -> list[list[Coordinates]]:
    """Lines of positions, each on one side; a line has at least two positions."""
    parts: list[list[Coordinates]] = [[places[0]]]
    for before, after in pairwise(places):
        if abs(after[0] - before[0]) > 180.0:
            edge = math.copysign(180.0, before[0])
            step = 360.0 - abs(after[0] - before[0])
            share = (180.0 - abs(before[0])) / step if step else 0.0
            others = [round(one + share * (two - one), 7) for one, two in zip(before[1:], after[1:], strict=True)]
            parts[-1].append([edge, *others])
            parts.append([[-edge, *others]])
        parts[-1].append(after)
    if len(parts[-1]) == 1:
        parts[-1] *= 2
    return parts
