"""The way on with a mission leads through the tower: refused, flown around on request, and the mission goes on.

ArduCopter 4.7 takes a DO_REPOSITION into an exclusion: nothing but our own proof stands before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest
import shapely
from flying_fleet import HEIGHT_M, SOUTH_WEST, airspace, around_the_tower, fly_to
from vehicles import VehicleAddress

from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.common.events import Event, Note
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import motions, orders, ways
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.fly_around import find_detour, fly_detour
from dronectl.ops.orders.immediate_order import PathForecast, order_immediately
from dronectl.ops.orders.look import Look
from dronectl.ops.orders.look_target import LookTarget
from dronectl.ops.orders.mission_resume import resume_at_item
from dronectl.ops.orders.proved_order import Movement, order_proved
from dronectl.ops.orders.way_ahead import MakeWay, ways_and_places
from dronectl.protocol.vehicle.command import CommandLong

Give = Callable[[VehicleLink], Coroutine[Any, Any, None]]
LAMP = GeoPoint(16.0545, 103.6520)
WALL_S = 120.0
"""For a leg, on a busy machine."""


def looking() -> Mission:
    """Around the tower, with a speed of its own and the lamp looked at."""
    home, up, first, *rest = around_the_tower().items
    sets = (
        MissionItem(Command.DO_CHANGE_SPEED, param1=1, param2=6.0),
        MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=15.0),
        MissionItem(Command.DO_SET_ROI, lat_e7=LAMP.lat_e7, lon_e7=LAMP.lon_e7, altitude_m=20.0),
    )
    return Mission((home, up, first, *sets, *rest))


async def load() -> Airspace:
    return airspace(3)


def nearest_m(track: list[GeoPoint]) -> float:
    ground = airspace(3).ground
    (tower,) = [area for keep_out, area in ground.keep_outs if keep_out.id == "tower"]
    return float(shapely.distance(tower, shapely.LineString(ground.frame.points_to_xy(track))))


async def around(fleet: FleetLink, link: VehicleLink) -> None:
    told: list[Event] = []
    track: list[GeoPoint] = []

    def on_message(message: object) -> None:
        if link.state.position is not None and track[-1:] != [link.state.position]:
            track.append(link.state.position)

    await put(link, looking())
    await fly_to(link, SOUTH_WEST)
    await link.run(CommandLong(Command.DO_SET_MISSION_CURRENT, 6))
    proof = (airspace(3).prove_all(await ways_and_places([link], ways.on_with_mission)))["drone1"]
    assert proof.errors[0].message.endswith("on the way from here to item 6")
    assert "m inside keep-out 'tower'" in proof.errors[0].message

    detour = await find_detour(link, airspace(3), proof)
    unsubscribe = link.subscribe(on_message)
    await fly_detour(link, load, detour, told.append)
    await resume_at_item(link, detour.way, told.append)
    assert link.state.mode == "AUTO"
    assert await until(link, lambda: link.state.mission_item == 7, WALL_S)
    unsubscribe()
    assert nearest_m(track) > airspace(3).site.rules.keep_out_margin_m - 1.0
    legs = [event.text for event in told if isinstance(event, Note) and event.level == "info"]
    assert len(legs) == len(detour.stops)
    not_set = [event.text for event in told if isinstance(event, Note) and event.level == "error"]
    assert not_set == []

    found, seen = await seen_in_motion(link, orders.rtl, ways.way_back, motions.returns)
    assert "m inside keep-out 'tower'" in found["drone1"].warning()
    assert seen.startswith(("climbs", "turned back"))
    await looked_and_given_back(fleet, link)
    _, seen = await seen_in_motion(link, orders.land, ways.straight_down, motions.sinks)
    assert seen.startswith("sinks")
    assert await until(link, lambda: link.state.armed is False, WALL_S)


async def looked_and_given_back(fleet: FleetLink, link: VehicleLink) -> None:
    """Held, sent to look at a bank with nose and camera, and back into its mission at the item that it was at."""
    _, seen = await seen_in_motion(link, orders.hold, ways.stop_here, motions.stops)
    assert seen.startswith("hovers")
    item = link.state.mission_item
    bank = LookTarget("bank", "the bank", GeoPoint(16.0531, 103.6528))
    look = Look(bank, airspace(3))
    move = Movement(look.way, along=look.fly, around=True, around_by="look", motion=look.motion)
    done = await order_proved(fleet, ["drone1"], move, airspace(3))
    assert done.motions["drone1"] == "looks at the bank from 30 m"
    assert abs((link.state.relative_altitude_m or 0.0) - HEIGHT_M) < 2.0
    back = Movement(
        ways.on_with_mission, along=resume_at_item, around=True, around_by="resume", motion=motions.flies_on
    )
    done = await order_proved(fleet, ["drone1"], back, airspace(3))
    assert done.proofs["drone1"].way.first == item
    assert f"item {item}" in done.motions["drone1"]
    assert link.state.mode == "AUTO"


async def seen_in_motion(
    link: VehicleLink, give: Give, way: MakeWay, motion: motions.MakeMotion
) -> tuple[Mapping[str, PathForecast], str]:
    seen: dict[str, str] = {}
    found = await order_immediately([link], give, way, load, make_motion=motion, on_done=seen.__setitem__)
    return found, seen[link.name]


@pytest.mark.timeout(600)
def test_the_detour_is_refused_and_flown_around(address: VehicleAddress) -> None:
    url = f"tcp://127.0.0.1:{address.port}"
    drone = replace(airspace(1).site.drones[0], link=url, further_links=(), system_id=address.system_id, uid=None)

    async def main() -> None:
        async with open_fleet([drone]) as fleet:
            link = fleet.vehicles["drone1"]
            await link.wait_alive(WALL_S)
            await around(fleet, link)

    asyncio.run(main())
