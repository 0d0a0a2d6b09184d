"""How long each stretch takes: the checker's own estimate, apart from the planner's."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.model.fleet import Drone

STRAIGHT_ON_DEG = 30.0
"""A corner sharper than this is taken as a stop: a little long, never short."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What matters for the time of one stretch; a hold does not move."""

    dx_m: float
    dy_m: float
    dz_m: float
    speed_m_s: float
    hold_s: float

    @property
    def distance_m(self) -> float:
        return math.hypot(self.dx_m, self.dy_m)


def timed(stretches: Sequence[Timing], drone: Drone) -> list[float]:
    """Seconds for each: constant acceleration to cruise speed, a stop wherever the path does not go straight on."""
    if not stretches:
        return []
    goes_on = [_goes_straight_on(first, second) for first, second in itertools.pairwise(stretches)]
    return [
        _seconds(stretch, drone, stops=(not before) + (not after))
        for stretch, before, after in zip(stretches, [False, *goes_on], [*goes_on, False], strict=True)
    ]


def _seconds(stretch: Timing, drone: Drone, *, stops: int) -> float:
    """``stops``: at how many of its two ends the stretch stands still."""
    rate_m_s = drone.climb_speed_m_s if stretch.dz_m > 0 else drone.descent_speed_m_s
    vertical_s = abs(stretch.dz_m) / rate_m_s
    speed_m_s, acceleration_m_s2 = stretch.speed_m_s, drone.acceleration_m_s2
    distance_m = stretch.distance_m
    ramp_m = stops * speed_m_s**2 / (2 * acceleration_m_s2)
    if distance_m >= ramp_m:
        horizontal_s = distance_m / speed_m_s + stops * speed_m_s / (2 * acceleration_m_s2)
    else:  # cruise speed is not reached: up and down again, or only one of them
        horizontal_s = math.sqrt(2 * stops * distance_m / acceleration_m_s2)
    return stretch.hold_s + max(vertical_s, horizontal_s)


def _goes_straight_on(first: Timing, second: Timing) -> bool:
    lengths_m2 = first.distance_m * second.distance_m
    if lengths_m2 == 0 or first.hold_s or second.hold_s:
        return False
    cosine = (first.dx_m * second.dx_m + first.dy_m * second.dy_m) / lengths_m2
    return cosine > math.cos(math.radians(STRAIGHT_ON_DEG))
