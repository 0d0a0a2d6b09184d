"""How near to the best known the shared tours come, longest of three drones, and how many rounds a second does.

Run: ``python tests/bench/tours.py [FOLDER]``. FOLDER holds the instances of the min-max multiple travelling salesman
problem as ``NAME_3.txt``: a line of heading, then ``number x y`` a line, the depot first (the archive of P. He and
J.-K. Hao's memetic algorithm, repository pengfeihe-angers/minmax-mTSP, is read as it is). Without it only random
points are shared, whose best is the best of longer searches here. Goals: 0.5 % at 40 points in 1 s, 2 % at 100 to 200
points in 5 s.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND, Worker, allocate

BEST_KNOWN = {"mtsp100": 8509.16, "rand100": 3031.95, "mtsp150": 13038.34, "gtsp150": 2401.63, "kroa200": 10691.03}
DRONES = 3
SEEDS = (1, 2, 3)


def longest(places: FloatArray, seed: int, budget_s: float) -> tuple[float, float]:
    """(length, seconds) of the longest tour; ``places`` with the depot first, a unit of length a second."""
    nodes = np.vstack([np.repeat(places[1:], 2, axis=0), places[:1]])
    way = np.hypot(*(nodes[:, None] - nodes[None]).transpose(2, 0, 1))
    none, home = np.zeros(len(places) - 1), len(nodes) - 1
    workers = [Worker(str(k), way, none, none, 1.0, 1.0, 0.0, 0.0, 1e9) for k in range(DRONES)]
    names = [f"point {k}" for k in range(len(none))]
    begun = time.perf_counter()
    found = allocate(
        workers,
        names,
        items_per_piece=1,
        item_capacity=len(names),
        seed=seed,
        rounds=round(budget_s * ROUNDS_PER_SECOND),
    )
    took_s = time.perf_counter() - begun
    (wave,) = found.waves
    tours = [[home, *(entry & ~1 for entry in route.entries), home] for route in wave]
    return max(sum(float(way[a, b]) for a, b in pairwise(tour)) for tour in tours), took_s


def read(path: Path) -> FloatArray:
    rows = [line.split() for line in path.read_text().splitlines()[1:]]
    return np.array([[float(row[1]), float(row[2])] for row in rows if len(row) == 3])


def row(name: str, places: FloatArray, best: float | None, budget_s: float) -> None:
    found = [longest(places, seed, budget_s) for seed in SEEDS]
    if best is None:
        long = [longest(places, seed, 2.0 * budget_s)[0] for seed in range(10, 13)]
        best = min(*long, *(length for length, _ in found))
    gaps = [100.0 * (length / best - 1.0) for length, _ in found]
    took_s = statistics.median(seconds for _, seconds in found)
    rate = budget_s * ROUNDS_PER_SECOND / took_s
    print(f"{name:12} budget {budget_s:g} s  gap " + " ".join(f"{gap:5.2f}" for gap in gaps), end=" %  ")
    print(f"median {statistics.median(gaps):.2f} %  took {took_s:.2f} s, {rate:,.0f} rounds/s", flush=True)


if __name__ == "__main__":
    for seed in range(5):
        points = np.random.default_rng(seed).uniform(0.0, 3000.0, (40, 2))
        row(f"random 40/{seed}", np.vstack([[1500.0, -100.0], points]), None, 1.0)
    for name, best in BEST_KNOWN.items() if len(sys.argv) > 1 else ():
        row(name, read(Path(sys.argv[1]) / f"{name}_{DRONES}.txt"), best, 5.0)
