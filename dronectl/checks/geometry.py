"""Measures that several rules share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.flight import ground_line
from dronectl.checks.rule import HEIGHT_TOLERANCE_M
from dronectl.checks.trajectory.leg import Leg

SAMPLE_STEP_M = 0.5
MAX_SAMPLES = 4_000

Measure = Callable[[npt.NDArray[np.object_]], npt.NDArray[np.float64]]


def within_heights(leg: Leg, floor_m: float, ceiling_m: float | None) -> shapely.Geometry | None:
    """The part of a leg, seen from above, that is flown above ``floor_m`` and below ``ceiling_m`` (None: no top).

    All heights are above the site's plane.
    """
    low = floor_m + HEIGHT_TOLERANCE_M
    high = np.inf if ceiling_m is None else ceiling_m - HEIGHT_TOLERANCE_M
    h0, h1 = leg.start.height_m, leg.end.height_m
    if h0 == h1:
        first, last = (0.0, 1.0) if low < h0 < high else (1.0, 0.0)
    else:
        at_low, at_high = sorted([(low - h0) / (h1 - h0), (high - h0) / (h1 - h0)])
        first, last = max(0.0, at_low), min(1.0, at_high)
    if first >= last:
        return None
    dx, dy = leg.end.x_m - leg.start.x_m, leg.end.y_m - leg.start.y_m
    x, y = leg.start.x_m, leg.start.y_m
    return ground_line(x + first * dx, y + first * dy, x + last * dx, y + last * dy)


def worst_point(shape: shapely.Geometry, measure: Measure) -> tuple[shapely.Point, float]:
    """The point of a line (or the point itself) where ``measure`` is largest, found to half a step.

    ``measure`` is a distance, so it cannot change by more than one moves: the largest is missed by a quarter metre at
    most on legs up to 2 km.
    """
    if shape.length == 0:
        point = shapely.Point(shape.coords[0])
        return point, float(measure(np.array([point]))[0])
    count = int(np.clip(np.ceil(shape.length / SAMPLE_STEP_M), 2, MAX_SAMPLES))
    points = shapely.line_interpolate_point(shape, np.linspace(0.0, shape.length, count + 1))
    values = measure(points)
    worst = int(np.argmax(values))
    return points[worst], float(values[worst])


def depth_inside(shape: shapely.Geometry, area: shapely.Polygon) -> tuple[shapely.Point, float]:
    """Where a leg is deepest inside an area, and how deep: the distance to the area's edge, 0 where it only touches."""

    def depth(points: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        return np.where(shapely.contains(area, points), shapely.distance(area.boundary, points), 0.0)

    return worst_point(shape, depth)


def nearest_on(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Point:
    """The point of ``shape`` that is nearest to ``other``."""
    return shapely.get_point(shapely.shortest_line(shape, other), 0)
