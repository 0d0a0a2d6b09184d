"""Turns around a centre, as LOITER_TURNS and CIRCLE fly them: after a target on the rim, which they cut a little."""

from __future__ import annotations

import math

from dronectl.sim.flight.places import Place
from dronectl.sim.flight.steering import new_demand, vertical_speed
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.physics import Demand

_LEAST_TURN_RAD_S2 = math.radians(2.0)
_TO_THE_RIM_M = 3.0
_MIDDLE_M = 0.5


class Circle:
    """``turns`` 0 means for ever. Negative radius: counter-clockwise."""

    def __init__(self, copter: Copter, centre: Place, radius_m: float, turns: float, speed_m_s: float) -> None:
        self.centre = centre
        self.is_done = False
        self._turns = turns
        self._radius_m = abs(radius_m) or 10.0
        acceleration = copter.parameters["WPNAV_ACCEL"] / 100.0
        most = min(speed_m_s, math.sqrt(0.5 * acceleration * self._radius_m)) / self._radius_m
        rate = math.radians(abs(copter.parameters["CIRCLE_RATE"]))
        clockwise = copter.firmware.always_turns_clockwise or radius_m >= 0.0
        self._rate_rad_s = min(rate, most) * (1.0 if clockwise else -1.0)
        self._change_rad_s2 = max(acceleration / self._radius_m, _LEAST_TURN_RAD_S2)
        self._now_rad_s = 0.0
        self._angle_rad = angle_seen_from(copter, centre)
        self._turned_rad = 0.0

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = new_demand(copter)
        body, centre = copter.airframe, self.centre
        change = self._change_rad_s2 * dt_s
        self._now_rad_s += min(max(self._rate_rad_s - self._now_rad_s, -change), change)
        self._angle_rad += self._now_rad_s * dt_s
        self._turned_rad += abs(self._now_rad_s) * dt_s
        north = centre.north_m + self._radius_m * math.cos(self._angle_rad)
        east = centre.east_m + self._radius_m * math.sin(self._angle_rad)
        after = copter.firmware.circle_after_per_s
        demand.north_m_s = after * (north - body.north_m)
        demand.east_m_s = after * (east - body.east_m)
        demand.up_m_s = vertical_speed(copter, centre.up_m)
        demand.heading_rad = math.atan2(centre.east_m - body.east_m, centre.north_m - body.north_m)
        self.is_done = self._turns > 0 and self._turned_rad >= self._turns * math.tau
        return demand


def angle_seen_from(copter: Copter, centre: Place) -> float:
    """Where the copter is, seen from there; behind it, as it looks, when it is there."""
    north, east = copter.airframe.north_m - centre.north_m, copter.airframe.east_m - centre.east_m
    if math.hypot(north, east) < _MIDDLE_M:
        return copter.airframe.yaw_rad + math.pi
    return math.atan2(east, north)


def way_to_the_rim(copter: Copter, stop: Place, centre: Place, radius_m: float) -> Place | None:
    """The nearest place of the rim; None: near enough to begin."""
    radius = abs(radius_m) or 10.0
    north, east = stop.north_m - centre.north_m, stop.east_m - centre.east_m
    distance = math.hypot(north, east)
    angle = math.atan2(east, north) if distance >= _MIDDLE_M else copter.airframe.yaw_rad + math.pi
    rim = Place(
        centre.north_m + radius * math.cos(angle), centre.east_m + radius * math.sin(angle), centre.up_m
    )  # fmt: skip
    off = (rim.north_m - stop.north_m, rim.east_m - stop.east_m, rim.up_m - stop.up_m)
    return rim if math.hypot(*off) > _TO_THE_RIM_M else None
