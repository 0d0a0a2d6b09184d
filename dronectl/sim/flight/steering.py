"""What a maneuver asks of the airframe: speeds that can still be given up in time."""

from __future__ import annotations

import math

from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.geodesy import Point
from dronectl.sim.vehicle.physics import Demand

_JERK_LAG = 0.33
"""Share of acceleration over WPNAV_JERK that a stop takes longer than braking at once would."""


def new_demand(copter: Copter) -> Demand:
    """No movement, with the acceleration limits that the parameters set."""
    return Demand(0.0, 0.0, 0.0, *copter.limits)


def approach_speed(distance_m: float, acceleration_m_s2: float, lag_s: float) -> float:
    """The speed from which a stop within ``distance_m`` is just possible: d = v²/2a + v·lag."""
    reach = acceleration_m_s2 * lag_s
    return math.sqrt(reach * reach + 2.0 * acceleration_m_s2 * max(0.0, distance_m)) - reach


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


def _lag_s(copter: Copter) -> float:
    acceleration = copter.parameters["WPNAV_ACCEL"] / 100.0
    return _JERK_LAG * acceleration / max(copter.parameters["WPNAV_JERK"], 0.5)
