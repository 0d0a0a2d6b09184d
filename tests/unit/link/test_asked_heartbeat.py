"""A drone that is asked for its heartbeat is heard after a round trip; one that is not, when its turn comes."""

from __future__ import annotations

import asyncio

import pytest
from virtual_fleet import virtual_radios
from virtual_network import run_virtually

from dronectl.link.fleet_link import open_fleet

ROUND_TRIP_S = 0.3
"""Twice 20 ms on the way, and the vehicles' steps of 0.1 s."""


def waited_s(*, asks: bool, phase_s: float) -> float:
    found: list[float] = []

    async def main() -> None:
        async with virtual_radios(3, seed=1, one_radio=True) as (drones, _):
            await asyncio.sleep(30.0 + phase_s)
            begun_s = asyncio.get_running_loop().time()
            async with open_fleet(drones) as fleet:
                await asyncio.gather(*(one.wait_alive(5.0, asks=asks) for one in fleet.vehicles.values()))
                found.append(asyncio.get_running_loop().time() - begun_s)

    run_virtually(main(), limit_s=200.0)
    return found[0]


@pytest.mark.parametrize("phase_s", [0.0, 0.3, 0.6, 0.9])
def test_it_is_heard_after_a_round_trip(phase_s: float) -> None:
    assert waited_s(asks=True, phase_s=phase_s) <= ROUND_TRIP_S


def test_its_own_heartbeat_comes_once_a_second() -> None:
    assert max(waited_s(asks=False, phase_s=0.2 * index) for index in range(5)) > 2.0 * ROUND_TRIP_S
