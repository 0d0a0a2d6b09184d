"""Degrees to metres and back on one site: a plane through its origin, in plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from dronectl.model.geo import GeoPoint

XY = tuple[float, float]
"""Metres east and north of the origin."""

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.00669437999014


@dataclass(frozen=True, slots=True)
class MapFrame:
    """An equirectangular frame with the WGS 84 radii of curvature at ``origin``.

    Within 3 km of the origin, up to 60° of latitude, distances are right to 0.1 %: enough to draw by, not to plan by.
    """

    origin: GeoPoint
    _north_m: float = field(init=False, repr=False)
    _east_m: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        latitude = math.radians(self.origin.lat_deg)
        shrink = 1.0 - _ECCENTRICITY_SQUARED * math.sin(latitude) ** 2
        meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / shrink**1.5
        prime_vertical_m = _SEMI_MAJOR_M / math.sqrt(shrink)
        object.__setattr__(self, "_north_m", math.radians(meridian_m))
        object.__setattr__(self, "_east_m", math.radians(prime_vertical_m) * math.cos(latitude))

    def to_xy(self, point: GeoPoint) -> XY:
        """Metres east and north; the short way round across the antimeridian."""
        east_deg = (point.lon_deg - self.origin.lon_deg + 180.0) % 360.0 - 180.0
        return east_deg * self._east_m, (point.lat_deg - self.origin.lat_deg) * self._north_m
