"""Shortest paths the slow way, decided exactly: whole-number geometry, every corner, every pair, Dijkstra.

For regions (even-odd, closed) whose corners are whole metres. Shares nothing with the planner, and asks GEOS nothing.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import combinations, pairwise

import shapely

Place = tuple[int, int]
Edge = tuple[Place, Place]


def lengths_m(region: shapely.Geometry, places: Sequence[Place]) -> list[list[float]]:
    """The length of the shortest path between each two places; inf where there is none."""
    edges = edges_of(region)
    nodes = [*places, *sorted({corner for edge in edges for corner in edge})]
    links: list[list[tuple[int, float]]] = [[] for _ in nodes]
    for a, b in combinations(range(len(nodes)), 2):
        if sees(edges, nodes[a], nodes[b]):
            length = math.dist(nodes[a], nodes[b])
            links[a].append((b, length))
            links[b].append((a, length))
    return [_dijkstra(links, source)[: len(places)] for source in range(len(places))]


def edges_of(region: shapely.Geometry) -> list[Edge]:
    edges: list[Edge] = []
    for ring in shapely.get_rings(shapely.get_parts(region)):
        corners = [(int(x), int(y)) for x, y in ring.coords]
        assert corners == list(ring.coords), "corners must be whole numbers"
        edges += [edge for edge in pairwise(corners) if edge[0] != edge[1]]
    return edges


def sees(edges: Sequence[Edge], start: Place, end: Place) -> bool:
    """Whether the straight line from start to end stays in the closed region."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    whole = dx * dx + dy * dy
    marks = {0, whole}
    for a, b in edges:
        a_side, b_side = _side(start, end, a), _side(start, end, b)
        if a_side * b_side > 0:
            continue
        if a_side * b_side < 0 and _side(a, b, start) * _side(a, b, end) < 0:
            return False
        for corner, side in ((a, a_side), (b, b_side)):
            along = (corner[0] - start[0]) * dx + (corner[1] - start[1]) * dy
            if side == 0 and 0 < along < whole:
                marks.add(along)
    if not whole:
        return is_inside(edges, start[0], start[1], 1)
    return all(
        is_inside(edges, 2 * whole * start[0] + (m + n) * dx, 2 * whole * start[1] + (m + n) * dy, 2 * whole)
        for m, n in pairwise(sorted(marks))
    )


def is_inside(edges: Sequence[Edge], x: int, y: int, scale: int) -> bool:
    """Whether the place (x / scale, y / scale) is in the closed region."""
    is_odd = False
    for (ax, ay), (bx, by) in edges:
        side = (bx - ax) * (y - ay * scale) - (by - ay) * (x - ax * scale)
        low, high = (ay, by) if ay < by else (by, ay)
        left, right = (ax, bx) if ax < bx else (bx, ax)
        if side == 0 and low * scale <= y <= high * scale and left * scale <= x <= right * scale:
            return True
        if (ay * scale > y) != (by * scale > y) and (side > 0) == (by > ay):
            is_odd = not is_odd
    return is_odd


def _side(a: Place, b: Place, c: Place) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _dijkstra(links: Sequence[Sequence[tuple[int, float]]], source: int) -> list[float]:
    best = [math.inf] * len(links)
    best[source] = 0.0
    queue = [(0.0, source)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if so_far > best[node]:
            continue
        for other, length in links[node]:
            if so_far + length < best[other]:
                best[other] = so_far + length
                heapq.heappush(queue, (so_far + length, other))
    return best
