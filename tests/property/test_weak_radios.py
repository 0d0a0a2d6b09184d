"""Commands do their work over radios that lose one frame in ten or in five. (tests/bench/weak_links.py: hundreds.)"""

from __future__ import annotations

import pytest
from virtual_fleet import run_virtually, virtual_fleet
from weak_radios import USE_CASES, Weak, outcome

from dronectl.errors import NoAnswer
from dronectl.ops.parameters import get_parameter
from dronectl.ops.status import fleet_status
from dronectl.sim.link_faults import FaultyLine
from dronectl.sim.settings import LinkFaults

RADIOS = (
    (Weak(0.1, 300.0, one_radio=True), 7000),
    (Weak(0.1, 100.0, one_radio=False), 7003),
    (Weak(0.2, 100.0, one_radio=True), 7002),
    (Weak(0.2, 300.0, one_radio=False), 7001),
)
"""Seeds: 7000 is a quiet fleet of 4.5, 7003 one of 4.7 that streams already, 7002 and 7001 the other way about."""


@pytest.mark.parametrize("name", USE_CASES)
def test_it_succeeds_over_a_weak_radio(name: str) -> None:
    ends = [outcome(name, weak, seed) for weak, seed in RADIOS]
    assert [end for end in ends if isinstance(end, str)] == []


def test_the_fleet_is_told_in_seconds() -> None:
    good = [outcome("fleet status", Weak(0.05, 100.0, one_radio=True), seed) for seed in range(9)]
    bad = [outcome("fleet status", Weak(0.1, 300.0, one_radio=True), seed) for seed in range(9)]
    assert sorted(map(float, good))[4] <= 3.0
    assert sorted(map(float, bad))[4] <= 6.0


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
            assert answer.sample is not None
            assert (answer.sample.mode, answer.sample.armed) == ("STABILIZE", False)

    run_virtually(main(), limit_s=200.0)
