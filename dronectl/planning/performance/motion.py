"""How a copter moves along legs: speed without a jerk, and corners flown without a stop.

ArduCopter 4.x flies every leg as an S-curve from rest to rest, with limits on speed, acceleration and jerk. Where it
need not stop it begins the next leg while the last still ends, and adds the two movements: the earlier it begins, the
rounder and faster the corner. It begins so early that the path passes the corner within the waypoint radius, is never
faster than the leg allows, and half of either leg is flown alone (AP_Math/SCurve.cpp, AC_WPNav.cpp). So a chain of
legs lasts as long as all of them from rest to rest, less the overlaps.

All functions take and give arrays of any shapes that go together; distances in metres, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.model.fleet import Drone

JERK_RISE_S = 0.3
"""Jerk itself comes on over so long: 2 × the attitude controller's input time, by default 0.15 s
(AC_WPNav::calc_scurve_jerk_and_snap)."""
_TINY_M = 1e-9
_NEWTON_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Limits:
    """What an aircraft may do along a leg."""

    acceleration_m_s2: float
    jerk_m_s3: float
    radius_m: float


def limits_of(drone: Drone) -> Limits:
    return Limits(drone.acceleration_m_s2, drone.jerk_m_s3, drone.waypoint_radius_m)


def ramp_s(speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """From rest to a speed, or back: half of the distance that the speed itself would take is covered in it.

    With the full acceleration a the ramp is v/a + a/j + rise; a slower speed is reached with a lower peak, the root of
    v = p (p/j + rise).
    """
    a, j = limits.acceleration_m_s2, limits.jerk_m_s3
    peak = np.minimum(_peak_acceleration(speed_m_s, limits), a)
    times: FloatArray = np.where(peak < a, 2.0 * (peak / j + JERK_RISE_S), speed_m_s / a + a / j + JERK_RISE_S)
    return times


def top_speed_m_s(distance_m: FloatArray, speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """The highest speed on a leg from rest to rest: the one asked for, or what the length leaves room for."""
    a, j = limits.acceleration_m_s2, limits.jerk_m_s3
    rise = a / j + JERK_RISE_S
    with_full_acceleration = a * (np.sqrt(rise**2 + 4.0 * distance_m / a) - rise) / 2.0
    # Shorter: x = p/j + rise solves 2 j (x − rise) x² = distance. Newton from above never leaves the right side.
    x = np.cbrt(distance_m / (2.0 * j)) + JERK_RISE_S
    for _ in range(_NEWTON_ROUNDS):
        x = x - ((x - JERK_RISE_S) * x**2 - distance_m / (2.0 * j)) / (3.0 * x**2 - 2.0 * JERK_RISE_S * x)
    with_lower_peak = j * (x - JERK_RISE_S) * x
    room: FloatArray = np.where(with_full_acceleration >= a * rise, with_full_acceleration, with_lower_peak)
    return np.minimum(room, speed_m_s)


def rest_to_rest_s(distance_m: FloatArray, speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """Time for straight legs flown from standstill to standstill; 0 for no distance, inf for an infinite one."""
    finite = np.where(np.isfinite(distance_m), distance_m, 1.0)
    times = up_to_top_s(finite, top_speed_m_s(finite, speed_m_s, limits), limits)
    return np.where(np.isfinite(distance_m), times, np.inf)


def up_to_top_s(distance_m: FloatArray, top_m_s: FloatArray, limits: Limits) -> FloatArray:
    """The same for finite legs whose :func:`top_speed_m_s` is known."""
    top = np.maximum(top_m_s, _TINY_M)
    ramp = ramp_s(top, limits)
    times: FloatArray = np.where(distance_m > _TINY_M, np.maximum(distance_m / top, ramp) + ramp, 0.0)
    return times


def half_overlap_s(
    half_turn_sine: FloatArray, speed_m_s: FloatArray, arriving_s: FloatArray, leaving_s: FloatArray, limits: Limits
) -> FloatArray:
    """Half of the time in which the legs into and out of a corner are flown at once.

    In the middle of it either movement has the same distance P and speed V from rest, so that the path misses the
    corner by 2 P sin(θ/2) and goes at 2 V cos(θ/2), θ being the turn. ``half_turn_sine``: sin(θ/2); ``speed_m_s``: the
    slower of the two legs; ``arriving_s``, ``leaving_s``: their times from rest to rest.
    """
    cosine = np.sqrt(np.maximum(0.0, 1.0 - half_turn_sine**2))
    ramp = ramp_s(speed_m_s, limits)
    until_radius = _time_to_reach_s(limits.radius_m / (2.0 * np.maximum(half_turn_sine, _TINY_M)), speed_m_s, limits)
    until_speed = _time_to_speed_s(speed_m_s / (2.0 * np.maximum(cosine, 0.5)), speed_m_s, limits)
    shorter = np.minimum(np.minimum(until_radius, until_speed), ramp)
    return np.minimum(shorter, np.minimum(arriving_s, leaving_s) / 4.0)


def _peak_acceleration(speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """With which a speed is reached when the limit on acceleration does not come first."""
    j, rise = limits.jerk_m_s3, JERK_RISE_S
    peak: FloatArray = j * (np.sqrt(rise**2 + 4.0 * speed_m_s / j) - rise) / 2.0
    return peak


def _phases(speed_m_s: FloatArray, limits: Limits) -> tuple[FloatArray, FloatArray]:
    """(peak acceleration, seconds of full jerk). Jerk that rises over r is like all of it at once after r/2."""
    peak = np.minimum(_peak_acceleration(speed_m_s, limits), limits.acceleration_m_s2)
    return peak, peak / limits.jerk_m_s3


def _time_to_reach_s(distance_m: FloatArray, speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """From rest until a distance is covered, on the way to a speed."""
    peak, rising_s = _phases(speed_m_s, limits)
    first_m = limits.jerk_m_s3 * rising_s**3 / 6.0
    speed_then = limits.jerk_m_s3 * rising_s**2 / 2.0
    early = np.cbrt(6.0 * np.minimum(distance_m, first_m) / limits.jerk_m_s3)
    more_m = np.maximum(distance_m - first_m, 0.0)
    late = (np.sqrt(speed_then**2 + 2.0 * peak * more_m) - speed_then) / np.maximum(peak, _TINY_M)
    return early + late + JERK_RISE_S / 2.0


def _time_to_speed_s(part_m_s: FloatArray, speed_m_s: FloatArray, limits: Limits) -> FloatArray:
    """From rest until a speed is reached on the way to a higher one."""
    peak, rising_s = _phases(speed_m_s, limits)
    knee = limits.jerk_m_s3 * rising_s**2 / 2.0
    ramp = ramp_s(speed_m_s, limits)

    def lower(part: FloatArray) -> FloatArray:
        early = np.sqrt(2.0 * np.minimum(part, knee) / limits.jerk_m_s3)
        return early + np.maximum(part - knee, 0.0) / np.maximum(peak, _TINY_M) + JERK_RISE_S / 2.0

    # The upper half of a ramp mirrors the lower one.
    is_upper = part_m_s > speed_m_s / 2.0
    mirrored = np.where(is_upper, np.maximum(speed_m_s - part_m_s, 0.0), part_m_s)
    times = lower(mirrored)
    both: FloatArray = np.where(is_upper, ramp - times, times)
    return both
