"""What a drone's plan makes one expect of it: its way, where it may be, where it lands, what its battery gives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan
from dronectl.model.rules import Rules
from dronectl.ops.alarms.local_plane import NorthEast, distance_to_ring, is_inside, north_east, share_along

CRUISE_M_S = 5.0
"""Until the mission says otherwise (ArduCopter's own waypoint speed is 5 to 10 m/s)."""
CLIMB_M_S, SINK_M_S = 2.5, 1.5
TOUCH_DOWN_S = 20.0
"""The last ten metres at landing speed, and the stop of the motors."""
STRAIGHT = frozenset({Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME, Command.NAV_LOITER_UNLIM, Command.NAV_LAND})
"""Flown to in a straight line, and no farther."""
PLACES = STRAIGHT | {Command.NAV_LOITER_TURNS, Command.NAV_SPLINE_WAYPOINT}


@dataclass(frozen=True, slots=True)
class GcsFailsafe:
    """What a vehicle does when it hears no ground station."""

    action: str | None
    """``RTL``, …; None: nothing, it is off."""
    after_s: float


@dataclass(frozen=True, slots=True)
class FenceCircle:
    centre: NorthEast
    radius_m: float


@dataclass(frozen=True, slots=True)
class FlightFence:
    """Where a drone may be, on a plane: inside all inclusions, outside all exclusions."""

    inclusions: tuple[tuple[NorthEast, ...], ...] = ()
    exclusions: tuple[tuple[NorthEast, ...], ...] = ()
    inclusion_circles: tuple[FenceCircle, ...] = ()
    exclusion_circles: tuple[FenceCircle, ...] = ()

    def outside_m(self, point: NorthEast) -> float:
        """How far beyond its fence; 0 within it."""
        beyond = [distance_to_ring(point, ring) for ring in self.inclusions if not is_inside(point, ring)]
        beyond += [distance_to_ring(point, ring) for ring in self.exclusions if is_inside(point, ring)]
        beyond += [math.dist(point, circle.centre) - circle.radius_m for circle in self.inclusion_circles]
        beyond += [circle.radius_m - math.dist(point, circle.centre) for circle in self.exclusion_circles]
        return max(0.0, *beyond) if beyond else 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """A place of the mission."""

    place: NorthEast
    altitude_m: float
    """Above home; not a number where the item counts from elsewhere."""
    command: int
    seconds_before: float
    """From the start of the mission to its arrival there, roughly: shares of the battery are reckoned by it."""
    seconds_there: float
    reach_m: float = 5.0
    """Who is nearer has arrived; around the circle that is flown there, if one is."""


@dataclass(frozen=True, slots=True)
class ExpectedFlight:
    """For a drone without a plan: nothing but its home, once it tells it."""

    plane: LocalPlane | None = None
    goals: tuple[NorthEast, ...] = ()
    """Where a return may lead: home and its rally points; empty: not known."""
    landings: tuple[NorthEast, ...] = ()
    """Where it may stand with its motors running: the goals and what the mission lands at."""
    fence: FlightFence = field(default_factory=FlightFence)
    ceiling_m: float = math.inf
    targets: dict[int, Target] = field(default_factory=dict)
    """By item number."""
    return_item: int | None = None
    """The item that sends it home."""
    seconds: float = 0.0
    """Of the whole flight, as ``Target.seconds_before``."""
    battery_pct: float = 0.0
    """What the whole flight draws, in the site's wind where that is known; 0: not known."""
    reserve_pct: float = 0.0
    duration_s: float = 0.0
    gcs_failsafe: GcsFailsafe | None = None
    """None: not known."""

    def seconds_done(
        self, item: int, came_from: NorthEast, here: NorthEast, up_m: float, stayed_s: float = 0.0
    ) -> float | None:
        """How much of the flight lies behind a drone on its way to ``item``, or ``stayed_s`` there; None: not known."""
        if not self.seconds:
            return None
        target = self.targets.get(item)
        if target is None:
            left_s = min(math.dist(here, goal) for goal in self.goals) / CRUISE_M_S + landing_s(up_m)
            return max(0.0, self.seconds - left_s) if item == self.return_item else None
        before = max((t.seconds_before + t.seconds_there for n, t in self.targets.items() if n < item), default=0.0)
        on_the_way_s = (target.seconds_before - before) * share_along(here, came_from, target.place)
        return before + on_the_way_s + min(stayed_s, target.seconds_there)


def expected_flight(drone: DronePlan, sortie: int, rules: Rules | None = None) -> ExpectedFlight:
    """What the plan and the site's rules say of one sortie of a drone."""
    flight = drone.sortie(sortie)
    if flight is None:
        return ExpectedFlight()
    plane = LocalPlane(drone.home)
    goals = (north_east(plane, drone.home), *(north_east(plane, item.position) for item in drone.rally.items))
    lands = [item.position for item in flight.mission.items if item.command == Command.NAV_LAND and _has_place(item)]
    targets = _targets(flight.mission, plane)
    jumps = any(item.command == Command.DO_JUMP for item in flight.mission.items)
    return_item = next(
        (n for n, item in enumerate(flight.mission.items) if item.command == Command.NAV_RETURN_TO_LAUNCH), None
    )
    return ExpectedFlight(
        plane=plane,
        goals=goals,
        landings=(*goals, *(north_east(plane, place) for place in lands)),
        fence=_fence(drone.fence, plane),
        ceiling_m=rules.ceiling_m if rules is not None else math.inf,
        targets=targets,
        return_item=return_item,
        seconds=0.0 if jumps or not targets else _whole_s(targets, goals[0]),
        battery_pct=max(flight.battery_pct, flight.windy_battery_pct),
        reserve_pct=rules.battery_reserve_pct if rules is not None else 0.0,
        duration_s=max(flight.duration_s, flight.windy_duration_s),
    )


def way_s(a: NorthEast, b: NorthEast, up_m: float, speed_m_s: float) -> float:
    """Seconds from one place to another that is ``up_m`` higher."""
    vertical_s = up_m / CLIMB_M_S if up_m > 0 else -up_m / SINK_M_S
    return max(math.dist(a, b) / max(speed_m_s, 0.5), vertical_s)


def landing_s(up_m: float) -> float:
    """Seconds from so high to the stop of the motors."""
    return max(0.0, up_m) / SINK_M_S + TOUCH_DOWN_S


def _has_place(item: MissionItem) -> bool:
    return bool(item.lat_e7 or item.lon_e7)


def _targets(mission: Mission, plane: LocalPlane) -> dict[int, Target]:
    """Places of a mission in their order. What has none of its own is where the one before was."""
    targets: dict[int, Target] = {}
    here: NorthEast = (0.0, 0.0)
    up_m, clock_s, speed_m_s = 0.0, 0.0, CRUISE_M_S
    for number, item in enumerate(mission.items):
        if number == 0:
            here = north_east(plane, item.position) if _has_place(item) else here
        elif item.command == Command.DO_CHANGE_SPEED and item.param2 > 0:
            speed_m_s = item.param2
        elif item.command == Command.NAV_TAKEOFF:
            clock_s += item.altitude_m / CLIMB_M_S
            up_m = item.altitude_m
            targets[number] = Target(here, up_m, item.command, clock_s, 0.0)
        elif item.command in PLACES:
            place = north_east(plane, item.position) if _has_place(item) else here
            is_relative = item.frame in (Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_RELATIVE_ALT_INT)
            to_up_m = item.altitude_m if is_relative else up_m
            clock_s += way_s(here, place, to_up_m - up_m, speed_m_s)
            stay_s = _stay_s(item, speed_m_s)
            altitude_m = to_up_m if is_relative else math.nan
            reach_m = 5.0 + (abs(item.param3) if item.command == Command.NAV_LOITER_TURNS else 0.0)
            targets[number] = Target(place, altitude_m, item.command, clock_s, stay_s, reach_m)
            here, up_m, clock_s = place, to_up_m, clock_s + stay_s
        elif item.command == Command.NAV_DELAY:
            clock_s += max(0.0, item.param1)
    return targets


def _stay_s(item: MissionItem, speed_m_s: float) -> float:
    match item.command:
        case Command.NAV_WAYPOINT | Command.NAV_LOITER_TIME:
            return max(0.0, item.param1)
        case Command.NAV_LOITER_TURNS:
            return abs(item.param1) * math.tau * abs(item.param3) / max(speed_m_s, 0.5)
        case _:
            return 0.0


def _whole_s(targets: dict[int, Target], home: NorthEast) -> float:
    last = targets[max(targets)]
    back_s = way_s(last.place, home, 0.0, CRUISE_M_S) + landing_s(
        0.0 if math.isnan(last.altitude_m) else last.altitude_m
    )
    return last.seconds_before + last.seconds_there + back_s


def _fence(mission: Mission, plane: LocalPlane) -> FlightFence:
    """Polygons are runs of vertices, each of which says how many there are."""
    rings: dict[int, list[tuple[NorthEast, ...]]] = {}
    circles: dict[int, list[FenceCircle]] = {}
    items: Sequence[MissionItem] = mission.items
    vertices = (Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_POLYGON_VERTEX_EXCLUSION)
    for command, run in itertools.groupby(items, key=lambda item: item.command):
        run_items = list(run)
        if command in vertices:
            while run_items and (count := int(run_items[0].param1)) >= 3:
                rings.setdefault(command, []).append(tuple(north_east(plane, i.position) for i in run_items[:count]))
                del run_items[:count]
        elif command in (Command.FENCE_CIRCLE_INCLUSION, Command.FENCE_CIRCLE_EXCLUSION):
            circles.setdefault(command, []).extend(
                FenceCircle(north_east(plane, i.position), i.param1) for i in run_items
            )
    return FlightFence(
        tuple(rings.get(Command.FENCE_POLYGON_VERTEX_INCLUSION, ())),
        tuple(rings.get(Command.FENCE_POLYGON_VERTEX_EXCLUSION, ())),
        tuple(circles.get(Command.FENCE_CIRCLE_INCLUSION, ())),
        tuple(circles.get(Command.FENCE_CIRCLE_EXCLUSION, ())),
    )
