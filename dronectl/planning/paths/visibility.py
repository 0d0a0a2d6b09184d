"""Which places of a region see each other along a straight line that stays inside it.

Sight is tested against the region grown by a millimetre: lines along an edge count as inside, and no test has to decide
whether a line touches a boundary exactly.
"""

from __future__ import annotations

import numpy as np
import shapely

from dronectl.geodesy.frame import BoolArray, FloatArray

SLACK_M = 1e-3
_PAIRS_AT_ONCE = 1 << 16
_FEW_EDGES = 400
"""Up to so many edges in the way, all lines at once against one edge after the other beat one line after the other
against GEOS's index of all edges."""


class Sight:
    """Straight lines inside one region (a polygon or several, in local metres)."""

    def __init__(self, region: shapely.Geometry) -> None:
        self._grown = shapely.buffer(region, SLACK_M, join_style="mitre")
        shapely.prepare(self._grown)

    def contains(self, points: FloatArray) -> BoolArray:
        """Which of the (n, 2) points lie in the region."""
        inside: BoolArray = shapely.intersects_xy(self._grown, points[:, 0], points[:, 1])
        return inside

    def clear(self, starts: FloatArray, ends: FloatArray) -> BoolArray:
        """Which of the (n, 2) starts see their (n, 2) ends; either may be one (1, 2) place for all.

        Places are numbers: GEOS says of a line to NaN that it is inside.
        """
        count = max(len(starts), len(ends)) if len(starts) and len(ends) else 0
        lines = np.empty((count, 2, 2))
        lines[:, 0], lines[:, 1] = starts, ends
        seen: BoolArray = shapely.contains_properly(self._grown, shapely.linestrings(lines))
        together = np.flatnonzero((np.abs(lines[:, 0] - lines[:, 1]) < SLACK_M).all(axis=1))
        if len(together):
            seen[together] = self.contains(lines[together, 0]) & self.contains(lines[together, 1])
        return seen

    def clear_among(self, points: FloatArray) -> BoolArray:
        """Which of the (n, 2) points see which, as a symmetric (n, n). One outside sees nothing, not even itself."""
        inside = np.flatnonzero(self.contains(points))
        edges = self._edges_between(points[inside])
        test = _crosses_none if len(edges) <= _FEW_EDGES else self._clear_grid
        seen = np.zeros((len(points), len(points)), dtype=np.bool_)
        step = max(1, _PAIRS_AT_ONCE // max(1, len(inside)))
        for top in range(0, len(inside), step):
            rows, columns = inside[top : top + step], inside[top:]
            seen[np.ix_(rows, columns)] = test(points[rows], points[columns], edges)
        return seen | seen.T

    def _clear_grid(self, rows: FloatArray, columns: FloatArray, _edges: FloatArray) -> BoolArray:
        pairs = self.clear(np.repeat(rows, len(columns), axis=0), np.tile(columns, (len(rows), 1)))
        return pairs.reshape(len(rows), len(columns))

    def _edges_between(self, points: FloatArray) -> FloatArray:
        """The edges (e, 2, 2) of the grown region that a line between two of the points may meet: those that reach into
        the points' convex hull."""
        rings = shapely.get_rings(shapely.get_parts(self._grown))
        corners, ring_of = shapely.get_coordinates(rings, return_index=True)
        edges = np.stack([corners[:-1], corners[1:]], axis=1)[ring_of[:-1] == ring_of[1:]]
        hull = shapely.convex_hull(shapely.multipoints(points))
        shapely.prepare(hull)
        reached: FloatArray = edges[shapely.intersects(hull, shapely.linestrings(edges))]
        return reached


def _crosses_none(rows: FloatArray, columns: FloatArray, edges: FloatArray) -> BoolArray:
    """Which of the lines from (r, 2) to (c, 2) places cross none of the edges, as (r, c).

    A line crosses an edge when its ends lie on different sides of the edge, and the edge's ends on different sides of
    the line. Places are never on an edge: edges are those of the grown region.
    """
    crossed = np.zeros((len(rows), len(columns)), dtype=np.bool_)
    last_end, end_is_left = np.full(2, np.nan), crossed
    for start, end in edges:
        row_is_left, column_is_left = _left_of(start, end, rows), _left_of(start, end, columns)
        left = int(row_is_left.sum() + column_is_left.sum())
        if left in (0, len(rows) + len(columns)):
            continue
        start_is_left = end_is_left if (start == last_end).all() else _is_left_of_lines(start, rows, columns)
        last_end, end_is_left = end, _is_left_of_lines(end, rows, columns)
        crossed |= (row_is_left[:, None] != column_is_left) & (start_is_left != end_is_left)
    return ~crossed


def _left_of(start: FloatArray, end: FloatArray, points: FloatArray) -> BoolArray:
    (along_x, along_y), toward = end - start, points - start
    left: BoolArray = along_x * toward[:, 1] > along_y * toward[:, 0]
    return left


def _is_left_of_lines(place: FloatArray, rows: FloatArray, columns: FloatArray) -> BoolArray:
    """On which lines from (r, 2) to (c, 2) the place lies to the left, as (r, c)."""
    (from_x, from_y), (to_x, to_y) = (rows - place).T, (columns - place).T
    left: BoolArray = np.multiply.outer(from_x, to_y) > np.multiply.outer(from_y, to_x)
    return left
