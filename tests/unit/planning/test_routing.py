"""Shortest paths against a second way of finding them, and where there is none."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
import shapely

from dronectl.errors import InputError
from dronectl.planning.frame import FloatArray
from dronectl.planning.routing import Router


def brute_force_m(region: shapely.Geometry, start: FloatArray, end: FloatArray) -> float:
    """Dijkstra over every vertex of the region, each pair joined that ``covers`` says sees the other."""
    grown = region.buffer(1e-3, join_style="mitre")
    nodes = np.vstack([start, end, *(shapely.get_coordinates(region),)])
    i, j = np.triu_indices(len(nodes), 1)
    clear = shapely.covers(grown, shapely.linestrings(np.stack([nodes[i], nodes[j]], axis=1)))
    links: dict[int, list[tuple[int, float]]] = {}
    for a, b in zip(i[clear].tolist(), j[clear].tolist(), strict=True):
        length = math.dist(nodes[a], nodes[b])
        links.setdefault(a, []).append((b, length))
        links.setdefault(b, []).append((a, length))
    best = {0: 0.0}
    queue = [(0.0, 0)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if node == 1:
            return so_far
        if so_far > best[node]:
            continue
        for other, length in links.get(node, []):
            if so_far + length < best.get(other, math.inf):
                best[other] = so_far + length
                heapq.heappush(queue, (so_far + length, other))
    return math.inf


def field(seed: int, count: int = 12) -> shapely.Geometry:
    rng = np.random.default_rng(seed)
    hulls = [
        shapely.convex_hull(shapely.multipoints(rng.uniform(100, 900, 2) + rng.uniform(-90, 90, (6, 2))))
        for _ in range(count)
    ]
    return shapely.box(0, 0, 1000, 1000).difference(shapely.union_all(hulls))


def length_m(path: FloatArray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


@pytest.mark.parametrize("seed", range(6))
def test_lengths_equal_a_brute_force_graph_over_all_vertices_to_a_micrometre(seed: int) -> None:
    region = field(seed)
    router = Router(region)
    rng = np.random.default_rng(seed + 100)
    points = rng.uniform(5, 995, (40, 2))
    points = points[router.contains(points)][:8]
    matrix = router.distances(points)
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            expected = brute_force_m(region, points[a], points[b])
            assert matrix[a, b] == pytest.approx(expected, abs=1e-6)
            if math.isfinite(expected):
                path = router.path(points[a], points[b])
                assert length_m(path) == pytest.approx(expected, abs=1e-6)
                assert region.buffer(2e-3).covers(shapely.LineString(path))


def test_a_free_way_is_straight() -> None:
    router = Router(shapely.box(0, 0, 100, 100))
    assert router.path(np.array([1.0, 1.0]), np.array([99.0, 50.0])).tolist() == [[1.0, 1.0], [99.0, 50.0]]


def test_a_way_bends_at_the_corners_of_what_is_in_its_way() -> None:
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 10, 60, 80).exterior]))
    path = router.path(np.array([10.0, 50.0]), np.array([90.0, 50.0]))
    assert path.tolist() == [[10.0, 50.0], [40.0, 80.0], [60.0, 80.0], [90.0, 50.0]]


def test_a_way_may_run_along_the_boundary() -> None:
    router = Router(shapely.box(0, 0, 100, 100))
    assert router.distances(np.array([[0.0, 0.0], [100.0, 0.0]]))[0, 1] == pytest.approx(100.0)


def test_from_a_place_to_itself_is_no_way_at_all() -> None:
    router = Router(shapely.box(0, 0, 100, 100))
    here = np.array([50.0, 50.0])
    assert length_m(router.path(here, here)) == 0.0


def test_two_islands_have_no_way_between_them() -> None:
    router = Router(shapely.box(0, 0, 100, 100).difference(shapely.box(40, -10, 60, 110)))
    assert router.distances(np.array([[10.0, 10.0], [90.0, 10.0]]))[0, 1] == math.inf
    with pytest.raises(InputError, match=r"no way from \(10\.0 m east, 10\.0 m north"):
        router.path(np.array([10.0, 10.0]), np.array([90.0, 10.0]))


def test_points_outside_are_told_from_points_inside() -> None:
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 40, 60, 60).exterior]))
    points = np.array([[50.0, 50.0], [10.0, 10.0], [-5.0, 10.0], [100.0, 100.0]])
    assert router.contains(points).tolist() == [False, True, False, True]


def test_places_that_rounding_puts_a_hair_outside_a_long_boundary_are_reached() -> None:
    street = shapely.LineString([(0, 0), (1500, 300), (2600, -200), (3600, 500), (4900, 450)]).buffer(
        50, cap_style="flat", join_style="mitre"
    )
    marks = np.linspace(0.0, street.exterior.length, 60)
    on_edge = shapely.get_coordinates(shapely.line_interpolate_point(street.exterior, marks))
    hair = np.random.default_rng(1).uniform(-1e-7, 1e-7, on_edge.shape)
    assert np.isfinite(Router(street).distances(on_edge + hair)).all()
