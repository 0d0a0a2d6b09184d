"""The simulator's own flat map: metres north and east of a reference point, exact back and forth.

Written apart from the planner's frame on purpose, so that one cannot hide the other's mistake.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.model.rehearsal.flown import FloatColumn

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_2 = 6.694379990141e-3

Point = tuple[float, float]
"""(north_m, east_m)."""


class LocalMap:
    """Equirectangular map with the radii of curvature of WGS 84 at its origin."""

    def __init__(self, lat_e7: int, lon_e7: int) -> None:
        latitude = math.radians(lat_e7 * 1e-7)
        w = math.sqrt(1.0 - _ECCENTRICITY_2 * math.sin(latitude) ** 2)
        self._lat_e7, self._lon_e7 = lat_e7, lon_e7
        self._north_per_e7 = math.radians(1e-7) * _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / w**3
        self._east_per_e7 = math.radians(1e-7) * _SEMI_MAJOR_M / w * math.cos(latitude)

    def to_local(self, lat_e7: int, lon_e7: int) -> Point:
        # The short way round where a route crosses the antimeridian.
        d_lon = (lon_e7 - self._lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
        return (lat_e7 - self._lat_e7) * self._north_per_e7, d_lon * self._east_per_e7

    def to_e7(self, north_m: float, east_m: float) -> tuple[int, int]:
        lon_e7 = self._lon_e7 + round(east_m / self._east_per_e7)
        return (
            self._lat_e7 + round(north_m / self._north_per_e7),
            (lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000,
        )

    def to_degrees(self, north_m: FloatColumn, east_m: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        """Latitudes and longitudes, not rounded."""
        lon_deg = (self._lon_e7 + east_m / self._east_per_e7) * 1e-7
        return (self._lat_e7 + north_m / self._north_per_e7) * 1e-7, (lon_deg + 180.0) % 360.0 - 180.0


def is_inside(point: Point, ring: Sequence[Point]) -> bool:
    """Even-odd rule; a ring does not repeat its first point."""
    x, y = point
    inside = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def distance_to_ring(point: Point, ring: Sequence[Point]) -> float:
    """Metres from a point to the nearest edge."""
    best = math.inf
    start = ring[-1]
    for end in ring:
        dx, dy = end[0] - start[0], end[1] - start[1]
        length2 = dx * dx + dy * dy
        share = 0.0
        if length2:
            share = min(1.0, max(0.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length2))
        best = min(best, math.hypot(start[0] + share * dx - point[0], start[1] + share * dy - point[1]))
        start = end
    return best
