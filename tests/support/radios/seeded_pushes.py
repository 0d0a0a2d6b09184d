"""Pushes to three drones over radios that lose frames, fall, and drones that restart: is what is said true?

Each push replaces a mission, a fence and rally points in a transaction, in virtual time. Afterwards the store of every
vehicle is read past all protocols.
"""

from __future__ import annotations

import asyncio
import math
import random

from virtual_fleet import Cut, VirtualRadio, faults_of, on_board, virtual_fleet
from virtual_network import run_virtually
from virtual_time import NeverEnds

from dronectl.errors import DronectlError
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.items.transaction import commit_items

DRONES = 3
LIMIT_S = 1800.0
UIDS = dict.fromkeys(f"drone{number}" for number in range(1, DRONES + 1))
_LAT_E7, _LON_E7 = 160_529_000, 1_036_503_000
_TOLD_OLD = "every drone holds what it held before"
_TOLD_MIXED = "may hold a mixture"

Wanted = dict[str, dict[MissionType, Mission]]


RELEASES = (("4.7",), ("4.5", "4.7", "4.7"), ("4.6", "4.5", "4.7"))
"""Of the drones of one push."""


def items_of(random_: random.Random) -> Wanted:
    """Other lists for every drone: missions of 3 to 120 items, a fence, some rally points."""
    return {
        name: {
            MissionType.MISSION: _mission(random_),
            MissionType.FENCE: _fence(random_),
            MissionType.RALLY: _rally(random_),
        }
        for name in UIDS
    }


def settings_of(random_: random.Random) -> dict[str, dict[Setting, float]]:
    """Failsafe settings for every drone, by meaning."""
    return {
        name: {
            Setting.RETURN_ALTITUDE_M: float(random_.randint(20, 80)),
            Setting.FENCE_KINDS: float(random_.choice((1, 5, 7))),
            Setting.FENCE_ALTITUDE_MAX_M: float(random_.randint(80, 120)),
            Setting.FENCE_ACTION: float(random_.choice((1, 2))),
            Setting.RALLY_LIMIT_M: random_.choice((300.0, 500.0)),
            Setting.RALLY_INCLUDE_HOME: float(random_.choice((0, 1))),
        }
        for name in UIDS
    }


def _mission(random_: random.Random) -> Mission:
    head = [
        MissionItem(Command.NAV_WAYPOINT, 0, lat_e7=_LAT_E7, lon_e7=_LON_E7),
        MissionItem(Command.NAV_TAKEOFF, 3, altitude_m=30.0),
    ]
    count = random_.choice((1, 8, 30, 60, 118))
    return Mission((*head, *(_place(random_, Command.NAV_WAYPOINT, random_.randint(20, 80)) for _ in range(count))))


def _fence(random_: random.Random) -> Mission:
    count, radius = random_.randint(3, 20), random_.randint(30_000, 60_000)
    return Mission(
        tuple(
            MissionItem(
                Command.FENCE_POLYGON_VERTEX_INCLUSION, 3, param1=count,
                lat_e7=_LAT_E7 + round(radius * math.sin(2 * math.pi * index / count)),
                lon_e7=_LON_E7 + round(radius * math.cos(2 * math.pi * index / count)),
            )
            for index in range(count)
        ),
        MissionType.FENCE,
    )  # fmt: skip


def _rally(random_: random.Random) -> Mission:
    points = (_place(random_, Command.RALLY_POINT, 30) for _ in range(random_.randint(0, 5)))
    return Mission(tuple(points), MissionType.RALLY)


def _place(random_: random.Random, command: int, altitude_m: float) -> MissionItem:
    lat_e7, lon_e7 = (origin + random_.randint(-20_000, 20_000) for origin in (_LAT_E7, _LON_E7))
    return MissionItem(command, 3, lat_e7=lat_e7, lon_e7=lon_e7, altitude_m=float(altitude_m))


def misfortunes(random_: random.Random, radios: list[VirtualRadio], now_s: float) -> None:
    """Loss on every radio; in half of the pushes cuts of half a second to a minute, in a third restarts."""
    for radio in radios:
        radio.set_faults(faults_of(random_, random_.choice((0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4))))
    for _ in range(random_.choice((0, 0, 0, 1, 1, 2))):
        at_s = now_s + random_.expovariate(1 / 4.0)
        random_.choice(radios).cuts.append(Cut(at_s, random_.choice((0.5, 3.0, 12.0, 60.0)), random_.random() < 0.5))
    for _ in range(random_.choice((0, 0, 1))):
        radio = random_.choice(radios)
        radio.restarts.append((now_s + random_.expovariate(1 / 4.0), random_.choice(list(radio.vehicles))))


async def one_push(seed: int, links: int = 1) -> str:
    """The verdict on one push, a word or two; one that begins with WRONG is a fault. ``links``: of each drone."""
    random_ = random.Random(seed)
    old, new = items_of(random_), items_of(random_)
    old_settings, new_settings = settings_of(random_), settings_of(random_)
    releases = RELEASES[seed % len(RELEASES)]
    one_radio = random_.random() < 0.3
    async with virtual_fleet(DRONES, seed=seed, one_radio=one_radio, links=links, releases=releases) as (fleet, radios):
        links = list(fleet.vehicles.values())
        vehicles = {vehicle.settings.name: vehicle for radio in radios for vehicle in radio.vehicles}
        await commit_items(links, new, uids=UIDS, settings=new_settings)
        held_new = {name: on_board(vehicle) for name, vehicle in vehicles.items()}
        await commit_items(links, old, uids=UIDS, settings=old_settings)
        held_old = {name: on_board(vehicle) for name, vehicle in vehicles.items()}
        misfortunes(random_, radios, asyncio.get_running_loop().time())
        try:
            await commit_items(links, new, uids=UIDS, settings=new_settings)
        except DronectlError as error:
            told = error.message
        else:
            told = ""
        held = {name: on_board(vehicle) for name, vehicle in vehicles.items()}
    if not told:
        return "done" if held == held_new else "WRONG success"
    mixed = [name for name in UIDS if f"{name} {_TOLD_MIXED}" in told]
    unnamed_hold_old = all(held[name] == held_old[name] for name in UIDS if name not in mixed)
    if not unnamed_hold_old:
        return f"WRONG: silent mixture: {told}"
    if mixed:
        return "failed, mixtures named"
    return "failed, all restored" if _TOLD_OLD in told else "failed before anything was written"


def verdict(seed: int, links: int = 1) -> str:
    try:
        return run_virtually(one_push(seed, links), limit_s=LIMIT_S)
    except NeverEnds as error:
        return f"WRONG: never ends ({error})"
