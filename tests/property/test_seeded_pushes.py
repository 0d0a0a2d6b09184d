"""What a push says is so, whatever the radio does. (tests/bench/pushes.py runs a thousand of them.)"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from effort import seeds
from seeded_pushes import verdict
from virtual_fleet import Cut, virtual_fleet
from virtual_network import run_virtually

from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.common.events import Event, Progress
from dronectl.ops.items import transaction
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.items.transfer import Transfer

FAULTS = range(100)
"""Seeds, some of which push to the end and some of which fail with everything restored."""
SHOWS_A_MIXTURE = 34
"""The first of them that leaves a mixture if nothing is put back: tried first, as each takes most of a second."""


@pytest.mark.parametrize("seed", seeds(6, first=1000))
def test_no_push_succeeds_wrongly_and_none_leaves_a_mixture_unnamed(seed: int) -> None:
    assert not verdict(seed).startswith("WRONG")


@pytest.mark.parametrize("seed", seeds(4, first=2000))
def test_the_same_with_two_links_to_each_drone(seed: int) -> None:
    assert not verdict(seed, links=2).startswith("WRONG")


def test_a_push_goes_on_over_the_second_link_when_the_first_one_falls_in_the_middle() -> None:
    """Whichever link is used: it falls for good, once the vehicle has stored 40 items of 300."""

    async def main() -> None:
        async with virtual_fleet(1, seed=1, one_radio=False, links=2) as (fleet, radios):
            (alpha,), vehicle = fleet.vehicles.values(), radios[0].vehicles[0]
            await alpha.identify()
            before = alpha.url
            used = next(radio for radio in radios if radio.url == before)
            wanted = Mission(tuple(MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=n, altitude_m=40.0) for n in range(300)))

            def cut(event: Event) -> None:
                is_upload = isinstance(event, Progress) and event.stage == "upload mission"
                if is_upload and not used.cuts and len(vehicle.copter.mission) > 40:
                    used.cuts.append(Cut(asyncio.get_running_loop().time(), 1e9, closes=True))

            done = await commit_items(
                [alpha], {"drone1": {MissionType.MISSION: wanted}}, uids={"drone1": None}, listener=cut
            )
            assert used.cuts
            assert done["drone1"].transfers[MissionType.MISSION].verified
            assert alpha.url != before
            assert [vehicle.copter.mission.get(seq).x for seq in range(1, 300)] == list(range(1, 300))

    run_virtually(main(), limit_s=120.0)


def test_a_success_that_is_none_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = transaction.put, 0

    async def forgetful(vehicle: Any, mission: Any, *rest: Any) -> Transfer:
        nonlocal calls
        calls += 1
        if calls == 20:  # in the third transaction, the one that is judged
            return Transfer(len(mission), 0.1, 0, verified=True)
        return await real(vehicle, mission, *rest)

    def verdict_of(seed: int) -> str:
        nonlocal calls
        calls = 0
        return verdict(seed)

    monkeypatch.setattr(transaction, "put", forgetful)
    assert any(verdict_of(seed) == "WRONG success" for seed in FAULTS)


def test_a_mixture_that_is_not_named_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: Any) -> None:
        """Puts nothing back."""

    monkeypatch.setattr(transaction, "_put_back", nothing)
    assert any(verdict(seed).startswith("WRONG: silent mixture") for seed in (SHOWS_A_MIXTURE, *FAULTS))
