"""Ways that begin where an aircraft should not be, or nearly: where they have left it, and whether as they should."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from dronectl.checks.rule import PLACE_TOLERANCE_M
from dronectl.checks.trajectory.leg import Leg, Position
from dronectl.checks.ways.clearance import Limit
from dronectl.geodesy.frame import FloatArray

HERE_TOLERANCE_M = 2.0
"""As much as corners are cut by (the waypoint radius) and positions err."""

LEAVING_FACTOR = 2.0
"""The way out of a margin may be so many times the shortest: 30° off the straight way out at most."""

STEP_M = 0.5
MOST_STEPS = 4_000


def cut_where_left(path: Sequence[Leg], kept: Iterable[Limit]) -> tuple[list[Leg], dict[str, set[Leg]]]:
    """The legs, cut where they have left the margins that they start in; and by zone the legs before that."""
    ends = {limit.zone: end for limit in kept if (end := _left_at(path, limit)) is not None}
    cut: list[Leg] = []
    count: dict[tuple[int, float], int] = {}
    for index, leg in enumerate(path):
        shares = sorted({share for at, share in ends.values() if at == index and 0.0 < share < 1.0})
        count[index, 0.0] = len(cut)
        for first, last in itertools.pairwise([0.0, *shares, 1.0]):
            cut.append(_part(leg, first, last))
            count[index, last] = len(cut)
    return cut, {zone: set(cut[: count[end]]) for zone, end in ends.items()}


def _left_at(path: Sequence[Leg], limit: Limit) -> tuple[int, float] | None:
    """Where (leg, share of it) a way that begins within a margin has left it, as directly as it should; None where it
    begins outside, or does not leave so."""
    clear_m = limit.margin_m - PLACE_TOLERANCE_M
    if not path:
        return None
    begun_m = most_m = float(limit.clearances_m(_along(path[0], np.zeros(1)))[0])
    if begun_m >= clear_m:
        return None
    longest_m, gone_m = LEAVING_FACTOR * (clear_m - begun_m) + 1.0, 0.0
    for index, leg in enumerate(path):
        shares = _shares(leg)
        points = _along(leg, shares)
        for share, point, clearance_m in zip(shares.tolist(), points, limit.clearances_m(points), strict=True):
            if clearance_m >= clear_m:
                return index, share
            away_m = gone_m + float(np.hypot(*(point - points[0])[:2]))
            if clearance_m < most_m - PLACE_TOLERANCE_M or away_m > longest_m:
                return None
            most_m = max(most_m, float(clearance_m))
        gone_m += float(np.hypot(*(points[-1] - points[0])[:2]))
    return None


def is_near_enough(leg: Leg, limit: Limit) -> bool:
    """It misses the margin by no more than the place it starts from is known to; less and less on the way."""
    shares = _shares(leg)
    tolerance_m = min(HERE_TOLERANCE_M, limit.margin_m / 2.0) * (1.0 - shares if _is_level(leg) else 1.0)
    clearances_m = limit.clearances_m(_along(leg, shares))
    return bool((clearances_m >= limit.margin_m - tolerance_m - PLACE_TOLERANCE_M).all())


def _is_level(leg: Leg) -> bool:
    return (leg.start.x_m, leg.start.y_m) != (leg.end.x_m, leg.end.y_m)


def _shares(leg: Leg) -> FloatArray:
    """Shares of a leg, so near to each other that nothing of size is between two."""
    length_m = math.dist(_coordinates(leg.start), _coordinates(leg.end))
    return np.linspace(0.0, 1.0, int(np.clip(math.ceil(length_m / STEP_M), 1, MOST_STEPS)) + 1)


def _along(leg: Leg, shares: FloatArray) -> FloatArray:
    """(n, 3) places on a leg."""
    start, end = np.array(_coordinates(leg.start)), np.array(_coordinates(leg.end))
    places: FloatArray = start + shares[:, None] * (end - start)
    return places


def _coordinates(place: Position) -> tuple[float, float, float]:
    return (place.x_m, place.y_m, place.height_m)


def _part(leg: Leg, first: float, last: float) -> Leg:
    if (first, last) == (0.0, 1.0):
        return leg
    start, end = _along(leg, np.array([first, last])).tolist()
    duration_s = leg.end_s - leg.start_s
    return replace(
        leg,
        start=Position(*start),
        end=Position(*end),
        start_s=leg.start_s + first * duration_s,
        end_s=leg.start_s + last * duration_s,
    )
