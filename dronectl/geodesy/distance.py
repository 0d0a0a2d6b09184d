"""The distance between two places without any library: orders need it before anything heavy is imported.

Exact distances, on the ellipsoid by PROJ, are in ``geodesic.py``; lengths of flown tracks in ``columns.py``.
"""

from __future__ import annotations

import math

from dronectl.geodesy.ellipsoid import metres_a_degree
from dronectl.model.geo import GeoPoint

_EARTH_RADIUS_M = 6_371_000.0


def flat_distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """For metres to a few kilometres: by the length of a degree in the middle, good to a millionth."""
    north_m, east_m = metres_a_degree((a.lat_deg + b.lat_deg) / 2.0)
    east_deg = (a.lon_deg - b.lon_deg + 180.0) % 360.0 - 180.0
    return math.hypot((a.lat_deg - b.lat_deg) * north_m, east_deg * east_m)


def great_circle_m(a: GeoPoint, b: GeoPoint) -> float:
    """For any distance, on a sphere (haversine): good to half a percent, enough to tell a mistake from a place."""
    lat_a, lat_b = math.radians(a.lat_deg), math.radians(b.lat_deg)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.lon_deg - a.lon_deg) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))
