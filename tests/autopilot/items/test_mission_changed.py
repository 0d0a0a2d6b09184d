"""Somebody changes the mission on board: the vehicle shows it, and it is read again and held against the plan's."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from flying_fleet import airspace, around_the_tower
from vehicles import VehicleAddress
from waiting import until

from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan, Sortie
from dronectl.ops.common.events import Event, Note
from dronectl.ops.flight.mission_watch import MissionWatch
from dronectl.ops.items.transfer import put

WALL_S = 60.0


def planned(mission: Mission) -> DronePlan:
    sortie = Sortie(1, "patrol", mission, 0.0, 0.0, 0.0, 0.0)
    return DronePlan("drone1", 1, GeoPoint(16.0529, 103.6503), 145.0, (sortie,))


async def watched(link: VehicleLink) -> None:
    mission = around_the_tower()
    changed: list[str] = []
    told: list[Event] = []

    async def heard(words: str) -> None:
        async with asyncio.timeout(WALL_S):
            await until(lambda: any(words in event.text for event in told if isinstance(event, Note)))

    await put(link, mission)
    async with MissionWatch(link, planned(mission), 1, told.append, changed.append):
        await link.request_streams(4.0)
        await put(link, mission)
        await heard("its mission was uploaded anew, and is the plan's")
        assert changed == []
        await put(link, around_the_tower(31.0))
        await heard("CHANGED ITS MISSION on board")
    assert len(changed) == 1
    assert changed[0].startswith("item 1: ")


@pytest.mark.timeout(300)
def test_an_upload_of_somebody_else_is_noticed(address: VehicleAddress) -> None:
    url = f"tcp://127.0.0.1:{address.port}"
    drone = replace(airspace(1).site.drones[0], link=url, further_links=(), system_id=address.system_id, uid=None)

    async def main() -> None:
        async with open_fleet([drone]) as fleet:
            await fleet.vehicles["drone1"].wait_alive(WALL_S)
            await watched(fleet.vehicles["drone1"])

    asyncio.run(main())
