"""Three-drone flights in which something goes wrong, one script for every backend, and what came of each.

A script acts past dronectl: it switches faults on in the vehicles, silences radios, fills the disk, kills the program.
What dronectl said is then held against what the vehicles themselves told on their second ports.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flight_outcome import Event, Outcome, record_of
from flying_range import Backend, Range, flying_range
from second_port import SecondPort
from timed_terminal import Said

from dronectl.model.plan.mission import Command, MissionItem
from dronectl.sim.vehicle.world_parameters import World

AIRBORNE_S = 40.0
"""Own seconds after arming at which all three are on their way around the city hall."""
SAG_V_S, GOOD_V, EMPTY_V = 0.07, 12.6, 10.0
GAP_S = 30.0
NEVER_COMES_S = 400.0
"""So many own seconds a flight of little more than two minutes is waited for."""


@dataclass
class Stage:
    """What a script has in its hands."""

    range: Range
    outcome: Outcome

    @property
    def hands(self) -> dict[str, SecondPort]:
        return self.range.hands

    def event(self, drone: str, what: str) -> None:
        self.outcome.events.append(Event(drone, what, asyncio.get_running_loop().time()))

    async def all_on_their_way(self) -> None:
        for hand in self.hands.values():
            await hand.in_flight_for(AIRBORNE_S)


Script = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    script: Script
    programs: bool = False
    """It starts and kills programs."""
    most_speedup: float = 100.0
    """Seconds that count by our clock (heartbeats, a start of the program) are long for a vehicle that lives faster."""


async def normal(_stage: Stage) -> None:
    """Nothing goes wrong."""


async def gps_lost(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", "GPS lost")
    await stage.hands["alpha"].set({World.GPS_IS_OFF: 1.0})


async def link_lost_for_a_while(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", f"radio silent for {GAP_S:.0f} s")
    stage.range.radios["alpha"].is_deaf = True
    await stage.hands["alpha"].own_seconds(GAP_S)
    stage.range.radios["alpha"].is_deaf = False


async def link_lost_for_good(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", "radio silent for good")
    stage.range.radios["alpha"].is_deaf = True


async def battery_sags(stage: Stage) -> None:
    await stage.hands["alpha"].in_flight_for(AIRBORNE_S / 2)
    stage.event("alpha", f"its voltage sinks by {SAG_V_S:g} V a second")
    alpha, volts = stage.hands["alpha"], GOOD_V
    while alpha.armed and volts > EMPTY_V:
        volts -= 2 * SAG_V_S
        await alpha.set({World.PACK_V: volts})
        await alpha.own_seconds(2.0)


async def motor_fails(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", "a motor fails")
    await stage.hands["alpha"].set({World.MOTOR: 2.0, World.MOTOR_SHARE: 0.0})


async def mission_changed(stage: Stage) -> None:
    items, last = _mission_of(stage, "alpha")
    await stage.all_on_their_way()
    items[last] = replace(items[last], lat_e7=items[last].lat_e7 + 3_000)
    stage.event("alpha", "another station uploads a mission with its last place 33 m aside")
    await stage.hands["alpha"].upload(items)


async def mission_cut_short(stage: Stage) -> None:
    items, last = _mission_of(stage, "alpha")
    await stage.all_on_their_way()
    stage.event("alpha", "another station uploads a mission without its last place")
    await stage.hands["alpha"].upload(items[:last] + items[last + 1 :])


def _mission_of(stage: Stage, name: str) -> tuple[list[MissionItem], int]:
    """Its items, and the number of the last place."""
    drone = stage.range.plan.drone(name)
    sortie = drone.sortie(1) if drone else None
    assert sortie is not None
    items = list(sortie.mission.items)
    return items, max(seq for seq, item in enumerate(items) if item.command == Command.NAV_WAYPOINT)


async def rtl_to_all(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", "'dronectl rtl' in a second terminal")
    stage.outcome.ordered = await stage.range.order("rtl")


async def disk_full(stage: Stage) -> None:
    await stage.all_on_their_way()
    stage.event("alpha", "the disk is full")
    stage.range.disk_is_full = True


async def killed(stage: Stage) -> None:
    """``fly`` as a program, killed in flight and started again, while another terminal shows the telemetry."""
    plan, out = str(stage.range.plan_folder), stage.range.flight_folder
    words = ("fly", plan, "--yes", "--wait", "200", "--json")
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    first = await stage.range.started(*words, "-o", str(out), **streams)
    shown = await stage.range.started("telemetry", "stream", "--rate", "2", **streams)
    await stage.all_on_their_way()
    stage.event("alpha", "'dronectl fly' killed (-9)")
    first.kill()
    await first.wait()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    again = await stage.range.started(*words, "-o", str(out), **pipes)
    assert again.stderr is not None
    assert again.stdout is not None
    told = asyncio.create_task(again.stdout.read())
    while line := await again.stderr.readline():
        stage.range.said.append(Said(asyncio.get_running_loop().time(), line.decode("utf-8").rstrip()))
    stage.outcome.answer = _document((await told).decode("utf-8"))
    stage.outcome.code = await again.wait()
    shown.terminate()
    await shown.wait()


SCENARIOS = (
    Scenario("normal", "nothing goes wrong", normal),
    Scenario("gps-lost", "GPS lost", gps_lost),
    Scenario("link-gap", "link lost for 30 s", link_lost_for_a_while, most_speedup=3.0),
    Scenario("link-lost", "link lost for good", link_lost_for_good, most_speedup=3.0),
    Scenario("battery-sags", "battery sags", battery_sags),
    Scenario("motor-fails", "motor fails", motor_fails),
    Scenario("mission-changed", "someone else changes the mission: a place moved", mission_changed),
    Scenario("mission-cut", "someone else changes the mission: a place less", mission_cut_short),
    Scenario("rtl-all", "`rtl` to all from a second terminal", rtl_to_all, most_speedup=2.0),
    Scenario("killed", "`fly` killed (-9) and started again", killed, programs=True, most_speedup=4.0),
    Scenario("disk-full", "disk full", disk_full),
)


def flown(scenario: Scenario, backend: Backend, folder: Path) -> Outcome:
    """Flies it, and looks at vehicles, messages and recordings afterwards."""
    backend = replace(backend, speedup=min(backend.speedup, scenario.most_speedup))
    outcome = Outcome(scenario.name, backend)
    with flying_range(folder, backend, programs=scenario.programs) as range_:
        stage = Stage(range_, outcome)
        outcome.hands = range_.hands
        outcome.homes = {drone.name: drone.home for drone in range_.plan.drones}
        code, told = range_.dronectl("push", range_.plan_folder.as_posix(), "--json")
        assert code == 0, told
        range_.said.clear()

        async def beside() -> None:
            async with range_.in_hand():
                await scenario.script(stage)
                await asyncio.Event().wait()  # its words are heard to the end

        if scenario.programs:
            asyncio.run(_alone(scenario, stage))
        else:
            outcome.code, outcome.answer = range_.fly(beside)
        range_.disk_is_full = False
        asyncio.run(_settled(stage))
        outcome.said = range_.said
        box = range_.root / "flights" / "blackbox"
        for name, hand in range_.hands.items():
            outcome.records[name] = record_of(range_.flight_folder, box, name, hand.system_id)
    return outcome


async def _alone(scenario: Scenario, stage: Stage) -> None:
    async with stage.range.in_hand():
        await scenario.script(stage)


async def _settled(stage: Stage) -> None:
    """Until every vehicle stands disarmed, or lies there; and has told where."""
    for hand in stage.hands.values():
        hand.place = None
    async with stage.range.in_hand():
        for hand in stage.hands.values():
            await hand.until(lambda hand=hand: hand.place is not None)
            until_s = hand.now_s + NEVER_COMES_S
            await hand.until(
                lambda hand=hand, until_s=until_s: (
                    not hand.armed or (hand.tilt_deg > 45.0 and abs(hand.up_m) < 3.0) or hand.now_s > until_s
                )
            )


def _document(out: str) -> dict[str, Any]:
    document = json.loads(out)
    assert isinstance(document, dict)
    return document
