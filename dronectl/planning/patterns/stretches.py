"""Lines cut where flight ends, and into parts that several drones can share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.paths.space import GRID_M

SHORTEST_STRETCH_M = 1.0

PIECES_PER_DRONE = 6
"""Long lines are cut so that there is something to share."""

SHORTEST_PIECE_M = 20.0


def free_stretches(path_xy: FloatArray, allowed: shapely.Geometry) -> list[shapely.LineString]:
    """The stretches of a path (k, 2) inside ``allowed``, in its order and direction.

    Of a closed path, the stretch that runs over its first point stays whole and comes last.
    """
    path = shapely.LineString(path_xy)
    parts = shapely.get_parts(shapely.intersection(path, shapely.buffer(allowed, GRID_M)))
    lines = [part for part in parts[shapely.get_type_id(parts) == 1] if part.length > 0.0]
    # A path may cross itself, so each part is put in order by its middle, which lies on no crossing.
    lines.sort(key=lambda line: float(path.project(line.interpolate(0.5, normalized=True))))
    joined: list[FloatArray] = []
    for line in lines:
        points = shapely.get_coordinates(line)
        if joined and math.dist(joined[-1][-1], points[0]) < 10.0 * GRID_M:
            joined[-1] = np.vstack([joined[-1], points[1:]])
        else:
            joined.append(points)
    is_closed = math.dist(path_xy[0], path_xy[-1]) < GRID_M
    if is_closed and len(joined) > 1 and math.dist(joined[-1][-1], joined[0][0]) < 10.0 * GRID_M:
        first = joined.pop(0)
        joined[-1] = np.vstack([joined[-1], first[1:]])
    stretches = [shapely.LineString(points) for points in joined]
    return [stretch for stretch in stretches if stretch.length > SHORTEST_STRETCH_M]


def equal_parts(line: shapely.LineString, longest_m: float) -> list[FloatArray]:
    """A line in equal parts, none longer than ``longest_m``."""
    count = max(1, math.ceil(line.length / longest_m - 1e-9))
    marks = np.linspace(0.0, line.length, count + 1)
    return [shapely.get_coordinates(substring(line, a, b)) for a, b in pairwise(marks)]


def shareable_m(lines: Sequence[FloatArray], drones: int) -> float:
    """How long pieces of these lines may be, so that drones can share them evenly."""
    total_m = sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)
    return max(SHORTEST_PIECE_M, total_m / (PIECES_PER_DRONE * drones))
