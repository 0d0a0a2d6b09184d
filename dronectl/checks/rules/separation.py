"""Drones that fly at the same time keep their distance, in space and time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.approach import Closest, closest_approach
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form

ON_TIME = Form("{time:.0f} s after the start", "{time} วินาทีหลังเริ่ม")
LATE = Form("{time:.0f} s after the start if {drone} is {by:.0f} s late", "{time} วินาทีหลังเริ่ม ถ้า {drone} ช้า {by} วินาที")
EARLY = Form(
    "{time:.0f} s after the start if {drone} is {by:.0f} s early", "{time} วินาทีหลังเริ่ม ถ้า {drone} เร็ว {by} วินาที"
)
CLOSE = Form(
    "{distance:.1f} m between {first} (item {item}) and {second} (item {other_item}) {when}; at least {least:g} m "
    "required",
    "{first} (รายการ {item}) กับ {second} (รายการ {other_item}) ห่างกัน {distance} ม. {when} ต้องห่างอย่างน้อย {least} ม.",
    many="within {least} m of another drone, nearest {distance} m",
    many_thai="ห่างโดรนอื่นไม่ถึง {least} ม. ใกล้ที่สุด {distance} ม.",
)


def pairs(flights: Sequence[Flight]) -> Iterator[tuple[Flight, Flight]]:
    """Flights of two drones in the same wave."""
    for first, second in itertools.combinations(flights, 2):
        if first.sortie == second.sortie and first.drone.name != second.drone.name:
            yield first, second


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding a pair and wave: the closest moment, on time if that is too near already, else with a delay."""
    rules = ground.site.rules
    for first, second in pairs(flights):
        for delay_s in (0.0, rules.separation_delay_s):
            closest = closest_approach(first, second, delay_s=delay_s, below_m=rules.separation_m)
            if closest is not None and closest.distance_m < rules.separation_m - PLACE_TOLERANCE_M:
                yield _finding(first, second, closest, rules.separation_m)
                break


def _finding(first: Flight, second: Flight, closest: Closest, least_m: float) -> Found:
    x_m, y_m, _ = (closest.first + closest.second) / 2
    item, other_item = _item_at(first, closest.time_s), _item_at(second, closest.time_s - closest.late_s)
    when = ON_TIME if abs(closest.late_s) < 0.5 else LATE if closest.late_s > 0 else EARLY
    return found(
        "separation",
        first,
        CLOSE(
            distance=closest.distance_m,
            first=first.drone.name,
            item=item,
            second=second.drone.name,
            other_item=other_item,
            when=when(time=closest.time_s, drone=second.drone.name, by=abs(closest.late_s)),
            least=least_m,
        ),
        item=item,
        where=shapely.Point(x_m, y_m),
        extent=shapely.LineString([closest.first[:2], closest.second[:2]]),
        amount=least_m - closest.distance_m,
        unit="m",
    )


def _item_at(flight: Flight, time_s: float) -> int:
    index = int(np.searchsorted(flight.times[1:], time_s))
    return flight.legs[min(index, len(flight.legs) - 1)].item


RULE = Rule(
    id="separation",
    title="Apart from each other",
    explanation="Two drones in the air at the same time must be [rules] separation_m apart, measured in three "
    "dimensions at every moment of the plan, and stay so when either is up to [rules] separation_delay_s early or "
    "late against the other.",
    find=find,
    why="The drones do not see each other: what the plan lets meet, meets.",
    source="[rules] separation_m of the site: the error of two positions and of their heights, and a gust.",
    example="4.0 m between alpha (item 3) and bravo (item 5) 61 s after the start; at least 10 m required",
    remedy="Give each drone an altitude of its own, or start one of them later.",
)
