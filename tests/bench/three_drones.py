"""Longest of three drones over the standard polygons, home legs included, beside the measured figures of others.

Lines of a 20 m swath, shared by the search, all ways inside the area; home is the outline's first corner, as in the
figures quoted (EnergyAwareMCPP measured on the same polygons). Lengths, what is seen and what lies outside are worked
out from the flown paths by tests/support/standard_polygons.py, not by the planner.

Run: ``python tests/bench/three_drones.py [BUDGET_S]`` (default 1: 10,000 rounds).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
import shapely

import support_path  # isort: skip  # noqa: F401

from standard_polygons import STANDARD

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND, Worker, allocate
from dronectl.planning.coverage.coverage import coverage_lines
from dronectl.planning.paths.routing import Router

DRONES = 3
PEERS: dict[str, tuple[float, float]] = {
    "convex": (20_730, 21_055),
    "L": (18_120, 19_131),
    "U": (19_796, 21_482),
    "L with 2 holes": (18_704, 19_154),
    "corridor": (12_116, 14_009),
    "10 km² with 3 holes": (190_172, 190_357),
}
"""Metres: a sketch of our own, and EnergyAwareMCPP."""


def worker(router: Router, found: FloatArray, home: FloatArray) -> Worker:
    """At a metre a second with a battery without end: times are lengths."""
    nodes = np.vstack([found.reshape(-1, 2), home])
    lengths = np.hypot(*(found[:, 1] - found[:, 0]).T)
    return Worker("x", router.distances(nodes), lengths, np.zeros(len(found)), 1.0, 1.0, 0.0, 0.0, 1e9)


def flown(router: Router, found: FloatArray, home: FloatArray, entries: Sequence[int]) -> FloatArray:
    """The path of one drone, (n, 2)."""
    here, parts = home, [home[None]]
    for entry in entries:
        line = found[entry >> 1][:: -1 if entry & 1 else 1]
        parts += [router.path(here, line[0])[1:], line[1:]]
        here = line[1]
    return np.vstack([*parts, router.path(here, home)[1:]])


def main(budget_s: float) -> None:
    print(f"{'polygon':22}{'longest m':>10}{'sketch':>9}{'MCPP':>9}{'seen %':>8}{'out m':>7}{'max/mean':>9}{'s':>7}")
    for name, (sketch_m, peer_m) in PEERS.items():
        area, swath_m = STANDARD[name].area, STANDARD[name].swath_m
        home = shapely.get_coordinates(area.exterior)[0]
        start = time.perf_counter()
        found = coverage_lines(area, area, swath_m, None)
        router = Router(area)
        crew = [worker(router, found, home)] * DRONES
        shared = allocate(
            crew,
            [f"line {k}" for k in range(len(found))],
            items_per_piece=1,
            item_capacity=100_000,
            seed=1,
            rounds=round(budget_s * ROUNDS_PER_SECOND),
        )
        took_s = time.perf_counter() - start
        paths = [flown(router, found, home, route.entries) for wave in shared.waves for route in wave]
        lengths = [float(np.hypot(*np.diff(path, axis=0).T).sum()) for path in paths]
        outside_m = sum(shapely.difference(shapely.LineString(path), area.buffer(1e-3)).length for path in paths)
        legs = np.concatenate([np.stack([path[:-1], path[1:]], axis=1) for path in paths])
        legs = legs[np.hypot(*(legs[:, 1] - legs[:, 0]).T) > 1e-6]
        strips = shapely.buffer(shapely.linestrings(legs), swath_m / 2.0, cap_style="flat")
        seen = shapely.intersection(shapely.union_all(strips, grid_size=1e-4), area, grid_size=1e-4)
        print(
            f"{name:22}{max(lengths):10,.0f}{sketch_m:9,.0f}{peer_m:9,.0f}{100 * seen.area / area.area:8.2f}"
            f"{outside_m:7.1f}{max(lengths) * DRONES / sum(lengths):9.4f}{took_s:7.2f}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
