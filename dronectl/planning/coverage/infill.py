"""Lines for what a sweep leaves unseen: bands beside keep-outs at the ends of lines, pockets behind them.

What is unseen is known as places on a lattice, each for a little area. Lines that may help run along the edges of the
free space, or through the length of an unseen patch; the one that shows most beyond its cost is taken first, cut to the
stretch of it that pays, until none pays any more.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.coverage.scan_lines import edges_of
from dronectl.planning.coverage.swaths import SHORTEST_LINE_M, Polygons

WORTH_FLYING = 0.25
"""A line that newly shows this share of its swath, on the mean, is always worth it."""

WORTH_IF_NEEDED = 0.01
"""Less than that is worth it only while too little is seen."""

ENOUGH = 0.997
"""The share of what can be seen from where flight is allowed, from which on only lines worth flying are added."""

_PLACES_PER_SWATH = 16
_MOST_PLACES = 8_000
_MOST_EDGES = 256
_SHORTEST_EDGE = 0.25
_COARSE = 0.025
"""Of a swath: edges shorter than the one are not followed; round outlines are simplified by the other."""
_SMALLEST_PATCH = 0.02
"""Of a square swath: patches smaller than that get no line of their own."""

_NUDGE_M = 1e-3
"""Lines along an edge of the free space lie this far inside it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """What is unseen as places ``xy`` (n, 2), each standing for ``area_m2`` (n,), ``step_m`` apart."""

    xy: FloatArray
    area_m2: FloatArray
    step_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A line that may be flown, and the unseen places beside it by their distance along it."""

    start: FloatArray
    toward: FloatArray
    length_m: float
    places: IntArray
    along_m: FloatArray


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a candidate, and what it shows beyond what it costs, in square metres."""

    net_m2: float
    left_m: float
    right_m: float


def extra_lines(unseen: Polygons, allowed: shapely.Geometry, wanted_m2: float, swath_m: float) -> FloatArray:
    """Lines (n, 2, 2) inside ``allowed`` that show what is worth showing of ``unseen``; ``wanted_m2``: of the whole."""
    if not len(unseen):
        return np.empty((0, 2, 2))
    places = _places(unseen, swath_m)
    if not len(places.xy):
        return np.empty((0, 2, 2))
    candidates = _candidates(unseen, places, allowed, swath_m)
    open_m2 = places.area_m2.copy()
    chosen = list(_chosen(candidates, open_m2, places.step_m, swath_m, WORTH_FLYING, 0.0))
    chosen += _chosen(candidates, open_m2, places.step_m, swath_m, WORTH_IF_NEEDED, (1.0 - ENOUGH) * wanted_m2)
    return np.array(chosen).reshape(-1, 2, 2)


def longest_lines(parts: Sequence[shapely.Polygon], allowed: shapely.Geometry) -> FloatArray:
    """A line through the length of each part, as far as it may be flown: for areas much smaller than a swath."""
    clipped = shapely.get_parts(shapely.intersection(shapely.linestrings(_through(np.array(parts))), allowed))
    clipped = clipped[(shapely.get_type_id(clipped) == 1) & (shapely.length(clipped) >= SHORTEST_LINE_M)]
    return np.array([shapely.get_coordinates(line)[[0, -1]] for line in clipped]).reshape(-1, 2, 2)


def _places(unseen: Polygons, swath_m: float) -> _Places:
    step_m = max(swath_m / _PLACES_PER_SWATH, math.sqrt(float(shapely.area(unseen).sum()) / _MOST_PLACES))
    first = np.floor(shapely.bounds(unseen)[:, :2] / step_m)
    counts = (np.ceil(shapely.bounds(unseen)[:, 2:] / step_m) - first).astype(np.intp)
    size = counts[:, 0] * counts[:, 1]
    of = np.repeat(np.arange(len(unseen)), size)
    number = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    cell = np.column_stack([number % counts[of, 0], number // counts[of, 0]])
    xy = (first[of] + cell + 0.5) * step_m
    shapely.prepare(unseen)
    inside = shapely.contains_xy(unseen[of], xy[:, 0], xy[:, 1])
    xy, of = xy[inside], of[inside]
    share = shapely.area(unseen) / np.maximum(1, np.bincount(of, minlength=len(unseen)))
    return _Places(xy, share[of], step_m)


def _candidates(unseen: Polygons, places: _Places, allowed: shapely.Geometry, swath_m: float) -> list[_Candidate]:
    segments = np.concatenate([_along_edges(places, allowed, swath_m), _through_patches(unseen, swath_m)])
    clipped = shapely.get_parts(shapely.intersection(shapely.linestrings(segments), allowed))
    clipped = clipped[(shapely.get_type_id(clipped) == 1) & (shapely.length(clipped) >= SHORTEST_LINE_M)]
    ends = shapely.get_coordinates(clipped).reshape(-1, 2, 2)
    start, vector = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.hypot(vector[:, 0], vector[:, 1])
    toward = vector / length[:, None]
    along = toward @ places.xy.T - (toward * start).sum(axis=1)[:, None]
    normal = np.column_stack([-toward[:, 1], toward[:, 0]])
    aside = normal @ places.xy.T - (normal * start).sum(axis=1)[:, None]
    near = (np.abs(aside) <= swath_m / 2.0) & (along >= 0.0) & (along <= length[:, None])
    return [
        _Candidate(start[index], toward[index], float(length[index]), beside, along[index, beside])
        for index, beside in enumerate(np.flatnonzero(row) for row in near)
        if len(beside)
    ]


def _along_edges(places: _Places, allowed: shapely.Geometry, swath_m: float) -> FloatArray:
    """Lines along the edges of the free space that unseen places are near to, a swath longer at both ends."""
    fine, coarse = (edges_of(shapely.simplify(allowed, tolerance)) for tolerance in (_NUDGE_M, _COARSE * swath_m))
    edges = np.concatenate([fine, coarse])
    inward_m = np.repeat([_NUDGE_M, _COARSE * swath_m + _NUDGE_M], [len(fine), len(coarse)])
    vectors = edges[:, 1] - edges[:, 0]
    length = np.hypot(vectors[:, 0], vectors[:, 1])
    known = {edge.tobytes() for edge in fine}
    new = np.array([index < len(fine) or edge.tobytes() not in known for index, edge in enumerate(edges)])
    hull = shapely.box(*places.xy.min(axis=0), *places.xy.max(axis=0))
    used = np.flatnonzero(
        new & (length >= _SHORTEST_EDGE * swath_m) & shapely.dwithin(shapely.linestrings(edges), hull, swath_m / 2.0)
    )
    used = used[np.argsort(-length[used], kind="stable")[:_MOST_EDGES]]
    edges, toward, inward_m = edges[used], vectors[used] / length[used, None], inward_m[used, None]
    inward = np.column_stack([-toward[:, 1], toward[:, 0]]) * inward_m
    middle = edges.mean(axis=1) + inward
    shapely.prepare(allowed)
    inward[~shapely.intersects_xy(allowed, middle[:, 0], middle[:, 1])] *= -1.0
    longer = np.stack([edges[:, 0] - swath_m * toward, edges[:, 1] + swath_m * toward], axis=1)
    found: FloatArray = longer + inward[:, None]
    return found


def _through_patches(unseen: Polygons, swath_m: float) -> FloatArray:
    """Lines through the length of each patch that is not too small."""
    return _through(unseen[shapely.area(unseen) > _SMALLEST_PATCH * swath_m**2])


def _through(patches: Polygons) -> FloatArray:
    boxes = shapely.get_coordinates(shapely.oriented_envelope(patches)).reshape(-1, 5, 2)
    first, second = boxes[:, 1] - boxes[:, 0], boxes[:, 2] - boxes[:, 1]
    is_first = np.hypot(first[:, 0], first[:, 1]) >= np.hypot(second[:, 0], second[:, 1])
    half = np.where(is_first[:, None], first, second) / 2.0
    middle = (boxes[:, 0] + boxes[:, 2]) / 2.0
    return np.stack([middle - half, middle + half], axis=1)


def _chosen(
    candidates: Sequence[_Candidate],
    open_m2: FloatArray,
    step_m: float,
    swath_m: float,
    worth: float,
    enough_m2: float,
) -> Iterator[FloatArray]:
    """Stretches of candidates as lines (2, 2), best first, until none is worth it or ``enough_m2`` or less is open.

    What they show is taken out of ``open_m2``. That can only lower what others are worth, so a candidate is looked at
    again only when it comes up as the best (lazy greedy: Minoux 1978).
    """
    queue = [
        (-_best_stretch(candidate, open_m2, step_m, swath_m, worth).net_m2, number)
        for number, candidate in enumerate(candidates)
    ]
    heapq.heapify(queue)
    while queue and float(open_m2.sum()) > enough_m2:
        known, number = heapq.heappop(queue)
        if known >= 0.0:
            return
        candidate = candidates[number]
        best = _best_stretch(candidate, open_m2, step_m, swath_m, worth)
        if queue and -best.net_m2 > queue[0][0] and best.net_m2 < -known:
            heapq.heappush(queue, (-best.net_m2, number))
            continue
        if best.net_m2 <= 0.0:
            continue
        yield candidate.start + np.outer([best.left_m, best.right_m], candidate.toward)
        shown = (candidate.along_m >= best.left_m) & (candidate.along_m <= best.right_m)
        open_m2[candidate.places[shown]] = 0.0
        heapq.heappush(queue, (-best.net_m2, number))


def _best_stretch(candidate: _Candidate, open_m2: FloatArray, step_m: float, swath_m: float, worth: float) -> _Stretch:
    """The stretch with the most new area beyond ``worth`` of its swath; one more line costs as much as a swath more."""
    bins = math.ceil(candidate.length_m / step_m)
    bin_of = np.minimum((candidate.along_m / step_m).astype(np.intp), bins - 1)
    shown = np.bincount(bin_of, open_m2[candidate.places], bins)
    total = np.concatenate([[0.0], np.cumsum(shown - worth * swath_m * step_m)])
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    start = int(np.argmin(total[: end + 1]))
    left, right = max(0.0, (start - 0.5) * step_m), min(candidate.length_m, (end + 0.5) * step_m)
    net_m2 = float(total[end] - total[start]) - worth * swath_m**2
    return _Stretch(net_m2 if right - left >= SHORTEST_LINE_M else 0.0, left, right)
