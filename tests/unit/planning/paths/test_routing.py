"""Shortest paths against a second way of finding them, and where there is none."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
import shapely
from effort import seeds

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.planning.paths.routing import Router


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


@pytest.mark.parametrize("seed", seeds(3))
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


def test_in_a_crowd_one_path_at_a_time_and_all_lengths_at_once_agree() -> None:
    region = field(7, count=60)
    points = np.random.default_rng(8).uniform(5, 995, (60, 2))
    router = Router(region)
    points = points[router.contains(points)][:12]
    matrix = router.distances(points)
    assert len(router._corners) > 100
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            if math.isfinite(matrix[a, b]):
                assert length_m(router.path(points[a], points[b])) == pytest.approx(matrix[a, b], abs=1e-9)
    expected = [brute_force_m(region, points[0], point) for point in points[1:3]]
    assert matrix[0, 1:3].tolist() == pytest.approx(expected, abs=1e-6)


def test_what_was_asked_before_changes_no_answer() -> None:
    region = field(3, count=30)
    points = np.random.default_rng(4).uniform(5, 995, (40, 2))
    used = Router(region)
    points = points[used.contains(points)][:12]
    used.distances(points)
    there = [used.path(points[k], points[k + 1]).tolist() for k in range(11)]
    assert there == [Router(region).path(points[k], points[k + 1]).tolist() for k in range(11)]
    back = [used.path(points[k + 1], points[k]).tolist() for k in range(11)]
    assert [path[::-1] for path in back] == there


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_from_a_place_that_is_none_there_is_no_way(bad: float) -> None:
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 10, 60, 80).exterior]))
    here, there = np.array([10.0, 50.0]), np.array([bad, 50.0])
    assert router.distances(np.stack([here, there]))[0, 1] == math.inf
    for start, end in ((here, there), (there, here), (there, there)):
        with pytest.raises(InputError, match="no way from"):
            router.path(start, end)


def test_places_outside_are_reached_from_nowhere_not_even_from_beside_them() -> None:
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 10, 60, 80).exterior]))
    points = np.array([[50.0, 50.0], [50.0, 50.0], [50.0, 50.0005], [10.0, 50.0], [-1.0, 50.0]])
    matrix = router.distances(points)
    assert np.isinf(matrix[~np.eye(5, dtype=np.bool_)]).all()
    assert (matrix.diagonal() == 0.0).all()
    for k in (1, 2, 3, 4):
        with pytest.raises(InputError, match="no way from"):
            router.path(points[0], points[k])


def test_no_place_at_all_and_no_region_at_all() -> None:
    assert Router(shapely.box(0, 0, 1, 1)).distances(np.empty((0, 2))).shape == (0, 0)
    nowhere = Router(shapely.Polygon())
    assert not nowhere.contains(np.array([[0.0, 0.0]])).any()
    assert nowhere.distances(np.array([[0.0, 0.0], [1.0, 1.0]])).tolist() == [[0.0, math.inf], [math.inf, 0.0]]


def test_a_corner_given_twice_is_still_a_corner() -> None:
    block = [(40, 10), (40, 80), (40, 80), (60, 80), (60, 80), (60, 10), (40, 10)]
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [block]))
    path = router.path(np.array([10.0, 50.0]), np.array([90.0, 50.0]))
    assert path.tolist() == [[10.0, 50.0], [40.0, 80.0], [60.0, 80.0], [90.0, 50.0]]


def test_a_way_between_two_squares_that_touch_goes_through_the_place_where_they_do() -> None:
    squares = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)])
    router = Router(squares)
    points = np.array([[80.0, 20.0], [110.0, 180.0], [0.0, 0.0], [200.0, 200.0]])
    assert router.path(points[0], points[1]).tolist() == [[80.0, 20.0], [100.0, 100.0], [110.0, 180.0]]
    matrix = router.distances(points)
    assert matrix[0, 1] == pytest.approx(math.hypot(20, 80) + math.hypot(10, 80), abs=1e-6)
    assert matrix[2, 3] == pytest.approx(200 * math.sqrt(2), abs=1e-6)


@pytest.mark.parametrize(("gap_m", "is_open"), [(0.005, True), (0.0, False), (-0.005, False)])
def test_a_gap_is_used_as_long_as_there_is_one(gap_m: float, is_open: bool) -> None:
    walls = shapely.union_all([shapely.box(40, -1, 60, 50 - gap_m / 2), shapely.box(40, 50 + gap_m / 2, 60, 90)])
    router = Router(shapely.box(0, 0, 100, 100).difference(walls))
    around_m = 2 * math.hypot(30, 40) + 20
    length = router.distances(np.array([[10.0, 50.0], [90.0, 50.0]]))[0, 1]
    assert length == pytest.approx(80.0 if is_open else around_m, abs=1e-6)


def test_a_wall_of_a_few_centimetres_is_not_seen_through() -> None:
    router = Router(shapely.box(0, 0, 100, 100).difference(shapely.box(50, -1, 50.03, 90)))
    points = np.array([[10.0, 50.0], [90.0, 50.0]])
    assert router.distances(points)[0, 1] == pytest.approx(math.hypot(40, 40) + 0.03 + math.hypot(39.97, 40), abs=1e-6)
    assert len(router.path(*points)) == 4


def test_places_on_corners_and_edges_make_no_bend_twice() -> None:
    router = Router(shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 10, 60, 80).exterior]))
    around = router.path(np.array([40.0, 10.0]), np.array([60.0, 80.0]))
    assert len(around) == 3
    assert length_m(around) == pytest.approx(90.0)
    assert router.path(np.array([40.0, 10.0]), np.array([40.0, 80.0])).tolist() == [[40.0, 10.0], [40.0, 80.0]]


def test_a_spiral_is_followed_to_its_middle() -> None:
    """A corridor that turns inward: every corner of it is bent at, and nothing is seen from far."""
    turns, wall = 6, [(0.0, 0.0)]
    for k in range(4 * turns):
        reach = 400.0 - 8.0 * k
        step = ((reach, 0.0), (0.0, reach), (-reach, 0.0), (0.0, -reach))[k % 4]
        wall.append((wall[-1][0] + step[0], wall[-1][1] + step[1]))
    region = shapely.box(-20, -20, 420, 420).difference(shapely.LineString(wall).buffer(1.0, join_style="mitre"))
    points = np.array([[-10.0, -10.0], wall[-1]]) + np.array([[0.0, 0.0], [4.0, 4.0]])
    router = Router(region)
    path = router.path(*points)
    assert length_m(path) == pytest.approx(brute_force_m(region, *points), abs=1e-6)
    assert length_m(path) == pytest.approx(router.distances(points)[0, 1], abs=1e-9)


def test_only_what_lies_near_is_looked_at() -> None:
    """Thousands of corners elsewhere on the site cost a patrol nothing."""
    discs = [shapely.Point(x, y).buffer(20.0, quad_segs=16) for x in range(0, 3000, 100) for y in range(500, 1500, 100)]
    wall = shapely.box(100, 100, 110, 300)
    region = shapely.box(-50, -50, 3050, 1550).difference(shapely.union_all([wall, *discs]))
    router = Router(region)
    assert len(router._corners) > 15_000
    path = router.path(np.array([50.0, 150.0]), np.array([150.0, 150.0]))
    assert path.tolist() == [[50.0, 150.0], [100.0, 100.0], [110.0, 100.0], [150.0, 150.0]]
    lengths = router.distances(np.array([[50.0, 150.0], [150.0, 150.0], [105.0, 50.0]]))
    assert lengths[0, 1] == pytest.approx(length_m(path), abs=1e-9)
