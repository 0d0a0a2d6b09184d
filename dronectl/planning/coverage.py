"""Lawnmower lines over an area with holes.

The area is cut into strips one swath wide; each connected part of a strip gets the piece of the strip's centre line
that spans it, clipped to where flight is allowed. What that leaves unseen (slivers beside slanted edges, pockets behind
a keep-out) gets lines of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from dronectl.planning.frame import FloatArray
from dronectl.planning.space import GRID_M, minus, union

ANGLE_STEP_DEG = 10.0
TURN_PENALTY_M = 30.0
"""What one more line costs in the angle search, in metres flown, besides the step aside."""

SHORTEST_LINE_M = 0.5
MENDING_ROUNDS = 2
UNSEEN_WORTH_A_LINE = 0.1
"""A part left unseen gets its own line when it is larger than this share of a square swath."""


def lines(area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float, angle_deg: float | None) -> FloatArray:
    """Lines (n, 2, 2) in metres whose swaths cover ``area`` and that stay inside ``allowed``.

    ``angle_deg`` is the direction of the lines, clockwise from north; None searches the one that is quickest to fly.
    """
    mathematical_deg = _best_angle(area, swath_m) if angle_deg is None else (90.0 - angle_deg) % 180.0
    found = _sweep(area, allowed, swath_m, mathematical_deg)
    for _ in range(MENDING_ROUNDS):
        unseen = minus(area, seen(found, swath_m))
        extra = _mend(unseen, allowed, swath_m, mathematical_deg)
        if not len(extra):
            break
        found = np.concatenate([found, extra])
    return found


def seen(flown: FloatArray, width_m: float | FloatArray) -> shapely.Geometry:
    """The union of the swaths of lines (n, 2, 2); nothing is counted past their ends."""
    if not len(flown):
        return shapely.Polygon()
    strips = shapely.buffer(shapely.linestrings(flown), np.asarray(width_m) / 2.0, cap_style="flat")
    return union(np.atleast_1d(strips))


def _best_angle(area: shapely.Geometry, swath_m: float) -> float:
    """Among the directions of the edges and every ten degrees, the one with least length and fewest turns."""

    def cost(angle_deg: float) -> float:
        turned = _rotate(area, -angle_deg)
        _, low, _, high = turned.bounds
        centres = _strip_centres(low, high, swath_m)
        cut = shapely.intersection(_horizontal_lines(turned, centres), turned)
        parts = shapely.get_parts(cut)
        parts = parts[shapely.length(parts) > SHORTEST_LINE_M]
        flown_m = shapely.length(parts).sum() + len(parts) * (swath_m + TURN_PENALTY_M)
        return float(flown_m)

    candidates: set[float] = {
        round(float(angle), 2) for angle in (*_edge_angles(area), *np.arange(0.0, 180.0, ANGLE_STEP_DEG))
    }
    return min(sorted(candidates), key=cost)


def _edge_angles(area: shapely.Geometry) -> Iterable[float]:
    """Directions of the edges, the longest 24 at most: short ones of a round outline tell nothing."""
    vectors = [
        np.diff(shapely.get_coordinates(ring), axis=0)
        for polygon in shapely.get_parts(area)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    edges = np.vstack(vectors)
    longest = np.argsort(-np.hypot(*edges.T), kind="stable")[:24]
    return (math.degrees(math.atan2(y, x)) % 180.0 for x, y in edges[longest])


def _sweep(area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float, angle_deg: float) -> FloatArray:
    turned, turned_allowed = _rotate(area, -angle_deg), _rotate(allowed, -angle_deg)
    shapely.prepare(turned)
    left, low, right, high = turned.bounds
    centres = _strip_centres(low, high, swath_m)
    strips = shapely.box(left - 1.0, centres - swath_m / 2.0, right + 1.0, centres + swath_m / 2.0)
    parts, strip_of = shapely.get_parts(shapely.intersection(strips, turned), return_index=True)
    full = shapely.area(parts) > GRID_M
    return _back(_span(parts[full], centres[strip_of[full]], turned_allowed), angle_deg)


def _mend(unseen: shapely.Geometry, allowed: shapely.Geometry, swath_m: float, angle_deg: float) -> FloatArray:
    """One more line through the middle of each part that is large enough to matter and still unseen."""
    turned, turned_allowed = _rotate(unseen, -angle_deg), _rotate(allowed, -angle_deg)
    parts = shapely.get_parts(turned)
    parts = parts[shapely.area(parts) > UNSEEN_WORTH_A_LINE * swath_m**2]
    if not len(parts):
        return np.empty((0, 2, 2))
    bounds = shapely.bounds(parts)
    return _back(_span(parts, (bounds[:, 1] + bounds[:, 3]) / 2.0, turned_allowed), angle_deg)


def _span(parts: Sequence[shapely.Geometry], centres: FloatArray, allowed: shapely.Geometry) -> FloatArray:
    """Horizontal lines at ``centres`` over the width of each part, clipped to ``allowed``; each stretch once."""
    bounds = shapely.bounds(parts)
    across = np.stack([np.column_stack([bounds[:, 0], centres]), np.column_stack([bounds[:, 2], centres])], axis=1)
    shapely.prepare(allowed)
    pieces, part_of = shapely.get_parts(shapely.intersection(shapely.linestrings(across), allowed), return_index=True)
    kept = shapely.length(pieces) > SHORTEST_LINE_M
    extent = shapely.bounds(pieces[kept])
    return _merge_overlaps(np.column_stack([centres[part_of[kept]], extent[:, 0], extent[:, 2]]))


def _merge_overlaps(rows: FloatArray) -> FloatArray:
    """Rows (y, left, right) to lines (n, 2, 2), overlapping stretches of one y joined."""
    joined: list[list[float]] = []
    for y, left, right in sorted(rows.tolist()):
        if joined and abs(joined[-1][0] - y) < GRID_M and left <= joined[-1][2]:
            joined[-1][2] = max(joined[-1][2], right)
        else:
            joined.append([y, left, right])
    return np.array([[[left, y], [right, y]] for y, left, right in joined]).reshape(-1, 2, 2)


def _strip_centres(low: float, high: float, swath_m: float) -> FloatArray:
    """Centre lines of as few strips as cover low..high, centred on it."""
    count = max(1, math.ceil((high - low) / swath_m - 1e-9))
    first = low + ((high - low) - count * swath_m) / 2.0 + swath_m / 2.0
    return first + swath_m * np.arange(count, dtype=np.float64)


def _horizontal_lines(area: shapely.Geometry, centres: FloatArray) -> Sequence[shapely.Geometry]:
    left, _, right, _ = area.bounds
    starts = np.column_stack([np.full(len(centres), left - 1.0), centres])
    ends = np.column_stack([np.full(len(centres), right + 1.0), centres])
    found: Sequence[shapely.Geometry] = shapely.linestrings(np.stack([starts, ends], axis=1))
    return found


def _rotate(shape: shapely.Geometry, angle_deg: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: points @ _turn(angle_deg))


def _back(flown: FloatArray, angle_deg: float) -> FloatArray:
    turned: FloatArray = (flown.reshape(-1, 2) @ _turn(angle_deg)).reshape(-1, 2, 2)
    return turned


def _turn(angle_deg: float) -> FloatArray:
    """For row vectors: points @ _turn(a) are the points turned counter-clockwise by a."""
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([[cosine, sine], [-sine, cosine]])
