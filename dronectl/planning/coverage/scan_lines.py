"""Horizontal scan lines over the edges of an area, by NumPy alone: what the search for a sweep's direction costs.

Areas are turned by turning their points: the sweep direction then is the x axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, IntArray

ROWS_TOLERANCE = 2e-3
"""Of a swath: what an area may be wider than a whole number of rows by, as coordinates are rounded."""

Interval: TypeAlias = tuple[float, float]
"""From left to right on one scan line."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Stretches of scan lines inside an area: ``left`` to ``right`` on line ``row``, sorted, (n,) each, metres."""

    row: IntArray
    left: FloatArray
    right: FloatArray

    @property
    def length_m(self) -> float:
        return float((self.right - self.left).sum())


def edges_of(area: shapely.Geometry) -> FloatArray:
    """The edges of all rings as (n, 2, 2), holes included."""
    rings = shapely.get_rings(shapely.get_parts(area))
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    within = ring_of[1:] == ring_of[:-1]
    return np.stack([points[:-1][within], points[1:][within]], axis=1)


def edges_and_inward_corners(area: shapely.Geometry) -> tuple[FloatArray, FloatArray]:
    """The edges (n, 2, 2), and the corners (k, 2) that point into the area."""
    edges, corners = [np.empty((0, 2, 2))], [np.empty((0, 2))]
    for polygon in shapely.get_parts(area):
        for ring, inside_left in ((polygon.exterior, True), *((hole, False) for hole in polygon.interiors)):
            points = shapely.get_coordinates(ring)[:-1]
            if bool(ring.is_ccw) != inside_left:
                points = points[::-1]
            vectors = np.roll(points, -1, axis=0) - points
            before = np.roll(vectors, 1, axis=0)
            edges.append(np.stack([points, points + vectors], axis=1))
            corners.append(points[before[:, 0] * vectors[:, 1] - before[:, 1] * vectors[:, 0] < 0.0])
    return np.concatenate(edges), np.concatenate(corners)


def turned(points: FloatArray, angle_deg: float) -> FloatArray:
    """Points (…, 2) turned counter-clockwise around the origin."""
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    result: FloatArray = points @ np.array([[cosine, sine], [-sine, cosine]])
    return result


def turned_shape(shape: shapely.Geometry, angle_deg: float) -> shapely.Geometry:
    """A geometry turned counter-clockwise around the origin."""
    return shapely.transform(shape, lambda points: turned(points, angle_deg))


def row_centres(low: float, high: float, swath_m: float) -> tuple[FloatArray, float]:
    """Centres of the fewest even rows that fill low..high and are no wider than a swath (all together not by more than
    ``ROWS_TOLERANCE`` of one), and the rows' width."""
    count = max(1, math.ceil((high - low) / swath_m - ROWS_TOLERANCE))
    width = (high - low) / count
    return low + width * (np.arange(count, dtype=np.float64) + 0.5), width


def spans(edges: FloatArray, centres: FloatArray) -> Spans:
    """Where the scan lines at ``centres`` (ascending) are inside the area whose edges are given: the even-odd rule.

    An edge counts from its lower end up to, and without, its upper one, so a line through a corner is met right once.
    """
    first_y, second_y = edges[:, 0, 1], edges[:, 1, 1]
    low = np.searchsorted(centres, np.minimum(first_y, second_y), side="left")
    high = np.searchsorted(centres, np.maximum(first_y, second_y), side="left")
    counts = high - low
    edge = np.repeat(np.arange(len(edges)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - low, counts)
    start, end = edges[edge, 0], edges[edge, 1]
    share = (centres[row] - start[:, 1]) / (end[:, 1] - start[:, 1])
    x = start[:, 0] + share * (end[:, 0] - start[:, 0])
    order = np.lexsort((x, row))
    return Spans(row[order][0::2], x[order][0::2], x[order][1::2])


def intervals_by_row(found: Spans, rows: int) -> list[list[Interval]]:
    """The spans of each row as (left, right)."""
    result: list[list[Interval]] = [[] for _ in range(rows)]
    for row, left, right in zip(found.row.tolist(), found.left.tolist(), found.right.tolist(), strict=True):
        result[row].append((left, right))
    return result


def joined_intervals(stretches: Iterable[Interval], gap_m: float) -> list[Interval]:
    """Stretches with those that overlap, or lie no more than ``gap_m`` apart, made one; ascending."""
    result: list[Interval] = []
    for left, right in sorted(stretches):
        if result and left <= result[-1][1] + gap_m:
            result[-1] = (result[-1][0], max(result[-1][1], right))
        else:
            result.append((left, right))
    return result


def less(these: Iterable[Interval], those: Iterable[Interval]) -> list[Interval]:
    """What of some stretches is not in others."""
    result = list(these)
    for left, right in those:
        result = [part for a, b in result for part in ((a, min(b, left)), (max(a, right), b)) if part[0] < part[1]]
    return result
