"""Where a drone goes from here: along its mission, home, down, or on as it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from dronectl.model.plan.mission import Command
from dronectl.ops.alarms.expected import CLIMB_M_S, CRUISE_M_S, SINK_M_S, TURN_M_S2, Target, way_s
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.forecast import MOVES_M_S, RETURN_ALTITUDE_M, goal_from, return_goal, return_speed_m_s
from dronectl.ops.alarms.local_plane import NorthEast
from dronectl.ops.picture.surroundings import FloatArray
from dronectl.ops.traffic.encounters import LOOK_S

BRAKES_M_S2 = 2.5
"""As ArduCopter does in BRAKE."""
STANDS_M_S = 0.5
CIRCLE_STEP_S = 2.0
SLOW_SHARE = 0.3
"""Who lacks more of a leg's speed is setting out or turning, and not held up by the wind."""


@dataclass(slots=True)
class WayOn:
    """Corners of a way, and when it is at each: seconds from now, metres north, east and up on the flight's plane."""

    t_s: list[float] = field(default_factory=list)
    places: list[tuple[float, float, float]] = field(default_factory=list)
    lands: bool = False
    """It ends on the ground."""

    def to(self, t_s: float, place: NorthEast, up_m: float) -> None:
        self.t_s.append(max(t_s, self.now_s))
        self.places.append((*place, up_m))

    @property
    def now_s(self) -> float:
        return self.t_s[-1] if self.t_s else 0.0

    @property
    def here(self) -> NorthEast:
        return self.places[-1][:2]

    @property
    def up_m(self) -> float:
        return self.places[-1][2]

    def at(self, seconds: FloatArray) -> FloatArray:
        """(n, 3) places at these times; its end is stayed at. NaN once it has landed."""
        corners = np.array(self.places)
        places = np.stack([np.interp(seconds, self.t_s, corners[:, axis]) for axis in range(3)], axis=1)
        if self.lands:
            places[seconds > self.now_s] = np.nan
        return places


def way_on(f: FlightState) -> WayOn | None:
    """The way of the next :data:`LOOK_S` and a little more; None: it does not fly, or where it is is not known."""
    here = f.here
    if here is None or not f.is_flying:
        return None
    way = WayOn()
    way.to(0.0, here.north_east, here.up_m)
    target = f.expected.targets.get(f.state.mission_item or -1)
    if f.is_returning and return_goal(f) is not None and f.mode != "SMART_RTL":
        _home(f, way, return_goal(f))
    elif f.mode == "LAND":
        _down(way)
    elif f.mode == "BRAKE":
        _straight_on(f, way, for_s=_speed_m_s(f) / (2.0 * BRAKES_M_S2), climbs=False)
    elif f.mode == "AUTO" and target is not None and f.expected.seconds:
        _mission(f, way, target)
    else:
        _straight_on(f, way, for_s=LOOK_S, climbs=True)
    return way


def _speed_m_s(f: FlightState) -> float:
    return math.hypot(f.state.velocity_north_m_s or 0.0, f.state.velocity_east_m_s or 0.0)


def _straight_on(f: FlightState, way: WayOn, *, for_s: float, climbs: bool) -> None:
    if _speed_m_s(f) < STANDS_M_S and abs(f.state.climb_m_s or 0.0) < STANDS_M_S:
        return
    (north, east), up_m = way.here, way.up_m
    climb_m_s = (f.state.climb_m_s or 0.0) if climbs else 0.0

    def at(t_s: float) -> NorthEast:
        return north + (f.state.velocity_north_m_s or 0.0) * t_s, east + (f.state.velocity_east_m_s or 0.0) * t_s

    if climb_m_s < 0.0 and (ground_s := up_m / -climb_m_s) < for_s:
        way.to(ground_s, at(ground_s), 0.0)
        climb_m_s = up_m = 0.0
    way.to(for_s, at(for_s), up_m + climb_m_s * for_s)


def _mission(f: FlightState, way: WayOn, target: Target) -> None:
    e, item = f.expected, f.state.mission_item or 0
    left_s = max(0.0, target.seconds_there - f.stayed_s)
    if f.arrived_s is None or target.command == Command.NAV_TAKEOFF:
        up_m = _up_m(target, way)
        slow_m_s = max(0.0, target.speed_m_s - _speed_m_s(f))
        speed_m_s = _speed_m_s(f) if slow_m_s < SLOW_SHARE * target.speed_m_s else target.speed_m_s
        lost_s = target.turn_s / 2.0 + (slow_m_s / TURN_M_S2 / 2.0 if speed_m_s == target.speed_m_s else 0.0)
        way.to(way_s(way.here, target.place, up_m - way.up_m, speed_m_s) + lost_s, target.place, up_m)
    _stay(way, target, left_s)
    before, pace = target, f.progress.pace(e.usual_pace)
    for number in sorted(n for n in e.targets if n > item):
        if way.now_s > LOOK_S:
            return
        after = e.targets[number]
        leg_s = after.seconds_before - before.seconds_before - before.seconds_there
        way.to(way.now_s + leg_s * pace, after.place, _up_m(after, way))
        _stay(way, after, after.seconds_there)
        before = after
    if way.now_s <= LOOK_S and e.return_item is not None and e.return_item > item and e.goals:
        _home(f, way, goal_from(e.goals, before.place))


def _up_m(target: Target, way: WayOn) -> float:
    return way.up_m if math.isnan(target.altitude_m) else target.altitude_m


def _stay(way: WayOn, target: Target, for_s: float) -> None:
    """At a place, or on the circle around it."""
    if for_s <= 0.0:
        return
    until_s, radius_m = way.now_s + for_s, abs(target.circle_m)
    if radius_m:
        north, east = way.here[0] - target.place[0], way.here[1] - target.place[1]
        angle = math.atan2(east, north)
        step = math.copysign(CRUISE_M_S * CIRCLE_STEP_S / radius_m, target.circle_m)
        while way.now_s < min(until_s, LOOK_S):
            angle += step
            on_it = (target.place[0] + radius_m * math.cos(angle), target.place[1] + radius_m * math.sin(angle))
            way.to(way.now_s + CIRCLE_STEP_S, on_it, way.up_m)
    way.to(until_s, way.here, way.up_m)


def _home(f: FlightState, way: WayOn, goal: NorthEast | None) -> None:
    """Up to the altitude of the return, straight over its goal, down."""
    assert goal is not None
    apart_m = math.dist(way.here, goal)
    rise_m = max(0.0, (f.expected.return_altitude_m or RETURN_ALTITUDE_M) - way.up_m)
    if apart_m > MOVES_M_S:
        way.to(way.now_s + rise_m / CLIMB_M_S, way.here, way.up_m + rise_m)
        way.to(way.now_s + apart_m / return_speed_m_s(f), goal, way.up_m)
    _down(way)


def _down(way: WayOn) -> None:
    way.to(way.now_s + way.up_m / SINK_M_S, way.here, 0.0)
    way.lands = True
