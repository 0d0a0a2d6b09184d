"""Exact shortest paths in a plane region with holes: a visibility graph over its reflex corners.

A shortest path bends only at corners of the region that point into it, and only around them; the graph therefore
holds just the links that touch both their corners without cutting them (Lozano-Perez and Wesley 1979). Visibility is
tested against the region grown by a millimetre, so that links along an edge count as inside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.planning.frame import BoolArray, FloatArray, IntArray

SLACK_M = 1e-3
_LEFT_TURN_M2 = 1e-9
_TOUCH_M = 2e-3
_BLOCK_ELEMENTS = 4_000_000
_TESTED_AT_ONCE = 16


class Router:
    """Shortest paths inside one region (a polygon or several, in local metres)."""

    def __init__(self, region: shapely.Geometry) -> None:
        self.region = region
        self._tested = shapely.buffer(region, SLACK_M, join_style="mitre")
        shapely.prepare(self._tested)
        self._corner, self._before, self._after = _reflex_corners(region)
        self._link = self._corner_links()
        self._along = _all_pairs(self._link)

    @property
    def corner_count(self) -> int:
        """How many corners a path may bend at."""
        return len(self._corner)

    def contains(self, points: FloatArray) -> BoolArray:
        """Which of the (n, 2) points lie in the region."""
        found: BoolArray = shapely.intersects(self._tested, shapely.points(points))
        return found

    def require_inside(self, points: FloatArray, names: Sequence[str]) -> None:
        """Raises:
        InputError: a point is not in the region; named.
        """
        outside = np.flatnonzero(~self.contains(points))
        if len(outside):
            raise InputError(
                f"{names[int(outside[0])]} is outside the fence or inside a keep-out (margins included)",
                hint="move it, or change the fence, the keep-outs or their margins",
            )

    def distances(self, points: FloatArray) -> FloatArray:
        """Length of the shortest path between each two of the (n, 2) points; inf where there is none."""
        count = len(points)
        result = np.full((count, count), np.inf)
        i, j = np.triu_indices(count, 1)
        seen = self._visible(points[i], points[j])
        i, j = i[seen], j[seen]
        result[i, j] = result[j, i] = np.hypot(*(points[i] - points[j]).T)
        np.fill_diagonal(result, 0.0)
        if self.corner_count:
            to_corner = np.stack([self._to_corners(point) for point in points]) if count else np.empty((0, 0))
            over_corners = _min_plus(_min_plus(to_corner, self._along), to_corner.T)
            np.minimum(result, over_corners, out=result)
        return result

    def path(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """The shortest path as (k, 2) points, both ends included.

        Raises:
            InputError: there is none.
        """
        if self._visible(start[None], end[None])[0]:
            return np.stack([start, end])
        ends = self._first_and_last_corner(start, end)
        if ends is None:
            raise InputError(
                f"there is no way from {_place(start)} to {_place(end)} inside the fence and around the keep-outs",
                hint="keep-outs with their margins cut the site in two: widen the gap or the fence",
            )
        here, goal = ends
        corners = [here]
        while here != goal:
            onward = self._link[here] + self._along[:, goal]
            onward[here] = np.inf
            here = int(onward.argmin())
            corners.append(here)
        return np.vstack([start, self._corner[corners], end])

    def _first_and_last_corner(self, start: FloatArray, end: FloatArray) -> tuple[int, int] | None:
        """Where the shortest path bends first and last. The most promising links are tested for visibility first, and
        most are never tested."""
        first, last = self._touched_from(start), self._touched_from(end)
        if not len(first) or not len(last):
            return None
        total = (
            np.hypot(*(self._corner[first] - start).T)[:, None]
            + self._along[np.ix_(first, last)]
            + np.hypot(*(self._corner[last] - end).T)[None, :]
        )
        untested_first, untested_last = np.ones(len(first), dtype=np.bool_), np.ones(len(last), dtype=np.bool_)
        while True:
            row, column = divmod(int(total.argmin()), len(last))
            if not np.isfinite(total[row, column]):
                return None
            if untested_first[row]:
                batch = _most_promising(total.min(axis=1), untested_first)
                total[batch[~self._sees(start, first[batch])], :] = np.inf
            elif untested_last[column]:
                batch = _most_promising(total.min(axis=0), untested_last)
                total[:, batch[~self._sees(end, last[batch])]] = np.inf
            else:
                return int(first[row]), int(last[column])

    def _touched_from(self, point: FloatArray) -> IntArray:
        """Corners that a shortest path to or from this point could bend at."""
        every = np.arange(self.corner_count)
        return every[self._touches(every, np.broadcast_to(point, (self.corner_count, 2)))]

    def _sees(self, point: FloatArray, corners: IntArray) -> BoolArray:
        return self._visible(np.broadcast_to(point, (len(corners), 2)), self._corner[corners])

    def _to_corners(self, point: FloatArray) -> FloatArray:
        """Length of the straight link from a point to each corner that a shortest path could bend at; else inf."""
        links = np.full(self.corner_count, np.inf)
        touching = self._touched_from(point)
        seen = touching[self._sees(point, touching)]
        links[seen] = np.hypot(*(self._corner[seen] - point).T)
        return links

    def _corner_links(self) -> FloatArray:
        """Lengths of the links between corners that touch both; inf elsewhere."""
        count = self.corner_count
        lengths = np.full((count, count), np.inf)
        i, j = (index.astype(np.intp) for index in np.triu_indices(count, 1))
        touching = self._touches(i, self._corner[j]) & self._touches(j, self._corner[i])
        i, j = i[touching], j[touching]
        seen = self._visible(self._corner[i], self._corner[j])
        i, j = i[seen], j[seen]
        lengths[i, j] = lengths[j, i] = np.hypot(*(self._corner[i] - self._corner[j]).T)
        np.fill_diagonal(lengths, 0.0)
        return lengths

    def _touches(self, corner: IntArray, other: FloatArray) -> BoolArray:
        """Whether the line from other to corner, prolonged past it, leaves both edges of the corner on one side.

        A place less than ``_TOUCH_M`` off an edge's line counts as on it: places on the boundary are so by rounding.
        """
        toward = other - self._corner[corner]
        before_m = _cross(toward, self._before[corner])
        after_m = _cross(toward, self._after[corner])
        divided = np.sign(before_m) * np.sign(after_m) < 0.0
        clearly = np.minimum(np.abs(before_m), np.abs(after_m)) > _TOUCH_M
        touching: BoolArray = np.logical_not(divided & clearly)
        return touching

    def _visible(self, start: FloatArray, end: FloatArray) -> BoolArray:
        if not len(start):
            return np.zeros(0, dtype=np.bool_)
        inside: BoolArray = shapely.contains_properly(self._tested, shapely.linestrings(np.stack([start, end], axis=1)))
        together: BoolArray = np.hypot(*(start - end).T) < SLACK_M
        return np.logical_or(inside, together)


def _reflex_corners(region: shapely.Geometry) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corners that point into the region, with the directions (unit vectors) of the edges before and after them."""
    corners, before, after = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty((0, 2))]
    for polygon in shapely.get_parts(region):
        for ring, inside_left in ((polygon.exterior, True), *((hole, False) for hole in polygon.interiors)):
            points = shapely.get_coordinates(ring)[:-1]
            if bool(ring.is_ccw) != inside_left:
                points = points[::-1]
            previous, following = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
            reflex = _cross(points - previous, following - points) < -_LEFT_TURN_M2
            corners.append(points[reflex])
            before.append(_unit((previous - points)[reflex]))
            after.append(_unit((following - points)[reflex]))
    return np.vstack(corners), np.vstack(before), np.vstack(after)


def _most_promising(totals: FloatArray, untested: BoolArray) -> IntArray:
    """A few untested links of the shortest totals; they are marked as tested."""
    waiting = np.flatnonzero(untested)
    batch = waiting[np.argsort(totals[waiting], kind="stable")[:_TESTED_AT_ONCE]]
    untested[batch] = False
    return batch


def _all_pairs(link: FloatArray) -> FloatArray:
    """Floyd and Warshall's shortest distances, a row operation per corner."""
    along = link.copy()
    over = np.empty_like(along)
    for k in range(len(along)):
        np.add(along[:, k, None], along[k], out=over)
        np.minimum(along, over, out=along)
    return along


def _min_plus(left: FloatArray, right: FloatArray) -> FloatArray:
    """result[i, j] = min over k of left[i, k] + right[k, j], in blocks of rows that fit the cache's patience."""
    rows, inner = left.shape
    result = np.empty((rows, right.shape[1]))
    step = max(1, _BLOCK_ELEMENTS // max(1, inner * right.shape[1]))
    for top in range(0, rows, step):
        block = left[top : top + step]
        result[top : top + step] = (block[:, :, None] + right[None, :, :]).min(axis=1)
    return result


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    product: FloatArray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.hypot(vectors[:, 0], vectors[:, 1])[:, None]


def _place(point: FloatArray) -> str:
    return f"({point[0]:.1f} m east, {point[1]:.1f} m north of the site's home)"
