"""The axis of a long thin area: the middle line that a street's outline does not name.

The medial axis is read off the Voronoi diagram of points along the outline (Brandt 1994): its longest path, cut off
where it forks into the corners of both ends, made straight leg by leg and prolonged to the outline.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.geodesy.frame import FloatArray

POINTS_PER_WIDTH = 8
BEND_SHARES = (0.1, 0.03, 0.01)
"""A middle line that strays from straight by less than this share of the width is straight: first the one that keeps
the rounding of the medial axis at bends out of it, then, where legs do not fit a street that is curved, finer ones."""
MISFIT_SHARE = 0.005
MOST_POINTS = 4_000
FORK_SHARE = 0.8
"""The medial axis forks half a width before a square end, 0.71 of a width from the corner."""
_MIDDLE = np.linspace(0.2, 0.8, 16)
"""Near a bend the medial axis is rounded: legs are fitted to their middle part."""


def axis_of(area: shapely.Polygon) -> shapely.LineString:
    """The axis of ``area`` (metres) from end to end; holes have no say. A straight line where it is not long."""
    outline = shapely.Polygon(area.exterior)
    width_m = mean_width_m(outline)
    path = _longest_path(_medial_edges(outline, width_m))
    trimmed = _trimmed(path, width_m)
    if trimmed is None:
        return _across(outline)
    for share in BEND_SHARES:
        legs = shapely.get_coordinates(shapely.simplify(trimmed, share * width_m))
        bends, misfit_m = _straightened(legs, outline, width_m)
        if misfit_m < MISFIT_SHARE * width_m:
            break
    return _to_outline(bends, outline, width_m)


def mean_width_m(area: shapely.Polygon) -> float:
    """Of a rectangle with the same area and perimeter; of a square where there is none."""
    half_m = shapely.Polygon(area.exterior).length / 2.0
    enclosed_m2 = shapely.Polygon(area.exterior).area
    width_m: float = (half_m - math.sqrt(max(0.0, half_m**2 - 4.0 * enclosed_m2))) / 2.0
    return width_m


def _medial_edges(outline: shapely.Polygon, width_m: float) -> FloatArray:
    """(n, 2, 2): edges of the Voronoi diagram that lie inside."""
    step_m = max(width_m / POINTS_PER_WIDTH, outline.length / MOST_POINTS)
    points = shapely.multipoints(shapely.get_coordinates(shapely.segmentize(outline.exterior, step_m)))
    edges = shapely.get_parts(shapely.voronoi_polygons(points, only_edges=True))
    ends = np.stack([shapely.get_coordinates(shapely.get_point(edges, k)) for k in (0, -1)], axis=1)
    shapely.prepare(outline)
    inside: FloatArray = ends[shapely.contains_properly(outline, shapely.linestrings(ends))]
    return inside


def _longest_path(edges: FloatArray) -> FloatArray:
    """The longest of the shortest paths (k, 2): from the end farthest from anywhere to the end farthest from that."""
    links: dict[tuple[float, float], dict[tuple[float, float], float]] = defaultdict(dict)
    for start, end in np.round(edges, 6).tolist():
        length_m = math.dist(start, end)
        links[tuple(start)][tuple(end)] = length_m
        links[tuple(end)][tuple(start)] = length_m
    if not links:
        return np.empty((0, 2))
    one = _farthest(links, min(links))[-1]
    return np.array(_farthest(links, one))


def _farthest(
    links: dict[tuple[float, float], dict[tuple[float, float], float]], start: tuple[float, float]
) -> list[tuple[float, float]]:
    """The shortest path to the place that is farthest from ``start``, by Dijkstra's method."""
    away = {start: 0.0}
    before: dict[tuple[float, float], tuple[float, float]] = {}
    waiting = [(0.0, start)]
    last = start
    while waiting:
        so_far, here = heapq.heappop(waiting)
        if so_far > away[here]:
            continue
        last = here
        for there, length_m in links[here].items():
            if so_far + length_m < away.get(there, math.inf):
                away[there] = so_far + length_m
                before[there] = here
                heapq.heappush(waiting, (away[there], there))
    path = [last]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def _trimmed(path: FloatArray, width_m: float) -> shapely.LineString | None:
    """Without the forks at both ends; None where nothing is left, for the area is about as wide as long."""
    if len(path) < 2:
        return None
    line = shapely.LineString(path)
    if line.length < 2.0 * width_m:
        return None
    return substring(line, FORK_SHARE * width_m, line.length - FORK_SHARE * width_m)


def _across(outline: shapely.Polygon) -> shapely.LineString:
    """Through the middle of the smallest rectangle around it, along its longer side."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(outline))[:4]
    sides = np.hypot(*(corners[1:3] - corners[:2]).T)
    first = int(sides.argmax())
    return shapely.LineString(
        [(corners[first] + corners[first - 1]) / 2.0, (corners[first + 1] + corners[(first + 2) % 4]) / 2.0]
    )


def _straightened(legs: FloatArray, outline: shapely.Polygon, width_m: float) -> tuple[FloatArray, float]:
    """Legs put half-way between both sides of the outline, bends where such legs meet; and how far off a leg is."""
    fitted = []
    misfit_m = 0.0
    for start, end in pairwise(legs):
        points = _halfway(start + _MIDDLE[:, None] * (end - start), end - start, outline, width_m)
        centre = points.mean(axis=0)
        direction = np.linalg.svd(points - centre)[2][0]
        away = points - centre
        misfit_m = max(misfit_m, float(np.abs(away[:, 0] * direction[1] - away[:, 1] * direction[0]).max()))
        fitted.append((centre, direction))
    bends = legs.copy()
    for index, (before, after) in enumerate(pairwise(fitted), start=1):
        met = _meeting(*before, *after)
        if met is not None and math.dist(met, legs[index]) < width_m / 2.0:
            bends[index] = met
    for index, (centre, direction) in ((0, fitted[0]), (-1, fitted[-1])):
        bends[index] = centre + direction * float((legs[index] - centre) @ direction)
    return bends, misfit_m


def _halfway(points: FloatArray, along: FloatArray, outline: shapely.Polygon, width_m: float) -> FloatArray:
    """The middles of the stretches of the outline's inside through ``points``, square to ``along``."""
    reach = np.array([-along[1], along[0]]) / float(np.hypot(*along)) * 2.0 * width_m
    across = shapely.linestrings(np.stack([points - reach, points + reach], axis=1))
    parts, row = shapely.get_parts(shapely.intersection(across, outline), return_index=True)
    holding = shapely.dwithin(parts, shapely.points(points)[row], 1e-6)
    if not holding.any():
        return points
    middles: FloatArray = shapely.get_coordinates(shapely.line_interpolate_point(parts[holding], 0.5, normalized=True))
    return middles


def _meeting(a: FloatArray, along_a: FloatArray, b: FloatArray, along_b: FloatArray) -> FloatArray | None:
    """Where two lines (point and direction) meet; None for parallel ones."""
    cross = float(along_a[0] * along_b[1] - along_a[1] * along_b[0])
    if abs(cross) < 1e-6:
        return None
    between = b - a
    met: FloatArray = a + along_a * float(between[0] * along_b[1] - between[1] * along_b[0]) / cross
    return met


def _to_outline(bends: FloatArray, outline: shapely.Polygon, width_m: float) -> shapely.LineString:
    """Both ends prolonged as far as the outline."""
    for end, inner in ((0, 1), (-1, -2)):
        direction = (bends[end] - bends[inner]) / math.dist(bends[end], bends[inner])
        ray = shapely.LineString([bends[end], bends[end] + direction * 4.0 * width_m])
        inside = shapely.get_parts(shapely.intersection(ray, outline))
        nearest = inside[int(shapely.distance(inside, shapely.Point(bends[end])).argmin())] if len(inside) else ray
        bends[end] = bends[end] + direction * min(4.0 * width_m, float(nearest.length))
    return shapely.LineString(bends)
