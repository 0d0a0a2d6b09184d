"""A mission's items as the path they make: straight legs with heights and times.

Written for checking and apart from the planner. Heights are metres above the site's ground, taken as flat; positions
are metres in the site's frame. What ArduCopter does with each command follows its documentation of mission commands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from dronectl.errors import InputError
from dronectl.model.ardupilot import ALTITUDE_LIMIT_M
from dronectl.model.fleet import Drone
from dronectl.model.geo import E7, GeoPoint
from dronectl.model.mission import Command, Frame, Mission, MissionItem
from dronectl.model.violation import Severity
from dronectl.planning.checks.order import Problem, flown_order, whole
from dronectl.planning.checks.timing import Timing, timed
from dronectl.planning.frame import LocalFrame

RTL_ALTITUDE_M = 15.0
"""ArduCopter's default RTL_ALT: a return first climbs to this, and never descends to it."""

CIRCLE_RADIUS_M = 10.0
"""ArduCopter's default CIRCLE_RADIUS, used where LOITER_TURNS gives none."""

CIRCLE_RATE_DEG_S = 20.0
"""ArduCopter's default CIRCLE_RATE."""

MAX_CIRCLE_RADIUS_M = 2_550.0
"""The largest that ArduCopter keeps of a LOITER_TURNS item."""

CIRCLE_SIDES = 36
MAX_TURNS = 255

_PLACED_NAV = frozenset(
    {
        Command.NAV_WAYPOINT,
        Command.NAV_SPLINE_WAYPOINT,
        Command.NAV_LOITER_UNLIM,
        Command.NAV_LOITER_TURNS,
        Command.NAV_LOITER_TIME,
        Command.NAV_LAND,
        Command.NAV_PAYLOAD_PLACE,
    }
)


class LegKind(StrEnum):
    """What the aircraft does on a leg."""

    TAKE_OFF = "take-off"
    TRAVEL = "travel"
    CIRCLE = "circle"
    HOLD = "hold"
    CLIMB = "climb"
    RETURN = "return"
    DESCENT = "descent"


@dataclass(frozen=True, slots=True)
class Position:
    """Metres east, north, and above ground."""

    x_m: float
    y_m: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Leg:
    """From one position to another at constant velocity, seconds after take-off."""

    kind: LegKind
    from_item: int
    item: int
    """The item at which it ends."""
    start: Position
    end: Position
    start_s: float
    end_s: float
    camera_on: bool

    def words(self) -> str:
        """How to call it in a message."""
        match self.kind:
            case LegKind.TAKE_OFF:
                return f"the take-off climb (item {self.item})"
            case LegKind.TRAVEL:
                return f"leg {self.from_item}→{self.item}"
            case LegKind.CIRCLE:
                return f"the circle at item {self.item}"
            case LegKind.HOLD:
                return f"the hold at item {self.item}"
            case LegKind.CLIMB:
                return f"the climb at item {self.item}"
            case LegKind.RETURN:
                return f"the return to home (item {self.item})"
            case LegKind.DESCENT:
                return f"the descent at item {self.item}"


@dataclass(frozen=True, slots=True)
class Route:
    """The path of one mission; ``problems`` are the faults of its structure met on the way."""

    legs: tuple[Leg, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Stretch:
    """A leg before its time is known."""

    kind: LegKind
    from_item: int
    item: int
    start: Position
    end: Position
    speed_m_s: float
    hold_s: float
    camera_on: bool


class _Flight:
    """Flies the items one after the other and notes each stretch."""

    def __init__(self, drone: Drone, home: Position, frame: LocalFrame, ground_elevation_m: float) -> None:
        self.drone = drone
        self.home = home
        self.frame = frame
        self.ground_elevation_m = ground_elevation_m
        self.at = home
        self.item = 0
        self.airborne = False
        self.speed_m_s = drone.cruise_speed_m_s
        self.camera_on = False
        self.over = False
        self.stretches: list[_Stretch] = []
        self.problems: list[Problem] = []

    def fly(self, seq: int, item: MissionItem) -> None:
        """One item."""
        match item.command:
            case Command.NAV_TAKEOFF:
                self._climb(LegKind.TAKE_OFF, seq, self._height(item))
                self.airborne = True
            case command if command in _PLACED_NAV:
                self._go(seq, item)
            case Command.NAV_DELAY:
                self._hold(seq, max(0.0, float(whole(item.param1))))
            case Command.NAV_RETURN_TO_LAUNCH:
                self._return(seq)
            case Command.DO_CHANGE_SPEED if whole(item.param1) in (0, 1) and 0 < item.param2 < math.inf:
                self.speed_m_s = item.param2
            case Command.DO_SET_CAM_TRIGG_DIST:
                self.camera_on = item.param1 > 0
            case Command.DO_SET_HOME:
                place = (self.at.x_m, self.at.y_m) if whole(item.param1) == 1 else self._place(seq, item)
                if place is not None:
                    self.home = Position(*place, self.home.height_m)

    def _go(self, seq: int, item: MissionItem) -> None:
        place = self._place(seq, item)
        if place is None:
            return
        height_m = self.at.height_m if item.altitude_m == 0 else self._height(item)
        if item.command == Command.NAV_LAND:
            height_m = self.at.height_m  # it flies there first, then descends
        if not self.airborne:
            # No take-off in the mission: someone brought it up before. The fault is named by the structure rule.
            self._climb(LegKind.TAKE_OFF, seq, height_m)
            self.airborne = True
        if item.command == Command.NAV_LOITER_TURNS and whole(item.param1) > 0:
            self._circle(seq, item, Position(*place, height_m))
            return
        self._move(LegKind.TRAVEL, seq, Position(*place, height_m))
        match item.command:
            case Command.NAV_WAYPOINT:
                self._hold(seq, float(max(0, whole(item.param1))))
            case Command.NAV_LOITER_TIME:
                self._hold(seq, float(max(0, whole(item.param1))))
            case Command.NAV_LOITER_UNLIM:
                message = "NAV_LOITER_UNLIM waits for ever: nothing after it is flown"
                self.problems.append(Problem(seq, Severity.ERROR, message))
                self.over = True
            case Command.NAV_SPLINE_WAYPOINT:
                message = "a spline is checked as straight legs; the curve flown bulges out of them"
                self.problems.append(Problem(seq, Severity.WARNING, message))
            case Command.NAV_LAND:
                self._climb(LegKind.DESCENT, seq, 0.0)
                self.airborne = False
            case Command.NAV_PAYLOAD_PLACE:
                self._climb(LegKind.DESCENT, seq, 0.0)
                self._climb(LegKind.CLIMB, seq, height_m)

    def _circle(self, seq: int, item: MissionItem, centre: Position) -> None:
        """Round a polygon about the circle: nothing of the circle lies outside of it."""
        radius_m = min(abs(float(whole(item.param3))), MAX_CIRCLE_RADIUS_M) or CIRCLE_RADIUS_M
        outer_m = radius_m / math.cos(math.pi / CIRCLE_SIDES)
        bearing = math.atan2(self.at.y_m - centre.y_m, self.at.x_m - centre.x_m)
        step = math.copysign(math.tau / CIRCLE_SIDES, -item.param3 if item.param3 else -1.0)
        cruise_m_s = self.speed_m_s

        def corner(index: int) -> Position:
            angle = bearing + index * step
            x_m, y_m = centre.x_m + outer_m * math.cos(angle), centre.y_m + outer_m * math.sin(angle)
            return Position(x_m, y_m, centre.height_m)

        self._move(LegKind.TRAVEL, seq, corner(0))
        self.speed_m_s = min(cruise_m_s, radius_m * math.radians(CIRCLE_RATE_DEG_S))
        for index in range(1, min(whole(item.param1), MAX_TURNS) * CIRCLE_SIDES + 1):
            self._move(LegKind.CIRCLE, seq, corner(index))
        self.speed_m_s = cruise_m_s

    def _return(self, seq: int) -> None:
        if self.airborne:
            self._climb(LegKind.CLIMB, seq, max(self.at.height_m, self.home.height_m + RTL_ALTITUDE_M))
            self._move(LegKind.RETURN, seq, Position(self.home.x_m, self.home.y_m, self.at.height_m))
            self._climb(LegKind.DESCENT, seq, self.home.height_m)
        self.over = True

    def _move(self, kind: LegKind, seq: int, end: Position) -> None:
        self._stretch(kind, seq, end, 0.0)

    def _climb(self, kind: LegKind, seq: int, height_m: float) -> None:
        self._stretch(kind, seq, Position(self.at.x_m, self.at.y_m, height_m), 0.0)

    def _hold(self, seq: int, seconds: float) -> None:
        if seconds > 0:
            self._stretch(LegKind.HOLD, seq, self.at, seconds)

    def _stretch(self, kind: LegKind, seq: int, end: Position, hold_s: float) -> None:
        if hold_s > 0 or end != self.at:
            self.stretches.append(_Stretch(kind, self.item, seq, self.at, end, self.speed_m_s, hold_s, self.camera_on))
        self.at = end
        self.item = seq

    def _place(self, seq: int, item: MissionItem) -> tuple[float, float] | None:
        if item.lat_e7 == 0 and item.lon_e7 == 0:
            return (self.at.x_m, self.at.y_m)  # the autopilot takes 0, 0 for "here"
        try:
            return self.frame.point_to_xy(item.position)
        except ValueError:
            return None  # no place on Earth: the autopilot rule names it
        except InputError:
            message = (
                f"{item.command_name()} at {item.lat_e7 / E7:.7f},{item.lon_e7 / E7:.7f} is far from this site: "
                "not checked"
            )
            self.problems.append(Problem(seq, Severity.ERROR, message))
            return None

    def _height(self, item: MissionItem) -> float:
        """Above ground; an altitude that the autopilot refuses counts as the present height."""
        if not (math.isfinite(item.altitude_m) and abs(item.altitude_m) <= ALTITUDE_LIMIT_M):
            return self.at.height_m
        match item.frame:
            case Frame.GLOBAL | Frame.GLOBAL_INT:
                return item.altitude_m - self.ground_elevation_m
            case Frame.GLOBAL_TERRAIN_ALT | Frame.GLOBAL_TERRAIN_ALT_INT:
                return item.altitude_m
            case _:
                return self.home.height_m + item.altitude_m


def trace(
    mission: Mission,
    drone: Drone,
    *,
    home: GeoPoint,
    home_height_m: float,
    frame: LocalFrame,
    ground_elevation_m: float,
) -> Route:
    """The path that ``mission`` makes for ``drone`` standing at ``home``.

    Raises:
        InputError: home is not at this site.
    """
    order, problems = flown_order(mission)
    flight = _Flight(drone, Position(*frame.point_to_xy(home), home_height_m), frame, ground_elevation_m)
    for index, seq in enumerate(order):
        flight.fly(seq, mission.items[seq])
        if flight.over:
            unflown = sorted(set(order[index + 1 :]) - set(order[: index + 1]))
            if unflown and mission.items[seq].command == Command.NAV_RETURN_TO_LAUNCH:
                message = f"nothing after NAV_RETURN_TO_LAUNCH is flown: {len(unflown)} items are left over"
                flight.problems.append(Problem(unflown[0], Severity.WARNING, message))
            break
    times = timed(
        [
            Timing(
                dx_m=stretch.end.x_m - stretch.start.x_m,
                dy_m=stretch.end.y_m - stretch.start.y_m,
                dz_m=stretch.end.height_m - stretch.start.height_m,
                speed_m_s=stretch.speed_m_s,
                hold_s=stretch.hold_s,
            )
            for stretch in flight.stretches
        ],
        drone,
    )
    legs: list[Leg] = []
    now_s = 0.0
    for stretch, duration_s in zip(flight.stretches, times, strict=True):
        ends = (stretch.start, stretch.end, now_s, now_s + duration_s)
        legs.append(Leg(stretch.kind, stretch.from_item, stretch.item, *ends, stretch.camera_on))
        now_s += duration_s
    return Route(tuple(legs), tuple(problems + flight.problems))
