"""The exact least distance between two flights, when either may be ahead of its times or behind them.

Each flight is straight in space and even in time between the moments at which it changes course. A delay of one against
the other lets every moment t1 of the one meet moments t2 of the other with t1 - t2 in a strip. For one stretch of each,
the square of their distance is a convex quadratic of (t1, t2), and the moments that may meet are a convex polygon: a
box cut by the strip. Its least value lies where the gradient vanishes, if that is inside, else on one of six edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import BoolArray, FloatArray, IntArray
from dronectl.planning.performance.energy import Timeline

_PARALLEL = 1e-9


@dataclass(frozen=True, slots=True)
class Delay:
    """How far two flights may be out of step: ``fixed_s``, and ``share`` of the time since the earlier take-off."""

    fixed_s: float = 0.0
    share: float = 0.0


NO_DELAY = Delay()


def least_distance_m(
    one: Timeline,
    other: Timeline,
    *,
    one_start_s: float = 0.0,
    other_start_s: float = 0.0,
    delay: Delay = NO_DELAY,
    below_m: float = np.inf,
) -> float:
    """Least 3-D distance while both are in the air, over all delays allowed; inf when they never are together.

    Only distances less than ``below_m`` are of interest: inf may stand for any other, and is found sooner.

    With delays, moments t1 and t2 (counted from the earlier start) may coincide when
    |t1 - t2| <= fixed_s + share · (t1 + t2) / 2.
    """
    a, b = _stretches(one, one_start_s), _stretches(other, other_start_s)
    origin_s = min(a.begin_s[0], b.begin_s[0])
    a, b = a.shifted(-origin_s), b.shifted(-origin_s)
    first, second = _that_may_meet(a, b, delay)
    if np.isfinite(below_m):
        near = _heights_apart(a, b, first, second) < below_m
        first, second = first[near], second[near]
    if not len(first):
        return float("inf")
    return float(np.sqrt(max(0.0, _least_squares(a, b, first, second, delay).min())))


@dataclass(frozen=True, slots=True, eq=False)
class _Stretches:
    """``place`` + ``velocity`` · (t - ``begin_s``) from ``begin_s`` to ``end_s``; arrays of n, places of (n, 3)."""

    begin_s: FloatArray
    end_s: FloatArray
    place: FloatArray
    velocity: FloatArray

    def shifted(self, by_s: float) -> _Stretches:
        return _Stretches(self.begin_s + by_s, self.end_s + by_s, self.place, self.velocity)

    def heights(self) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest of each."""
        begin = self.place[:, 2]
        end = begin + self.velocity[:, 2] * (self.end_s - self.begin_s)
        return np.minimum(begin, end), np.maximum(begin, end)


def _stretches(flight: Timeline, start_s: float) -> _Stretches:
    lasting_s = np.diff(flight.t_s)
    motion = np.diff(flight.xyz_m, axis=0)
    # A jump in no time has no velocity; it joins two stretches that both have its ends.
    kept = lasting_s > 0.0
    return _Stretches(
        flight.t_s[:-1][kept] + start_s,
        flight.t_s[1:][kept] + start_s,
        flight.xyz_m[:-1][kept],
        motion[kept] / lasting_s[kept, None],
    )


def _that_may_meet(a: _Stretches, b: _Stretches, delay: Delay) -> tuple[IntArray, IntArray]:
    """Index pairs of stretches of which some moments may coincide."""
    # t2 reaches from slower · t1 - shift down to faster · t1 + shift: see the strip's two lines.
    late, early = _strip(delay)
    first = np.searchsorted(b.end_s, late.at(a.begin_s), side="left")
    last = np.searchsorted(b.begin_s, early.at(a.end_s), side="right")
    counts = np.maximum(0, last - first)
    one = np.repeat(np.arange(len(a.begin_s)), counts)
    starts = np.repeat(first - np.append(0, np.cumsum(counts)[:-1]), counts)
    return one, np.arange(len(one)) + starts


def _heights_apart(a: _Stretches, b: _Stretches, first: IntArray, second: IntArray) -> FloatArray:
    """By how much the height of one stretch stays above the other's: what altitude bands give at any time."""
    a_low, a_high = a.heights()
    b_low, b_high = b.heights()
    apart: FloatArray = np.maximum(a_low[first] - b_high[second], b_low[second] - a_high[first])
    return apart


@dataclass(frozen=True, slots=True)
class _Line:
    """t2 = ``slope`` · t1 + ``offset_s``."""

    slope: float
    offset_s: float

    def at(self, t1: FloatArray) -> FloatArray:
        return self.slope * t1 + self.offset_s

    def when(self, t2: FloatArray) -> FloatArray:
        return (t2 - self.offset_s) / self.slope


def _strip(delay: Delay) -> tuple[_Line, _Line]:
    """The lowest and the highest t2 that may meet a t1: where the delay is used up to one side or the other."""
    half = delay.share / 2.0
    return (
        _Line((1.0 - half) / (1.0 + half), -delay.fixed_s / (1.0 + half)),
        _Line((1.0 + half) / (1.0 - half), delay.fixed_s / (1.0 - half)),
    )


def _least_squares(a: _Stretches, b: _Stretches, first: IntArray, second: IntArray, delay: Delay) -> FloatArray:
    """Least squared distance of each pair of stretches; inf where no two of their moments may coincide."""
    a0, a1 = a.begin_s[first], a.end_s[first]
    b0, b1 = b.begin_s[second], b.end_s[second]
    va, vb = a.velocity[first], b.velocity[second]
    # Apart at (t1, t2): apart0 + va · t1 - vb · t2.
    apart0 = a.place[first] - va * a0[:, None] - b.place[second] + vb * b0[:, None]
    low, high = _strip(delay)

    least = np.full(len(first), np.inf)
    for t1 in (a0, a1):
        begin, end = np.maximum(b0, low.at(t1)), np.minimum(b1, high.at(t1))
        least = np.minimum(least, _on_edge(apart0 + va * t1[:, None], -vb, begin, end))
    for t2 in (b0, b1):
        begin, end = np.maximum(a0, high.when(t2)), np.minimum(a1, low.when(t2))
        least = np.minimum(least, _on_edge(apart0 - vb * t2[:, None], va, begin, end))
    for line in (low, high):
        begin, end = np.maximum(a0, line.when(b0)), np.minimum(a1, line.when(b1))
        least = np.minimum(least, _on_edge(apart0 - vb * line.offset_s, va - vb * line.slope, begin, end))
    squared: FloatArray = np.minimum(least, _inside(apart0, va, vb, (a0, a1), (b0, b1), (low, high)))
    return squared


def _on_edge(apart: FloatArray, motion: FloatArray, begin: FloatArray, end: FloatArray) -> FloatArray:
    """Least of |apart + motion · s|² for s from begin to end; inf where begin is after end."""
    squared = (motion**2).sum(axis=1)
    best = -(apart * motion).sum(axis=1) / np.where(squared > 0.0, squared, 1.0)
    s = np.clip(best, begin, np.maximum(begin, end))
    found: FloatArray = ((apart + motion * s[:, None]) ** 2).sum(axis=1)
    usable: FloatArray = np.where(begin <= end, found, np.inf)
    return usable


def _inside(
    apart0: FloatArray,
    va: FloatArray,
    vb: FloatArray,
    box_a: tuple[FloatArray, FloatArray],
    box_b: tuple[FloatArray, FloatArray],
    strip: tuple[_Line, _Line],
) -> FloatArray:
    """Where the gradient vanishes at moments that may coincide; inf elsewhere. Stretches in parallel have their least
    on an edge too."""
    aa, bb, ab = (va**2).sum(axis=1), (vb**2).sum(axis=1), (va * vb).sum(axis=1)
    pa, pb = (apart0 * va).sum(axis=1), (apart0 * vb).sum(axis=1)
    determinant = aa * bb - ab**2
    solvable: BoolArray = determinant > _PARALLEL * np.maximum(aa * bb, 1.0)
    safe = np.where(solvable, determinant, 1.0)
    t1 = (ab * pb - bb * pa) / safe
    t2 = (aa * pb - ab * pa) / safe
    low, high = strip
    inside = solvable & (t1 >= box_a[0]) & (t1 <= box_a[1]) & (t2 >= box_b[0]) & (t2 <= box_b[1])
    inside &= (t2 >= low.at(t1)) & (t2 <= high.at(t1))
    found: FloatArray = ((apart0 + va * t1[:, None] - vb * t2[:, None]) ** 2).sum(axis=1)
    least: FloatArray = np.where(inside, found, np.inf)
    return least
