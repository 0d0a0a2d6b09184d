"""Where all flights of a drone went, as one area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.geo import GeoPoint
from dronectl.model.rehearsal.flown import Track

_AS_FLOWN_M = 0.5
"""A line keeps so near to the samples …"""
_HALF_WIDTH_M = 0.5
"""… and the area reaches so far on either side of it."""
_DRAWN_M = 0.3

Line = FloatArray
"""(n, 2): metres in the site's plane."""


def line_of(track: Track, frame: LocalFrame) -> Line:
    """The way over ground, with as few points as it needs."""
    x_m, y_m = frame.to_xy(track.lat_deg, track.lon_deg)
    if len(x_m) < 2:
        return np.column_stack([x_m, y_m])
    line: Line = shapely.get_coordinates(shapely.simplify(shapely.linestrings(x_m, y_m), _AS_FLOWN_M))
    return line


def envelope(lines: Sequence[Line]) -> shapely.Geometry:
    """All that lies on any of the ways."""
    ways = [shapely.linestrings(line) for line in lines if len(line) > 1]
    grown = shapely.buffer(np.array(ways, dtype=object), _HALF_WIDTH_M, quad_segs=2)
    return shapely.simplify(shapely.union_all(grown), _DRAWN_M)


def rings_of(area: shapely.Geometry, frame: LocalFrame) -> list[list[list[GeoPoint]]]:
    """Each polygon of an area as rings of places, the outline first."""
    found = []
    for part in shapely.get_parts(area):
        if isinstance(part, shapely.Polygon) and not part.is_empty:
            rings = [part.exterior, *part.interiors]
            found.append([frame.to_points(shapely.get_coordinates(ring)) for ring in rings])
    return found
