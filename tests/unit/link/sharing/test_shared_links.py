"""One link in many hands: who opens it first owns it, the others join, and one of them takes it over."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import pairwise

from virtual_fleet import virtual_radios
from virtual_network import run_virtually

from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.protocol.param.parameters import ParameterRead


def heartbeats_of(fleet: FleetLink) -> list[float]:
    """When each of our heartbeats went out to the first drone, as this process sees it."""
    sent: list[float] = []
    name = next(iter(fleet.vehicles))

    def tap(drone: str, frame: bytes, _t: float, outgoing: bool) -> None:
        if drone == name and outgoing and frame[7:10] == b"\0\0\0":
            sent.append(asyncio.get_running_loop().time())

    fleet.add_tap(tap)
    return sent


def test_who_comes_second_joins_and_both_ask_and_hear() -> None:
    async def main() -> None:
        async with (
            virtual_radios(3, seed=1, one_radio=True) as (drones, _),
            open_fleet(drones) as first,
            open_fleet(drones[1:]) as second,
        ):
            (owned,), (joined,) = first.shares, second.shares
            assert owned.is_ours
            assert not joined.is_ours
            assert joined.holder is not None
            beats = heartbeats_of(second)
            vehicles = [*first.vehicles.values(), *second.vehicles.values()]
            for vehicle in vehicles:
                await vehicle.wait_alive(10.0)
            await asyncio.sleep(3.0)
            answers = await asyncio.gather(*(vehicle.run(ParameterRead("RTL_ALT_M")) for vehicle in vehicles))
            assert {one.value for one in answers} == {15.0}
            assert 3 <= len(beats) <= 4  # of the owner, seen by who joined
            assert second.vehicles["drone2"].links[0].round_trip_ms is not None
            assert second.vehicles["drone2"].state.loss.recent_pct == 0.0

    run_virtually(main(), limit_s=60.0)


def test_whoever_is_left_takes_the_link_over_in_the_middle_of_what_it_does() -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True) as (drones, _), AsyncExitStack() as stack:
            owner = await stack.enter_async_context(AsyncExitStack())
            await owner.enter_async_context(open_fleet(drones))
            second = await stack.enter_async_context(open_fleet(drones))
            vehicle = second.vehicles["drone1"]
            await vehicle.wait_alive(10.0)
            await asyncio.sleep(3.0)
            beats = heartbeats_of(second)
            reading = asyncio.ensure_future(vehicle.run(ParameterRead("RTL_ALT_M")))
            await asyncio.sleep(0)
            await owner.aclose()
            assert (await reading).value == 15.0
            await asyncio.sleep(4.0)
            assert second.shares[0].is_ours
            assert all(after - before <= 2.0 for before, after in pairwise(beats))
            assert len(beats) >= 4

    run_virtually(main(), limit_s=60.0)
