"""How long the checks take: the Roi Et plan on flat ground and over an SRTM tile, and missions that loop and curve.

Run it as ``python tests/bench/checks.py``. Figures are medians of wall time on this machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from dronectl.checks import check_mission, check_plan
from dronectl.model.ground.terrain import Terrain
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.site.terrain.srtm import read_hgt
from dronectl.site.workspace import load_site

ROOT = Path(__file__).parents[2]
DAY = date(2026, 3, 1)
RUNS = 5


def median_s(act: Callable[[], object], runs: int = RUNS) -> float:
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def hilly_tile() -> bytes:
    """1″ around Roi Et: 145 m and up to 30 m more."""
    rows, columns = np.mgrid[0:3601, 0:3601]
    heights = 145 + 15 * (1 + np.sin(rows / 40) * np.cos(columns / 55))
    return np.asarray(heights, dtype=">i2").tobytes()


def around(site: Site, command: Command, count: int) -> list[MissionItem]:
    """Places on a circle of 300 m about the site's home."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    lat = site.home.lat_e7 + (300 * np.sin(angles) / 0.0111).astype(int)
    lon = site.home.lon_e7 + (300 * np.cos(angles) / 0.0107).astype(int)
    places = zip(lat.tolist(), lon.tolist(), strict=True)
    return [MissionItem(command, lat_e7=a, lon_e7=b, altitude_m=40.0) for a, b in places]


def flown(*items: MissionItem) -> Mission:
    home, climb = MissionItem(Command.NAV_WAYPOINT, 0), MissionItem(Command.NAV_TAKEOFF, altitude_m=40.0)
    return Mission((home, climb, *items, MissionItem(Command.NAV_RETURN_TO_LAUNCH)))


def main() -> int:
    site = load_site(ROOT)
    plan = build_plan(site, list(site.patrols), name="bench", created_utc="2026-01-01T00:00:00Z")
    sorties = sum(len(drone.sorties) for drone in plan.drones)
    data = hilly_tile()
    tile_s = median_s(lambda: read_hgt(data, stem="N16E103", source="bench"))
    over_hills = replace(site, terrain=Terrain((read_hgt(data, stem="N16E103", source="bench"),)))
    drone = site.drones[0]
    looped = flown(*around(site, Command.NAV_WAYPOINT, 640), MissionItem(Command.DO_JUMP, param1=2.0, param2=100.0))
    curved = flown(*around(site, Command.NAV_SPLINE_WAYPOINT, 600))
    print(f"the Roi Et patrols, {sorties} sorties")
    print(f"  flat ground           {median_s(lambda: check_plan(plan, site, day=DAY)):6.3f} s")
    print(f"  over an SRTM 1″ tile  {median_s(lambda: check_plan(plan, over_hills, day=DAY)):6.3f} s")
    print(f"  the tile itself       {tile_s:6.3f} s")
    print("one mission")
    for name, mission in (("640 places, 100 times", looped), ("600 splines", curved)):
        for ground, where in (("flat", site), ("hills", over_hills)):
            took_s = median_s(lambda where=where, one=mission: check_mission(one, where, drone, day=DAY), 3)  # type: ignore[misc]
            print(f"  {name + ', ' + ground:<30}{took_s:6.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
