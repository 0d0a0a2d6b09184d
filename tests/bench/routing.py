"""How fast shortest paths are found among random obstacles, and between the line ends of a large coverage.

Fields are squares of 3 km with obstacles of 5 to 8 corners, some concave; queries are pairs of random free places. The
first round finds the links between corners as it goes; "again" asks the same once more. ``extremitypathfinder`` and
``pyvisgraph`` get the same fields and queries when they are installed.

Run: ``python tests/bench/routing.py [RUNS] [QUERIES]``. Goals: at least 500 queries a second at 200 obstacles and 3,000
at 50.
"""

from __future__ import annotations

import importlib
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.paths.routing import Router

SIZE_M = 3000.0
GAP_M = 12.0
PEER_QUERIES = 20
LINE_SPACING_M = 20.0

Query = Callable[[FloatArray, FloatArray], float]


def obstacles(count: int, seed: int) -> list[shapely.Polygon]:
    rng = np.random.default_rng(seed)
    found: list[shapely.Polygon] = []
    while len(found) < count:
        corners = int(rng.integers(5, 9))
        angles = (np.arange(corners) + rng.uniform(0.0, 0.7, corners)) * 2.0 * math.pi / corners
        radii = rng.uniform(25.0, 70.0) * rng.uniform(0.55, 1.0, corners)
        centre = rng.uniform(80.0, SIZE_M - 80.0, 2)
        shape = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre)
        if all(shape.distance(other) >= GAP_M for other in found):
            found.append(shape)
    return found


def free_places(region: shapely.Geometry, count: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(5.0, SIZE_M - 5.0, (3 * count, 2))
    free: FloatArray = drawn[shapely.contains_xy(region, drawn[:, 0], drawn[:, 1])]
    return free[:count]


def ours(shapes: Sequence[shapely.Polygon]) -> Query:
    router = Router(free_space(shapes))
    return lambda start, end: float(np.hypot(*np.diff(router.path(start, end), axis=0).T).sum())


def extremitypathfinder(shapes: Sequence[shapely.Polygon]) -> Query:
    peer = importlib.import_module("extremitypathfinder")
    holes = [shapely.get_coordinates(shapely.orient_polygons(shape, exterior_cw=True))[:-1] for shape in shapes]
    environment = peer.PolygonEnvironment()
    environment.store(np.array([[0.0, 0.0], [SIZE_M, 0.0], [SIZE_M, SIZE_M], [0.0, SIZE_M]]), holes, validate=False)
    return lambda start, end: float(environment.find_shortest_path(tuple(start), tuple(end))[1])


def pyvisgraph(shapes: Sequence[shapely.Polygon]) -> Query:
    peer = importlib.import_module("pyvisgraph")
    graph = peer.VisGraph()
    graph.build([[peer.Point(x, y) for x, y in shape.exterior.coords[:-1]] for shape in shapes], status=False)

    def length_m(start: FloatArray, end: FloatArray) -> float:
        path = graph.shortest_path(peer.Point(*start), peer.Point(*end))
        return float(sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(path)))

    return length_m


def free_space(shapes: Sequence[shapely.Polygon]) -> shapely.Polygon:
    return shapely.Polygon(shapely.box(0.0, 0.0, SIZE_M, SIZE_M).exterior, [shape.exterior for shape in shapes])


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rate_per_s(query: Query, pairs: FloatArray) -> float:
    return len(pairs) / seconds(lambda: [query(start, end) for start, end in pairs])


def among(count: int, runs: int, queries: int) -> None:
    shapes = obstacles(count, seed=1)
    region = free_space(shapes)
    pairs = free_places(region, 2 * queries, seed=2).reshape(-1, 2, 2)
    builds, first, again = [], [], []
    for _ in range(runs):
        builds.append(seconds(lambda: ours(shapes)))
        query = ours(shapes)
        first.append(rate_per_s(query, pairs))
        again.append(rate_per_s(query, pairs))
    print(
        f"{count} obstacles, {Router(region).corner_count} corners, {len(pairs)} queries: build "
        f"{statistics.median(builds) * 1000:.0f} ms, {statistics.median(first):,.0f} queries/s from the first one on, "
        f"{statistics.median(again):,.0f}/s again (slowest run {min(first):,.0f} and {min(again):,.0f})"
    )
    for peer in (extremitypathfinder, pyvisgraph):
        beside(peer, shapes, pairs[:PEER_QUERIES], query)


def beside(
    peer: Callable[[Sequence[shapely.Polygon]], Query],
    shapes: Sequence[shapely.Polygon],
    pairs: FloatArray,
    our_query: Query,
) -> None:
    try:
        importlib.import_module(peer.__name__)
    except ImportError:
        print(f"  {peer.__name__}: not installed, not compared")
        return
    start = time.perf_counter()
    query = peer(shapes)
    build_s = time.perf_counter() - start
    rate = rate_per_s(query, pairs)
    apart_m = max(abs(query(start, end) - our_query(start, end)) for start, end in pairs)
    print(f"  {peer.__name__}: build {build_s:.1f} s, {rate:,.1f} queries/s; lengths differ by at most {apart_m:.1e} m")


def coverage(runs: int) -> None:
    """All ways between the ends of lines over 3.3 km by 3.3 km with three holes."""
    side = 3300.0
    holes = [shapely.box(x, y, x + 450.0, y + 400.0) for x, y in ((700.0, 600.0), (2300.0, 900.0), (1800.0, 2300.0))]
    region = shapely.Polygon(shapely.box(0.0, 0.0, side, side).exterior, [hole.exterior for hole in holes])
    across = np.arange(LINE_SPACING_M / 2.0, side, LINE_SPACING_M)
    lines = shapely.linestrings([[(0.0, y), (side, y)] for y in across])
    ends = np.vstack([part.coords for part in shapely.get_parts(shapely.intersection(lines, region))])
    taken = [seconds(lambda: Router(region).distances(ends)) for _ in range(runs)]
    print(f"coverage of {region.area / 1e6:.1f} km²: {len(ends)} line ends, {statistics.median(taken) * 1000:.0f} ms")


def main(runs: int, queries: int) -> None:
    for count in (50, 200):
        among(count, runs, queries)
    coverage(runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
