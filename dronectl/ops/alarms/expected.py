"""What a drone's plan makes one expect of it: its way, where it may be, where it lands, what its battery gives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan
from dronectl.model.rules import Rules
from dronectl.ops.alarms.local_plane import NorthEast, course_rad, distance_to_ring, is_inside, north_east, share_along

CRUISE_M_S = 5.0
"""Until the mission says otherwise (ArduCopter's own waypoint speed is 5 to 10 m/s)."""
CLIMB_M_S, SINK_M_S = 2.5, 1.5
ARRIVED_M = 5.0
TURN_M_S2 = 1.3
"""To stop and to set out again takes so many m/s for each second that is lost: 2.5 m/s², built up by 1 m/s³."""
SHARP_RAD = math.radians(60.0)
"""Who turns by more stops about."""
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
    circle_m: float = 0.0
    """Radius of the circle that is flown around it, below zero counter-clockwise."""
    speed_m_s: float = CRUISE_M_S
    """With which the mission has it come."""
    turn_s: float = 0.0
    """What its corner costs, half of it before."""

    @property
    def reach_m(self) -> float:
        """Who is nearer has arrived."""
        return ARRIVED_M + abs(self.circle_m)


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
    return_altitude_m: float = 0.0
    """To which a return climbs first; 0: not known."""
    seconds: float = 0.0
    """Of the whole flight, as ``Target.seconds_before``; 0: not known."""
    mission_seconds: float = 0.0
    """Of it up to the last place of the mission; the way home and the landing are the rest."""
    battery_pct: float = 0.0
    """What the whole flight draws, in the site's wind where that is known; 0: not known."""
    reserve_pct: float = 0.0
    duration_s: float = 0.0
    """What the whole flight takes, likewise."""
    calm_duration_s: float = 0.0
    """In still air."""
    gcs_failsafe: GcsFailsafe | None = None
    """None: not known."""
    low_battery_v: float = 0.0
    """Below it the vehicle's battery failsafe acts; 0: not by the voltage, or not known."""

    def without_mission(self) -> ExpectedFlight:
        """The same for a drone that flies another mission than the plan's: its places and times tell nothing more."""
        return replace(self, targets={}, return_item=None, seconds=0.0, mission_seconds=0.0)

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
        share = share_along(here, came_from, target.place)
        if target.command == Command.NAV_TAKEOFF:  # straight up
            share = min(1.0, max(0.0, up_m / target.altitude_m)) if target.altitude_m > 0.0 else 1.0
        return before + (target.seconds_before - before) * share + min(stayed_s, target.seconds_there)

    @property
    def usual_pace(self) -> float:
        """What one of ``mission_seconds`` takes by the plan, which knows corners and the start of legs too."""
        planned_s = self.calm_duration_s - (self.seconds - self.mission_seconds)
        return planned_s / self.mission_seconds if self.mission_seconds and planned_s > 0.0 else 1.0


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
        return_altitude_m=drone.rtl_altitude_m,
        seconds=0.0 if jumps or not targets else _whole_s(targets, goals[0]),
        mission_seconds=0.0 if jumps or not targets else _mission_s(targets),
        battery_pct=max(flight.battery_pct, flight.windy_battery_pct),
        reserve_pct=rules.battery_reserve_pct if rules is not None else 0.0,
        duration_s=max(flight.duration_s, flight.windy_duration_s),
        calm_duration_s=flight.duration_s,
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
    found: list[tuple[int, Target, float]] = []
    """Number, place with the seconds from the one before, and its wait before that."""
    here: NorthEast = (0.0, 0.0)
    up_m, wait_s, speed_m_s = 0.0, 0.0, CRUISE_M_S
    for number, item in enumerate(mission.items):
        if number == 0:
            here = north_east(plane, item.position) if _has_place(item) else here
        elif item.command == Command.DO_CHANGE_SPEED and item.param2 > 0:
            speed_m_s = item.param2
        elif item.command == Command.NAV_TAKEOFF:
            up_m = item.altitude_m
            found.append((number, Target(here, up_m, item.command, up_m / CLIMB_M_S, 0.0), wait_s))
            wait_s = 0.0
        elif item.command in PLACES:
            place = north_east(plane, item.position) if _has_place(item) else here
            is_relative = item.frame in (Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_RELATIVE_ALT_INT)
            to_up_m = item.altitude_m if is_relative else up_m
            leg_s = way_s(here, place, to_up_m - up_m, speed_m_s)
            altitude_m = to_up_m if is_relative else math.nan
            circle_m = item.param3 if item.command == Command.NAV_LOITER_TURNS else 0.0
            stay_s = _stay_s(item, speed_m_s)
            found.append((number, Target(place, altitude_m, item.command, leg_s, stay_s, circle_m, speed_m_s), wait_s))
            here, up_m, wait_s = place, to_up_m, 0.0
        elif item.command == Command.NAV_DELAY:
            wait_s += max(0.0, item.param1)
    return _in_time(found)


def _in_time(found: Sequence[tuple[int, Target, float]]) -> dict[int, Target]:
    """The same with the seconds from the start of the mission, and what its corners cost."""
    targets: dict[int, Target] = {}
    clock_s = 0.0
    for index, (number, target, wait_s) in enumerate(found):
        before, after = (found[n][1] if 0 <= n < len(found) else None for n in (index - 1, index + 1))
        started_s = 0.0 if before is None else targets[found[index - 1][0]].turn_s / 2.0
        turn_s = _turn_s(before, target, after)
        clock_s += wait_s + started_s + target.seconds_before + turn_s / 2.0
        targets[number] = replace(target, seconds_before=clock_s, turn_s=turn_s)
        clock_s += target.seconds_there
    return targets


def _turn_s(before: Target | None, here: Target, after: Target | None) -> float:
    """Seconds that braking and setting out again costs: none straight on, most where it stops or turns sharply."""
    if after is None or math.dist(here.place, after.place) < ARRIVED_M:
        return 0.0
    sharp = 1.0
    if before is not None and not here.seconds_there and math.dist(before.place, here.place) >= ARRIVED_M:
        turn_rad = course_rad(here.place, after.place) - course_rad(before.place, here.place)
        sharp = min(1.0, abs(math.remainder(turn_rad, math.tau)) / SHARP_RAD)
    return sharp * after.speed_m_s / TURN_M_S2


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
    return _mission_s(targets) + back_s


def _mission_s(targets: dict[int, Target]) -> float:
    last = targets[max(targets)]
    return last.seconds_before + last.seconds_there


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
