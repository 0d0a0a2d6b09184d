"""Legs that can be flown as they are drawn: long enough to be flown at all, and no steeper than the drone climbs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.leg import Leg, LegKind
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, deleted
from dronectl.model.plan.mission import Command

SLOWED_BY_S = 5.0
"""A climb or descent that makes a leg longer by less than this is not worth a word."""


SHORT = Form(
    "{length:.1f} m is the length of {leg}, less than the waypoint radius of {radius:g} m",
    "{leg} ยาว {length} ม. สั้นกว่ารัศมีจุดบิน {radius} ม.",
    many="with legs shorter than the waypoint radius of {radius} m, shortest {length} m",
    many_thai="มีช่วงบินสั้นกว่ารัศมีจุดบิน {radius} ม. สั้นที่สุด {length} ม.",
)
CLIMBS = Form(
    "{late:.0f} s lost on a climb of {height:.0f} m on {leg}, which is {length:.0f} m long",
    "เสียเวลา {late} วินาทีกับการไต่ {height} ม. ที่{leg} ซึ่งยาว {length} ม.",
    many="with steep climbs, {late} s lost on the worst",
    many_thai="มีการไต่ชัน เสียเวลามากที่สุด {late} วินาที",
)
DESCENDS = Form(
    "{late:.0f} s lost on a descent of {height:.0f} m on {leg}, which is {length:.0f} m long",
    "เสียเวลา {late} วินาทีกับการลดระดับ {height} ม. ที่{leg} ซึ่งยาว {length} ม.",
    many="with steep descents, {late} s lost on the worst",
    many_thai="มีการลดระดับชัน เสียเวลามากที่สุด {late} วินาที",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """Warnings, one for each flight and kind."""
    for flight in flights:
        for leg in flight.distinct:
            if leg.kind is LegKind.TRAVEL and not leg.curved:
                yield from _check_leg(flight, leg)


def _check_leg(flight: Flight, leg: Leg) -> Iterator[Found]:
    drone = flight.drone
    length_m = math.hypot(leg.end.x_m - leg.start.x_m, leg.end.y_m - leg.start.y_m)
    climb_m = leg.end.height_m - leg.start.height_m
    item = flight.mission.items[leg.item]
    if (
        length_m < drone.waypoint_radius_m
        and abs(climb_m) < drone.waypoint_radius_m
        and flight.mission.items[leg.from_item].command == item.command == Command.NAV_WAYPOINT
        and item.param1 == 0
    ):
        yield found(
            "legs",
            flight,
            SHORT(length=length_m, leg=leg.words(), radius=drone.waypoint_radius_m),
            item=leg.item,
            where=shapely.Point(leg.end.x_m, leg.end.y_m),
            amount=drone.waypoint_radius_m - length_m,
            unit="m",
            severity=Severity.WARNING,
            group="short",
            fix=Fix(f"take out item {leg.item}", (deleted(leg.item),)),
        )
    rate_m_s = drone.climb_speed_m_s if climb_m > 0 else drone.descent_speed_m_s
    late_s = abs(climb_m) / rate_m_s - length_m / drone.cruise_speed_m_s
    if length_m > drone.waypoint_radius_m and late_s > SLOWED_BY_S:
        way, steep = ("climb", CLIMBS) if climb_m > 0 else ("descent", DESCENDS)
        yield found(
            "legs",
            flight,
            steep(late=late_s, height=abs(climb_m), leg=leg.words(), length=length_m),
            item=leg.item,
            where=shapely.Point(leg.end.x_m, leg.end.y_m),
            amount=late_s,
            unit="s",
            severity=Severity.WARNING,
            group="steep",
            fix=Fix(f"make the {way} before item {leg.item}, or on a longer leg"),
        )


RULE = Rule(
    id="legs",
    title="Flown as drawn",
    explanation="A leg between two waypoints should be longer than the waypoint radius, and the change of height "
    "along it no more than the drone climbs or descends in the time that the way takes. Both are warnings.",
    find=find,
    why="The autopilot flies a leg in one straight line: a steep one is crawled along at climbing speed, at a height "
    "and a time that nobody expects. Waypoints on top of each other make the drone stop or stutter.",
    source="AC_WPNav of ArduCopter 4.5: the speed along a leg is the one at which both the waypoint speed and the "
    "climb or descent speed are kept.",
    example="18 s lost on a climb of 50 m on leg 3→4, which is 20 m long",
    remedy="Take out the doubled waypoint; climb at one place, or over a longer way.",
)
