"""Lines along a street, and the middle line of a long thin zone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from standard_polygons import STANDARD, SWATH_M, is_seen, points_in

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.patterns.axis import axis_of, mean_width_m
from dronectl.planning.patterns.corridor import lines_along, street

AXIS = shapely.LineString([(0, 0), (1500, 300), (2600, -200), (3600, 500), (4900, 450)])
AREA = STANDARD["corridor"].area
STRAIGHT = shapely.LineString([(0, 0), (400, 0)])
EVERYWHERE = shapely.box(-1e4, -1e4, 1e4, 1e4)


def length_m(lines: list[FloatArray]) -> float:
    return sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)


def legs(lines: list[FloatArray]) -> FloatArray:
    found: FloatArray = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
    return found


def seen_share(lines: list[FloatArray], area: shapely.Geometry, width_m: float) -> float:
    return float(is_seen(points_in(area, 20_000), legs(lines), width_m).mean())


@pytest.mark.parametrize("axis", [AXIS, axis_of(AREA)], ids=["known axis", "found axis"])
def test_the_standard_corridor_takes_no_more_than_its_area_and_leaves_only_the_outsides_of_bends(
    axis: shapely.LineString,
) -> None:
    lines = lines_along(axis, AREA, AREA, SWATH_M)
    joins_m = SWATH_M * (len(lines) - 1)
    assert len(lines) == 5
    assert (length_m(lines) + joins_m) / (AREA.area / SWATH_M) <= 1.01
    assert seen_share(lines, AREA, SWATH_M) >= 0.998
    assert all(AREA.buffer(1e-3).covers(shapely.LineString(line)) for line in lines)


def test_overlap_with_neighbours_covers_the_bends_too() -> None:
    lines = lines_along(AXIS, AREA, AREA, 14.0, 20.0)
    assert seen_share(lines, AREA, 20.0) >= 0.999


@pytest.mark.parametrize(
    ("swath_m", "footprint_m", "count"),
    [(20.0, None, 3), (20.0, 20.0, 3), (20.0, 40.0, 2), (20.0, 60.0, 1), (60.0, None, 1), (59.0, None, 2)],
)
def test_a_street_gets_as_many_lines_as_its_width_needs(swath_m: float, footprint_m: float | None, count: int) -> None:
    area = street(STRAIGHT, 60.0)
    lines = lines_along(STRAIGHT, area, EVERYWHERE, swath_m, footprint_m)
    assert len(lines) == count
    assert seen_share(lines, area, footprint_m or swath_m) > 0.999
    middle = np.mean([line[:, 1].mean() for line in lines])
    assert middle == pytest.approx(0.0, abs=1e-6)


def test_lines_stop_at_what_is_closed_and_go_on_behind_it() -> None:
    closed = shapely.box(150, -100, 250, 100)
    lines = lines_along(STRAIGHT, street(STRAIGHT, 10.0), EVERYWHERE.difference(closed), 20.0)
    spans = sorted((line[:, 0].min(), line[:, 0].max()) for line in lines)
    assert np.allclose(spans, [(0, 150), (250, 400)], atol=1e-3)


def test_where_nothing_may_be_flown_there_is_no_line() -> None:
    assert lines_along(STRAIGHT, street(STRAIGHT, 10.0), shapely.Polygon(), 20.0) == []


def test_the_axis_of_a_bent_street_is_its_middle_line() -> None:
    found = axis_of(AREA)
    assert found.hausdorff_distance(AXIS) < 0.5
    assert len(found.coords) == len(AXIS.coords)


def test_the_axis_of_a_curved_street_follows_it() -> None:
    angle = np.linspace(0.0, 2.5, 40)
    curve = shapely.LineString(400.0 * np.column_stack([np.cos(angle), np.sin(angle)]))
    found = axis_of(curve.buffer(30.0, cap_style="flat"))
    assert found.hausdorff_distance(curve) < 5.0


@pytest.mark.parametrize(
    "area",
    [
        shapely.box(0, 0, 100, 90),
        shapely.Polygon([(0, 0), (50, 0), (20, 40)]),
        shapely.Point(0, 0).buffer(50.0),
        shapely.Polygon([(0, 0), (1000, 0), (1000, 0.5)]),
        shapely.box(0, 0, 300, 30).difference(shapely.box(100, 10, 120, 20)),
    ],
    ids=["square", "triangle", "disc", "sliver", "with a hole"],
)
def test_any_area_has_an_axis_that_lies_in_it(area: shapely.Polygon) -> None:
    found = axis_of(area)
    assert found.length > 0.0
    assert shapely.Polygon(area.exterior).buffer(1.0).covers(found)


def test_mean_width() -> None:
    assert mean_width_m(shapely.box(0, 0, 1000, 40)) == pytest.approx(40.0)
