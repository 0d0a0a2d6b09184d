"""Places on the Earth (WGS 84) and altitudes that carry their frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dronectl.model.degrees import E7, degrees_to_e7


@dataclass(frozen=True, slots=True, order=True)
class GeoPoint:
    """A position in WGS 84 degrees.

    Raises:
        ValueError: not finite, latitude outside ±90 or longitude outside ±180.
    """

    lat_deg: float
    lon_deg: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat_deg) and -90.0 <= self.lat_deg <= 90.0):
            raise ValueError(f"latitude {self.lat_deg} is not within -90..90 degrees")
        if not (math.isfinite(self.lon_deg) and -180.0 <= self.lon_deg <= 180.0):
            raise ValueError(f"longitude {self.lon_deg} is not within -180..180 degrees")

    @property
    def lat_e7(self) -> int:
        return degrees_to_e7(self.lat_deg)

    @property
    def lon_e7(self) -> int:
        return degrees_to_e7(self.lon_deg)

    @classmethod
    def from_e7(cls, lat_e7: int, lon_e7: int) -> GeoPoint:
        return cls(lat_e7 / E7, lon_e7 / E7)

    def __str__(self) -> str:
        return f"{self.lat_deg:.7f},{self.lon_deg:.7f}"


Ring = tuple[GeoPoint, ...]
"""A closed ring without the repeated last point: at least three points."""


@dataclass(frozen=True, slots=True)
class GeoPolygon:
    """A polygon with holes; rings do not repeat their first point.

    Raises:
        ValueError: a ring with fewer than three points.
    """

    exterior: Ring
    holes: tuple[Ring, ...] = ()

    def __post_init__(self) -> None:
        for ring in (self.exterior, *self.holes):
            if len(ring) < 3:
                raise ValueError(f"a ring needs at least 3 points, this one has {len(ring)}")
