"""Polygons on which coverage planners are compared, and what lines see of them, worked out without the planner.

Nothing of ``dronectl.planning`` is used here: points are projected on lines by NumPy, and lengths outside are GEOS'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SWATH_M = 20.0
TOUCH_M = 1e-6
"""A line on the boundary is inside: coordinates of a few kilometres are rounded to a ten-millionth of this."""

_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class Standard:
    """A polygon and the swath it is usually flown with."""

    area: shapely.Polygon
    swath_m: float = SWATH_M


STANDARD: dict[str, Standard] = {
    "convex": Standard(shapely.Polygon([(0, 0), (900, -120), (1250, 300), (1150, 850), (500, 1000), (-80, 600)])),
    "L": Standard(shapely.Polygon([(0, 0), (1250, 0), (1250, 600), (600, 600), (600, 1000), (0, 1000)])),
    "U": Standard(
        shapely.Polygon([(0, 0), (1300, 0), (1300, 1100), (900, 1100), (900, 350), (400, 350), (400, 1100), (0, 1100)])
    ),
    "L with 2 holes": Standard(
        shapely.Polygon(
            [(0, 0), (1250, 0), (1250, 600), (600, 600), (600, 1100), (0, 1100)],
            [[(200, 200), (400, 220), (380, 380), (210, 360)], [(800, 150), (960, 200), (930, 360), (790, 300)]],
        )
    ),
    "corridor": Standard(
        shapely.LineString([(0, 0), (1500, 300), (2600, -200), (3600, 500), (4900, 450)]).buffer(
            50, cap_style="flat", join_style="mitre"
        )
    ),
    "10 km² with 3 holes": Standard(
        shapely.Polygon(
            [
                *((0, 0), (2200, -300), (3600, 400), (3900, 1900), (2900, 2300)),
                *((3100, 3400), (1500, 3500), (1300, 2600), (300, 2900), (-300, 1400)),
            ],
            [
                [(800, 600), (1300, 700), (1200, 1100), (750, 1000)],
                [(2500, 900), (3000, 1100), (2800, 1500)],
                [(1900, 2300), (2300, 2400), (2200, 2800), (1800, 2700)],
            ],
        )
    ),
    "160 × 100 m, 2 holes": Standard(
        shapely.Polygon(
            [(0, 0), (160, 0), (160, 100), (0, 100)],
            [[(30, 30), (60, 30), (60, 60), (30, 60)], [(100, 40), (140, 40), (140, 70), (100, 70)]],
        ),
        3.0,
    ),
    "110 × 60 m L, 2 holes": Standard(
        shapely.Polygon(
            [(0, 0), (110, 0), (110, 20), (60, 20), (60, 60), (0, 60)],
            [[(20, 10), (40, 10), (40, 35), (20, 35)], [(50, 40), (55, 40), (55, 50), (50, 50)]],
        ),
        3.0,
    ),
}


def star(rng: np.random.Generator, centre: tuple[float, float], radius_m: float, most_corners: int) -> shapely.Polygon:
    """A simple polygon, often concave."""
    count = int(rng.integers(4, most_corners))
    angles = (np.arange(count) + rng.uniform(0.0, 0.8, count)) * 2 * math.pi / count
    radii = radius_m * rng.uniform(0.45, 1.0, count)
    return shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre)


def random_polygon(seed: int, most_holes: int = 14) -> shapely.Polygon:
    """The seed's polygon: concave, stretched and turned, with up to ``most_holes`` holes; 0.02 to 0.6 km²."""
    rng = np.random.default_rng(seed)
    radius_m = float(rng.uniform(150.0, 550.0))
    shape = star(rng, (0.0, 0.0), radius_m, 20)
    for _ in range(int(rng.integers(0, most_holes + 1))):
        hole = star(rng, tuple(rng.uniform(-0.6, 0.6, 2) * radius_m), radius_m * rng.uniform(0.04, 0.15), 9)
        if shapely.contains_properly(shape, shapely.buffer(hole, 1.0)):
            shape = shapely.difference(shape, hole)
    stretch, turn = rng.uniform(0.35, 1.0), rng.uniform(0.0, math.pi)
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return shapely.transform(shape, lambda points: (points * [1.0, stretch]) @ matrix)


def length_m(lines: Array) -> float:
    """Of lines (n, 2, 2)."""
    return float(np.hypot(*(lines[:, 1] - lines[:, 0]).T).sum())


def outside_m(lines: Array, allowed: shapely.Geometry) -> float:
    """Metres of lines (n, 2, 2) that are not inside ``allowed``."""
    return float(shapely.multilinestrings(lines).difference(shapely.buffer(allowed, TOUCH_M)).length)


def points_in(area: shapely.Geometry, count: int) -> Array:
    """About ``count`` places evenly over an area: a lattice turned so that it is parallel to no edge."""
    left, low, right, high = area.bounds
    step = math.sqrt(max(area.area, 1e-12) / count)
    reach = math.hypot(right - left, high - low) / 2.0 + step
    ticks = np.arange(-reach, reach + step, step)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    turn = 0.4636
    grid = grid @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    grid += [(left + right) / 2.0, (low + high) / 2.0]
    shapely.prepare(area)
    inside: Array = grid[shapely.contains_xy(area, grid[:, 0], grid[:, 1])]
    return inside


def is_seen(points: Array, lines: Array, swath_m: float) -> Bools:
    """Which points lie beside a line, no farther than half a swath; nothing past its ends is seen."""
    found = np.zeros(len(points), dtype=np.bool_)
    along = lines[:, 1] - lines[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    lines, along, length = lines[length > 0.0], along[length > 0.0], length[length > 0.0]
    unit = along / length[:, None]
    block = max(1, _BLOCK // max(1, len(lines)))
    for first in range(0, len(points), block):
        away = points[first : first + block, None, :] - lines[None, :, 0]
        forward = away[..., 0] * unit[:, 0] + away[..., 1] * unit[:, 1]
        aside = np.abs(away[..., 0] * unit[:, 1] - away[..., 1] * unit[:, 0])
        beside = (forward >= -TOUCH_M) & (forward <= length + TOUCH_M) & (aside <= swath_m / 2.0 + TOUCH_M)
        found[first : first + block] = beside.any(axis=1)
    return found


def can_be_seen(points: Array, allowed: shapely.Geometry, swath_m: float) -> Bools:
    """Which points are inside ``allowed``, or no farther than half a swath from a line in it of half a metre at least.

    The line goes through the nearest place, square to the sight of it: beyond a corner of the fence there is none.
    """
    shapely.prepare(allowed)
    found: Bools = shapely.intersects_xy(allowed, points[:, 0], points[:, 1])
    outside = np.flatnonzero(~found)
    near = outside[shapely.dwithin(shapely.points(points[outside]), allowed, swath_m / 2.0 - 0.02)]
    sights = shapely.shortest_line(shapely.points(points[near]), allowed)
    ends = shapely.get_coordinates(sights).reshape(-1, 2, 2)
    toward = ends[:, 1] - ends[:, 0]
    square = np.column_stack([-toward[:, 1], toward[:, 0]]) / np.hypot(toward[:, 0], toward[:, 1])[:, None]
    grown = shapely.buffer(allowed, 0.02)
    shapely.prepare(grown)
    for side in (-0.5, 0.5):
        there = ends[:, 1] + side * square
        found[near] |= shapely.intersects_xy(grown, there[:, 0], there[:, 1])
    return found


def seen_share(
    lines: Array, area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float, count: int = 20_000
) -> float:
    """Share of what can be seen of ``area`` from inside ``allowed`` that the lines see, at about ``count`` places."""
    points = points_in(area, count)
    points = points[can_be_seen(points, allowed, swath_m)]
    return float(is_seen(points, lines, swath_m).mean()) if len(points) else 1.0
