"""Random polygons with up to fourteen holes: what holds for the lines of every area, judged without the planner."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from effort import seeds
from standard_polygons import SWATH_M, Array, outside_m, random_polygon, seen_share

from dronectl.planning.coverage.coverage import coverage_lines


def free_space(area: shapely.Polygon, seed: int) -> shapely.Geometry:
    """In turn: the area itself, with room to turn, less a margin, and a fence that cuts it with margins round holes."""
    rng = np.random.default_rng(10**6 + seed)
    if seed % 4 == 0:
        return area
    if seed % 4 == 1:
        return shapely.buffer(area, 60.0)
    if seed % 4 == 2:
        return shapely.buffer(area, -rng.uniform(2.0, 9.0))
    x, y = rng.uniform(-200.0, 200.0, 2)
    holes = shapely.union_all([shapely.Polygon(ring) for ring in area.interiors], grid_size=1e-4)
    return shapely.difference(shapely.box(x - 300, y - 300, x + 300, y + 300), shapely.buffer(holes, 9.0))


def planned(seed: int) -> tuple[shapely.Polygon, shapely.Geometry, Array]:
    area = random_polygon(seed)
    allowed = free_space(area, seed)
    return area, allowed, coverage_lines(area, allowed, SWATH_M, None)


@pytest.mark.parametrize("seed", seeds(24))
def test_no_line_leaves_the_free_space_and_what_can_be_seen_is_seen(seed: int) -> None:
    area, allowed, flown = planned(seed)
    assert outside_m(flown, allowed) == 0.0
    least = 0.999 if seed % 4 == 1 else 0.995
    if area.area < 100.0 * SWATH_M**2:
        least -= 0.005  # pockets of a few metres weigh much where there are fewer than a hundred square swaths
    assert seen_share(flown, area, allowed, SWATH_M, 5_000) >= least


def test_the_same_area_always_gets_the_same_lines() -> None:
    for seed in seeds(4):
        assert planned(seed)[2].tobytes() == planned(seed)[2].tobytes()


def test_cross_hatching_sees_all_along_both_directions() -> None:
    for seed in seeds(3):
        area = random_polygon(seed)
        room = shapely.buffer(area, 60.0)
        flown = coverage_lines(area, room, SWATH_M, 30.0, cross_hatch=True)
        angles = np.degrees(np.arctan2(*(flown[:, 1] - flown[:, 0]).T)) % 180.0
        for angle_deg in (30.0, 120.0):
            one_way = flown[np.abs((angles - angle_deg + 90.0) % 180.0 - 90.0) < 0.01]
            assert seen_share(one_way, area, room, SWATH_M, 5_000) >= 0.999
