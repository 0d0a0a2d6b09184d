"""How long, how complete and how quick plans of coverage are; on standard, random and other people's polygons.

A plan is all of it: lines, the ways between them inside the free space, and their order. Its length goes from the first
line's start to the last one's end, over area ÷ swath (1.0 is no overlap and no ways). What lines see, and metres that
lie outside, are worked out from the flown path by tests/support/standard_polygons.py, not by the planner: lines to a
micrometre, ways to the two millimetres that a router may pass a corner by (margins hold 5 cm more than they promise).

Run: ``python tests/bench/coverage.py [RUNS]`` for the standard polygons, with figures of other planners beside,
``… --random N`` for N random polygons with up to 14 holes, ``… --instances FOLDER`` for those in a folder:

* ``*.instance.json`` (repository d-krupke/ALENEX24-partial-coverage-path-planning, experiments/01_grid/instances): a
  tool of radius 1, the outline alone as free space, then its area with its smaller feasible area as free space;
* ``config.yaml`` with ``fly_zone.csv`` (repository ctu-mrs/EnergyAwareMCPP, sample_configs): three drones from its
  start, home legs included.

Goals: no metre outside; at most 1.05 × area ÷ swath on shapes of a square kilometre and 1.01 on corridors; 99.5 % seen,
99.9 % with room to turn; 0.1 s for 1 km² and 0.6 s for 10 km², before the search that a budget pays for.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyproj
import shapely

import support_path  # isort: skip  # noqa: F401

from standard_polygons import STANDARD, SWATH_M, Array, length_m, outside_m, random_polygon, seen_share

from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND, Worker, allocate
from dronectl.planning.coverage.coverage import coverage_lines
from dronectl.planning.paths.routing import Router

DRONES = 3
BUDGET_S = 1.0
WAY_SLACK_M = 2e-3
ROOM_SWATHS = 3.0
HIDDEN_HOLES_M = 9.0
"""Margin around holes where the free space is cut out of a fence."""

PEERS = {
    "convex": "a sketch of ours 1.029",
    "L": "a sketch of ours 1.020",
    "U": "a sketch of ours 1.031",
    "L with 2 holes": "Mission Planner Grid 1.076, 99.06 %, 2,703 m out, 3 ms; QGroundControl survey 1.076, 99.37 %, "
    "2,699 m; EnergyAwareMCPP 1.054, 98.00 %, 63 m, 410 ms; uav-coverage-path-planner 1.133, 99.61 %, 2,188 m",
    "corridor": "a sketch of ours along the axis 1.003, 99.88 %; with one direction 1.155, 96.9 %",
    "10 km² with 3 holes": "Mission Planner Grid 1.059, 24,670 m out, 9 ms; QGroundControl survey 1.059, 25,297 m; "
    "EnergyAwareMCPP 1.022, 278 m, 2.3 s; uav-coverage-path-planner 1.071, 18,210 m, 2.9 s",
    "160 × 100 m, 2 holes": "a sketch of ours 1.070, 99.50 %",
    "110 × 60 m L, 2 holes": "a sketch of ours 1.111, 98.92 %",
}
"""Measured on the same polygons: length over area ÷ swath, what is seen, metres outside, time."""

LONGEST_M = {"island": 309, "rectangle": 1513, "simple": 3598, "complex": 12296}
"""Of EnergyAwareMCPP's three drones on its own maps."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Lines (n, 2, 2), the flights' paths (k, 2) each, and the seconds it took."""

    lines: Array
    paths: list[Array]
    lines_s: float
    whole_s: float

    @property
    def lengths_m(self) -> list[float]:
        return [length_m(legs(path)) for path in self.paths]

    def outside_m(self, allowed: shapely.Geometry) -> float:
        ways_m = sum(outside_m(legs(path), shapely.buffer(allowed, WAY_SLACK_M)) for path in self.paths)
        return outside_m(self.lines, allowed) + ways_m


def legs(path: Array) -> Array:
    return np.stack([path[:-1], path[1:]], axis=1)


def planned(
    area: shapely.Geometry,
    allowed: shapely.Geometry,
    swath_m: float,
    *,
    home: Array | None = None,
    drones: int = 1,
    budget_s: float = 0.0,
) -> Plan:
    """A plan at a metre a second with a battery without end. Without ``home`` flights start and end anywhere."""
    begun = time.perf_counter()
    found = coverage_lines(area, allowed, swath_m, None)
    lines_s = time.perf_counter() - begun
    router = Router(allowed)
    ends = found.reshape(-1, 2)
    if home is None:
        ways = np.pad(router.distances(ends), ((0, 1), (0, 1)))
    else:
        ways = router.distances(np.vstack([ends, home]))
    lengths, none = np.hypot(*(found[:, 1] - found[:, 0]).T), np.zeros(len(found))
    shared = allocate(
        [Worker(str(drone), ways, lengths, none, 1.0, 1.0, 0.0, 0.0, 1e12) for drone in range(drones)],
        [f"line {number}" for number in range(len(found))],
        items_per_piece=1,
        item_capacity=1_000_000,
        seed=1,
        rounds=round(budget_s * ROUNDS_PER_SECOND),
    )
    paths = [flown(router, found, route.entries, home) for wave in shared.waves for route in wave]
    return Plan(found, paths, lines_s, time.perf_counter() - begun)


def flown(router: Router, found: Array, entries: Sequence[int], home: Array | None) -> Array:
    stops = [found[entry >> 1][:: -1 if entry & 1 else 1] for entry in entries]
    parts = [stops[0]]
    for before, after in pairwise(stops):
        parts += [router.path(before[1], after[0])[1:], after[1:]]
    if home is not None:
        parts = [router.path(home, stops[0][0])[:-1], *parts, router.path(stops[-1][1], home)[1:]]
    path: Array = np.vstack(parts)
    return path


def with_room(area: shapely.Polygon, swath_m: float) -> shapely.Geometry:
    """A fence a few swaths wider. Holes keep their size: they stay forbidden."""
    fence = shapely.buffer(shapely.Polygon(area.exterior), ROOM_SWATHS * swath_m)
    return shapely.difference(fence, shapely.union_all([shapely.Polygon(ring) for ring in area.interiors]))


def _median_and_least_ms(times_s: Sequence[float]) -> str:
    return f"{1e3 * statistics.median(times_s):8.1f} {1e3 * min(times_s):6.1f}"


def standard(runs: int) -> None:
    print(
        f"{'polygon':22} {'free space':12} lines  ratio   +{BUDGET_S:g} s   seen %   out m  "
        "lines: median and least ms, whole: the same"
    )
    for name, (area, swath_m) in ((name, (item.area, item.swath_m)) for name, item in STANDARD.items()):
        planned(area, area, swath_m)  # the first one also pays for imports
        for title, allowed in (("its outline", area), ("room to turn", with_room(area, swath_m))):
            plans = [planned(area, allowed, swath_m) for _ in range(runs)]
            best = planned(area, allowed, swath_m, budget_s=BUDGET_S)
            ideal_m = area.area / swath_m
            print(
                f"{name:22} {title:12} {len(best.lines):5} {sum(plans[0].lengths_m) / ideal_m:6.4f} "
                f"{sum(best.lengths_m) / ideal_m:6.4f} "
                f"{100.0 * seen_share(best.lines, area, allowed, swath_m, 60_000):8.3f} "
                f"{plans[0].outside_m(allowed) + best.outside_m(allowed):7.3f} "
                f"{_median_and_least_ms([plan.lines_s for plan in plans])} "
                f"{_median_and_least_ms([plan.whole_s for plan in plans])}",
                flush=True,
            )
        print(f"  measured elsewhere, inside its outline: {PEERS[name]}")


def free_space(area: shapely.Polygon, seed: int) -> shapely.Geometry:
    """In turn: the area itself, with room to turn, less a margin, and a fence that cuts it with margins round holes."""
    rng = np.random.default_rng(10**6 + seed)
    if seed % 4 == 0:
        return area
    if seed % 4 == 1:
        return with_room(area, SWATH_M)
    if seed % 4 == 2:
        return shapely.buffer(area, -rng.uniform(2.0, 9.0))
    x, y = rng.uniform(-200.0, 200.0, 2)
    holes = shapely.union_all([shapely.Polygon(ring) for ring in area.interiors], grid_size=1e-4)
    return shapely.difference(shapely.box(x - 300, y - 300, x + 300, y + 300), shapely.buffer(holes, HIDDEN_HOLES_M))


class Tally:
    """Figures over many polygons."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.outside: list[str] = []
        self.seen: list[tuple[float, str]] = []
        self.ratios: list[float] = []
        self.lines_s: list[float] = []
        self.whole_s: list[float] = []

    def take(self, name: str, area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float) -> None:
        """Plan it in every connected part of the free space, as a drone can fly in one only."""
        try:
            for part in shapely.get_parts(allowed):
                if shapely.intersection(area, part, grid_size=1e-4).area > swath_m**2:
                    self._judge(name, area, part, swath_m)
        except Exception:  # noqa: BLE001 - whatever a planner raises is what is counted here
            self.failures.append(f"{name}: {traceback.format_exc().splitlines()[-1]}")

    def _judge(self, name: str, area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float) -> None:
        plan = planned(area, allowed, swath_m)
        self.lines_s.append(plan.lines_s)
        self.whole_s.append(plan.whole_s)
        out_m = plan.outside_m(allowed)
        if out_m > 0.0:
            self.outside.append(f"{name}: {out_m:.6f} m")
        self.seen.append((seen_share(plan.lines, area, allowed, swath_m, 10_000), name))
        if shapely.covers(allowed, area):
            self.ratios.append(sum(plan.lengths_m) * swath_m / area.area)

    def show(self, title: str) -> None:
        shares = sorted(self.seen)
        few = shares[len(shares) // 100][0]
        print(
            f"{title}: {len(self.seen)} plans, {len(self.failures)} failures, {len(self.outside)} with metres outside"
        )
        print(
            f"  seen of what can be: median {100 * statistics.median(share for share, _ in shares):.3f} %, "
            f"1st percentile {100 * few:.2f} %, least "
            + ", ".join(f"{100 * share:.2f} % ({name})" for share, name in shares[:4])
        )
        if self.ratios:
            p95 = float(np.quantile(self.ratios, 0.95))
            print(f"  length over area ÷ swath: median {statistics.median(self.ratios):.4f}, 95th percentile {p95:.3f}")
        print(
            f"  lines: median {1e3 * statistics.median(self.lines_s):.1f} ms, most {1e3 * max(self.lines_s):.0f} ms; "
            f"whole: median {1e3 * statistics.median(self.whole_s):.1f} ms, most {1e3 * max(self.whole_s):.0f} ms"
        )
        for line in (self.failures + self.outside)[:20]:
            print(f"  ! {line}")


def random(count: int) -> None:
    kinds = ("its outline", "room to turn", "less a margin", "cut by a fence")
    tallies = {kind: Tally() for kind in kinds}
    for seed in range(count):
        area = random_polygon(seed)
        tallies[kinds[seed % 4]].take(f"seed {seed}", area, free_space(area, seed), SWATH_M)
    for kind, tally in tallies.items():
        tally.show(f"random polygons, {kind}")


def read_polygon(outline: dict[str, list[list[float]]]) -> shapely.Geometry:
    return shapely.make_valid(shapely.Polygon(outline["exterior"], outline["interiors"]))


def instances(folder: Path) -> None:
    files = sorted(folder.rglob("*.instance.json"))
    own, smaller = Tally(), Tally()
    for file in files:
        read = json.loads(file.read_text())
        swath_m = 2.0 * float(read["tool_radius"])
        area = read_polygon(read["original_area"])
        own.take(file.name, area, area, swath_m)
        smaller.take(file.name, area, read_polygon(read["feasible_area"]), swath_m)
    if files:
        own.show("instances, their outlines")
        print("  a sketch of ours: no failure, 0 m, 98.7 % median; 1.088 median, 1.164 95th percentile; 47 ms, 1.2 s")
        smaller.show("instances, their feasible areas")
    for config in sorted(folder.rglob("config.yaml")):
        shared_map(config.parent)


def shared_map(folder: Path) -> None:
    """Three drones on a map of EnergyAwareMCPP's; a start outside of the map is moved to its nearest edge."""
    text = (folder / "config.yaml").read_text()
    known = dict(re.findall(r"^(\w+): *([-\d.]+)", text, flags=re.MULTILINE))
    lat_deg, lon_deg = float(known["start_x"]), float(known["start_y"])
    project = pyproj.Proj(proj="aeqd", lat_0=lat_deg, lon_0=lon_deg, ellps="WGS84")
    outline, *holes = (
        shapely.Polygon(np.column_stack(project(*np.loadtxt(file, delimiter=",", ndmin=2).T[::-1])))
        for file in (folder / "fly_zone.csv", *sorted(folder.glob("no_fly_zone_*.csv")))
    )
    area = shapely.difference(outline, shapely.union_all(holes))
    swath_m = float(known["sweeping_step"])
    home = shapely.get_coordinates(shapely.shortest_line(area, shapely.Point(0.0, 0.0)))[0]
    plan = planned(area, area, swath_m, home=home, drones=DRONES, budget_s=BUDGET_S)
    print(
        f"{folder.name:10} swath {swath_m:g} m, {area.area / 1e6:.3f} km², three drones: longest "
        f"{max(plan.lengths_m):,.0f} m (EnergyAwareMCPP {LONGEST_M.get(folder.name, 'not measured')}), start moved "
        f"{np.hypot(*home):.1f} m, seen {100.0 * seen_share(plan.lines, area, area, swath_m):.2f} %, "
        f"out {plan.outside_m(area):.3f} m"
    )


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--random"]:
        random(int(arguments[1]))
    elif arguments[:1] == ["--instances"]:
        instances(Path(arguments[1]))
    else:
        standard(int(arguments[0]) if arguments else 5)


if __name__ == "__main__":
    main(sys.argv[1:])
