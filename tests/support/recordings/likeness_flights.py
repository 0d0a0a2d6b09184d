"""What is flown to see how alike the built-in copter and ArduPilot's SITL fly, and the table of it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flown_missions import AS_SHIPPED
from likeness import FlownTrack, Likeness, compare, fly_track, items_of_waypoints
from measured_flight import items_of
from repository import REPOSITORY

from flying import (  # isort: skip
    DO_CHANGE_SPEED,
    HOME_ITEM,
    NAV_LAND,
    NAV_RETURN_TO_LAUNCH,
    NAV_TAKEOFF,
    wait_ready,
    waypoint,
)
from raw_client import Item, RawClient, SocketClient
from vehicles import BUILTIN, SPEEDUP, builtin_settings, running
from virtual_client import StandingFleet
from virtual_commands import in_virtual_time

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet

SPLINE, LOITER_TURNS, LOITER_TIME = 82, 18, 19
SPEED_OF_THE_GROUND = 1
BOOT_S = 120.0
OF_PLANS = {
    "coverage": ("lake_park_coverage", "wat_coverage", "demo"),
    "perimeter": ("lake_perimeter",),
    "corridor": ("road_patrol",),
    "tour": ("landmark_tour", "economic_tour"),
    "hotspot": ("economic_hotspots", "park_rounds"),
    "orbit": ("tower_orbit",),
}
"""Missions of the workspace by pattern."""
MOST_MIN = 9.0
"""Longer sorties are left out."""
_FITTED = ("corners of 60°", "corners of 120°", "legs of 15 m", "tour with stays", "work slower than transit")


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    real_s: float
    builtin_s: float
    likeness: Likeness


def _speed(m_s: float) -> Item:
    return Item(DO_CHANGE_SPEED, frame=0, p1=SPEED_OF_THE_GROUND, p2=m_s)


def shapes() -> dict[str, list[Item]]:
    """Missions that show one thing each: what the built-in copter's flight was fitted to."""
    take_off, back = waypoint(0, 0, 20, command=NAV_TAKEOFF), Item(NAV_RETURN_TO_LAUNCH)
    own = {
        "splines": [
            HOME_ITEM, take_off, waypoint(60, 0), waypoint(60, 60, command=SPLINE),
            waypoint(120, 90, 30, command=SPLINE), waypoint(60, 150, command=SPLINE), waypoint(0, 150),
            waypoint(0, 60, command=SPLINE, p1=2.0), waypoint(-40, 20, command=SPLINE), back,
        ],
        "circles": [
            HOME_ITEM, take_off, waypoint(60, 40, command=LOITER_TURNS, p1=1.0, p3=25.0),
            waypoint(0, 120, command=LOITER_TURNS, p1=1.0, p3=-30.0), back,
        ],
        "climbs and descents": [
            HOME_ITEM, take_off, waypoint(60, 0, 50), waypoint(60, 80, 25), waypoint(60, 80, 60),
            waypoint(0, 80, 60), waypoint(0, 80, 15), waypoint(0, 0, 40), back,
        ],
        "a long way home": [HOME_ITEM, take_off, _speed(10.0), waypoint(250, 150, 12), back],
        "landing away": [
            HOME_ITEM, take_off, waypoint(70, 0, 35), waypoint(70, 50, 0, command=NAV_LAND),
        ],
        "speeds": [
            HOME_ITEM, take_off, _speed(4.0), waypoint(80, 0), _speed(9.0), waypoint(80, 120),
            waypoint(80, 140, command=LOITER_TIME, p1=5.0), _speed(6.0), waypoint(0, 140), back,
        ],
    }  # fmt: skip
    return {**own, **{one.name: items_of(one) for one in AS_SHIPPED.missions if one.name in _FITTED}}


def all_missions(folder: Path) -> dict[str, list[Item]]:
    """The shapes, and the sorties of the workspace's plans, named PATTERN/MISSION/DRONE; built in ``folder``."""
    found = shapes()
    for pattern, names in OF_PLANS.items():
        for name in names:
            place = folder / name
            if not (place / "plan.json").exists():
                quiet = io.StringIO()
                with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                    run(["plan", "build", name, "-o", str(place), "--workspace", str(REPOSITORY)])
            for path in sorted(place.glob("*.waypoints")):
                found[f"{pattern}/{name}/{path.stem}"] = items_of_waypoints(path)
    return found


def fly(kind: str, missions: Mapping[str, Sequence[Item]], folder: Path, firmware: str | None = None) -> None:
    """Each on a vehicle that is set up as the workspace says, in still air; flights of SITL that are there are kept."""
    for name, items in missions.items():
        file = _file(folder, kind, name)
        if kind != BUILTIN and file.exists():
            continue
        with _client(kind, firmware) as client:
            track = fly_track(client, items)
        file.write_text(json.dumps(track.as_json()), encoding="utf-8")
        sys.stderr.write(f"flown: {name} on {kind}, {track.duration_s:.0f} s\n")


def of_sitl(missions: Mapping[str, list[Item]], folder: Path) -> dict[str, list[Item]]:
    """Those that SITL has flown."""
    return {name: items for name, items in missions.items() if _file(folder, "sitl", name).exists()}


@contextlib.contextmanager
def _client(kind: str, firmware: str | None) -> Iterator[RawClient]:
    """A new vehicle: its battery is full, and nothing is left of the flight before."""
    if kind == BUILTIN:
        fleet = SimFleet([builtin_settings({}, firmware)], speedup=SPEEDUP[BUILTIN], seed=7)
        with in_virtual_time(fleet):
            (server,) = fleet.servers.values()
            with StandingFleet(fleet).client(server, 1) as client:
                wait_ready(client)
                yield client
        return
    with (
        tempfile.TemporaryDirectory() as place,
        running(kind, Path(place)) as address,
        SocketClient(address.port, address.system_id) as client,
    ):
        client.talk().wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "boot", BOOT_S)
        wait_ready(client)
        yield client


def rows(missions: Mapping[str, Sequence[Item]], folder: Path, *, detail: bool) -> list[Row]:
    """Of the missions that both have flown."""
    found = []
    for name in missions:
        files = [_file(folder, kind, name) for kind in (BUILTIN, "sitl")]
        if not all(file.exists() for file in files):
            continue
        ours, real = (FlownTrack.from_json(json.loads(file.read_text(encoding="utf-8"))) for file in files)
        likeness = compare(ours, real)
        found.append(Row(name, real.duration_s, ours.duration_s, likeness))
        if detail:
            worst = int(np.argmax(likeness.apart_m))
            sys.stdout.write(f"{name}: worst {likeness.apart_m[worst]:.1f} m at item {real.samples[worst, 1]:.0f}, ")
            sys.stdout.write(f"{real.samples[worst, 0]:.0f} s\n")
            for item, (ours_s, real_s) in likeness.item_s.items():
                sys.stdout.write(f"   item {item}: {ours_s:.1f} s, real {real_s:.1f} s\n")
    return found


def table(found: Sequence[Row]) -> str:
    """In Markdown."""
    lines = [
        "| mission | flown by SITL | built in | time | 95 % within | within 3 m |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in sorted(found, key=lambda row: ("/" in row.name, row.name)):
        apart = float(np.percentile(row.likeness.apart_m, 95.0))
        lines.append(
            f"| {row.name} | {row.real_s:.0f} s | {row.builtin_s:.0f} s | {100 * row.likeness.late_share:+.1f} % "
            f"| {apart:.1f} m | {100 * row.likeness.within_3_m:.1f} % |"
        )
    return "\n".join(lines) + "\n"


def _file(folder: Path, kind: str, name: str) -> Path:
    return folder / f"{name.replace('/', '+')}.{kind}.json"
