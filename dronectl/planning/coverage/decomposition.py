"""Areas cut where their parts want lines of different directions: a bent street, the arms of a star.

A cut runs from a corner that points into the area straight to the other side. It is made where both parts together are
quicker to sweep than the whole by more than the cut may cost in turns between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import split

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.coverage.direction import (
    TURN_PENALTY_M,
    LineDirection,
    best_direction,
    directions_deg,
    estimated_costs_m,
)

WORTH_A_CUT = 0.02
"""Of area ÷ swath: what cuts must save together."""

_MOST_CELLS = 24
_MOST_CORNERS = 48
_TRIED = 3
_COARSE = 0.25
"""Of a swath: what is simplified away of an outline in the search for cuts."""

_PAST_THE_EDGE_M = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A part of an area and the direction of its lines, counter-clockwise from east."""

    shape: shapely.Polygon
    angle_deg: float


@dataclass(slots=True, eq=False)
class _Node:
    """A part, how it would be swept whole, and what it was cut into on trial."""

    shape: shapely.Polygon
    direction: LineDirection
    halves: list[_Node]


def cells(area: shapely.Polygon, swath_m: float) -> list[Cell]:
    """The area in one cell, or in several that each have a direction of their own.

    Cuts are first made on trial, also where one alone saves nothing yet, and kept from the smallest parts upward where
    the parts together save enough.
    """
    root = _node(area, swath_m)
    waiting, count = [root], 1
    while waiting and count < _MOST_CELLS:
        waiting.sort(key=lambda node: node.direction.cost_m)
        node = waiting.pop()
        node.halves = [_node(half, swath_m) for half in _trial_cut(node, swath_m)]
        waiting += node.halves
        count += len(node.halves) // 2
    return _kept(root, swath_m)[1]


def _node(shape: shapely.Polygon, swath_m: float) -> _Node:
    return _Node(shape, best_direction(shape, swath_m), [])


def _kept(node: _Node, swath_m: float) -> tuple[float, list[Cell]]:
    """What it costs to sweep a part the cheaper way, whole or in halves, and its cells then."""
    if node.halves:
        (first_m, first), (second_m, second) = (_kept(half, swath_m) for half in node.halves)
        if first_m + second_m < node.direction.cost_m - WORTH_A_CUT * node.shape.area / swath_m:
            return first_m + second_m, first + second
    return node.direction.cost_m, [Cell(node.shape, node.direction.angle_deg)]


def _trial_cut(node: _Node, swath_m: float) -> list[shapely.Polygon]:
    """Two halves; none if the part is swept so well that cuts can save nothing, or no cut is promising."""
    least_m = WORTH_A_CUT * node.shape.area / swath_m
    left, low, right, high = node.shape.bounds
    fewest_lines = node.shape.area / swath_m / math.hypot(right - left, high - low)
    if node.direction.cost_m - node.shape.area / swath_m - fewest_lines * (swath_m + TURN_PENALTY_M) < least_m:
        return []
    for start, toward in _promising_cuts(node.shape, swath_m, -least_m):
        halves = _cut(node.shape, start, toward)
        if len(halves) == 2:
            return halves
    return []


def _promising_cuts(part: shapely.Polygon, swath_m: float, least_m: float) -> list[tuple[FloatArray, FloatArray]]:
    """Places and directions of cuts that are estimated to save at least ``least_m``; the best first.

    The estimate is a sum over edges, so each cut's two parts are differences of one running sum. Of cuts that save the
    same the shorter is better: fewer lines end at it.
    """
    ring = shapely.get_coordinates(shapely.simplify(part, _COARSE * swath_m).exterior)[:-1]
    if len(ring) < 4:
        return []
    if not shapely.is_ccw(shapely.linearrings(ring)):
        ring = ring[::-1]
    corner, toward = _rays(ring)
    if not len(corner):
        return []
    edge, share, reach_m = _first_hits(ring, corner, toward)
    met = np.isfinite(reach_m)
    corner, toward, edge, share, reach_m = corner[met], toward[met], edge[met], share[met], reach_m[met]
    edges = np.stack([ring, np.roll(ring, -1, axis=0)], axis=1)
    angles = directions_deg(edges)
    costs = estimated_costs_m(edges, angles, swath_m)
    running = np.concatenate([np.zeros((1, len(angles))), np.cumsum(costs, axis=0)])
    between = running[edge] + share[:, None] * costs[edge] - running[corner]
    between[edge < corner] += running[-1]
    chords = np.stack([ring[corner], ring[corner] + toward * reach_m[:, None]], axis=1)
    of_cut = estimated_costs_m(chords, angles, swath_m)
    halves_m = (between + of_cut).min(axis=1) + (running[-1] - between + of_cut).min(axis=1)
    saved_m = running[-1].min() - halves_m
    order = np.argsort(-(saved_m - reach_m * (swath_m + TURN_PENALTY_M) / swath_m), kind="stable")
    return [(ring[corner[index]], toward[index]) for index in order if saved_m[index] > least_m][:_TRIED]


def _rays(ring: FloatArray) -> tuple[IntArray, FloatArray]:
    """From each corner that points inward: along both its edges prolonged, and between them."""
    before, after = _unit(ring - np.roll(ring, 1, axis=0)), _unit(np.roll(ring, -1, axis=0) - ring)
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    inward = np.flatnonzero(turn < -0.05)
    inward = np.sort(inward[np.argsort(turn[inward], kind="stable")[:_MOST_CORNERS]])
    directions = np.concatenate([before[inward], -after[inward], _unit(before[inward] - after[inward])])
    return np.tile(inward, 3), directions


def _first_hits(ring: FloatArray, corner: IntArray, toward: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Where rays meet the ring first: its edge, the share of the edge before that place, and the distance."""
    start, vector = ring, np.roll(ring, -1, axis=0) - ring
    away = start[None] - ring[corner][:, None]
    across = toward[:, None, 0] * vector[None, :, 1] - toward[:, None, 1] * vector[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (away[..., 0] * vector[None, :, 1] - away[..., 1] * vector[None, :, 0]) / across
        share = (away[..., 0] * toward[:, None, 1] - away[..., 1] * toward[:, None, 0]) / across
    own = np.arange(len(ring))[None] == corner[:, None]
    own |= np.arange(len(ring))[None] == (corner[:, None] - 1) % len(ring)
    hit = (share >= -1e-9) & (share <= 1.0 + 1e-9) & (reach > 1e-6) & ~own
    reach = np.where(hit, reach, np.inf)
    edge = reach.argmin(axis=1)
    rows = np.arange(len(corner))
    return edge, np.clip(share[rows, edge], 0.0, 1.0), reach[rows, edge]


def _cut(part: shapely.Polygon, start: FloatArray, toward: FloatArray) -> list[shapely.Polygon]:
    left, low, right, high = part.bounds
    ray = shapely.LineString([start, start + toward * (right - left + high - low)])
    inside = shapely.get_parts(shapely.intersection(ray, part))
    inside = [line for line in inside if line.length > 0.0 and line.distance(shapely.Point(start)) < _PAST_THE_EDGE_M]
    if not inside:
        return []
    past = _PAST_THE_EDGE_M * toward
    chord = shapely.LineString([start, start + toward * inside[0].length + past])
    return [half for half in split(part, chord).geoms if half.area > 0.0]


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    return vectors / np.where(lengths > 0.0, lengths, 1.0)[:, None]
