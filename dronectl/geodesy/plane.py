"""A plane through one place without any library: to draw by, for alarms and for orders; never to plan by."""

from __future__ import annotations

from dataclasses import dataclass, field

from dronectl.geodesy.ellipsoid import metres_a_degree
from dronectl.model.geo import GeoPoint

XY = tuple[float, float]
"""Metres east and north of the origin."""


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Within 3 km of the origin, up to 60° of latitude, distances are right to 0.1 %. The short way round across the
    antimeridian."""

    origin: GeoPoint
    _north_m: float = field(init=False, repr=False)
    _east_m: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        north_m, east_m = metres_a_degree(self.origin.lat_deg)
        object.__setattr__(self, "_north_m", north_m)
        object.__setattr__(self, "_east_m", east_m)

    def to_xy(self, point: GeoPoint) -> XY:
        """Metres east and north of the origin."""
        east_deg = (point.lon_deg - self.origin.lon_deg + 180.0) % 360.0 - 180.0
        return east_deg * self._east_m, (point.lat_deg - self.origin.lat_deg) * self._north_m

    def to_degrees(self, xy: XY) -> tuple[float, float]:
        """Latitude and longitude, as far from the origin's as they are."""
        return self.origin.lat_deg + xy[1] / self._north_m, self.origin.lon_deg + xy[0] / self._east_m
