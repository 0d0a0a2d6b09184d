"""A drone that somebody arms while items go up: from then on it is left alone, and it is said what is on board."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from seeded_pushes import UIDS, items_of, settings_of
from virtual_fleet import on_board, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import NotReady
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.ops.common.events import Event, Progress
from dronectl.ops.items import transaction
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.items.transfer import Transfer

HELD = "drone2, drone3 hold what was there before"


def armed_when(shown: Callable[[Progress], bool], *, lists: tuple[MissionType, ...] = tuple(MissionType)) -> str:
    """What a push says in which drone1 is armed as soon as ``shown`` holds; drone2 and drone3 must hold the old."""
    random_ = random.Random(3)
    old, new = items_of(random_), items_of(random_)
    old_settings, new_settings = settings_of(random_), settings_of(random_)
    wanted = {name: {kind: items[kind] for kind in lists} for name, items in new.items()}
    settings = new_settings if len(lists) > 1 else {}

    async def main() -> str:
        async with virtual_fleet(3, seed=1, one_radio=False) as (fleet, radios):
            links = list(fleet.vehicles.values())
            vehicles = {vehicle.settings.name: vehicle for radio in radios for vehicle in radio.vehicles}
            await commit_items(links, old, uids=UIDS, settings=old_settings)
            held = {name: on_board(vehicle) for name, vehicle in vehicles.items()}

            def arm(event: Event) -> None:
                if isinstance(event, Progress) and event.drone == "drone1" and shown(event):
                    vehicles["drone1"].copter.is_armed = True
                    fleet.vehicles["drone1"].state.armed = True  # as its next heartbeat will tell

            with pytest.raises(NotReady) as raised:
                await commit_items(links, wanted, uids=UIDS, settings=settings, listener=arm)
            assert raised.value.details["committed"] is False
            assert [on_board(vehicles[name]) == held[name] for name in ("drone1", "drone2", "drone3")][1:] == [
                True,
                True,
            ]
            return raised.value.message

    return run_virtually(main(), limit_s=600)


def test_armed_while_the_mission_goes_up_it_gets_no_fence_and_nothing_is_put_back() -> None:
    told = armed_when(lambda event: event.stage == "upload mission")
    assert "drone1: armed; items are never changed under a flying aircraft" in told
    left = "drone1 is armed and was left alone: on board are the new mission, the old fence, the old rally points"
    assert left in told
    assert told.endswith(HELD)


def test_armed_while_the_last_list_goes_up_it_is_noticed_all_the_same() -> None:
    told = armed_when(lambda event: event.stage == "upload rally", lists=(MissionType.RALLY,))
    assert "NOT restored: drone1 is armed and was left alone: on board are the new rally points" in told
    assert told.endswith(HELD)


def test_armed_between_two_parameters_the_second_is_not_set() -> None:
    told = armed_when(lambda event: event.stage == "set parameters" and event.done == 1)
    assert "drone1 is armed: its parameters are not changed in flight" in told
    assert "the new mission, the new fence, the new rally points, parameters that are new or old: RTL_ALT_M;" in told


def test_armed_while_it_is_being_restored_the_rest_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    real, rallies, stages = transaction.put, 0, set[str]()

    async def refusing(vehicle: Any, mission: Mission, *rest: Any) -> Transfer:
        nonlocal rallies
        rallies += mission.mission_type is MissionType.RALLY
        if rest[-1] != "put back" and mission.mission_type is MissionType.RALLY and rallies > len(UIDS):
            raise NotReady("no rally points in the second push")
        return await real(vehicle, mission, *rest)

    def at_the_way_back(event: Progress) -> bool:
        stages.add(event.stage)
        return event.stage == "put back mission"

    monkeypatch.setattr(transaction, "put", refusing)
    told = armed_when(at_the_way_back)
    assert "put back mission" in stages
    assert "put back fence" not in stages
    assert "drone1 is armed and was left alone: on board are the old mission, the new fence, a mixture" in told
