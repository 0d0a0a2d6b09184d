"""Drones apart in space and time: altitude layers first, staggered starts where layers do not suffice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from dronectl.errors import InputError
from dronectl.planning.energy import Timeline

LOWEST_LAYER_M = 20.0
"""Layers are never shifted below this to fit under a ceiling."""

DELAY_STEP_S = 5.0
LONGEST_DELAY_S = 600.0
TIMING_SLACK_S = 20.0
"""Drones are kept apart even when one is this much earlier or later than its estimate says."""


_LATENESS_S = tuple(float(late_s) for late_s in np.arange(-TIMING_SLACK_S, TIMING_SLACK_S + 1.0, DELAY_STEP_S))


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


def least_distance_m(one: Timeline, other: Timeline, *, one_start_s: float = 0.0, other_start_s: float = 0.0) -> float:
    """The exact least 3-D distance while both are in the air; inf when they never are at the same time.

    Between two moments at which either changes course, the difference of their places moves on a straight line: its
    nearest point to the origin is the answer.
    """
    one_s, other_s = one.t_s + one_start_s, other.t_s + other_start_s
    begin, end = max(one_s[0], other_s[0]), min(one_s[-1], other_s[-1])
    if begin >= end:
        return float("inf")
    moments = np.unique(np.concatenate([one_s, other_s, [begin, end]]))
    moments = moments[(moments >= begin) & (moments <= end)]
    apart = np.column_stack(
        [
            np.interp(moments, one_s, one.xyz_m[:, axis]) - np.interp(moments, other_s, other.xyz_m[:, axis])
            for axis in range(3)
        ]
    )
    start, motion = apart[:-1], np.diff(apart, axis=0)
    squared = (motion**2).sum(axis=1)
    along = -(start * motion).sum(axis=1) / np.where(squared > 0.0, squared, 1.0)
    nearest = start + np.clip(along, 0.0, 1.0)[:, None] * motion
    return float(np.sqrt((nearest**2).sum(axis=1)).min())


def staggered_starts_s(timelines: Sequence[Timeline], separation_m: float) -> list[float]:
    """The earliest starts, first drone first, that keep every two drones apart.

    A drone for which no start within ten minutes does starts at once: the checks will report the distance.
    """
    starts: list[float] = []
    for index, timeline in enumerate(timelines):

        def is_apart(start_s: float, own: Timeline = timeline, before: int = index) -> bool:
            return all(
                least_distance_m(timelines[k], own, one_start_s=starts[k], other_start_s=start_s + late_s)
                >= separation_m - 1e-6
                for k in range(before)
                for late_s in _LATENESS_S
            )

        candidates = (float(start_s) for start_s in np.arange(0.0, LONGEST_DELAY_S, DELAY_STEP_S))
        starts.append(next((start_s for start_s in candidates if is_apart(start_s)), 0.0))
    return starts


def least_of_wave_m(timelines: Sequence[Timeline], starts_s: Sequence[float]) -> float:
    """The least distance between any two of the drones of one wave; inf when there is only one."""
    pairs = combinations(zip(timelines, starts_s, strict=True), 2)
    return min(
        (least_distance_m(a, b, one_start_s=a_s, other_start_s=b_s) for (a, a_s), (b, b_s) in pairs),
        default=float("inf"),
    )
