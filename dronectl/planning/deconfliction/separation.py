"""Drones apart in space and time: altitude layers first, staggered starts where layers do not suffice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from dronectl.errors import InputError
from dronectl.planning.deconfliction.closest_approach import Delay, least_distance_m
from dronectl.planning.performance.energy import Timeline

LOWEST_LAYER_M = 20.0
"""Layers are never shifted below this to fit under a ceiling."""

START_STEP_S = 5.0
LONGEST_WAIT_S = 600.0

DEFAULT_DELAY_S = 20.0
SHARE_OF_TIME_FLOWN = 0.05
"""Flights predicted and flown differ by less than this share."""


def layers(names: Sequence[str], base_m: float, step_m: float, ceiling_m: float, source: str) -> list[float]:
    """Each drone's altitude: its own layer, in fleet order, shifted down when the highest is above the ceiling.

    Raises:
        InputError: the layers do not fit between the lowest layer allowed and the ceiling.
    """
    excess_m = max(0.0, base_m + step_m * (len(names) - 1) - ceiling_m)
    lowest_m = base_m - excess_m
    if lowest_m < min(base_m, LOWEST_LAYER_M):
        raise InputError(
            f"{source}: {len(names)} layers {step_m:g} m apart from {base_m:g} m up reach "
            f"{base_m + step_m * (len(names) - 1):g} m, above the ceiling of {ceiling_m:g} m",
            hint="fly lower, with fewer drones or with a smaller layer_step_m",
        )
    return [lowest_m + step_m * index for index in range(len(names))]


def staggered_starts_s(
    timelines: Sequence[Timeline], separation_m: float, delay_s: float = DEFAULT_DELAY_S
) -> list[float]:
    """The earliest starts, first drone first, that keep every two drones apart whatever their delays.

    Altitude bands come first (:func:`layers`): where they keep two drones apart no start is put off. A drone for which
    no start within ten minutes does starts at once: the checks will report the distance.
    """
    delay = planned_delay(delay_s)
    starts: list[float] = []
    for index, timeline in enumerate(timelines):

        def is_apart(start_s: float, own: Timeline = timeline, before: int = index) -> bool:
            return all(
                least_distance_m(
                    timelines[k],
                    own,
                    one_start_s=starts[k],
                    other_start_s=start_s,
                    delay=delay,
                    below_m=separation_m,
                )
                >= separation_m - 1e-6
                for k in range(before)
            )

        candidates = (float(start_s) for start_s in np.arange(0.0, LONGEST_WAIT_S, START_STEP_S))
        starts.append(next((start_s for start_s in candidates if is_apart(start_s)), 0.0))
    return starts


def planned_delay(delay_s: float) -> Delay:
    """More than the rule asks for: the time of a flight is an estimate, and its error grows with the time flown."""
    return Delay(delay_s, SHARE_OF_TIME_FLOWN)


def least_of_wave_m(timelines: Sequence[Timeline], starts_s: Sequence[float]) -> float:
    """The least distance between any two of the drones of one wave; inf when there is only one."""
    pairs = combinations(zip(timelines, starts_s, strict=True), 2)
    return min(
        (least_distance_m(a, b, one_start_s=a_s, other_start_s=b_s) for (a, a_s), (b, b_s) in pairs),
        default=float("inf"),
    )
