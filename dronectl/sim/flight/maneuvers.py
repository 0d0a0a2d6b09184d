"""Pieces of flight: hold, climb, go somewhere, land. Each turns where the copter is into what it shall do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

from dronectl.sim.flight.places import Place
from dronectl.sim.flight.steering import new_demand, steer_to, vertical_speed
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.geodesy import Point
from dronectl.sim.vehicle.physics import Demand

_REACHED_M = 0.1
_LANDED_AFTER_S = 2.1


class Maneuver(Protocol):
    """``demand`` is asked for once a step; ``is_done`` says that the end was reached."""

    is_done: bool

    def demand(self, copter: Copter, dt_s: float) -> Demand: ...


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
            if self._spool_s < copter.firmware.spool_up_s:
                return demand
            copter.is_landed = False
        steer_to(copter, demand, self.place.point, 2.0)
        demand.up_m_s = vertical_speed(copter, self.place.up_m)
        self.is_done = abs(copter.airframe.up_m - self.place.up_m) < _REACHED_M
        return demand


@dataclass(slots=True)
class GoTo:
    """Straight to a place as fast as may be, at the latest order's speed."""

    end: Place
    speed_m_s: float
    radius_m: float
    is_done: bool = False

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        body, end = copter.airframe, self.end
        left_m, up_m = math.dist(copter.point, end.point), end.up_m - body.up_m
        speed = self.speed_m_s
        if abs(up_m) > 0.1 and left_m > 0.1:
            # Both ways end at the same time.
            limit = copter.parameters["WPNAV_SPEED_UP" if up_m > 0.0 else "WPNAV_SPEED_DN"] / 100.0
            speed = min(speed, limit * left_m / abs(up_m))
        steer_to(copter, demand, end.point, speed)
        demand.up_m_s = vertical_speed(copter, end.up_m)
        if left_m > 1.0:
            level = math.hypot(demand.north_m_s, demand.east_m_s)
            most = level * abs(up_m) / left_m + 0.1
            demand.up_m_s = min(max(demand.up_m_s, -most), most)
        if left_m > 2.0:
            demand.heading_rad = math.atan2(end.east_m - body.east_m, end.north_m - body.north_m)
        self.is_done = left_m < self.radius_m and abs(up_m) < 0.25
        return demand


@dataclass(slots=True)
class Land:
    """Down to the ground at a point: fast to LAND_ALT_LOW, then at LAND_SPEED; done when surely landed.

    One that knows no position (``is_steered`` False) keeps level, and the wind takes it along. ``pause_s``: it stays at
    its height for so long before.
    """

    point: Point
    is_steered: bool = True
    pause_s: float = 0.0
    is_done: bool = False
    _on_ground_s: float = field(default=0.0)

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        parameters = copter.parameters
        if copter.airframe.is_on_ground:
            self._on_ground_s += dt_s
            self.is_done = self._on_ground_s >= _LANDED_AFTER_S
            demand.up_m_s = -0.1
            return demand
        if self.is_steered:
            steer_to(copter, demand, self.point, parameters["WPNAV_SPEED"] / 100.0)
        else:
            demand.push_m_s2 = (0.0, 0.0)
        if self.pause_s > 0.0:
            self.pause_s -= dt_s
            return demand
        slow = parameters["LAND_SPEED"] / 100.0
        fast = (parameters["LAND_SPEED_HIGH"] or parameters["WPNAV_SPEED_DN"]) / 100.0
        above_low_m = copter.airframe.up_m - parameters["LAND_ALT_LOW"] / 100.0
        demand.up_m_s = -max(slow, min(fast, _slowing_m_s(above_low_m, parameters["WPNAV_ACCEL_Z"] / 100.0)))
        return demand


def _slowing_m_s(left_m: float, acceleration_m_s2: float) -> float:
    """Toward a height: in proportion over the last metre or so, before that by a steady deceleration."""
    if left_m <= acceleration_m_s2:
        return max(0.0, left_m)
    return math.sqrt(2.0 * acceleration_m_s2 * (left_m - 0.5 * acceleration_m_s2))
