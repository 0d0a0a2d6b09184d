"""What ArduCopter does with each item of a mission, one after the other, as stretches of a path.

Held against the sources of ArduCopter 4.5 (mode_auto.cpp, mode_rtl.cpp, AC_WPNav, AC_Circle, AP_Rally), with the
parameters at their defaults.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.checks.trajectory.curves import CURVE_TOLERANCE_M, Spline, circle_sides
from dronectl.checks.trajectory.defaults import RALLY_LIMIT_M, RETURN_ALTITUDE_M
from dronectl.checks.trajectory.item_order import Problem, whole
from dronectl.checks.trajectory.leg import LegKind, Position
from dronectl.checks.trajectory.terrain_profile import Relief
from dronectl.checks.wording import Form
from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.ardupilot.stored_items import ALTITUDE_LIMIT_M, canonical_item
from dronectl.model.degrees import E7
from dronectl.model.fleet import Drone
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, deleted
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

TURN_RADIUS_M = 10.0
"""ArduCopter's default, used where LOITER_TURNS gives none."""

CIRCLE_RATE_DEG_S = 20.0
"""ArduCopter's default."""

MAX_CIRCLE_RADIUS_M = 2_550.0
MAX_TURNS = 255.0
"""The largest that fit in a LOITER_TURNS item on board."""

LEAST_CONE_SLOPE = 0.5
LEAST_CONE_CLIMB_M = 2.5
"""Of ArduCopter: a lesser slope of the return's cone is none, and no climb in it is less."""

MAX_STRETCHES = 50_000
"""A mission that makes more pieces than this is checked as far as here."""

TERRAIN_PIECE_M = 15.0
"""A leg that follows the terrain is cut into pieces of this length: half a cell of a 1″ grid."""

NAVIGATION = frozenset(
    {
        Command.NAV_WAYPOINT,
        Command.NAV_LOITER_UNLIM,
        Command.NAV_LOITER_TURNS,
        Command.NAV_LOITER_TIME,
        Command.NAV_RETURN_TO_LAUNCH,
        Command.NAV_LAND,
        Command.NAV_TAKEOFF,
        Command.NAV_SPLINE_WAYPOINT,
        Command.NAV_GUIDED_ENABLE,
        Command.NAV_DELAY,
        Command.NAV_PAYLOAD_PLACE,
    }
)
_WITH_PLACE = NAVIGATION - {
    Command.NAV_TAKEOFF,
    Command.NAV_RETURN_TO_LAUNCH,
    Command.NAV_GUIDED_ENABLE,
    Command.NAV_DELAY,
}
_ABOVE_TERRAIN = (Frame.GLOBAL_TERRAIN_ALT, Frame.GLOBAL_TERRAIN_ALT_INT)
_ABOVE_SEA = (Frame.GLOBAL, Frame.GLOBAL_INT, Frame.MISSION)
_FLOWN_THROUGH = (
    Command.NAV_WAYPOINT,
    Command.NAV_LOITER_UNLIM,
    Command.NAV_LOITER_TIME,
    Command.NAV_PAYLOAD_PLACE,
    Command.NAV_SPLINE_WAYPOINT,
)
"""A waypoint is not stopped at when one of these comes next: a spline after it then starts along the leg before."""


_GUIDED = Form(
    "NAV_GUIDED_ENABLE: another computer steers, its path is unknown",
    "NAV_GUIDED_ENABLE: คอมพิวเตอร์เครื่องอื่นบังคับ ไม่ทราบเส้นทาง",
)
_WAITS_FOREVER = Form(
    "NAV_LOITER_UNLIM waits forever: nothing after it is flown",
    "NAV_LOITER_UNLIM รอไม่สิ้นสุด: รายการหลังจากนี้จะไม่ถูกบิน",
)
_WAITS_UNTIL = Form(
    "NAV_DELAY waits until {time} UTC: times after it are unknown, and with them battery and separation",
    "NAV_DELAY รอถึง {time} UTC: ไม่ทราบเวลาหลังจากนี้ จึงไม่ทราบแบตเตอรี่และระยะห่างระหว่างโดรน",
)
_MOVES_HOME = Form(
    "DO_SET_HOME moves home: the return and all later relative altitudes count from there",
    "DO_SET_HOME ย้ายจุดขึ้นบิน: ทางกลับและความสูงสัมพัทธ์หลังจากนี้นับจากจุดใหม่",
)
_TOO_MANY_PIECES = Form(
    "the path has more than {most} pieces; the rest of the mission is not checked",
    "เส้นทางมีมากกว่า {most} ส่วน ส่วนที่เหลือของภารกิจไม่ได้ตรวจ",
)
_FAR = Form(
    "{command} at {lat:.7f},{lon:.7f} is far from this site: not checked",
    "{command} ที่ {lat},{lon} อยู่ไกลจากพื้นที่นี้: ไม่ได้ตรวจ",
)


@dataclass(slots=True)
class Stretch:
    """A leg before its time is known."""

    kind: LegKind
    from_item: int
    item: int
    start: Position
    end: Position
    speed_m_s: float
    hold_s: float
    camera_on: bool
    curved: bool = False


class Flying:
    """Flies items and notes each stretch, until ``over``."""

    def __init__(
        self, mission: Mission, drone: Drone, home: Position, relief: Relief, rally: Mission, elevation_m: float
    ) -> None:
        self.mission = mission
        self.drone = drone
        self.home = home
        self.relief = relief
        self.rally = rally
        self.elevation_m = elevation_m
        self.rtl_altitude_m = RETURN_ALTITUDE_M
        self.rally_limit_m = RALLY_LIMIT_M
        self.rally_includes_home = True
        self.climb_min_m = 0.0
        self.cone_slope = 0.0
        self.at = home
        self.item = 0
        self.airborne = False
        self.speed_m_s = drone.cruise_speed_m_s
        self.camera_on = False
        self.over = False
        self.tangent: FloatArray = np.zeros(3)
        """How a spline would start here: along the leg before, or nothing where the drone stands still."""
        self.above_terrain = False
        self.stretches: list[Stretch] = []
        self.problems: list[Problem] = []
        self._places: dict[int, tuple[float, float] | None] = {}

    def fly(self, seq: int, following: Sequence[int]) -> None:
        """One item; ``following`` are the next two navigation items, as far as there are any."""
        item = self.mission.items[seq]
        match item.command:
            case Command.NAV_TAKEOFF:
                lowest_m = self.at.height_m if self.airborne else self.home.height_m + 1.0
                self._vertical(LegKind.TAKE_OFF, seq, max(lowest_m, self._height(item, self.at.x_m, self.at.y_m)))
                self.airborne = True
            case command if command in _WITH_PLACE:
                self._navigate(seq, item, following)
            case Command.NAV_DELAY:
                self._delay(seq, item)
            case Command.NAV_GUIDED_ENABLE if item.param1 > 0:
                fix = Fix(f"take out item {seq}", (deleted(seq),))
                self.problems.append(Problem(seq, Severity.ERROR, _GUIDED(), fix))
            case Command.NAV_RETURN_TO_LAUNCH:
                self._return(seq)
            case Command.DO_CHANGE_SPEED if whole(item.param1) not in (2, 3) and 0 < item.param2 < math.inf:
                self.speed_m_s = item.param2
            case Command.DO_SET_CAM_TRIGG_DIST:
                self.camera_on = item.param1 > 0
            case Command.DO_SET_HOME:
                self._set_home(seq, item)

    def _navigate(self, seq: int, item: MissionItem, following: Sequence[int]) -> None:
        place = self._place(seq)
        if place is None:
            return
        height_m = self.at.height_m if item.altitude_m == 0 else self._height(item, *place)
        if item.command in (Command.NAV_LAND, Command.NAV_PAYLOAD_PLACE):
            height_m = self.at.height_m  # it flies there first, then descends
        if not self.airborne:
            # No take-off in the mission: someone brought it up before. The fault is named by the structure rule.
            self._vertical(LegKind.TAKE_OFF, seq, height_m)
            self.airborne = True
        end = Position(*place, height_m)
        if item.command == Command.NAV_LOITER_TURNS:
            self._circle(seq, item, end)
            return
        if item.command == Command.NAV_SPLINE_WAYPOINT:
            self._spline(seq, item, end, following)
        else:
            self._straight(seq, item, end, following)
        match item.command:
            case Command.NAV_WAYPOINT | Command.NAV_SPLINE_WAYPOINT | Command.NAV_LOITER_TIME:
                self._hold(seq, float(max(0, whole(item.param1))))
            case Command.NAV_LOITER_UNLIM:
                fix = Fix(f"make item {seq} a NAV_LOITER_TIME with the seconds to wait in param1")
                self.problems.append(Problem(seq, Severity.ERROR, _WAITS_FOREVER(), fix))
                self.over = True
            case Command.NAV_LAND:
                self._vertical(LegKind.DESCENT, seq, self.relief.known_at(*place))
                self.airborne = False
                self.over = not following or self.mission.items[following[0]].command != Command.NAV_TAKEOFF
            case Command.NAV_PAYLOAD_PLACE:
                self._vertical(LegKind.DESCENT, seq, self.relief.known_at(*place))
                self._vertical(LegKind.CLIMB, seq, height_m)

    def _straight(self, seq: int, item: MissionItem, end: Position, following: Sequence[int]) -> None:
        start = self.at
        self._move(LegKind.TRAVEL, seq, end, above_terrain=_is_above_terrain(item))
        passes = (
            item.command == Command.NAV_WAYPOINT
            and whole(item.param1) <= 0
            and bool(following)
            and self.mission.items[following[0]].command in _FLOWN_THROUGH
        )
        if passes:
            self.tangent = self._vector(start, end)

    def _spline(self, seq: int, item: MissionItem, end: Position, following: Sequence[int]) -> None:
        """One spline segment, its tangents as AC_WPNav::set_spline_destination takes them."""
        above_terrain = _is_above_terrain(item)
        begins = self.tangent if above_terrain == self.above_terrain else np.zeros(3)
        ends = np.zeros(3)
        place = self._place(following[0], near=end) if following and whole(item.param1) <= 0 else None
        if place is not None:
            after = self.mission.items[following[0]]
            height_m = end.height_m if after.altitude_m == 0 else self._height(after, *place)
            beyond = Position(*place, height_m)
            if after.command == Command.NAV_SPLINE_WAYPOINT:
                ends = self._vector(self.at, beyond)
            else:
                ends = self._vector(end, beyond)
            if _is_above_terrain(after) != above_terrain and after.altitude_m != 0:
                ends = np.zeros(3)
        ground_m = [self.relief.known_at(p.x_m, p.y_m) if above_terrain else 0.0 for p in (self.at, end)]
        lift = np.array([[0.0, 0.0, height_m] for height_m in ground_m])
        first, last = _vector(self.at) - lift[0], _vector(end) - lift[1]
        spline = Spline(first, last, begins, ends)
        points = spline.pieces()
        speeds_m_s = spline.speeds_m_s(len(points) - 1, self.speed_m_s, self.drone.acceleration_m_s2)
        if above_terrain:
            points[:, 2] += np.nan_to_num(self.relief.heights_m(points[:, :2]))
        cruise_m_s, from_item = self.speed_m_s, self.item
        for point, speed_m_s in zip(points[1:].tolist(), speeds_m_s.tolist(), strict=True):
            self.speed_m_s, self.item = speed_m_s, from_item
            self._stretch(LegKind.TRAVEL, seq, Position(*point), 0.0, curved=True)
        self.speed_m_s = cruise_m_s
        self.at, self.item = end, seq
        self.tangent, self.above_terrain = ends, above_terrain

    def _circle(self, seq: int, item: MissionItem, centre: Position) -> None:
        """Round a polygon about the circle, from the point of it that is nearest."""
        kept = canonical_item(item, seq)
        radius_m = min(abs(kept.param3), MAX_CIRCLE_RADIUS_M) if math.isfinite(kept.param3) else 0.0
        radius_m = radius_m or TURN_RADIUS_M
        turns = min(max(0.0, kept.param1), MAX_TURNS) if math.isfinite(kept.param1) else 0.0
        outer_m = radius_m + CURVE_TOLERANCE_M
        sides = circle_sides(radius_m)
        bearing = _bearing_from(centre, [self.at, *(one.start for one in reversed(self.stretches[-10:]))])
        step = math.copysign(math.tau / sides, -kept.param3 if kept.param3 else -1.0)

        def corner(index: int) -> Position:
            angle = bearing + index * step
            x_m, y_m = centre.x_m + outer_m * math.cos(angle), centre.y_m + outer_m * math.sin(angle)
            return Position(x_m, y_m, centre.height_m)

        self._move(LegKind.TRAVEL, seq, corner(0), above_terrain=_is_above_terrain(item))
        cruise_m_s = self.speed_m_s
        self.speed_m_s = min(cruise_m_s, radius_m * math.radians(CIRCLE_RATE_DEG_S))
        for index in range(1, math.ceil(turns * sides) + 1):
            self._stretch(LegKind.CIRCLE, seq, corner(index % sides), 0.0)
            if self.over:
                break
        self.speed_m_s = cruise_m_s

    def _delay(self, seq: int, item: MissionItem) -> None:
        if item.param1 > 0:
            self._hold(seq, float(whole(item.param1)))
            return
        hour, minute, second = (whole(value) for value in (item.param2, item.param3, item.param4))
        until = f"{max(0, hour):02d}:{max(0, minute):02d}:{max(0, second):02d}"
        fix = Fix(f"give item {seq} the seconds to wait in param1")
        self.problems.append(Problem(seq, Severity.ERROR, _WAITS_UNTIL(time=until), fix))

    def _return(self, seq: int) -> None:
        """To home, or to a rally point that is nearer; it climbs first, and never descends."""
        if self.airborne:
            goal = self._return_goal()
            lowest_m = self.home.height_m + self.rtl_altitude_m
            if goal != self.home:
                lowest_m = max(lowest_m, goal.height_m)
            self._vertical(LegKind.CLIMB, seq, self._return_height(goal, lowest_m))
            self._move(LegKind.RETURN, seq, Position(goal.x_m, goal.y_m, self.at.height_m), above_terrain=False)
            ground_m = self.home.height_m if goal == self.home else self.relief.known_at(goal.x_m, goal.y_m)
            self._vertical(LegKind.DESCENT, seq, ground_m)
        self.over = True

    def _return_height(self, goal: Position, lowest_m: float) -> float:
        """Near its goal it climbs less, where the settings say so, and never descends."""
        now_m = self.at.height_m
        height_m = max(lowest_m, now_m + self.climb_min_m)
        if self.cone_slope >= LEAST_CONE_SLOPE:
            away_m = math.hypot(goal.x_m - self.at.x_m, goal.y_m - self.at.y_m)
            in_cone_m = self.home.height_m + away_m * self.cone_slope
            height_m = min(height_m, max(in_cone_m, now_m + LEAST_CONE_CLIMB_M))
        return max(now_m, height_m)

    def _return_goal(self) -> Position:
        def distance_m(place: Position) -> float:
            return math.hypot(place.x_m - self.at.x_m, place.y_m - self.at.y_m)

        nearest = min(self.rally_points(), key=distance_m, default=None)
        if nearest is None or distance_m(nearest) > self.rally_limit_m:
            return self.home
        return self.home if self.rally_includes_home and distance_m(nearest) >= distance_m(self.home) else nearest

    def rally_points(self) -> list[Position]:
        """Where it may return to instead of home, by the home that it has now."""
        return [place for item in self.rally.items if (place := self._rally_point(item)) is not None]

    def _rally_point(self, item: MissionItem) -> Position | None:
        if item.command != Command.RALLY_POINT:
            return None
        try:
            place = self.relief.frame.point_to_xy(item.position)
        except (ValueError, InputError):
            return None
        return Position(*place, self._height(item, *place))

    def _set_home(self, seq: int, item: MissionItem) -> None:
        """Home here (at the height that the drone has here), or at the item's place."""
        here = whole(item.param1) == 1 or (item.lat_e7 == 0 and item.lon_e7 == 0)
        place = (self.at.x_m, self.at.y_m) if here else self._place(seq)
        if place is None:
            return
        height_m = self.at.height_m if here else self._height(item, *place)
        self.home = Position(*place, height_m)
        fix = Fix(f"take out item {seq}", (deleted(seq),))
        self.problems.append(Problem(seq, Severity.WARNING, _MOVES_HOME(), fix))

    def _move(self, kind: LegKind, seq: int, end: Position, *, above_terrain: bool) -> None:
        """Straight there; above terrain in pieces, at a height above ground that changes evenly from end to end."""
        start, from_item = self.at, self.item
        if above_terrain and not self.relief.is_flat:
            length_m = math.hypot(end.x_m - start.x_m, end.y_m - start.y_m)
            shares = np.linspace(0.0, 1.0, max(1, math.ceil(length_m / TERRAIN_PIECE_M)) + 1)[1:-1]
            points = _vector(start) + shares[:, None] * (_vector(end) - _vector(start))
            ends_m = [place.height_m - self.relief.known_at(place.x_m, place.y_m) for place in (start, end)]
            ground_m = np.nan_to_num(self.relief.heights_m(points[:, :2]))
            points[:, 2] = ground_m + ends_m[0] + shares * (ends_m[1] - ends_m[0])
            for point in points.tolist():
                self.item = from_item
                self._stretch(kind, seq, Position(*point), 0.0)
            self.item = from_item
        self._stretch(kind, seq, end, 0.0)
        self.above_terrain = above_terrain

    def _vertical(self, kind: LegKind, seq: int, height_m: float) -> None:
        self._stretch(kind, seq, Position(self.at.x_m, self.at.y_m, height_m), 0.0)

    def _hold(self, seq: int, seconds: float) -> None:
        if seconds > 0:
            self._stretch(LegKind.HOLD, seq, self.at, seconds)

    def _stretch(self, kind: LegKind, seq: int, end: Position, hold_s: float, *, curved: bool = False) -> None:
        if len(self.stretches) >= MAX_STRETCHES and not self.over:
            self.problems.append(Problem(seq, Severity.ERROR, _TOO_MANY_PIECES(most=MAX_STRETCHES)))
            self.over = True
        if not self.over and (hold_s > 0 or end != self.at):
            start = self.at
            self.stretches.append(
                Stretch(kind, self.item, seq, start, end, self.speed_m_s, hold_s, self.camera_on, curved)
            )
        self.at = end
        self.item = seq
        self.tangent = np.zeros(3)

    def _vector(self, start: Position, end: Position) -> FloatArray:
        """From one place to another; above terrain its height is above ground."""
        change = _vector(end) - _vector(start)
        if self.above_terrain:
            change[2] -= self.relief.known_at(end.x_m, end.y_m) - self.relief.known_at(start.x_m, start.y_m)
        return change

    def _place(self, seq: int, *, near: Position | None = None) -> tuple[float, float] | None:
        """Where an item lies; ``near`` stands in for 0, 0, which the autopilot takes for "here"."""
        item = self.mission.items[seq]
        if item.command not in _WITH_PLACE | {Command.DO_SET_HOME} or (item.lat_e7 == 0 and item.lon_e7 == 0):
            here = near or self.at
            return (here.x_m, here.y_m)
        if seq not in self._places:
            self._places[seq] = self._located(seq, item)
        return self._places[seq]

    def _located(self, seq: int, item: MissionItem) -> tuple[float, float] | None:
        try:
            return self.relief.frame.point_to_xy(item.position)
        except ValueError:
            return None  # no place on Earth: the autopilot rule names it
        except InputError:
            far = _FAR(command=item.command_name(), lat=item.lat_e7 / E7, lon=item.lon_e7 / E7)
            self.problems.append(Problem(seq, Severity.ERROR, far))
            return None

    def _height(self, item: MissionItem, x_m: float, y_m: float) -> float:
        """Above the site's plane; an altitude that the autopilot refuses counts as the present height."""
        if not (math.isfinite(item.altitude_m) and abs(item.altitude_m) <= ALTITUDE_LIMIT_M):
            return self.at.height_m
        if item.frame in _ABOVE_SEA:
            return item.altitude_m - self.elevation_m
        if item.frame in _ABOVE_TERRAIN:
            return self.relief.known_at(x_m, y_m) + item.altitude_m
        return self.home.height_m + item.altitude_m


def _is_above_terrain(item: MissionItem) -> bool:
    return item.frame in _ABOVE_TERRAIN


def _vector(position: Position) -> FloatArray:
    return np.array([position.x_m, position.y_m, position.height_m])


def _bearing_from(centre: Position, places: Sequence[Position]) -> float:
    """Of the first place that is not the centre: a drone in the very middle backs off the way that it came."""
    ways = ((place.y_m - centre.y_m, place.x_m - centre.x_m) for place in places)
    return next((math.atan2(*way) for way in ways if math.hypot(*way) > 0.01), 0.0)
