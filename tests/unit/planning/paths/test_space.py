"""Free space: margins that hold, heights that matter, homes that cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.errors import InputError
from dronectl.planning.paths.space import blocked_at, both, flyable, grow, minus


@pytest.mark.parametrize("distance_m", [0.5, 10.0, 120.0])
def test_a_grown_shape_is_nowhere_nearer_than_the_distance(distance_m: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        count = int(rng.integers(3, 14))
        angles = np.sort(rng.uniform(0, 2 * np.pi, count))
        shape = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(5, 80, (count, 1)))
        if shape.is_valid:
            assert grow(shape, distance_m).exterior.distance(shape) >= distance_m - 1e-6


def test_a_shrunk_shape_is_nowhere_nearer_to_the_boundary_than_the_distance() -> None:
    shape = shapely.Polygon([(0, 0), (500, 0), (500, 500), (250, 240), (0, 500)])
    assert grow(shape, -10.0).distance(shape.exterior) >= 10.0 - 1e-6


@pytest.mark.parametrize(
    ("floor_m", "ceiling_m", "altitude_m", "is_blocked"),
    [(0.0, None, 80.0, True), (0.0, 40.0, 60.0, False), (0.0, 40.0, 44.0, True), (50.0, None, 30.0, False)],
)
def test_a_keep_out_blocks_the_altitudes_between_its_floor_and_its_ceiling(
    floor_m: float, ceiling_m: float | None, altitude_m: float, is_blocked: bool
) -> None:
    site = sites.site(keep_outs=[sites.keep_out("yard", sites.square(0, 0, 50), floor_m, ceiling_m)])
    assert bool(blocked_at(site, sites.FRAME, altitude_m)) is is_blocked


def test_an_obstacle_is_overflown_with_clearance_and_flown_around_below_it() -> None:
    site = sites.site(obstacles=[sites.obstacle("mast", 0, 0, 40.0, 3.0)])
    assert not blocked_at(site, sites.FRAME, 45.5)
    (mast,) = blocked_at(site, sites.FRAME, 30.0)
    assert mast.grown.exterior.distance(shapely.Point(0, 0)) >= 13.0


def test_nothing_flies_near_another_drones_home() -> None:
    site = sites.site()
    alpha, bravo, _ = site.drones
    space = flyable(site, sites.FRAME, alpha, 40.0, site.drones)
    assert space.distance(shapely.Point(sites.FRAME.point_to_xy(bravo.home))) >= site.rules.separation_m


def test_homes_side_by_side_are_left_to_staggered_starts() -> None:
    site = sites.site(fleet=sites.drones(2, apart_m=3.0))
    space = flyable(site, sites.FRAME, site.drones[0], 40.0, site.drones)
    assert space.area == pytest.approx(1180.0**2, rel=0.01)


def test_a_drone_without_a_fence_is_named() -> None:
    site = sites.site(fences=[sites.fence(sites.square(0, 0, 1200), "bravo")])
    with pytest.raises(InputError, match="drone alpha has no fence"):
        flyable(site, sites.FRAME, site.drones[0], 40.0, site.drones)


def test_a_home_outside_the_fence_is_named() -> None:
    site = sites.site(fleet=sites.drones(1, y_m=-595.0))
    with pytest.raises(InputError, match=r"home of drone alpha .* is not inside its fence by 10 m"):
        flyable(site, sites.FRAME, site.drones[0], 40.0, site.drones)


def test_a_home_under_a_low_building_is_named_even_when_the_flight_is_above_it() -> None:
    site = sites.site(keep_outs=[sites.keep_out("roof", sites.square(0, -400, 30), 0.0, 12.0)])
    with pytest.raises(InputError, match=r"home of drone alpha .* is in roof"):
        flyable(site, sites.FRAME, site.drones[0], 60.0, site.drones)


def test_a_fence_that_its_margin_swallows_is_named() -> None:
    site = sites.site(fences=[sites.fence(sites.square(0, -400, 18))])
    with pytest.raises(InputError, match="fence boundary leaves drone alpha no room"):
        flyable(site, sites.FRAME, site.drones[0], 40.0, ())


def test_margins_follow_the_rules() -> None:
    site = sites.site()
    wide = replace(site, rules=replace(site.rules, fence_margin_m=100.0))
    (alpha, *_) = site.drones
    assert flyable(wide, sites.FRAME, alpha, 40.0, ()).bounds[0] == pytest.approx(-500.0, abs=6.0)


def test_areas_that_touch_along_a_line_and_share_an_area_leave_no_mixture() -> None:
    comb = shapely.union(shapely.box(0, 0, 100, 10), shapely.box(0, 0, 10, 100))
    touching = shapely.union(shapely.box(50, 10, 80, 50), shapely.box(5, 50, 8, 60))
    shared = both(comb, touching)
    assert shared.area == pytest.approx(30.0)
    assert set(shapely.get_type_id(shapely.get_parts(shared))) == {shapely.GeometryType.POLYGON}
    assert minus(shared, shapely.box(0, 0, 1000, 1000)).is_empty
