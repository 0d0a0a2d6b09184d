"""Shortest paths on random fields, made to be awkward, against an exact oracle of their own."""

from __future__ import annotations

import math
from collections.abc import Callable

import exact_paths
import numpy as np
import pytest
import shapely
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.planning.paths.routing import Router

SEEDS = st.integers(0, 2**32 - 1)
CELL_M = 60


def mosaic(rng: np.random.Generator) -> shapely.Geometry:
    """Cells of a grid, some blocked, some half: obstacles that share edges or touch at corners, walls with corners on
    a line, concave holes, parts cut off from each other."""
    size = int(rng.integers(3, 7))
    blocked = []
    for column in range(size):
        for row in range(size):
            x, y = column * CELL_M, row * CELL_M
            corners = [(x, y), (x + CELL_M, y), (x + CELL_M, y + CELL_M), (x, y + CELL_M)]
            kind = rng.random()
            if kind < 0.25:
                blocked.append(shapely.Polygon(corners))
            elif kind < 0.45:
                del corners[int(rng.integers(4))]
                blocked.append(shapely.Polygon(corners))
    edge = int(rng.integers(0, 2)) * CELL_M
    whole = shapely.box(-edge, -edge, size * CELL_M + edge, size * CELL_M + edge)
    return whole.difference(shapely.union_all(blocked))


def scattered(rng: np.random.Generator) -> shapely.Geometry:
    """Star-shaped obstacles, often concave, in an outline that is one too; some are cut by it."""
    outline = star(rng, (0.0, 0.0), 800.0, 12)
    shapes = [
        star(rng, tuple(rng.uniform(-600, 600, 2)), rng.uniform(40, 200), int(rng.integers(3, 9))) for _ in range(9)
    ]
    region = outline
    for shape in shapes:
        if outline.contains_properly(shape) and region.contains_properly(shape):
            region = region.difference(shape)
    return region


def star(rng: np.random.Generator, centre: tuple[float, float], radius_m: float, count: int) -> shapely.Polygon:
    angles = (np.arange(count) + rng.uniform(0.0, 0.7, count)) * 2 * math.pi / count
    radii = radius_m * rng.uniform(0.4, 1.0, count)
    return shapely.Polygon(np.round(np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre))


def places_in(rng: np.random.Generator, region: shapely.Geometry, count: int) -> list[exact_paths.Place]:
    """Whole metres: corners, places on edges where that is possible, and others inside; one of them twice."""
    edges = exact_paths.edges_of(region)
    found = []
    for index in rng.integers(len(edges), size=count // 2):
        (ax, ay), (bx, by) = edges[int(index)]
        found += (
            [(ax, ay)] if rng.random() < 0.5 or (ax + bx) % 2 or (ay + by) % 2 else [((ax + bx) // 2, (ay + by) // 2)]
        )
    left, low, right, high = region.bounds
    while len(found) < count - 1:
        x, y = int(rng.integers(left, right + 1)), int(rng.integers(low, high + 1))
        if exact_paths.is_inside(edges, x, y, 1):
            found.append((x, y))
    return [*found, found[0]]


def length_m(path: FloatArray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


@examples(12)
@given(seed=SEEDS, field=st.sampled_from([mosaic, scattered]))
def test_lengths_are_exact_and_paths_stay_inside(
    seed: int, field: Callable[[np.random.Generator], shapely.Geometry]
) -> None:
    rng = np.random.default_rng(seed)
    region = field(rng)
    if region.is_empty:
        return
    places = places_in(rng, region, 7)
    points = np.array(places, dtype=np.float64)
    expected = np.array(exact_paths.lengths_m(region, places))
    router = Router(region)
    found = router.distances(points)
    assert (np.isfinite(found) == np.isfinite(expected)).all()
    apart = np.isfinite(expected)
    assert np.abs(found[apart] - expected[apart]).max() <= 1e-6
    assert (found == found.T).all()
    grown = region.buffer(1.01e-3)
    for a, b in zip(*np.triu_indices(len(points), 1), strict=True):
        if not apart[a, b]:
            with pytest.raises(InputError, match="no way from"):
                router.path(points[a], points[b])
            continue
        path = router.path(points[a], points[b])
        assert (path[0] == points[a]).all()
        assert (path[-1] == points[b]).all()
        assert length_m(path) == pytest.approx(expected[a, b], abs=1e-6)
        assert grown.covers(shapely.LineString(path))


@examples(8)
@given(
    seed=SEEDS, angle=st.floats(0.0, 2 * math.pi), east_m=st.floats(-50_000, 50_000), north_m=st.floats(-50_000, 50_000)
)
def test_lengths_are_the_same_wherever_the_field_lies_and_however_it_is_turned(
    seed: int, angle: float, east_m: float, north_m: float
) -> None:
    rng = np.random.default_rng(seed)
    region = scattered(rng)
    points = np.array(places_in(rng, region, 9), dtype=np.float64)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])

    def moved(xy: FloatArray) -> FloatArray:
        there: FloatArray = xy @ turn + np.array([east_m, north_m])
        return there

    here = Router(region).distances(points)
    there = Router(shapely.transform(region, moved)).distances(moved(points))
    assert (np.isfinite(here) == np.isfinite(there)).all()
    assert here == pytest.approx(there, abs=2e-6)


@examples(6)
@given(seed=SEEDS)
def test_one_place_sees_another_whichever_of_the_two_tests_is_asked(seed: int) -> None:
    rng = np.random.default_rng(seed)
    region = scattered(rng)
    points = rng.uniform(-800.0, 800.0, (60, 2))
    few = Router(region).distances(points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dronectl.planning.paths.visibility._FEW_EDGES", 0)
        many = Router(region).distances(points)
    assert (few == many).all()
