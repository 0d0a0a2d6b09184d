"""Which aircraft answers is asked before the first byte and once more before all is called done."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from seeded_pushes import UIDS, items_of
from virtual_fleet import on_board, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import IdentityError
from dronectl.ops.common.events import Event, Progress
from dronectl.ops.control.gate import identify_to_command
from dronectl.ops.items.transaction import commit_items


def swapped_when(shown: Callable[[Progress], bool], board: str) -> tuple[str, dict[str, bool]]:
    """What a push says in which drone1 gets another board as soon as ``shown`` holds, and who holds the old then."""
    random_ = random.Random(5)
    old, new = items_of(random_), items_of(random_)

    async def main() -> tuple[str, dict[str, bool]]:
        async with virtual_fleet(3, seed=2, one_radio=False) as (fleet, radios):
            vehicles = {vehicle.settings.name: vehicle for radio in radios for vehicle in radio.vehicles}
            links = list(fleet.vehicles.values())
            await commit_items(links, old, uids=UIDS)
            held = {name: on_board(vehicle) for name, vehicle in vehicles.items()}

            def swap(event: Event) -> None:
                if isinstance(event, Progress) and shown(event):
                    copter = vehicles["drone1"].copter
                    copter.settings = replace(copter.settings, board=board)

            with pytest.raises(IdentityError) as raised:
                await commit_items(links, new, uids=UIDS, listener=swap)
            assert raised.value.details["committed"] is False
            return raised.value.message, {name: on_board(vehicle) == held[name] for name, vehicle in vehicles.items()}

    return run_virtually(main(), limit_s=600)


@pytest.mark.parametrize("board", ["drone9", ""])
def test_swapped_while_it_was_being_read_nothing_is_written(board: str) -> None:
    told, holds_old = swapped_when(lambda event: event.stage == "backup rally", board)
    assert "drone1" in told
    assert told.endswith("nothing was written")
    assert holds_old == {"drone1": True, "drone2": True, "drone3": True}


@pytest.mark.parametrize("board", ["drone9", ""])
def test_swapped_while_items_went_up_nothing_is_committed_and_the_other_one_is_left_alone(board: str) -> None:
    told, holds_old = swapped_when(lambda event: event.stage == "upload rally", board)
    assert "drone1 is another aircraft now and was left alone: the first one holds the new mission" in told
    assert told.endswith("drone2, drone3 hold what was there before")
    assert holds_old == {"drone1": False, "drone2": True, "drone3": True}


@pytest.mark.parametrize("board", ["drone9", ""])
def test_swapped_after_it_was_confirmed_nothing_is_written(board: str) -> None:
    """Who was looked at thoroughly before is asked once more, before the first byte."""
    random_ = random.Random(5)
    old, new = items_of(random_), items_of(random_)

    async def main() -> None:
        async with virtual_fleet(1, seed=2, one_radio=False) as (fleet, radios):
            (vehicle,) = radios[0].vehicles
            links = list(fleet.vehicles.values())
            await commit_items(links, old, uids=UIDS)
            held = on_board(vehicle)
            known = await identify_to_command(links, UIDS)
            vehicle.copter.settings = replace(vehicle.copter.settings, board=board)
            with pytest.raises(IdentityError, match="nothing was written"):
                await commit_items(links, new, uids=UIDS, identities=known)
            assert on_board(vehicle) == held

    run_virtually(main(), limit_s=600)
