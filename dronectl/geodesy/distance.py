"""The distance between two places, without any library: orders need it before anything heavy is imported."""

from __future__ import annotations

import math

from dronectl.model.geo import GeoPoint


def flat_distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """Distance on a local plane: for metres to a few kilometres, good to 0.1 %."""
    metres_per_degree = 111_320.0
    north_m = (a.lat_deg - b.lat_deg) * metres_per_degree
    east_m = (a.lon_deg - b.lon_deg) * metres_per_degree * math.cos(math.radians(a.lat_deg))
    return math.hypot(north_m, east_m)
