"""Flights lie between sunrise and sunset.

The sun's height follows the equations of the NOAA Global Monitoring Laboratory's solar calculator, other than the
planner's: neither can be wrong alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.geo import GeoPoint
from dronectl.model.text.shown_time import clocks

STEP = timedelta(seconds=60)
"""Between the moments at which the sun is looked for."""

TOLERANCE_DEG = 0.02
"""Of the height of the sun: five seconds of a sunset in the tropics."""

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


DARK = Form(
    "{minutes:.0f} min outside {daylight}, flown {flown}: sun down to {height:.1f}°; at least {limit:g}° required",
    "นอกช่วง {daylight} {minutes} นาที (บิน {flown}): ดวงอาทิตย์ต่ำสุด {height}° ต้องไม่ต่ำกว่า {limit}°",
    many="outside {daylight}, longest {minutes} min",
    many_thai="บินนอกช่วง {daylight} นานที่สุด {minutes} นาที",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """For each drone and sortie the worst of its departures that is flown in the dark."""
    limit_deg = ground.site.rules.daylight.lowest_sun_deg
    if limit_deg is None:
        return
    zone = ZoneInfo(ground.site.time_zone)
    for departure in ground.timetable:
        for flight in (one for one in flights if one.sortie == departure.sortie and one.legs):
            begin = departure.start + flight.begins
            end = departure.start + flight.lands
            heights = [sun_height_deg(ground.site.home, moment) for moment in _moments(begin, end)]
            dark = [height for height in heights if height < limit_deg - TOLERANCE_DEG]
            if not dark:
                continue
            minutes = (end - begin).total_seconds() / 60.0 * len(dark) / len(heights)
            flown = clocks((begin, end), zone, between=" to ", day=ground.day)
            yield found(
                "daylight",
                flight,
                DARK(
                    minutes=minutes,
                    daylight=ground.site.rules.daylight,
                    flown=flown,
                    height=min(dark),
                    limit=limit_deg,
                ),
                amount=minutes,
                unit="min",
                group="daylight",
                during=(begin, end),
            )


def sun_height_deg(place: GeoPoint, moment: datetime) -> float:
    """Height of the sun's centre above the horizon, refraction left out."""
    century = (moment - _J2000).total_seconds() / (86_400.0 * 36_525.0)
    mean_longitude = 280.46646 + century * (36_000.76983 + century * 0.0003032)
    anomaly = math.radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2.0 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3.0 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    longitude = math.radians(mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node))
    mean_obliquity = (
        23.0 + (26.0 + (21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))) / 60.0) / 60
    )
    obliquity = math.radians(mean_obliquity + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))

    tangent = math.tan(obliquity / 2.0) ** 2
    double_longitude = 2.0 * math.radians(mean_longitude)
    equation_of_time_min = 4.0 * math.degrees(
        tangent * math.sin(double_longitude)
        - 2.0 * eccentricity * math.sin(anomaly)
        + 4.0 * eccentricity * tangent * math.sin(anomaly) * math.cos(double_longitude)
        - 0.5 * tangent**2 * math.sin(2.0 * double_longitude)
        - 1.25 * eccentricity**2 * math.sin(2.0 * anomaly)
    )
    utc = moment.astimezone(UTC)
    minutes = utc.hour * 60.0 + utc.minute + (utc.second + utc.microsecond / 1e6) / 60.0
    hour_angle = math.radians((minutes + equation_of_time_min + 4.0 * place.lon_deg) / 4.0 - 180.0)
    latitude = math.radians(place.lat_deg)
    sine = math.sin(latitude) * math.sin(declination)
    sine += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def _moments(begin: datetime, end: datetime) -> list[datetime]:
    count = max(1, math.ceil((end - begin) / STEP))
    return [begin + (end - begin) * (index / count) for index in range(count + 1)]


RULE = Rule(
    id="daylight",
    title="By daylight",
    explanation="Every flight of the timetable lies within [rules] daylight: sunrise-sunset (the sun's upper edge "
    "above the horizon, refraction included), civil-twilight (its centre above −6°) or off. A plan without a "
    "timetable says nothing about times, and is not held against this rule: build it with --start or a [schedule]. "
    "The rule 'hours' goes by the clock, this one by the sun: a flight keeps to both, and leave for other hours lifts "
    "'hours'; whoever may fly in the dark has a paper that lifts 'daylight' too.",
    find=find,
    why="A copter that cannot be seen cannot be kept clear of people and of other aircraft.",
    source="Thailand, Ministry of Transport announcement B.E. 2558: flights by daylight, within sight. Height of the "
    "sun: NOAA solar calculator.",
    example="12 min outside sunrise-sunset, flown 17:40 to 17:58 UTC+7: sun down to -3.5°; at least -0.833° required",
    remedy="Start earlier, repeat less often, or get a paper that lifts daylight.",
)
