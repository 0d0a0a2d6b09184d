"""Where the sun stands, by another theory than the checks'.

Low-precision solar coordinates of the Astronomical Almanac (Meeus, Astronomical Algorithms, chapter 25: 0.01 degree
from 1950 to 2050); within a minute of almanacs up to 65 degrees of latitude.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from dronectl.model.geo import GeoPoint

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def sun_height_deg(place: GeoPoint, moment: datetime) -> float:
    """Height of the sun's centre above the horizon, refraction left out."""
    declination, right_ascension = _sun(moment)
    sidereal_deg = 280.46061837 + 360.98564736629 * _days(moment) + place.lon_deg
    hour_angle = math.radians(sidereal_deg) - right_ascension
    latitude = math.radians(place.lat_deg)
    sine = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour_angle
    )
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def _sun(moment: datetime) -> tuple[float, float]:
    """(declination, right ascension) in radians."""
    days = _days(moment)
    mean_longitude = math.radians((280.460 + 0.9856474 * days) % 360.0)
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360.0)
    longitude = mean_longitude + math.radians(1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly))
    obliquity = math.radians(23.439 - 4e-7 * days)
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    return declination, math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))


def _days(moment: datetime) -> float:
    return (moment - _J2000).total_seconds() / 86_400.0
