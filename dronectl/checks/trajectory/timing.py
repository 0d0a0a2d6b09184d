"""How long each stretch takes: the checker's own estimate, apart from the planner's.

Constant jerk from standstill to standstill, and corners by what the waypoint radius lets through of it. Times without a
source are what ArduCopter 4.5 was measured to take.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.model.fleet import Drone

STRAIGHT_ON_DEG = 10.0
"""A lesser turn costs no time; it needs less than the ordinary waypoint radius at ordinary speeds."""

SPOOL_UP_S = 2.6
"""Before the ground is left."""

AT_HOME_S = 8.1
"""Above home before the descent: 5 s of waiting, and coming to rest."""

SLOW_BELOW_M = 10.0
"""Landing is slow from here on (ArduCopter's default)."""

SLOW_M_S = 0.5
"""Of landing (ArduCopter's default)."""

ON_GROUND_S = 1.9
"""Until the motors stop."""

_JERK_BUILDS_S = 0.3
_RESTING_S = 0.3
_CLIMB_ENDS_M_S2 = 1.0
_SLOWING_S = 1.1


@dataclass(frozen=True, slots=True)
class Timing:
    """What matters for the time of one stretch; a hold does not move."""

    dx_m: float
    dy_m: float
    dz_m: float
    speed_m_s: float
    hold_s: float
    takes_off: bool = False
    """Straight up from the ground."""
    lands: bool = False
    """Straight down to the ground."""
    from_rest: bool = False
    """Begins with a stop, whatever the turn."""

    @property
    def distance_m(self) -> float:
        return math.hypot(self.dx_m, self.dy_m)


def timed(stretches: Sequence[Timing], drone: Drone) -> list[float]:
    """Seconds for each."""
    times: list[float] = []
    for moving, group in itertools.groupby(stretches, key=lambda stretch: stretch.distance_m > 0):
        run = list(group)
        times += _travel_s(run, drone) if moving else [_standing_s(stretch, drone) for stretch in run]
    return times


def _standing_s(stretch: Timing, drone: Drone) -> float:
    """Holds, climbs and descents on the spot."""
    if stretch.dz_m == 0.0:
        return stretch.hold_s
    if stretch.dz_m > 0.0:
        up_m_s = drone.climb_speed_m_s
        begins_s = SPOOL_UP_S if stretch.takes_off else 0.0
        return begins_s + stretch.dz_m / up_m_s + 1.5 * up_m_s / _CLIMB_ENDS_M_S2
    slow_m = min(-stretch.dz_m, SLOW_BELOW_M) if stretch.lands else 0.0
    down_m_s = drone.descent_speed_m_s
    down_s = (-stretch.dz_m - slow_m) / down_m_s + down_m_s / (2.0 * _CLIMB_ENDS_M_S2) + _SLOWING_S
    return down_s + (AT_HOME_S + slow_m / SLOW_M_S + ON_GROUND_S if stretch.lands else 0.0)


def _travel_s(stretches: Sequence[Timing], drone: Drone) -> list[float]:
    """Seconds of stretches that all go somewhere, from rest to rest: runs of going straight on, joined by corners."""
    seconds: list[float] = []
    corner_s = 0.0
    for run, turn_rad in _runs(stretches):
        cruise_s = [_cruise_s(stretch, drone) for stretch in run]
        length_m = sum(stretch.distance_m for stretch in run)
        speed_m_s = length_m / sum(cruise_s)
        alone_s = _rest_to_rest_s(length_m, speed_m_s, drone)
        # What the run takes longer than its cruise is spent at its two ends; a corner gives part of that back.
        half_s = (alone_s - sum(cruise_s)) / 2.0
        last_s = 0.0 if turn_rad is None else min(_passed_s(turn_rad, speed_m_s, drone), alone_s / 4.0)
        cruise_s[0] += max(0.0, half_s - min(corner_s, alone_s / 4.0)) + (0.0 if corner_s else _RESTING_S)
        cruise_s[-1] += max(0.0, half_s - last_s) + (0.0 if last_s else _RESTING_S)
        seconds += [time_s + stretch.hold_s for time_s, stretch in zip(cruise_s, run, strict=True)]
        corner_s = last_s
    return seconds


def _runs(stretches: Sequence[Timing]) -> list[tuple[list[Timing], float | None]]:
    """Stretches that go straight on from each other, each run with the turn at its end; None: a stop."""
    runs: list[tuple[list[Timing], float | None]] = [([stretches[0]], None)]
    for before, after in itertools.pairwise(stretches):
        turn_rad = _turn_rad(before, after)
        if after.from_rest:
            runs.append(([after], None))
        elif turn_rad < math.radians(STRAIGHT_ON_DEG):
            runs[-1][0].append(after)
        else:
            runs[-1] = (runs[-1][0], turn_rad)
            runs.append(([after], None))
    return runs


def _turn_rad(before: Timing, after: Timing) -> float:
    """0..π."""
    cross = before.dx_m * after.dy_m - before.dy_m * after.dx_m
    dot = before.dx_m * after.dx_m + before.dy_m * after.dy_m
    return abs(math.atan2(cross, dot))


def _cruise_s(stretch: Timing, drone: Drone) -> float:
    rate_m_s = drone.climb_speed_m_s if stretch.dz_m > 0 else drone.descent_speed_m_s
    speed_m_s = min(stretch.speed_m_s, drone.max_airspeed_m_s)
    return max(abs(stretch.dz_m) / rate_m_s, stretch.distance_m / speed_m_s)


def _rest_to_rest_s(distance_m: float, speed_m_s: float, drone: Drone) -> float:
    """Through all three limits; through jerk and acceleration only, or through jerk only, where it is too short."""
    acceleration, jerk = drone.acceleration_m_s2, drone.jerk_m_s3
    rises_s = acceleration / jerk + _JERK_BUILDS_S
    by_jerk_s = 2.0 * math.sqrt(speed_m_s / jerk) + 2.0 * _JERK_BUILDS_S
    ramp_s = by_jerk_s if speed_m_s < acceleration * rises_s else speed_m_s / acceleration + rises_s
    if distance_m >= speed_m_s * ramp_s:
        return distance_m / speed_m_s + ramp_s
    if distance_m >= 2.0 * acceleration * rises_s**2:
        return rises_s + math.sqrt(rises_s**2 + 4.0 * distance_m / acceleration)
    return math.cbrt(32.0 * distance_m / jerk) + 2.0 * _JERK_BUILDS_S


def _passed_s(turn_rad: float, speed_m_s: float, drone: Drone) -> float:
    """How long before its end a leg may let the next one begin, halved.

    At that time either leg is as far from the corner as one that began there at rest: the path misses the corner by
    2 sin(turn / 2) times as much, at most the waypoint radius, and is 2 cos(turn / 2) times as fast, at most the leg's
    speed.
    """
    acceleration, jerk = drone.acceleration_m_s2, drone.jerk_m_s3
    rising_s = acceleration / jerk
    risen_m, risen_m_s = jerk * rising_s**3 / 6.0, jerk * rising_s**2 / 2.0
    away_m = drone.waypoint_radius_m / (2.0 * math.sin(turn_rad / 2.0))
    if away_m <= risen_m:
        by_radius_s = math.cbrt(6.0 * away_m / jerk)
    else:
        gained_m_s = math.sqrt(risen_m_s**2 + 2.0 * acceleration * (away_m - risen_m)) - risen_m_s
        by_radius_s = rising_s + gained_m_s / acceleration
    allowed_m_s = speed_m_s / (2.0 * max(0.5, math.cos(turn_rad / 2.0)))
    if allowed_m_s <= risen_m_s:
        return min(by_radius_s, math.sqrt(2.0 * allowed_m_s / jerk))
    return min(by_radius_s, rising_s + (allowed_m_s - risen_m_s) / acceleration)
