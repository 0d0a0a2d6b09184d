"""A patrol along the edge of an area, some distance inside it."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.errors import InputError
from dronectl.planning.space import GRID_M
from dronectl.planning.work import Piece

PIECES_PER_DRONE = 6
SHORTEST_PIECE_M = 20.0


def pieces(
    name: str, area: shapely.Polygon, allowed: shapely.Geometry, *, inset_m: float, rounds: int, drone_count: int
) -> list[Piece]:
    """The edge of ``area`` moved inward by ``inset_m``, in pieces short enough to share out, ``rounds`` times.

    Holes of the area have no edge to patrol. Stretches outside ``allowed`` are left out: the way between the pieces on
    both sides of one is found by routing.

    Raises:
        InputError: the inset leaves nothing, or none of the edge may be flown.
    """
    inner = shapely.buffer(shapely.Polygon(area.exterior), -inset_m, join_style="mitre")
    rings = [polygon.exterior for polygon in shapely.get_parts(inner) if not polygon.is_empty]
    if not rings:
        raise InputError(f"zone {name} is too narrow for inset_m = {inset_m:g}", hint="use a smaller inset_m")
    total_m = sum(ring.length for ring in rings)
    longest_m = max(SHORTEST_PIECE_M, total_m / (PIECES_PER_DRONE * drone_count))
    stretches = [stretch for ring in rings for stretch in _inside(ring, allowed) if stretch.length > 1.0]
    if not stretches:
        raise InputError(
            f"no part of the edge of zone {name} can be flown: it is outside the fence or inside keep-outs",
            hint="use a larger inset_m, or change the fence, the keep-outs or their margins",
        )
    once = [part for stretch in stretches for part in _cut(stretch, longest_m)]
    return [
        Piece(f"{name} edge {number}", shapely.get_coordinates(part))
        for _ in range(rounds)
        for number, part in enumerate(once, start=1)
    ]


def _inside(ring: shapely.LinearRing, allowed: shapely.Geometry) -> list[shapely.LineString]:
    """The stretches of a ring inside ``allowed``; one that runs over the ring's first point stays whole."""
    clipped = shapely.intersection(shapely.LineString(ring), shapely.buffer(allowed, GRID_M))
    parts = shapely.get_parts(clipped)
    lines = parts[shapely.get_type_id(parts) == 1]
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _cut(line: shapely.LineString, longest_m: float) -> list[shapely.LineString]:
    count = max(1, math.ceil(line.length / longest_m - 1e-9))
    marks = np.linspace(0.0, line.length, count + 1)
    return [substring(line, a, b) for a, b in pairwise(marks)]
