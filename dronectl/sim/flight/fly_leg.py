"""Flying along legs: the copter follows a target that moves along them, and the target waits for a copter that lags."""

from __future__ import annotations

import math

from dronectl.sim.flight.legs import NOTHING, Leg, Limits, Vector
from dronectl.sim.flight.places import Place
from dronectl.sim.flight.steering import new_demand
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.physics import VELOCITY_LAG_S, Demand

_CORRECTION_PER_S = 1.0
_GRACE = 0.05
"""A copter that does so much less than its target does not make it wait."""
_FORESEEN_S = 0.1
"""So much of the airframe's lag, over ground, is made up for in advance."""
_LOOKS_FROM_M_S = 0.5
_MORE = 2.0
"""Turns and corrections may take so many times the acceleration of a leg."""


class Follower:
    """Keeps a copter at a moving target."""

    def __init__(self, pace_s: float) -> None:
        self.is_paused = False
        self._keeps_up = 1.0
        self._goes = 1.0
        self._pace_s = pace_s

    @property
    def pace(self) -> float:
        """How fast the target's time goes."""
        return self._keeps_up * self._goes

    def demand(self, copter: Copter, target: Vector, speed: Vector, acceleration: Vector, dt_s: float) -> Demand:
        """``target``, its ``speed`` and its ``acceleration``: north, east and up, metres and seconds."""
        demand = new_demand(copter)
        body = copter.airframe
        limit, limit_up = demand.acceleration_m_s2, demand.vertical_acceleration_m_s2
        if self.is_paused or self._goes < 1.0:
            speed = self._braked(speed, limit * dt_s)
        v_n, v_e, v_up = speed
        off_n, off_e, off_up = target[0] - body.north_m, target[1] - body.east_m, target[2] - body.up_m
        off = math.hypot(off_n, off_e)
        back = _correction(off, limit) / off if off > 1e-9 else 0.0
        demand.north_m_s = v_n + acceleration[0] * _FORESEEN_S + back * off_n
        demand.east_m_s = v_e + acceleration[1] * _FORESEEN_S + back * off_e
        up = math.copysign(_correction(abs(off_up), limit_up), off_up)
        demand.up_m_s = v_up + acceleration[2] * VELOCITY_LAG_S + up
        demand.acceleration_m_s2, demand.vertical_acceleration_m_s2 = _MORE * limit, _MORE * limit_up
        if math.hypot(v_n, v_e) > _LOOKS_FROM_M_S:
            demand.heading_rad = math.atan2(v_e, v_n)
        size, wanted = math.hypot(v_n, v_e, v_up), 1.0
        if size > 1e-6:
            # What the copter will do of the target's speed, when it has made up for what it is behind.
            behind = (off_n * v_n + off_e * v_e + off_up * v_up) / size
            does = (body.v_north_m_s * v_n + body.v_east_m_s * v_e + body.v_up_m_s * v_up) / size
            wanted = min(1.0, max(0.0, _GRACE + (does - _CORRECTION_PER_S * behind) / size))
        self._keeps_up += (wanted - self._keeps_up) * min(1.0, dt_s / self._pace_s)
        return demand

    def _braked(self, speed: Vector, change_m_s: float) -> Vector:
        """What a pause leaves of the target's speed."""
        change = change_m_s / max(1.0, math.hypot(*speed))
        self._goes = max(0.0, self._goes - change) if self.is_paused else min(1.0, self._goes + change)
        return speed[0] * self._goes, speed[1] * self._goes, speed[2] * self._goes


class FlyLeg:
    """One leg. ``before``: the one that the target has not quite left. With ``after`` it does not stop at the end."""

    def __init__(self, leg: Leg, limits: Limits, *, before: Leg | None = None, after: Leg | None = None,
                 passes: bool = False) -> None:  # fmt: skip
        """``passes``: the end is flown through without ``after``, which is no straight leg."""
        self.leg, self.before, self.after = leg, before, after
        self.limits = limits
        self._passes = passes
        self._follower = Follower(limits.acceleration_m_s2 / limits.jerk_m_s3)
        self.is_done = False

    @property
    def flows(self) -> bool:
        """Whether it is flown through its end."""
        return self.after is not None or self._passes

    @property
    def end(self) -> Place:
        return self.leg.end

    @property
    def speed_m_s(self) -> float:
        return self.limits.speed_m_s

    def change_speed(self, limits: Limits) -> None:
        self.limits = limits
        self.leg.change_speed(limits)
        if self.after is not None:
            self.after.change_speed(limits)

    def pause(self, *, is_paused: bool) -> None:
        """Stop on the way, or go on."""
        self._follower.is_paused = is_paused

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        leg, after = self.leg, self.after
        step_s = dt_s * self._follower.pace
        start, before = leg.start, self.before
        target = _Target(start.north_m, start.east_m, start.up_m)
        if before is not None:
            before.advance(step_s)
            target.add(before, before.elapsed_s)
            target.back(before.whole)
            if before.is_over:
                self.before = None
        leg.advance(step_s)
        target.add(leg, leg.elapsed_s)
        is_past = leg.is_over
        if after is not None and (
            after.elapsed_s > 0.0 or self._may_turn(leg, after, is_level=copter.firmware.turns_are_level)
        ):
            after.advance(step_s)
            target.add(after, after.elapsed_s)
            is_past = is_past or after.elapsed_s >= leg.remaining_s
        demand = self._follower.demand(copter, target.at, target.speed, target.acceleration, dt_s)
        if is_past:
            self.is_done = self.flows or self._is_there(copter)
        return demand

    def _may_turn(self, leg: Leg, after: Leg, *, is_level: bool) -> bool:
        """Whether the turn, begun now, passes near enough to the corner, and gently enough."""
        left_s = leg.remaining_s
        if not leg.is_braking or left_s > after.faster_until_s:
            return False
        target = _Target(-leg.whole[0], -leg.whole[1], -leg.whole[2])  # from the corner
        target.add(leg, leg.elapsed_s + 0.5 * left_s)
        target.add(after, 0.5 * left_s)
        corner, speed, acceleration = target.at, target.speed, target.acceleration
        limits = self.limits
        most_m_s = min(leg.fastest_m_s, after.fastest_m_s)
        return (
            math.hypot(*corner) < limits.radius_m
            and math.hypot(acceleration[0], acceleration[1]) < limits.corner_m_s2
            and math.hypot(speed[0], speed[1]) < most_m_s
            and (is_level or (abs(acceleration[2]) < limits.vertical_m_s2 and math.hypot(*speed) < most_m_s))
        )

    def _is_there(self, copter: Copter) -> bool:
        body, end = copter.airframe, self.leg.end
        off = (end.north_m - body.north_m, end.east_m - body.east_m, end.up_m - body.up_m)
        return math.hypot(*off) <= self.limits.radius_m


class _Target:
    """A place that moves, with its speed and its acceleration: the sum of what legs add to it."""

    __slots__ = ("acceleration", "at", "speed")

    def __init__(self, north_m: float, east_m: float, up_m: float) -> None:
        self.at: Vector = (north_m, east_m, up_m)
        self.speed = self.acceleration = NOTHING

    def add(self, leg: Leg, time_s: float) -> None:
        """The way on a leg after so many seconds on it."""
        distance, fast, faster = leg.at(time_s)
        north, east, up = leg.direction
        at, speed, acceleration = self.at, self.speed, self.acceleration
        self.at = (at[0] + north * distance, at[1] + east * distance, at[2] + up * distance)
        self.speed = (speed[0] + north * fast, speed[1] + east * fast, speed[2] + up * fast)
        self.acceleration = (
            acceleration[0] + north * faster,
            acceleration[1] + east * faster,
            acceleration[2] + up * faster,
        )

    def back(self, whole: Vector) -> None:
        at = self.at
        self.at = (at[0] - whole[0], at[1] - whole[1], at[2] - whole[2])


def _correction(off_m: float, acceleration_m_s2: float) -> float:
    """Toward the target: in proportion while near, else so that braking in time is possible."""
    near_m = acceleration_m_s2 / _CORRECTION_PER_S**2
    if off_m <= near_m:
        return _CORRECTION_PER_S * off_m
    return math.sqrt(2.0 * acceleration_m_s2 * (off_m - 0.5 * near_m))
