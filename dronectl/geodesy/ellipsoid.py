"""The WGS 84 ellipsoid in plain numbers: how long a degree is at a latitude."""

from __future__ import annotations

import math

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY_SQUARED = 6.694379990141316e-3


def metres_a_degree(lat_deg: float) -> tuple[float, float]:
    """Of latitude and of longitude, by the radii of curvature in the meridian and in the prime vertical."""
    latitude = math.radians(lat_deg)
    w2 = 1.0 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / w2**1.5
    prime_vertical_m = SEMI_MAJOR_M / math.sqrt(w2)
    return math.radians(meridian_m), math.radians(prime_vertical_m) * math.cos(latitude)
