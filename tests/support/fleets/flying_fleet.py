"""Drones of the virtual fleet in the air over the Roi Et workspace, whose tower stands in the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache

from repository import REPOSITORY
from virtual_fleet import VirtualRadio, home_of, virtual_fleet

from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.readiness.ask import wait_until_settled
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.site.workspace import load_site

HOME = GeoPoint(16.0529, 103.6503)
HEIGHT_M = 30.0
SOUTH_WEST = GeoPoint(16.0536, 103.6512)
CORNERS = (GeoPoint(16.0556, 103.6508), GeoPoint(16.0556, 103.6532), GeoPoint(16.0528, 103.6532))
"""Items 2, 3 and 4 of :func:`around_the_tower`; the way from the south-west to item 3 leads through the tower."""


def around_the_tower(height_m: float = HEIGHT_M) -> Mission:
    corners = [
        MissionItem(Command.NAV_WAYPOINT, lat_e7=place.lat_e7, lon_e7=place.lon_e7, altitude_m=height_m)
        for place in CORNERS
    ]
    home, up = MissionItem(Command.NAV_WAYPOINT), MissionItem(Command.NAV_TAKEOFF, altitude_m=height_m)
    return Mission((home, up, *corners, MissionItem(Command.NAV_RETURN_TO_LAUNCH)))


@cache
def airspace(count: int = 1, apart_m: float = 0.0) -> Airspace:
    """The workspace, with the drones of the virtual fleet in place of its own."""
    site = load_site(REPOSITORY)
    drones = [
        replace(site.drones[0], name=f"drone{number}", system_id=number, home=home_of(number, apart_m))
        for number in range(1, count + 1)
    ]
    return Airspace.of(replace(site, drones=tuple(drones)))


async def load() -> Airspace:
    return airspace(3)


async def fly_to(link: VehicleLink, *places: GeoPoint, height_m: float = HEIGHT_M) -> None:
    """From the ground over these places; hovers at the last one."""
    assert await wait_until_settled(link, 60.0)
    await orders.takeoff(link, height_m)
    await until(link, lambda: (link.state.relative_altitude_m or 0.0) > height_m - 0.5, 60.0)
    for place in places:
        await orders.goto(link, place, height_m)
        await until(link, lambda place=place: _is_at(link, place), 200.0)


def _is_at(link: VehicleLink, place: GeoPoint) -> bool:
    at, speed_m_s = link.state.position, link.state.ground_speed_m_s
    if at is None or speed_m_s is None:
        return False
    return max(abs(at.lat_e7 - place.lat_e7), abs(at.lon_e7 - place.lon_e7)) < 100 and speed_m_s < 0.2


@asynccontextmanager
async def held_before_the_tower(*, seed: int = 1) -> AsyncIterator[tuple[FleetLink, VehicleLink, VirtualRadio]]:
    """One drone that hovers south-west of the tower, its mission at item 3, as if it had been held and sent there."""
    async with virtual_fleet(1, seed=seed, one_radio=True) as (fleet, radios):
        (link,) = fleet.vehicles.values()
        await put(link, around_the_tower())
        await fly_to(link, SOUTH_WEST)
        radios[0].vehicles[0].pilot.run.set_current(3)
        yield fleet, link, radios[0]
