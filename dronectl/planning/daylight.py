"""Sunrise and sunset of a day at a place.

Low-precision solar coordinates of the Astronomical Almanac (Meeus, Astronomical Algorithms, chapter 25: 0.01 degree
from 1950 to 2050); within a minute of almanacs up to 65 degrees of latitude.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

from dronectl.model.geo import GeoPoint

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_HALF_DAY = timedelta(hours=12)
_HALVINGS = 30


def sun_up(place: GeoPoint, day: date, lowest_sun_deg: float) -> tuple[datetime, datetime] | None:
    """When the sun's centre rises above and sinks below a height, before and after the noon of ``day`` (UTC).

    None when it does neither on that day: polar night or day.
    """
    mean_noon = datetime.combine(day, time(12), UTC) - timedelta(hours=place.lon_deg / 15.0)
    noon = mean_noon - timedelta(minutes=_equation_of_time_min(mean_noon))
    if sun_height_deg(place, noon) <= lowest_sun_deg:
        return None
    rises, sets = (_crossing(place, noon, side * _HALF_DAY, lowest_sun_deg) for side in (-1, 1))
    return None if rises is None or sets is None else (rises, sets)


def _crossing(place: GeoPoint, noon: datetime, to_midnight: timedelta, height_deg: float) -> datetime | None:
    """Between noon and midnight the sun only sinks: the moment is found by halving."""
    if sun_height_deg(place, noon + to_midnight) >= height_deg:
        return None
    above, below = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (above + below) / 2.0
        if sun_height_deg(place, noon + middle * to_midnight) > height_deg:
            above = middle
        else:
            below = middle
    return noon + above * to_midnight


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


def _equation_of_time_min(moment: datetime) -> float:
    """Apparent less mean solar time."""
    _, right_ascension = _sun(moment)
    mean_longitude_deg = 280.460 + 0.9856474 * _days(moment)
    difference = (mean_longitude_deg - math.degrees(right_ascension) + 180.0) % 360.0 - 180.0
    return 4.0 * difference


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
