"""The direction in which an area is swept quickest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.coverage.scan_lines import edges_of, row_centres, spans, turned

ANGLE_STEP_DEG = 10.0
LONGEST_EDGES = 24
"""Directions of edges that are tried: short edges of a round outline tell nothing."""

TURN_PENALTY_M = 30.0
"""What one more line costs, in metres flown, besides the step aside."""

SLANT_PENALTY = 0.25
"""What a metre along the lines of an edge that crosses them costs in metres: they overshoot there, or see less."""

_TRIED_EXACTLY = 6


@dataclass(frozen=True, slots=True)
class LineDirection:
    """A direction of lines, counter-clockwise from east, and what an area costs that is swept along it."""

    angle_deg: float
    cost_m: float


def best_direction(area: shapely.Geometry, swath_m: float) -> LineDirection:
    """Among the directions of the edges and every ten degrees, the one with least length and fewest turns."""
    edges = edges_of(area)
    angles = directions_deg(edges)
    promising = angles[
        np.argsort(estimated_costs_m(edges, angles, swath_m).sum(axis=0), kind="stable")[:_TRIED_EXACTLY]
    ]
    found = [LineDirection(float(angle), _cost_m(edges, float(angle), swath_m)) for angle in promising]
    return min(found, key=lambda direction: direction.cost_m)


def estimated_costs_m(edges: FloatArray, angles_deg: FloatArray, swath_m: float) -> FloatArray:
    """What each edge (rows) costs in turns and slanted ends if lines lie in each direction (columns), without scanning.

    Lines meet an edge as often as its extent across them holds swaths, and each line has two ends (Huang 2001 minimises
    the same sum of altitudes)."""
    radians = np.radians(angles_deg)
    vectors = edges[:, 1] - edges[:, 0]
    along = np.abs(vectors @ np.stack([np.cos(radians), np.sin(radians)]))
    across = np.abs(vectors @ np.stack([-np.sin(radians), np.cos(radians)]))
    costs: FloatArray = across * (swath_m + TURN_PENALTY_M) / (2.0 * swath_m) + slant_m(along, across, swath_m)
    return costs


def directions_deg(
    edges: FloatArray, step_deg: float = ANGLE_STEP_DEG, longest_edges: int = LONGEST_EDGES
) -> FloatArray:
    """Directions worth trying, (n,): those of the longest edges and every ten degrees."""
    vectors = edges[:, 1] - edges[:, 0]
    longest = np.argsort(-np.hypot(vectors[:, 0], vectors[:, 1]), kind="stable")[:longest_edges]
    of_edges = np.degrees(np.arctan2(vectors[longest, 1], vectors[longest, 0])) % 180.0
    every = np.arange(0.0, 180.0, step_deg)
    return np.unique(np.round(np.concatenate([of_edges, every]), 7) % 180.0)


def _cost_m(edges: FloatArray, angle_deg: float, swath_m: float) -> float:
    lying = turned(edges, -angle_deg)
    vectors = np.abs(lying[:, 1] - lying[:, 0])
    centres, _ = row_centres(float(lying[..., 1].min()), float(lying[..., 1].max()), swath_m)
    found = spans(lying, centres)
    slanted_m = float(slant_m(vectors[:, 0], vectors[:, 1], swath_m).sum())
    return found.length_m + len(found.row) * (swath_m + TURN_PENALTY_M) + slanted_m


def slant_m(along: FloatArray, across: FloatArray, swath_m: float) -> FloatArray:
    return SLANT_PENALTY * along * np.minimum(1.0, across / swath_m)
