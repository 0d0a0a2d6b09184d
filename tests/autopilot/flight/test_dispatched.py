"""An errand flown by the vehicle: out of its patrol, holding while its items are changed, and from the ground."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dispatching import dispatch_of, sent_and_seen
from flying_fleet import HEIGHT_M, SOUTH_WEST, airspace, around_the_tower, fly_to
from vehicles import VehicleAddress

from dronectl.formats.missions.item_hash import items_sha256
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.plan.mission import MissionType
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.give_back import GiveBack
from dronectl.ops.flight.readiness.ask import wait_until_settled
from dronectl.ops.items.transfer import download, put
from dronectl.ops.orders import motions, orders
from dronectl.ops.orders.mission_resume import take_up
from dronectl.ops.orders.proved_order import Movement, order_proved

SPEEDUP = 5.0
"""What is put on board takes wall time, which counts for so many seconds of the flight."""
Flown = Callable[[FleetLink, VehicleLink, Path, float], Coroutine[Any, Any, None]]
PLACE = GeoPoint(16.0521, 103.6522)
WALL_S = 180.0


async def out_of_a_patrol(fleet: FleetLink, link: VehicleLink, root: Path, speedup: float) -> None:
    patrol = around_the_tower()
    await put(link, patrol)
    await fly_to(link, SOUTH_WEST)
    await take_up(link, 2)
    assert await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 3.0, WALL_S)
    job = dispatch_of(root, airspace(1), PLACE)
    done, seconds = await sent_and_seen(job, fleet)
    assert done.left is not None
    assert done.left.item >= 2
    assert items_sha256(done.left.mission) == items_sha256(patrol)
    assert done.option.layer is not None
    assert done.option.layer.relative_altitude_m == HEIGHT_M
    assert abs(seconds * speedup - done.option.arrives_s) < 10.0 + 2.0 * speedup  # answers take wall time
    assert link.state.mode == "AUTO"
    assert done.option.errand is not None
    assert items_sha256(await download(link, MissionType.MISSION)) == items_sha256(done.option.errand.mission)
    await job.until(IncidentEvent.LEFT, done, WALL_S)

    back = GiveBack(root / "flights")
    move = Movement(back.way, along=back.fly, around=True, around_by="resume", motion=motions.flies_on)
    given = await order_proved(fleet, [link.name], move, airspace(1))
    assert given.proofs[link.name].way.first == done.left.item
    assert items_sha256(await download(link, MissionType.MISSION)) == items_sha256(patrol)
    assert link.state.mode == "AUTO"
    await orders.rtl(link)
    assert await until(link, lambda: link.state.armed is False, WALL_S)


async def from_the_ground(fleet: FleetLink, link: VehicleLink, root: Path, speedup: float) -> None:
    assert await wait_until_settled(link, WALL_S)
    job = dispatch_of(root, airspace(1), PLACE, stay_s=5.0)
    done, seconds = await sent_and_seen(job, fleet)
    assert (done.left, done.option.state) == (None, "standing")
    assert abs(seconds * speedup - done.option.arrives_s) < 15.0 + 4.0 * speedup
    assert await until(link, lambda: link.state.armed is False, WALL_S), "it comes home by itself"


@pytest.mark.every_firmware
@pytest.mark.timeout(600)
@pytest.mark.parametrize("flown", [out_of_a_patrol, from_the_ground], ids=["patrol", "ground"])
def test_it_is_sent_and_comes_home(address: VehicleAddress, tmp_path: Path, flown: Flown) -> None:
    url = f"tcp://127.0.0.1:{address.port}"
    drone = replace(airspace(1).site.drones[0], link=url, further_links=(), system_id=address.system_id, uid=None)

    async def main() -> None:
        async with open_fleet([drone]) as fleet:
            link = fleet.vehicles["drone1"]
            await link.wait_alive(WALL_S)
            await flown(fleet, link, tmp_path, address.speedup)

    asyncio.run(main())
