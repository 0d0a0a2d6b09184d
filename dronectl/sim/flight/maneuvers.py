"""Pieces of flight: hold, climb, fly a leg, circle, land. Each turns where the copter is into what it shall do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.geodesy import Point
from dronectl.sim.vehicle.physics import Demand

SPOOL_UP_S = 2.5
_REACHED_M = 0.1
_JERK_LAG = 0.33
"""Share of acceleration over WPNAV_JERK that a stop takes longer than braking at once would."""
_CROSS_TRACK_LAG_S = 0.8
_ALTITUDE_PER_S = 1.0
_LANDED_AFTER_S = 1.9
_CUT = 0.6
"""Share of the waypoint radius by which corners are cut: 1.2 m of 2 m, as seen on ArduCopter 4.5 at 8 m/s."""
_TURN_LAG_S = 0.3
"""From the demand for a turn to the turn."""
_ALONE = 0.25
"""A turn takes no more than this share of a leg: the rest is flown along it."""
_START_M = 0.4
"""A leg from rest begins as if it had been flown so far: at 0 m the run-up would never start."""


class Maneuver(Protocol):
    """``demand`` is asked for once a step; ``is_done`` says that the end was reached."""

    is_done: bool

    def demand(self, copter: Copter, dt_s: float) -> Demand: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the air: metres north, east and above the ground."""

    north_m: float
    east_m: float
    up_m: float

    @property
    def point(self) -> Point:
        return self.north_m, self.east_m


def here(copter: Copter) -> Place:
    return Place(copter.airframe.north_m, copter.airframe.east_m, copter.airframe.up_m)


def stopping_place(copter: Copter) -> Place:
    """Where the copter comes to rest when it brakes now."""
    body, acceleration = copter.airframe, copter.parameters["WPNAV_ACCEL"] / 100.0
    speed = body.ground_speed_m_s
    ahead_s = speed / (2.0 * acceleration) + 0.4 if speed > 0.1 else 0.0
    return Place(
        body.north_m + body.v_north_m_s * ahead_s, body.east_m + body.v_east_m_s * ahead_s,
        max(0.0, body.up_m + 0.5 * body.v_up_m_s),
    )  # fmt: skip


def new_demand(copter: Copter) -> Demand:
    """No movement, with the acceleration limits that the parameters set."""
    parameters = copter.parameters
    return Demand(
        acceleration_m_s2=parameters["WPNAV_ACCEL"] / 100.0,
        vertical_acceleration_m_s2=parameters["WPNAV_ACCEL_Z"] / 100.0,
        lean_rad=math.radians(parameters["ANGLE_MAX"] / 100.0),
    )


def approach_speed(distance_m: float, acceleration_m_s2: float, lag_s: float) -> float:
    """The speed from which a stop within ``distance_m`` is just possible: d = v²/2a + v·lag."""
    reach = acceleration_m_s2 * lag_s
    return math.sqrt(reach * reach + 2.0 * acceleration_m_s2 * max(0.0, distance_m)) - reach


def _stop_distance(speed_m_s: float, acceleration_m_s2: float, lag_s: float) -> float:
    """The inverse of ``approach_speed``."""
    return speed_m_s * speed_m_s / (2.0 * acceleration_m_s2) + speed_m_s * lag_s


def vertical_speed(copter: Copter, target_up_m: float) -> float:
    """Climb or descend to a height within the set speeds, slowing down in time."""
    parameters = copter.parameters
    error_m = target_up_m - copter.airframe.up_m
    speed = approach_speed(abs(error_m), 0.7 * parameters["WPNAV_ACCEL_Z"] / 100.0, 0.5)
    if error_m >= 0:
        return min(speed, parameters["WPNAV_SPEED_UP"] / 100.0)
    return -min(speed, parameters["WPNAV_SPEED_DN"] / 100.0)


def steer_to(copter: Copter, demand: Demand, point: Point, speed_m_s: float) -> float:
    """Set the horizontal part of a demand to reach a point and stop there; returns the distance left."""
    d_north, d_east = point[0] - copter.airframe.north_m, point[1] - copter.airframe.east_m
    distance = math.hypot(d_north, d_east)
    if distance > 1e-6:
        speed = min(speed_m_s, approach_speed(distance, demand.acceleration_m_s2, _lag_s(copter)))
        demand.north_m_s, demand.east_m_s = speed * d_north / distance, speed * d_east / distance
    return distance


@dataclass(slots=True)
class Hold:
    """Stay at a place for ``for_s`` (for ever without it)."""

    place: Place
    for_s: float | None = None
    is_done: bool = False
    _held_s: float = 0.0

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        steer_to(copter, demand, self.place.point, copter.parameters["WPNAV_SPEED"] / 100.0)
        demand.up_m_s = vertical_speed(copter, self.place.up_m)
        self._held_s += dt_s
        self.is_done = self.for_s is not None and self._held_s >= self.for_s
        return demand


@dataclass(slots=True)
class Climb:
    """Straight up (or down) to a height; from the ground, the rotors spin up first."""

    place: Place
    is_done: bool = False
    _spool_s: float = 0.0

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        if copter.is_landed:
            self._spool_s += dt_s
            if self._spool_s < SPOOL_UP_S:
                return demand
            copter.is_landed = False
        steer_to(copter, demand, self.place.point, 2.0)
        demand.up_m_s = vertical_speed(copter, self.place.up_m)
        self.is_done = abs(copter.airframe.up_m - self.place.up_m) < _REACHED_M
        return demand


@dataclass(slots=True)
class FlyLeg:
    """A straight line in the air. With ``corner`` (turn in radians) the copter does not stop at its end."""

    start: Place
    end: Place
    speed_m_s: float
    corner_rad: float | None = None
    radius_m: float = 2.0
    is_done: bool = False
    _run_up_m: float | None = None

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        body = copter.airframe
        d_north, d_east = self.end.north_m - self.start.north_m, self.end.east_m - self.start.east_m
        length = math.hypot(d_north, d_east)
        if length < 0.5:
            left = steer_to(copter, demand, self.end.point, self.speed_m_s)
            demand.up_m_s = vertical_speed(copter, self.end.up_m)
            self.is_done = left < self.radius_m and abs(body.up_m - self.end.up_m) < max(_REACHED_M, 0.25)
            return demand
        along_n, along_e = d_north / length, d_east / length
        rel_n, rel_e = body.north_m - self.start.north_m, body.east_m - self.start.east_m
        done_m = rel_n * along_n + rel_e * along_e
        aside_m = -rel_n * along_e + rel_e * along_n
        left_m = length - done_m
        slope = (self.end.up_m - self.start.up_m) / length
        if self._run_up_m is None:
            speed_now = max(0.0, body.v_north_m_s * along_n + body.v_east_m_s * along_e)
            # Speeding up mirrors slowing down: as if the leg had begun where this speed would have been 0.
            self._run_up_m = _stop_distance(speed_now, demand.acceleration_m_s2, _lag_s(copter)) - done_m + _START_M
        speed = self._speed(copter, demand.acceleration_m_s2, left_m, slope)
        # Carried backwards by the speed it came with, the copter must still be able to start.
        self._run_up_m = max(self._run_up_m, _START_M - done_m)
        speed = min(speed, approach_speed(done_m + self._run_up_m, demand.acceleration_m_s2, _lag_s(copter)))
        # Toward the line as fast as a stop on it allows: so a turn from the leg before ends on this one.
        aside = -math.copysign(approach_speed(abs(aside_m), demand.acceleration_m_s2, _CROSS_TRACK_LAG_S), aside_m)
        demand.north_m_s = speed * along_n - aside * along_e
        demand.east_m_s = speed * along_e + aside * along_n
        want_up_m = self.start.up_m + slope * min(max(done_m, 0.0), length)
        demand.up_m_s = self._vertical(copter, speed * slope, want_up_m)
        demand.heading_rad = math.atan2(along_e, along_n) if length > 2.0 else None
        self.is_done = self._is_reached(copter, left_m)
        return demand

    def _speed(self, copter: Copter, acceleration: float, left_m: float, slope: float) -> float:
        lag_s = _lag_s(copter)
        if self.corner_rad is None:
            speed = approach_speed(left_m, acceleration, lag_s) if left_m > 0 else left_m
        else:
            exit_speed = self._corner_speed(acceleration)
            to_the_turn_m = max(0.0, left_m - self._overlap_m(acceleration))
            distance = to_the_turn_m + _stop_distance(exit_speed, acceleration, lag_s)
            speed = approach_speed(distance, acceleration, lag_s)
        speed = min(speed, self.speed_m_s)
        if slope:
            limit = copter.parameters["WPNAV_SPEED_UP" if slope > 0 else "WPNAV_SPEED_DN"] / 100.0
            speed = min(speed, limit / abs(slope))
        return speed

    def _corner_speed(self, acceleration: float) -> float:
        """The speed at which a turn with this acceleration passes the corner inside at ``_CUT`` of the radius.

        Turning at constant acceleration from one leg to the next takes ``v² sin(h) / a`` of each leg (h: half the
        turn) and passes the corner at half of that times ``sin(h)``.
        """
        return min(self.speed_m_s, math.sqrt(2.0 * _CUT * self.radius_m * acceleration) / self._sine_of_half())

    def _overlap_m(self, acceleration: float) -> float:
        """So far before the corner the turn begins."""
        speed = self._corner_speed(acceleration)
        return speed * speed * self._sine_of_half() / acceleration + speed * _TURN_LAG_S

    def _sine_of_half(self) -> float:
        return max(math.sin(abs(self.corner_rad or 0.0) / 2.0), 0.02)

    def _is_reached(self, copter: Copter, left_m: float) -> bool:
        distance = math.dist(copter.point, self.end.point)
        if self.corner_rad is not None:
            length = math.dist(self.start.point, self.end.point)
            return left_m <= min(self._overlap_m(copter.parameters["WPNAV_ACCEL"] / 100.0), _ALONE * length)
        is_slow = copter.airframe.ground_speed_m_s < 0.6 or distance < 0.3
        return distance < self.radius_m and is_slow and abs(copter.airframe.up_m - self.end.up_m) < 1.0

    @staticmethod
    def _vertical(copter: Copter, feed_forward_m_s: float, want_up_m: float) -> float:
        parameters = copter.parameters
        speed = feed_forward_m_s + _ALTITUDE_PER_S * (want_up_m - copter.airframe.up_m)
        return min(max(speed, -parameters["WPNAV_SPEED_DN"] / 100.0), parameters["WPNAV_SPEED_UP"] / 100.0)


@dataclass(slots=True)
class Circle:
    """Turns around a centre at a height; ``turns`` 0 means for ever. Negative radius: counter-clockwise."""

    centre: Place
    radius_m: float
    turns: float
    is_done: bool = False
    _turned_rad: float = 0.0
    _last_rad: float | None = None

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        radius = abs(self.radius_m) or 10.0
        north, east = copter.airframe.north_m - self.centre.north_m, copter.airframe.east_m - self.centre.east_m
        distance = math.hypot(north, east)
        out_n, out_e = (north / distance, east / distance) if distance > 1e-6 else (1.0, 0.0)
        direction = -1.0 if self.radius_m < 0 else 1.0
        speed = min(copter.parameters["WPNAV_SPEED"] / 100.0, math.sqrt(0.5 * demand.acceleration_m_s2 * radius))
        inward = min(max(0.8 * (distance - radius), -speed), speed)
        tangential = speed if abs(distance - radius) < 0.3 * radius + 1.0 else 0.0
        # Facing out (n, e), clockwise seen from above is toward (-e, n).
        demand.north_m_s = -inward * out_n - direction * tangential * out_e
        demand.east_m_s = -inward * out_e + direction * tangential * out_n
        if tangential:
            lead = tangential * tangential / radius * 0.35
            demand.north_m_s -= lead * out_n
            demand.east_m_s -= lead * out_e
        demand.up_m_s = vertical_speed(copter, self.centre.up_m)
        demand.heading_rad = math.atan2(-out_e, -out_n)
        angle = math.atan2(east, north)
        if tangential and self._last_rad is not None:
            self._turned_rad += (angle - self._last_rad + math.pi) % math.tau - math.pi
        self._last_rad = angle
        self.is_done = self.turns > 0 and abs(self._turned_rad) >= self.turns * math.tau
        return demand


@dataclass(slots=True)
class Land:
    """Down to the ground at a point: fast to LAND_ALT_LOW, then at LAND_SPEED; done when surely landed."""

    point: Point
    is_done: bool = False
    _on_ground_s: float = field(default=0.0)

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        parameters = copter.parameters
        if copter.airframe.up_m <= 0.0:
            self._on_ground_s += dt_s
            self.is_done = self._on_ground_s >= _LANDED_AFTER_S
            demand.up_m_s = -0.1
            return demand
        steer_to(copter, demand, self.point, parameters["WPNAV_SPEED"] / 100.0)
        slow = parameters["LAND_SPEED"] / 100.0
        fast = (parameters["LAND_SPEED_HIGH"] or parameters["WPNAV_SPEED_DN"]) / 100.0
        above_low_m = copter.airframe.up_m - parameters["LAND_ALT_LOW"] / 100.0
        demand.up_m_s = -max(slow, min(fast, approach_speed(above_low_m, 0.7, 0.5) + slow))
        return demand


def _lag_s(copter: Copter) -> float:
    acceleration = copter.parameters["WPNAV_ACCEL"] / 100.0
    return _JERK_LAG * acceleration / max(copter.parameters["WPNAV_JERK"], 0.5)
