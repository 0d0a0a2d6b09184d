"""The corners that shortest paths bend at, and the straight links between them.

A shortest path bends only at corners of the region that point into it, and only around them; so the links worth knowing
are those that touch both their corners without cutting them (Lozano-Perez and Wesley 1979). They are found when they
are asked for: most corners of a large site never matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely

from dronectl.geodesy.frame import BoolArray, FloatArray, IntArray
from dronectl.planning.paths.visibility import Sight

_TOUCH_M = 2e-3
_LEAST_TURN_RAD = 1e-10
"""A corner that turns less is straight: over ten kilometres it is worth a micrometre."""
_ELEMENTS_AT_ONCE = 1_000_000

Links = tuple[IntArray, FloatArray]
"""The corners at the other ends of some links, and the links' lengths."""


class Corners:
    """The corners that point into one region, by number."""

    def __init__(self, region: shapely.Geometry, sight: Sight) -> None:
        self._sight = sight
        chains = list(_chains(shapely.remove_repeated_points(region)))
        self._chains = np.array([shapely.LineString(chain) for chain in chains])
        shapely.prepare(self._chains)
        self.at, before, after, self._chain_of = _corners_of(chains, _pinches(region))
        self._before, self._after = before.T.copy(), after.T.copy()
        self._x, self._y = self.at.T.copy()
        self._links: dict[int, Links] = {}

    def __len__(self) -> int:
        return len(self.at)

    def links(self, corner: int) -> Links:
        """Where a shortest path may go on to from this corner in a straight line."""
        if corner not in self._links:
            here = self.at[corner]
            touched = np.flatnonzero(self.touched_from(here))
            touched = touched[touched != corner]
            toward_x, toward_y = self._x[touched] - here[0], self._y[touched] - here[1]
            others = touched[_touches(toward_x, toward_y, self._before[:, corner], self._after[:, corner])]
            others = others[self._sight.clear(here[None], self.at[others])]
            self._links[corner] = others, self.distances_from(here)[others]
        return self._links[corner]

    def distances_from(self, place: FloatArray) -> FloatArray:
        """How far each corner is from a place, through whatever is between."""
        distances: FloatArray = np.hypot(self._x - place[0], self._y - place[1])
        return distances

    def touched_from(self, place: FloatArray) -> BoolArray:
        """Which corners a shortest path to or from this place could bend at, seen or not."""
        return _touches(place[0] - self._x, place[1] - self._y, self._before, self._after)

    def in_reach(self, places: FloatArray) -> IntArray:
        """The corners that shortest paths between the (n, 2) places can bend at.

        Grow the convex hull of the places by every obstacle that it meets until it meets no other. A way that leaves it
        may as well follow its edge, which is free and no longer.
        """
        hull = shapely.convex_hull(shapely.multipoints(places))
        reached = np.zeros(len(self._chains), dtype=np.bool_)
        while True:
            met = shapely.intersects(self._chains, hull) & ~reached
            if not met.any():
                return np.flatnonzero((self._chain_of < 0) | np.append(reached, False)[self._chain_of])
            reached |= met
            hull = shapely.convex_hull(shapely.geometrycollections([hull, *self._chains[met]]))

    def links_from(self, places: FloatArray, corners: IntArray) -> FloatArray:
        """Lengths (n, c) of the straight links from places (n, 2) to corners they could lead on from; else inf."""
        lengths = np.full((len(places), len(corners)), np.inf)
        for rows in _blocks(len(places), len(corners)):
            block = places[rows]
            place, corner = np.nonzero(self._touching(block, corners))
            starts, ends = block[place], self.at[corners[corner]]
            seen = self._sight.clear(starts, ends)
            lengths[rows][place[seen], corner[seen]] = np.hypot(*(ends - starts)[seen].T)
        return lengths

    def links_among(self, corners: IntArray) -> list[Links]:
        """For each of some corners its links to the others of them, which are numbered by their place among them."""
        ones, others = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
        for rows in _blocks(len(corners), len(corners)):
            near, rest = corners[rows], corners[rows.start :]
            touching = self._touching(self.at[near], rest) & self._touching(self.at[rest], near).T
            one, other = np.nonzero(np.triu(touching, 1))
            seen = self._sight.clear(self.at[near[one]], self.at[rest[other]])
            ones.append(rows.start + one[seen])
            others.append(rows.start + other[seen])
        one, other = np.concatenate([*ones, *others]), np.concatenate([*others, *ones])
        order = np.argsort(one, kind="stable")
        one, other = one[order], other[order]
        length = np.hypot(*(self.at[corners[one]] - self.at[corners[other]]).T)
        marks = np.searchsorted(one, np.arange(len(corners) + 1)).tolist()
        return [(other[first:last], length[first:last]) for first, last in pairwise(marks)]

    def _touching(self, places: FloatArray, corners: IntArray) -> BoolArray:
        """Which lines from (n, 2) places touch which corners, as (n, c)."""
        toward_x, toward_y = places[:, :1] - self._x[corners], places[:, 1:] - self._y[corners]
        return _touches(toward_x, toward_y, self._before[:, corners], self._after[:, corners])


def _touches(toward_x: FloatArray, toward_y: FloatArray, before: FloatArray, after: FloatArray) -> BoolArray:
    """Whether lines through corners leave both edges of the corner on one side.

    ``toward`` leads from the corner along the line; ``before`` and ``after`` (2, …) are unit vectors along its edges. A
    line that passes an edge's line by less than ``_TOUCH_M`` counts as along it: places are on a boundary by rounding.
    """
    before_m = toward_x * before[1] - toward_y * before[0]
    after_m = toward_x * after[1] - toward_y * after[0]
    touching: BoolArray = before_m * after_m >= 0.0
    touching |= np.minimum(np.abs(before_m), np.abs(after_m)) <= _TOUCH_M
    return touching


def _chains(region: shapely.Geometry) -> Iterator[FloatArray]:
    """What is in the way, with free space on its left: lines (k, 2) whose inner points are its corners.

    Holes, each with its first edge twice; and bays of the outline, between two points of its convex hull.
    """
    for polygon in shapely.get_parts(region):
        if polygon.is_empty:
            continue
        for hole in polygon.interiors:
            points = _turned(hole, clockwise=True)
            yield np.vstack([points, points[1]])
        outline = _turned(polygon.exterior, clockwise=False)[:-1]
        hull = {tuple(point) for point in shapely.get_coordinates(shapely.convex_hull(polygon)).tolist()}
        on_hull = np.array([tuple(point) in hull for point in outline.tolist()])
        first = int(on_hull.argmax())
        outline, on_hull = np.roll(outline, -first, axis=0), np.roll(on_hull, -first)
        outline, on_hull = np.vstack([outline, outline[0]]), np.append(on_hull, True)
        for start, end in pairwise(np.flatnonzero(on_hull).tolist()):
            if end - start > 1:
                yield outline[start : end + 1]


def _turned(ring: shapely.LinearRing, *, clockwise: bool) -> FloatArray:
    points: FloatArray = shapely.get_coordinates(ring)
    return points[::-1] if bool(ring.is_ccw) == clockwise else points


def _pinches(region: shapely.Geometry) -> FloatArray:
    """Where rings touch, as (n, 2): paths may squeeze through, and bend there whatever the angle."""
    rings = shapely.get_rings(shapely.get_parts(shapely.remove_repeated_points(region)))
    points, times = np.unique(
        np.vstack([np.empty((0, 2)), *(shapely.get_coordinates(ring)[:-1] for ring in rings)]),
        axis=0,
        return_counts=True,
    )
    touching: FloatArray = points[times > 1]
    return touching


def _corners_of(chains: list[FloatArray], pinches: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """All corners (n, 2), unit vectors along the edges before and after them, and their chains' numbers.

    Pinches belong to no chain (-1) and have edges of no length, which every line touches.
    """
    corners, before, after = [pinches], [np.zeros_like(pinches)], [np.zeros_like(pinches)]
    chain_of = [np.full(len(pinches), -1)]
    for number, chain in enumerate(chains):
        to_previous, to_next = _unit(chain[:-2] - chain[1:-1]), _unit(chain[2:] - chain[1:-1])
        turn = to_next[:, 0] * to_previous[:, 1] - to_next[:, 1] * to_previous[:, 0]
        reflex = turn < -_LEAST_TURN_RAD
        corners.append(chain[1:-1][reflex])
        before.append(to_previous[reflex])
        after.append(to_next[reflex])
        chain_of.append(np.full(int(reflex.sum()), number))
    return np.vstack(corners), np.vstack(before), np.vstack(after), np.concatenate(chain_of)


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.hypot(vectors[:, 0], vectors[:, 1])[:, None]


def _blocks(count: int, width: int) -> Iterator[slice]:
    """Slices of so many rows of a width that memory holds."""
    step = max(1, _ELEMENTS_AT_ONCE // max(1, width))
    return (slice(top, top + step) for top in range(0, count, step))
