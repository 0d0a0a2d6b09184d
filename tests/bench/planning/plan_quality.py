"""How good plans over an area are: flights, length, time, CPU and memory, against what can be proved and against every
single direction told by hand.

Squares of 1, 5 and 20 km², with keep-outs or without, homes in the middle, at an edge or a kilometre away, three
drones as of the Roi Et site (with batteries that reach the farthest corner), ten drones, and cameras that see unequally
wide. Each plan is built in a process of its own, so that its memory is its own. CPU is that of ``build_plan`` alone
with no budget for search (``cpu0``) and with the usual one (``cpu``); the figures are those of the usual one.

Goals: flights at most 1.15 × the least, flight time 1.25 ×, no direction by hand better; 1, 3 and 10 s of CPU.

Run: ``python tests/bench/planning/plan_quality.py [--directions] [--only TEXT]``. ``--directions`` adds the best of
0°, 5°, …, 175° told by hand (slow).
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from shapely import affinity

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import support_path  # isort: skip  # noqa: F401

import planning_sites as sites

from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.plan.patrol import Patrol
from dronectl.model.site import Site
from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND
from dronectl.planning.build import build_plan

MICRO_FOUR_THIRDS = Camera(17.3, 13.0, 12.29, 5280, 3956, 2.0)
LONG_LENS = Camera(36.0, 24.0, 85.0, 8000, 5333, 0.7)
THERMAL = Camera(6.4, 4.8, 4.5, 640, 512, 1.0)
CAPACITIES_WH = {
    (1, "middle"): 130.0,
    (1, "edge"): 130.0,
    (1, "away"): 195.0,
    (5, "middle"): 195.0,
    (5, "edge"): 260.0,
    (5, "away"): 390.0,
    (20, "middle"): 390.0,
    (20, "edge"): 520.0,
    (20, "away"): 520.0,
}
"""Of the first drone: a third more than the way to the farthest corner and back takes, or so."""

CASES = {
    f"{area} km² {holes:2} keep-outs {home}": (area, holes, home, 3, "roi-et")
    for area in (1, 5)
    for holes in (0, 5, 20)
    for home in ("middle", "edge", "away")
} | {
    "1 km²  0 keep-outs edge, one camera": (1, 0, "edge", 3, "alike"),
    "5 km²  5 keep-outs edge, ten drones": (5, 5, "edge", 10, "roi-et"),
    "1 km²  0 keep-outs edge, mixed cameras": (1, 0, "edge", 3, "mixed"),
    "20 km²  0 keep-outs edge": (20, 0, "edge", 3, "roi-et"),
    "20 km² 20 keep-outs edge": (20, 20, "edge", 3, "roi-et"),
}


def fleet(count: int, y_m: float, capacity_wh: float, kind: str) -> list[Drone]:
    drones = []
    for number in range(count):
        smaller = kind != "alike" and number % 3 == 2
        camera = MICRO_FOUR_THIRDS if smaller else sites.CAMERA
        if kind == "mixed":
            camera = (sites.CAMERA, LONG_LENS, THERMAL)[number % 3]
        hover_w, cruise_w = (280.0, 270.0) if smaller else (300.0, 290.0)
        battery = Battery(capacity_wh * (0.94 if smaller else 1.0), hover_w, cruise_w, 0.85)
        home = sites.place(46.0 * (number - (count - 1) / 2.0), y_m)
        drones.append(Drone(f"d{number + 1}", number + 1, "tcp://127.0.0.1:5760", home, battery, camera))
    return drones


def made(area_km2: float, holes: int, home: str, count: int, kind: str) -> Site:
    half = 500.0 * math.sqrt(area_km2)
    y_m = {"middle": 0.0, "edge": -half, "away": -half - 1_000.0}[home]
    rng = np.random.default_rng(1)
    ponds: list[tuple[float, float, float]] = []
    while len(ponds) < holes:
        x, y, radius = *rng.uniform(-half, half, 2), rng.uniform(20.0, 60.0)
        near_home = abs(y - y_m) < 150.0 + radius and abs(x) < 23.0 * count + 100.0 + radius
        if not near_home and all(math.hypot(x - a, y - b) > 1.5 * (radius + c) + 50.0 for a, b, c in ponds):
            ponds.append((float(x), float(y), float(radius)))
    low = min(-half, y_m) - 300.0
    corners = [(-half - 300.0, low), (half + 300.0, low), (half + 300.0, half + 300.0), (-half - 300.0, half + 300.0)]
    return sites.site(
        fences=[sites.fence(corners)],
        zones=[sites.zone("park", sites.square(0.0, 0.0, 2.0 * half))],
        keep_outs=[sites.keep_out(f"pond_{k}", triangle(*pond, float(k))) for k, pond in enumerate(ponds)],
        fleet=fleet(count, y_m, CAPACITIES_WH[int(area_km2), home], kind),
    )


def triangle(x: float, y: float, radius: float, turn: float) -> shapely.Polygon:
    """Three corners: twenty of them, and the fence, fit on board."""
    shape = shapely.Polygon([(-radius, -radius), (radius, -radius), (0.0, radius)])
    return affinity.translate(affinity.rotate(shape, 37.0 * turn), x, y)


def patrol(count: int, angle_deg: float | None) -> Patrol:
    lowest_m, step_m = (50.0, 15.0) if count <= 3 else (40.0, 5.0)
    base = sites.patrol(relative_altitude_m=lowest_m, layer_step_m=step_m, sidelap_pct=60.0, frontlap_pct=70.0)
    return sites.told(base, angle_deg=angle_deg)


def figures(name: str, angle_deg: float | None, budget_s: float) -> dict[str, float]:
    area_km2, holes, home, count, kind = CASES[name]
    site = made(area_km2, holes, home, count, kind)
    site = replace(site, rules=replace(site.rules, separation_m=4.0 if count > 3 else site.rules.separation_m))
    begun = time.process_time()
    plan = build_plan(
        site, [patrol(count, angle_deg)], name="q", created_utc="", rounds=round(budget_s * ROUNDS_PER_SECOND)
    )
    cpu_s = time.process_time() - begun
    flights, flight_s = plan.flown_for("patrol")
    (least,) = plan.least
    return {
        "flights": flights,
        "least": least.flights,
        "flight_s": flight_s,
        "least_s": least.flight_s,
        "km": sum(sortie.distance_m for drone in plan.drones for sortie in drone.sorties) / 1e3,
        "waves": len(plan.sortie_numbers()),
        "makespan_s": plan.makespan_s,
        "coverage_pct": plan.coverage_pct or 0.0,
        "cpu_s": cpu_s,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def in_own_process(name: str, angle_deg: float | None, budget_s: float) -> dict[str, float]:
    told = json.dumps([name, angle_deg, budget_s])
    run = subprocess.run([sys.executable, __file__, "--one", told], capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{name}: {run.stderr[-2_000:]}")
    result: dict[str, float] = json.loads(run.stdout)
    return result


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        print(json.dumps(figures(*json.loads(arguments[1]))))
        return
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    print(
        f"{'':40}{'flights':>8}{'least':>6}{'×':>6}{'air min':>9}{'×':>6}{'km':>7}{'waves':>6}{'min':>7}"
        f"{'seen %':>8}{'cpu0 s':>8}{'cpu s':>7}{'MB':>5}  best by hand: direction, flights, waves, min"
    )
    for name in CASES:
        if only not in name:
            continue
        quick, one = in_own_process(name, None, 0.0), in_own_process(name, None, 1.0)
        flights, more = one["flights"], one["flights"] / one["least"]
        line = (
            f"{name:40}{flights:8}{one['least']:6}{more:6.2f}{one['flight_s'] / 60:9.1f}"
            f"{one['flight_s'] / one['least_s']:6.2f}{one['km']:7.1f}{one['waves']:6}{one['makespan_s'] / 60:7.1f}"
            f"{one['coverage_pct']:8.2f}{quick['cpu_s']:8.2f}{one['cpu_s']:7.2f}{one['mb']:5.0f}"
        )
        if "--directions" in arguments:
            told = {angle: in_own_process(name, float(angle), 1.0) for angle in range(0, 180, 5)}
            best = min(told, key=lambda angle: (told[angle]["waves"], told[angle]["makespan_s"]))
            hand = told[best]
            line += f"  {best}°, {hand['flights']}, {hand['waves']}, {hand['makespan_s'] / 60:.1f}"
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
