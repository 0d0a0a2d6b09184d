"""Lawnmower lines: what they see, how long they are, where they never are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from standard_polygons import STANDARD, outside_m
from standard_polygons import seen_share as standard_seen_share

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.coverage.coverage import coverage_lines, seen_area, within_sight

SWATH_M = 20.0

SHAPES = {
    "convex": shapely.Polygon([(0, 0), (900, -120), (1250, 300), (1150, 850), (500, 1000), (-80, 600)]),
    "L": shapely.Polygon([(0, 0), (1250, 0), (1250, 600), (600, 600), (600, 1000), (0, 1000)]),
    "U": shapely.Polygon(
        [(0, 0), (1300, 0), (1300, 1100), (900, 1100), (900, 350), (400, 350), (400, 1100), (0, 1100)]
    ),
    "two holes": shapely.Polygon(
        [(0, 0), (1250, 0), (1250, 600), (600, 600), (600, 1100), (0, 1100)],
        [[(200, 200), (400, 220), (380, 380), (210, 360)], [(800, 150), (960, 200), (930, 360), (790, 300)]],
    ),
    "street": shapely.LineString([(0, 0), (1500, 300), (2600, -200), (3600, 500)]).buffer(
        50, cap_style="flat", join_style="mitre"
    ),
}


def length_m(flown: FloatArray) -> float:
    return float(np.hypot(*(flown[:, 1] - flown[:, 0]).T).sum())


def seen_share(flown: FloatArray, area: shapely.Geometry) -> float:
    return float(seen_area(flown, SWATH_M).intersection(area).area / area.area)


@pytest.mark.parametrize("name", SHAPES)
def test_lines_inside_the_area_itself_see_nearly_all_of_it(name: str) -> None:
    area = SHAPES[name]
    flown = coverage_lines(area, area, SWATH_M, None)
    # A bent street wants lines along its axis, not one sweep: what that misses are slivers beside its edges.
    assert seen_share(flown, area) >= (0.99 if name == "street" else 0.995)
    assert shapely.multilinestrings(flown).difference(area.buffer(1e-6)).length == 0.0


@pytest.mark.parametrize("name", SHAPES)
def test_with_room_to_turn_they_see_all_of_it(name: str) -> None:
    area = SHAPES[name]
    assert seen_share(coverage_lines(area, area.buffer(60.0), SWATH_M, None), area) >= 0.999


@pytest.mark.parametrize("name", ["convex", "L", "U", "two holes"])
def test_lines_are_hardly_longer_than_area_over_swath(name: str) -> None:
    area = SHAPES[name]
    assert length_m(coverage_lines(area, area, SWATH_M, None)) <= 1.05 * area.area / SWATH_M


@pytest.mark.parametrize(("angle_deg", "east", "north"), [(0.0, 0.0, 1.0), (90.0, 1.0, 0.0), (45.0, 1.0, 1.0)])
def test_a_given_angle_is_clockwise_from_north(angle_deg: float, east: float, north: float) -> None:
    flown = coverage_lines(shapely.box(0, 0, 500, 400), shapely.box(-50, -50, 550, 450), SWATH_M, angle_deg)
    directions = flown[:, 1] - flown[:, 0]
    assert np.abs(directions[:, 0] * north - directions[:, 1] * east).max() == pytest.approx(0.0, abs=1e-6)


def test_a_rectangle_is_flown_along_its_long_side() -> None:
    flown = coverage_lines(shapely.box(0, 0, 1000, 100), shapely.box(0, 0, 1000, 100), SWATH_M, None)
    assert len(flown) == 5
    assert np.abs(flown[:, 1, 1] - flown[:, 0, 1]).max() == pytest.approx(0.0, abs=1e-6)


def test_the_union_of_swaths_loses_no_area() -> None:
    """A plain union of such strips was seen to lose a sixth of its area and call itself valid."""
    flown = coverage_lines(SHAPES["U"], SHAPES["U"], SWATH_M, None)
    strips = shapely.buffer(shapely.linestrings(flown), SWATH_M / 2, cap_style="flat")
    points = np.random.default_rng(1).uniform([0, 0], [1300, 1100], (4000, 2))
    tree = shapely.STRtree(strips)
    covered = np.zeros(len(points), dtype=bool)
    covered[tree.query(shapely.points(points), predicate="intersects")[0]] = True
    union = seen_area(flown, SWATH_M)
    shapely.prepare(union)
    assert shapely.intersects_xy(union, points[:, 0], points[:, 1])[covered].mean() > 0.999


def test_an_area_smaller_than_a_swath_gets_one_line() -> None:
    area = shapely.box(0, 0, 12, 8)
    assert len(coverage_lines(area, area, SWATH_M, None)) == 1


def test_an_area_in_several_parts_is_covered_in_each() -> None:
    area = shapely.union(shapely.box(0, 0, 200, 100), shapely.box(300, 50, 500, 150))
    assert seen_share(coverage_lines(area, area, SWATH_M, None), area) >= 0.995


@pytest.mark.parametrize("name", [name for name, standard in STANDARD.items() if standard.swath_m == SWATH_M])
def test_standard_polygons_are_flown_with_hardly_any_overlap(name: str) -> None:
    area = STANDARD[name].area
    flown = coverage_lines(area, area, SWATH_M, None)
    assert outside_m(flown, area) == 0.0
    assert standard_seen_share(flown, area, area, SWATH_M) >= 0.995
    assert length_m(flown) <= 1.01 * area.area / SWATH_M


def test_a_bent_street_is_flown_along_its_axis() -> None:
    """Five lines side by side along each of its four stretches; at two bends or more the next begin where these end."""
    area = STANDARD["corridor"].area
    flown = coverage_lines(area, area, SWATH_M, None)
    assert len(flown) == 20
    ends = flown.reshape(-1, 2)
    apart_m = np.hypot(*(ends[:, None] - ends[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(ends))
    assert int((apart_m.min(axis=1) < 0.1).sum()) >= 20


@pytest.mark.parametrize("swath_m", [20.0, 38.0])
@pytest.mark.parametrize(
    "keep_out",
    [
        shapely.box(50, 50, 130, 130),
        shapely.Polygon([(-40, -90), (120, 10), (20, 20)]),
        shapely.Polygon([(0, 0), (150, 0), (150, 30), (30, 30), (30, 150), (0, 150)]),
        shapely.Point(40, 30).buffer(30),
    ],
    ids=["square", "spike", "L", "disc"],
)
def test_the_margin_of_a_keep_out_is_seen_from_lines_along_it(keep_out: shapely.Polygon, swath_m: float) -> None:
    area = shapely.box(-250, -250, 250, 250) - keep_out
    allowed = shapely.box(-600, -600, 600, 600) - keep_out.buffer(10.0, quad_segs=4)
    flown = coverage_lines(area, allowed, swath_m, None)
    assert outside_m(flown, allowed) == 0.0
    assert standard_seen_share(flown, area, allowed, swath_m) >= 0.997


def test_what_lies_too_deep_in_a_margin_is_not_within_sight() -> None:
    area, allowed = shapely.box(0, 0, 400, 300), shapely.box(0, 0, 400, 100)
    sight = within_sight(area, allowed, SWATH_M)
    assert sight.area == pytest.approx(400 * 110, rel=1e-3)
    flown = coverage_lines(area, allowed, SWATH_M, None)
    assert outside_m(flown, allowed) == 0.0
    assert standard_seen_share(flown, area, allowed, SWATH_M) >= 0.995


@pytest.mark.parametrize("area", [shapely.Polygon(), shapely.MultiPolygon(), shapely.box(900, 900, 950, 950)])
def test_what_is_nothing_or_out_of_sight_gets_no_lines(area: shapely.Geometry) -> None:
    assert coverage_lines(area, shapely.box(0, 0, 400, 400), SWATH_M, None).shape == (0, 2, 2)


@pytest.mark.parametrize("swath_m", [0.8, 20.0, 5_000.0])
def test_slivers_are_covered_whatever_the_swath(swath_m: float) -> None:
    area = shapely.Polygon([(0, 0), (300, 120), (300, 121), (0, 1)])
    flown = coverage_lines(area, area.buffer(30.0), swath_m, None)
    assert len(flown) >= 1
    assert standard_seen_share(flown, area, area.buffer(30.0), swath_m, 2_000) >= 0.99


def test_an_outline_of_ten_thousand_corners_is_covered() -> None:
    turn = np.linspace(0.0, 2.0 * np.pi, 10_000, endpoint=False)
    radius_m = 400.0 + 60.0 * np.sin(5 * turn) + np.sin(1_700 * turn)
    area = shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]) * radius_m[:, None])
    flown = coverage_lines(area, area, SWATH_M, None)
    assert outside_m(flown, area) == 0.0
    assert standard_seen_share(flown, area, area, SWATH_M) >= 0.99
