"""How long a flight takes and what it draws: acceleration, corners, climb, hover, landing.

Corner speed follows the circle that leaves the corner by no more than the waypoint radius: a turn by θ has the fillet
radius r / (1/cos(θ/2) − 1), flown at √(a · fillet radius). The landing is ArduCopter's RTL with its default
parameters (RTL_LOIT_TIME, LAND_ALT_LOW, LAND_SPEED).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.model.fleet import Drone
from dronectl.planning.frame import BoolArray, FloatArray
from dronectl.planning.work import Step

RTL_LOITER_S = 5.0
LAND_SLOW_BELOW_M = 10.0
LAND_SPEED_M_S = 0.5
_SAME_PLACE_M = 0.01


@dataclass(frozen=True, slots=True)
class Speeds:
    """Ground speeds of a sortie: ``work_m_s`` while working, ``transit_m_s`` on the way."""

    work_m_s: float
    transit_m_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A flight in time: ``t_s`` (n,) since take-off, never decreasing, and ``xyz_m`` (n, 3); straight in between."""

    t_s: FloatArray
    xyz_m: FloatArray
    distance_m: float
    """Path length, climb and descent included."""
    energy_wh: float

    @property
    def duration_s(self) -> float:
        return float(self.t_s[-1])


def rest_to_rest_s(distance_m: FloatArray, speed_m_s: float, acceleration_m_s2: float) -> FloatArray:
    """Time for straight legs flown from standstill to standstill."""
    short = distance_m < speed_m_s**2 / acceleration_m_s2
    times: FloatArray = np.where(
        short,
        2.0 * np.sqrt(distance_m / acceleration_m_s2),
        distance_m / speed_m_s + speed_m_s / acceleration_m_s2,
    )
    return times


def climb_s(drone: Drone, altitude_m: float) -> float:
    """From the ground to ``altitude_m``."""
    rise = np.array([altitude_m])
    return float(rest_to_rest_s(rise, drone.climb_speed_m_s, drone.acceleration_m_s2)[0])


def landing_s(drone: Drone, altitude_m: float) -> float:
    """RTL from above home: loiter, descend, touch down slowly."""
    slow_m = min(altitude_m, LAND_SLOW_BELOW_M)
    return RTL_LOITER_S + (altitude_m - slow_m) / drone.descent_speed_m_s + slow_m / LAND_SPEED_M_S


def usable_energy_wh(drone: Drone, reserve_pct: float) -> float:
    """What one sortie may draw: the usable share of the capacity less the reserve (a share of the capacity too)."""
    return drone.battery.capacity_wh * (drone.battery.usable_share - reserve_pct / 100.0)


def fly(drone: Drone, home_xy: FloatArray, altitude_m: float, steps: Sequence[Step], speeds: Speeds) -> Timeline:
    """Take-off, the steps at one altitude (the last above home), RTL."""
    points = np.vstack([home_xy, *(step.xy for step in steps)])
    lengths = np.hypot(*np.diff(points, axis=0).T)
    limits = np.array([speeds.work_m_s if step.working else speeds.transit_m_s for step in steps])
    dwells = np.array([step.dwell_s for step in steps])
    legs_s = _leg_times(points, lengths, limits, dwells > 0.0, drone)

    up_s, down_s = climb_s(drone, altitude_m), landing_s(drone, altitude_m)
    times, places = [0.0, up_s], [(*home_xy, 0.0), (*home_xy, altitude_m)]
    for point, leg_s, dwell_s in zip(points[1:], legs_s, dwells, strict=True):
        times.append(times[-1] + leg_s)
        places.append((*point, altitude_m))
        if dwell_s > 0.0:
            times.append(times[-1] + dwell_s)
            places.append(places[-1])
    slow_m = min(altitude_m, LAND_SLOW_BELOW_M)
    landing_end = times[-1] + down_s
    for moment, height_m in (
        (times[-1] + RTL_LOITER_S, altitude_m),
        (landing_end - slow_m / LAND_SPEED_M_S, slow_m),
        (landing_end, 0.0),
    ):
        times.append(moment)
        places.append((*points[-1], height_m))

    moving_s = float(legs_s.sum())
    hovering_s = up_s + float(dwells.sum()) + down_s
    energy_ws = moving_s * drone.battery.cruise_power_w + hovering_s * drone.battery.hover_power_w
    return Timeline(
        t_s=np.array(times, dtype=np.float64),
        xyz_m=np.array(places, dtype=np.float64),
        distance_m=float(lengths.sum()) + 2.0 * altitude_m,
        energy_wh=energy_ws / 3600.0,
    )


def _leg_times(
    points: FloatArray, lengths: FloatArray, limits: FloatArray, stops: BoolArray, drone: Drone
) -> FloatArray:
    """Time of each leg when speed at each corner is what the corner, the braking and the speeding up allow."""
    acceleration = drone.acceleration_m_s2
    count = len(lengths)
    speed = [0.0] * (count + 1)
    for k in range(1, count):
        if not stops[k - 1]:
            corner = _corner_speed(points[k - 1 : k + 2], acceleration, drone.waypoint_radius_m)
            speed[k] = min(corner, float(limits[k - 1]), float(limits[k]))
    for k in range(count):
        speed[k + 1] = min(speed[k + 1], math.sqrt(speed[k] ** 2 + 2.0 * acceleration * lengths[k]))
    for k in reversed(range(count)):
        speed[k] = min(speed[k], math.sqrt(speed[k + 1] ** 2 + 2.0 * acceleration * lengths[k]))
    return np.array(
        [_ramp_s(float(lengths[k]), speed[k], speed[k + 1], float(limits[k]), acceleration) for k in range(count)]
    )


def _corner_speed(three_points: FloatArray, acceleration: float, waypoint_radius_m: float) -> float:
    arriving, leaving = np.diff(three_points, axis=0)
    product = float(np.hypot(*arriving) * np.hypot(*leaving))
    if product < _SAME_PLACE_M**2:
        return math.inf
    cosine = max(-1.0, min(1.0, float(arriving @ leaving) / product))
    half = math.sqrt((1.0 + cosine) / 2.0)
    if half >= 1.0 - 1e-9:
        return math.inf
    return math.sqrt(acceleration * waypoint_radius_m * half / (1.0 - half))


def _ramp_s(length: float, start: float, end: float, limit: float, acceleration: float) -> float:
    """Trapezoid (or triangle) of speed over one leg."""
    peak = min(limit, math.sqrt(acceleration * length + (start**2 + end**2) / 2.0))
    peak = max(peak, start, end)
    if peak <= 0.0:
        return 0.0
    ramps_m = (2.0 * peak**2 - start**2 - end**2) / (2.0 * acceleration)
    return (2.0 * peak - start - end) / acceleration + max(0.0, length - ramps_m) / peak
