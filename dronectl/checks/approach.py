"""How near two flights come, on time or with either of them late.

For one delay of the second flight against the first, two legs have a least distance that follows from a parabola; as a
function of the delay it is convex, and its least is found by narrowing a bracket. The planner finds the same by other
means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dronectl.checks.flight import Flight
from dronectl.geodesy.frame import FloatArray

_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_NARROWINGS = 45
"""0.618 to this power: a bracket of minutes becomes one of a millionth of a second."""


@dataclass(frozen=True, slots=True)
class Closest:
    """Where and when two flights are nearest to each other."""

    distance_m: float
    time_s: float
    """After the start of the wave, on the first flight's clock."""
    late_s: float
    """By how much the second is late then; negative: early."""
    first: FloatArray
    second: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Legs:
    """One leg of each flight in each row: begins at ``place`` at ``begin_s``, moves by ``velocity`` until ``end_s``."""

    begin_s: FloatArray
    end_s: FloatArray
    place: FloatArray
    velocity: FloatArray

    @classmethod
    def of(cls, flight: Flight) -> _Legs:
        lasting = np.diff(flight.times)
        moving = lasting > 0.0
        motion = np.diff(flight.corners, axis=0)[moving] / lasting[moving, None]
        return cls(flight.times[:-1][moving], flight.times[1:][moving], flight.corners[:-1][moving], motion)

    def take(self, rows: npt.NDArray[np.intp]) -> _Legs:
        return _Legs(self.begin_s[rows], self.end_s[rows], self.place[rows], self.velocity[rows])

    def at(self, time_s: FloatArray) -> FloatArray:
        return self.place + self.velocity * (time_s - self.begin_s)[:, None]

    def heights(self) -> tuple[FloatArray, FloatArray]:
        ends = self.at(self.end_s)[:, 2]
        return np.minimum(self.place[:, 2], ends), np.maximum(self.place[:, 2], ends)


def closest_approach(first: Flight, second: Flight, *, delay_s: float = 0.0, below_m: float = np.inf) -> Closest | None:
    """The nearest that two flights come when either is up to ``delay_s`` late.

    None when they are never in the air together, or never less than ``below_m`` apart in height.
    """
    if not first.legs or not second.legs:
        return None
    a, b = _Legs.of(first), _Legs.of(second)
    rows, columns = _pairs(a, b, delay_s, below_m)
    if not len(rows):
        return None
    one, other = a.take(rows), b.take(columns)
    low = np.maximum(one.begin_s - other.end_s, -delay_s)
    high = np.maximum(low, np.minimum(one.end_s - other.begin_s, delay_s))
    late_s = _least_late(one, other, low, high)
    distances_m, moments_s = _nearest(one, other, late_s)
    best = int(np.argmin(distances_m))
    chosen = np.array([best])
    time_s, late = moments_s[chosen], late_s[chosen]
    return Closest(
        float(distances_m[best]),
        float(time_s[0]),
        float(late[0]),
        one.take(chosen).at(time_s)[0],
        other.take(chosen).at(time_s - late)[0],
    )


def _pairs(a: _Legs, b: _Legs, delay_s: float, below_m: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Legs that may be flown at the same time, and not apart by height alone."""
    together = (a.begin_s[:, None] <= b.end_s[None, :] + delay_s) & (b.begin_s[None, :] - delay_s <= a.end_s[:, None])
    if np.isfinite(below_m):
        (a_low, a_high), (b_low, b_high) = a.heights(), b.heights()
        together &= np.maximum(a_low[:, None] - b_high[None, :], b_low[None, :] - a_high[:, None]) < below_m
    rows, columns = np.nonzero(together)
    return rows, columns


def _least_late(one: _Legs, other: _Legs, low: FloatArray, high: FloatArray) -> FloatArray:
    """The delay at which each pair of legs is nearest, by golden section; the ends of the bracket are tried too."""
    ends = np.stack([low, high])
    for _ in range(_NARROWINGS):
        inner = high - _GOLDEN * (high - low)
        outer = low + _GOLDEN * (high - low)
        inner_is_less = _nearest(one, other, inner)[0] <= _nearest(one, other, outer)[0]
        low, high = np.where(inner_is_less, low, inner), np.where(inner_is_less, outer, high)
    tried = np.vstack([(low + high)[None] / 2.0, ends, np.clip(0.0, ends[0], ends[1])[None]])
    distances = np.stack([_nearest(one, other, late)[0] for late in tried])
    best: FloatArray = tried[distances.argmin(axis=0), np.arange(tried.shape[1])]
    return best


def _nearest(one: _Legs, other: _Legs, late_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least distance of each pair of legs with the second late by so much, and when."""
    begin = np.maximum(one.begin_s, other.begin_s + late_s)
    end = np.maximum(begin, np.minimum(one.end_s, other.end_s + late_s))
    gap = one.at(begin) - other.at(begin - late_s)
    motion = one.velocity - other.velocity
    squared = np.einsum("ij,ij->i", motion, motion)
    along = -np.einsum("ij,ij->i", gap, motion)
    later = np.divide(along, squared, out=np.zeros_like(along), where=squared > 0.0)
    later = np.clip(later, 0.0, end - begin)
    return np.linalg.norm(gap + motion * later[:, None], axis=1), begin + later
