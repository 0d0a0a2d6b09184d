"""Where lines lie beside each other: from each of their ends, how far it is to the lines that a turn may lead to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from dronectl.geodesy.frame import BoolArray, FloatArray, IntArray
from dronectl.planning.coverage.scan_lines import turned

TOUCHING_M = 1.0
"""Lines nearer to each other than this may be flown as one."""

FAR_M = 40.0
STEEPEST = 1.5
"""A line is far along if the way there is longer by the one than so many times what it leads aside."""

_PARALLEL_DEG = 0.5
_SAMPLE_M = 5.0
_ENDS_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class LineEnds:
    """Of lines (n, 2, 2) in metres; ends are numbered as the lines have them, 2n."""

    lines: FloatArray

    @cached_property
    def lengths_m(self) -> FloatArray:
        lengths: FloatArray = np.hypot(*(self.lines[:, 1] - self.lines[:, 0]).T)
        return lengths

    @cached_property
    def angles_deg(self) -> FloatArray:
        along = self.lines[:, 1] - self.lines[:, 0]
        angles: FloatArray = np.degrees(np.arctan2(along[:, 1], along[:, 0])) % 180.0
        return angles

    @cached_property
    def main_deg(self) -> float:
        """The direction in which most is flown, counter-clockwise from east."""
        order = np.argsort(self.angles_deg, kind="stable")
        angles, below = self.angles_deg[order], np.append(0.0, np.cumsum(self.lengths_m[order]))
        first = np.searchsorted(angles, angles - _PARALLEL_DEG)
        last = np.searchsorted(angles, angles + _PARALLEL_DEG, side="right")
        return float(angles[(below[last] - below[first]).argmax()])

    @cached_property
    def is_parallel(self) -> BoolArray:
        """To the main direction."""
        off_deg = np.abs((self.angles_deg - self.main_deg + 90.0) % 180.0 - 90.0)
        parallel: BoolArray = off_deg <= _PARALLEL_DEG
        return parallel

    @cached_property
    def lying(self) -> FloatArray:
        """The lines turned so that the main direction is that of x."""
        return turned(self.lines, -self.main_deg)

    @cached_property
    def aside_m(self) -> FloatArray:
        """What each line leads aside from the main direction."""
        aside: FloatArray = np.abs(self.lying[:, 1, 1] - self.lying[:, 0, 1])
        return aside

    @cached_property
    def samples(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """The lines cut so that no part leads far aside: (k, 2, 2), where their middles lie across, and their lines."""
        counts = np.maximum(1, np.ceil(self.aside_m / _SAMPLE_M).astype(np.intp))
        of = np.repeat(np.arange(len(counts)), counts)
        first = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        shares = np.column_stack([first, first + 1]) / counts[of, None]
        start, along = self.lines[of, 0], (self.lines[:, 1] - self.lines[:, 0])[of]
        level = self.lying[of, 0, 1] + shares.mean(axis=1) * (self.lying[:, 1, 1] - self.lying[:, 0, 1])[of]
        return start[:, None] + shares[..., None] * along[:, None], level, of

    @cached_property
    def to_parallel_m(self) -> tuple[FloatArray, FloatArray]:
        """(2n,) each: how far aside the next parallel line lies that is not far along; and how far along the next line
        of the own row."""
        own = np.flatnonzero(self.is_parallel)
        rows = self.lying[own]
        low, high, level = rows[..., 0].min(axis=1), rows[..., 0].max(axis=1), rows[..., 1].mean(axis=1)
        ends = self.lying.reshape(-1, 2)
        aside, along = np.full(len(ends), np.inf), np.full(len(ends), np.inf)
        for top in range(0, len(ends), _ENDS_AT_ONCE):
            some = np.arange(top, min(top + _ENDS_AT_ONCE, len(ends)))
            x, y = ends[some, 0, None], ends[some, 1, None]
            dy, dx = np.abs(level - y), np.maximum(0.0, np.maximum(low - x, x - high))
            dx[(some[:, None] >> 1) == own] = np.inf
            in_row = dy < TOUCHING_M
            near = ~in_row & (np.hypot(dx, dy) - STEEPEST * dy < FAR_M)
            aside[some] = np.where(near, dy, np.inf).min(axis=1)
            along[some] = np.where(in_row, dx, np.inf).min(axis=1)
        return aside, along

    @cached_property
    def directions_deg(self) -> FloatArray:
        """The main one, then those of lines that lie oblique, to a degree."""
        return np.append(self.main_deg, np.unique(np.round(self.angles_deg[~self.is_parallel])))

    @cached_property
    def to_directions_m(self) -> FloatArray:
        """(2n, directions): how far it is to another line of each direction."""
        of = np.where(self.is_parallel, 0, 1 + np.searchsorted(self.directions_deg[1:], np.round(self.angles_deg)))
        ends = shapely.points(self.lines.reshape(-1, 2))
        found = np.full((len(ends), len(self.directions_deg)), np.inf)
        for line in np.flatnonzero(~self.is_parallel):
            away = shapely.distance(ends, shapely.linestrings(self.lines[line]))
            away[2 * line : 2 * line + 2] = np.inf
            found[:, of[line]] = np.minimum(found[:, of[line]], away)
        oblique = np.flatnonzero(~np.repeat(self.is_parallel, 2))
        if self.is_parallel.any():
            parallel = shapely.multilinestrings(list(self.lines[self.is_parallel]))
            found[oblique, 0] = shapely.distance(ends[oblique], parallel)
        return found


def least_by_levels(levels_m: FloatArray, there: FloatArray, aside: float) -> FloatArray:
    """The least of ways to any of some samples (``there``, ``LineEnds.samples``) and on from its level to each other,
    ``aside`` for each metre."""
    order = np.argsort(levels_m, kind="stable")
    at, known = aside * levels_m[order], there[order]
    upward = np.minimum.accumulate(known - at) + at
    downward = np.minimum.accumulate((known + at)[::-1])[::-1] - at
    least = np.empty_like(there)
    # Levels are those of the middles: between any two places it may be a sample's height less.
    least[order] = np.maximum(0.0, np.minimum(upward, downward) - _SAMPLE_M * aside)
    return least
