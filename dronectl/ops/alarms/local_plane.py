"""Flat geometry of legs and rings on the plane of ``geodesy/plane.py``, without any library."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint

NorthEast = tuple[float, float]
"""Metres north and east of the origin."""


def north_east(plane: LocalPlane, point: GeoPoint) -> NorthEast:
    """A place on the plane."""
    east_m, north_m = plane.to_xy(point)
    return north_m, east_m


def share_along(point: NorthEast, start: NorthEast, end: NorthEast) -> float:
    """0 at or before ``start``, 1 at or after ``end``; 1 for a leg without length."""
    north, east = end[0] - start[0], end[1] - start[1]
    length2 = north * north + east * east
    if length2 < 1e-6:
        return 1.0
    share = ((point[0] - start[0]) * north + (point[1] - start[1]) * east) / length2
    return min(1.0, max(0.0, share))


def distance_to_leg(point: NorthEast, start: NorthEast, end: NorthEast) -> float:
    """Metres to the nearest place of the leg."""
    share = share_along(point, start, end)
    foot = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
    return math.dist(point, foot)


def is_inside(point: NorthEast, ring: Sequence[NorthEast]) -> bool:
    """In a ring without a repeated last point, by the number of its edges west of the point."""
    inside = False
    for (n1, e1), (n2, e2) in itertools.pairwise([*ring, ring[0]]):
        if (n1 > point[0]) != (n2 > point[0]) and point[1] < (e2 - e1) * (point[0] - n1) / (n2 - n1) + e1:
            inside = not inside
    return inside


def distance_to_ring(point: NorthEast, ring: Sequence[NorthEast]) -> float:
    """Metres to its nearest edge, from inside or outside."""
    return min(distance_to_leg(point, a, b) for a, b in itertools.pairwise([*ring, ring[0]]))


def course_deg(north_m_s: float, east_m_s: float) -> float:
    """Where something moves to, clockwise from north, 0..360."""
    return math.degrees(math.atan2(east_m_s, north_m_s)) % 360.0


def course_rad(start: NorthEast, end: NorthEast) -> float:
    """The direction of a leg, clockwise from north."""
    return math.atan2(end[1] - start[1], end[0] - start[0])
