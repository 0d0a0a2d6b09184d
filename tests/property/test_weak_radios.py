"""Commands do their work over radios that lose one frame in ten or in five. (tests/bench/weak_links.py: hundreds.)"""

from __future__ import annotations

import asyncio
import statistics

import pytest
from effort import seeds, some_of
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually
from weak_radios import USE_CASES, Weak, outcome

from dronectl.errors import NoAnswer
from dronectl.ops.common.events import Event, Note
from dronectl.ops.parameters.settings import get_parameter
from dronectl.ops.telemetry.status import fleet_status
from dronectl.ops.telemetry.streams import FULL_S, kept_streams
from dronectl.sim.fleet.link_faults import FaultyLine
from dronectl.sim.vehicle.settings import LinkFaults

RADIOS = (
    (Weak(0.1, 300.0, one_radio=True), 7000),
    (Weak(0.2, 100.0, one_radio=True), 7002),
    (Weak(0.2, 300.0, one_radio=False), 7003),
    (Weak(0.1, 100.0, one_radio=False), 7001),
)
"""Seeds: 7000 is a quiet fleet of 4.5, 7003 one of 4.7 that streams already, 7001 and 7002 the other way about."""


@pytest.mark.parametrize("name", USE_CASES)
def test_it_succeeds_over_a_weak_radio(name: str) -> None:
    ends = [outcome(name, weak, seed) for weak, seed in some_of(RADIOS, 2)]
    assert [end for end in ends if isinstance(end, str)] == []


def test_the_fleet_is_told_in_seconds() -> None:
    good = [outcome("fleet status", Weak(0.05, 100.0, one_radio=True), seed) for seed in seeds(5)]
    bad = [outcome("fleet status", Weak(0.1, 300.0, one_radio=True), seed) for seed in seeds(5)]
    assert statistics.median(map(float, good)) <= 3.0
    assert statistics.median(map(float, bad)) <= 6.0


def test_who_is_heard_and_does_not_answer_is_told_and_what_is_known_of_it_shown() -> None:
    """The way up carries nothing. In every frame from the drone there is some news all the same."""

    async def main() -> None:
        async with virtual_fleet(1, seed=1, one_radio=False) as (fleet, (radio,)):
            radio._up = FaultyLine(LinkFaults(loss=1.0), seed=1)
            (link,) = fleet.vehicles.values()
            with pytest.raises(
                NoAnswer, match=r"^drone1: no answer to parameter .* for \d+\.\d s, heard \d\.\d s ago$"
            ):
                await get_parameter(link, "BATT_CAPACITY")
            (answer,) = await fleet_status([link], {"drone1": None}, timeout_s=2.0)
            assert answer.error is not None
            assert "no answer to AUTOPILOT_VERSION" in answer.error
            assert answer.picture is not None
            assert (answer.picture.sample.mode, answer.picture.sample.armed) == ("STABILIZE", False)

    run_virtually(main(), limit_s=200.0)


def test_telemetry_is_slowed_until_the_radio_carries_it() -> None:
    """Three drones on one radio of 19,200 baud, which carries two thirds of what they send at 4 Hz."""

    async def main() -> None:
        told: list[Event] = []
        async with virtual_fleet(3, seed=1, one_radio=True) as (fleet, (radio,)):
            radio.set_faults(LinkFaults(latency_ms=100.0, baud=19_200))
            links = list(fleet.vehicles.values())
            async with kept_streams(links, 4.0, told.append):
                await asyncio.sleep(150.0)
            now_s = asyncio.get_running_loop().time()
            assert all(now_s - (link.state.position_s or 0.0) < 2.0 for link in links)
            assert all((link.paths.round_trip_s or 9.0) < FULL_S for link in links)
        assert {event.drone for event in told if isinstance(event, Note) and "its radio is full" in event.text} == {
            "drone1", "drone2", "drone3",
        }  # fmt: skip

    run_virtually(main(), limit_s=300.0)
