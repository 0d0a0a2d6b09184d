"""Flat geometry around one place: metres north and east, good to 0.1 % over a few kilometres, without any library."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.model.geo import GeoPoint

NorthEast = tuple[float, float]
"""Metres north and east of the origin."""
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """The plane that touches the Earth at ``origin``."""

    origin: GeoPoint

    def north_east(self, point: GeoPoint) -> NorthEast:
        east_scale = METRES_A_DEGREE * math.cos(math.radians(self.origin.lat_deg))
        east_deg = (point.lon_deg - self.origin.lon_deg + 180.0) % 360.0 - 180.0
        return (point.lat_deg - self.origin.lat_deg) * METRES_A_DEGREE, east_deg * east_scale


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
