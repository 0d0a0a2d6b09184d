"""The shortest path between two places, by A* over corners (Hart, Nilsson and Raphael 1968).

Straight distances never overestimate what is left, so the first corner of least total that sees the end closes a
shortest path. Whether the places see a corner is tested only when that link becomes the most promising one: most never
are.
"""

from __future__ import annotations

import numpy as np

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.paths.corners import Corners
from dronectl.planning.paths.visibility import Sight

_TESTED_AT_ONCE = 16
_TOGETHER_M = 1e-6


def shortest_path(corners: Corners, sight: Sight, start: FloatArray, end: FloatArray) -> FloatArray | None:
    """The shortest path as (k, 2) points, both ends included; None if there is none, as from a place outside."""
    ends = np.stack([start, end])
    if not sight.contains(ends).all():
        return None
    if sight.clear(start[None], end[None])[0]:
        return ends
    if not len(corners):
        return None
    near, far = _Links(corners, sight, start), _Links(corners, sight, end)
    length = np.full(len(corners), np.inf)  # of the best way found from the start to each corner
    total = length.copy()  # that and the straight rest to the end; inf for corners done
    came_from = np.full(len(corners), -1)
    hoped = np.where(near.untested, near.length + far.length, np.inf)  # the total if the start sees the corner
    while True:
        corner, hope = int(total.argmin()), int(hoped.argmin())
        if hoped[hope] <= total[corner]:
            if np.isinf(hoped[hope]):
                return None
            seen = near.test(hoped)
            hoped[~near.untested] = np.inf
            shorter = seen[near.length[seen] < length[seen]]
            length[shorter], came_from[shorter] = near.length[shorter], -1
            total[shorter] = length[shorter] + far.length[shorter]
            continue
        if far.untested[corner]:
            far.test(total)
        if far.clear[corner]:
            return _traced(corners, came_from, corner, start, end)
        total[corner] = np.inf
        others, link = corners.links(corner)
        onward = length[corner] + link
        better = onward < length[others]
        others, onward = others[better], onward[better]
        length[others], came_from[others] = onward, corner
        total[others] = onward + far.length[others]


class _Links:
    """The straight links between one place and all corners."""

    def __init__(self, corners: Corners, sight: Sight, place: FloatArray) -> None:
        self._corners, self._sight, self._place = corners, sight, place
        self.length = corners.distances_from(place)
        self.untested = corners.touched_from(place)
        self.clear = np.zeros(len(corners), dtype=np.bool_)

    def test(self, total: FloatArray) -> IntArray:
        """The clear ones among the few untested links of least finite total."""
        waiting = np.flatnonzero(self.untested & np.isfinite(total))
        batch = waiting[np.argsort(total[waiting], kind="stable")[:_TESTED_AT_ONCE]]
        self.untested[batch] = False
        seen = batch[self._sight.clear(self._place[None], self._corners.at[batch])]
        self.clear[seen] = True
        return seen


def _traced(corners: Corners, came_from: IntArray, last: int, start: FloatArray, end: FloatArray) -> FloatArray:
    """The path from start over the corners that led to the last one, without bends at one place or at an end."""
    bends = [end]
    while last >= 0:
        at = corners.at[last]
        if np.hypot(*(at - bends[-1])) > _TOGETHER_M:
            bends.append(at)
        last = int(came_from[last])
    if len(bends) > 1 and np.hypot(*(bends[-1] - start)) <= _TOGETHER_M:
        bends.pop()
    return np.stack([start, *reversed(bends)])
