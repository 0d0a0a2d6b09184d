"""Parallel lines over one part of an area, row by row.

The part is cut into even rows no wider than a swath. The line of a row spans all that lies in the row, also where a
slanted edge passes its end, as far as flight is allowed: only what such lines cannot reach stays unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.coverage.scan_lines import (
    Interval,
    edges_of,
    intervals_by_row,
    joined_intervals,
    less,
    row_centres,
    spans,
    turned,
    turned_shape,
)
from dronectl.planning.paths.space import GRID_M

SHORTEST_LINE_M = 0.5

SLIVER = 0.1
"""A line that would see less than this share of its row's width, on the mean, is not flown for it."""

Polygons = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """The rows of one part, turned so that lines run along x."""

    angle_deg: float
    swath_m: float
    width_m: float
    """Of a row: a swath, or a little less."""
    centres: FloatArray
    flyable: Sequence[Sequence[Interval]]
    """For each row where its centre line may be flown, and is not the work of another part."""
    pieces: Polygons
    """What there is to see, cut by rows: connected polygons (n,)."""
    row: IntArray
    """The row of each piece (n,)."""

    def without(self, seen: shapely.Geometry) -> Sweep:
        """The same rows, with less to see in them."""
        lying = turned_shape(seen, -self.angle_deg)
        shapely.prepare(lying)
        touched = np.flatnonzero(shapely.intersects(lying, self.pieces))
        rest = shapely.difference(self.pieces[touched], lying, grid_size=GRID_M)
        parts, part_of = shapely.get_parts(rest, return_index=True)
        full = shapely.area(parts) > GRID_M
        pieces = np.concatenate([np.delete(self.pieces, touched), parts[full]])
        row = np.concatenate([np.delete(self.row, touched), self.row[touched][part_of[full]]])
        order = np.argsort(row, kind="stable")
        return replace(self, pieces=pieces[order], row=row[order])

    def stretches(self) -> list[list[Interval]]:
        """For each row what to fly of its centre line."""
        wanted: list[list[tuple[float, float, float]]] = [[] for _ in self.centres]
        bounds, area = shapely.bounds(self.pieces), shapely.area(self.pieces)
        for row, left, right, size in zip(
            self.row.tolist(), bounds[:, 0].tolist(), bounds[:, 2].tolist(), area.tolist(), strict=True
        ):
            wanted[row].append((left, right, size))
        return [self._row_stretches(pieces, ways) for pieces, ways in zip(wanted, self.flyable, strict=True)]

    def _row_stretches(self, pieces: Sequence[tuple[float, float, float]], ways: Sequence[Interval]) -> list[Interval]:
        """Pieces of the row that lie one behind the other and nearer than a swath get one line."""
        found = []
        for start, end in ways:
            clipped = [(max(start, left), min(end, right)) for left, right, _ in pieces if left < end and right > start]
            for left, right in joined_intervals(clipped, self.swath_m):
                seen_m2 = sum(
                    size * (min(right, b) - max(left, a)) / (b - a) for a, b, size in pieces if a < right and b > left
                )
                if right - left >= SHORTEST_LINE_M and seen_m2 >= SLIVER * self.width_m * (right - left):
                    found.append((left, right))
        return found

    def lines(self, flown: Sequence[Sequence[Interval]]) -> FloatArray:
        """Stretches as lines (n, 2, 2) in the frame of the site."""
        lying = [
            ((left, y), (right, y)) for y, row in zip(self.centres.tolist(), flown, strict=True) for left, right in row
        ]
        return turned(np.array(lying).reshape(-1, 2, 2), self.angle_deg)

    def unseen(self, flown: Sequence[Sequence[Interval]]) -> Polygons:
        """What of the pieces the flown stretches do not see, as polygons in the frame of the site."""
        bounds = shapely.bounds(self.pieces)
        of, left, right = [], [], []
        for index, (row, a, b) in enumerate(
            zip(self.row.tolist(), bounds[:, 0].tolist(), bounds[:, 2].tolist(), strict=True)
        ):
            for start, end in less([(a, b)], flown[row]):
                of.append(index)
                left.append(start)
                right.append(end)
        boxes = shapely.box(left, bounds[of, 1] - 1.0, right, bounds[of, 3] + 1.0)
        missed = shapely.get_parts(shapely.intersection(self.pieces[of], boxes))
        missed = missed[shapely.area(missed) > GRID_M]
        back: Polygons = shapely.transform(missed, lambda points: turned(points, self.angle_deg))
        return back


def sweep_of(
    part: shapely.Polygon,
    allowed: shapely.Geometry,
    swath_m: float,
    angle_deg: float,
    *,
    others: Sequence[shapely.Polygon] = (),
) -> Sweep:
    """Rows over ``part`` along ``angle_deg`` (counter-clockwise from east); lines leave ``others`` to themselves."""
    lying = turned_shape(part, -angle_deg)
    left, low, right, high = lying.bounds
    centres, width_m = row_centres(low, high, swath_m)
    shapely.prepare(lying)
    rows = shapely.box(left - 1.0, centres - width_m / 2.0, right + 1.0, centres + width_m / 2.0)
    pieces, row = shapely.get_parts(shapely.intersection(rows, lying), return_index=True)
    full = shapely.area(pieces) > GRID_M
    flyable = _on_rows(allowed, angle_deg, centres)
    if others:
        flyable = [
            less(ways, taken)
            for ways, taken in zip(
                flyable, _on_rows(shapely.geometrycollections(others), angle_deg, centres), strict=True
            )
        ]
    return Sweep(angle_deg, swath_m, width_m, centres, flyable, pieces[full], row[full])


def _on_rows(area: shapely.Geometry, angle_deg: float, centres: FloatArray) -> list[list[Interval]]:
    return intervals_by_row(spans(turned(edges_of(area), -angle_deg), centres), len(centres))
