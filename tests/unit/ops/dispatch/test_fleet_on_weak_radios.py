"""A fleet asked how it is over one radio that loses frames: each tells it, and hold is said before all else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from dispatching import dispatch_of, proposed
from effort import seeds
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transfer import put
from dronectl.ops.orders.mission_resume import take_up
from dronectl.sim.vehicle.settings import LinkFaults

PLACE = GeoPoint(16.0521, 103.6522)
APART_M = 40.0
COMMAND_LONG, DO_SET_MODE = 76, 176


async def on_patrol(link: VehicleLink) -> None:
    await put(link, around_the_tower())
    await fly_to(link, SOUTH_WEST)
    await take_up(link, 2)
    assert await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 3.0, 60.0)


@pytest.mark.parametrize("seed", seeds(4))
def test_all_are_heard_and_the_first_thing_that_is_said_is_hold(tmp_path: Path, seed: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with virtual_fleet(3, seed=seed, one_radio=True, apart_m=APART_M) as (fleet, radios):
            link = next(iter(fleet.vehicles.values()))
            await on_patrol(link)
            for radio in radios:
                radio.set_faults(LinkFaults(loss=0.1, latency_ms=50.0, baud=57_600))
            job = dispatch_of(tmp_path, airspace(3, APART_M), PLACE)
            looked = await proposed(job, fleet)
            assert {one.name: one.why for one in looked.proposal.options if one.state == "unheard"} == {}
            job.confirm_who(looked.proposal, fleet.vehicles)
            await asyncio.sleep(5.0)  # a person reads
            option = next(one for one in looked.proposal.options if one.name == link.name)
            ordered: list[int] = []

            def tap(name: str, frame: bytes, _at_s: float, outgoing: bool) -> None:
                if outgoing and name == link.name and frame[7] == COMMAND_LONG:
                    ordered.append(int.from_bytes(frame[38:40], "little"))

            fleet.add_tap(tap)
            word_s, pilot = loop.time(), radios[0].vehicles[0].pilot
            sending = asyncio.create_task(job.send(looked, option, fleet.vehicles))
            while pilot.mode.name != "BRAKE":  # noqa: ASYNC110 - it is the vehicle that is looked at
                await asyncio.sleep(0.05)
            assert loop.time() - word_s < 3.0
            assert ordered[0] == DO_SET_MODE, "no question for telemetry goes before it"
            await sending
            assert job.seconds[IncidentEvent.FIRST_BYTE] <= 2.0

    run_virtually(main(), limit_s=2_000.0)
