"""The motion that each order makes a drone show, from the way that was proved or from what the drone itself says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, MissionItem, MissionType
from dronectl.ops.items.transfer import download
from dronectl.ops.orders.motion import THERE_M, Climbs, FliesOn, GoesTo, Motion, Returns, Sinks, Stops
from dronectl.ops.orders.way_ahead import home_of
from dronectl.ops.orders.ways import COMES_DOWN

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way

_LAST_NAVIGATION = 95
"""MAV_CMD_NAV_LAST."""
_RELATIVE = (Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_RELATIVE_ALT_INT)
TOLD_WITHIN_S = 5.0
"""So long a drone may take to tell where a return leads."""
TURN_RADIUS_M = 10.0
"""Of a circle that gives none."""

MakeMotion = Callable[[VehicleLink, "Way | None"], Awaitable[Motion | None]]
"""What is to be seen after an order, given the way that was proved where one was; None: nothing."""


async def stops(_vehicle: VehicleLink, _way: Way | None) -> Motion:
    """``hold``."""
    return Stops()


async def sinks(_vehicle: VehicleLink, _way: Way | None) -> Motion:
    """``land``."""
    return Sinks()


async def returns(vehicle: VehicleLink, _way: Way | None) -> Motion:
    """``rtl``. To its home, or to a rally point of those on board; what it does not tell in time is left out."""
    goals: list[GeoPoint] = []
    if vehicle.state.armed is not False:
        with suppress(DronectlError, TimeoutError):
            async with asyncio.timeout(TOLD_WITHIN_S):
                goals.append(await home_of(vehicle))
                rally = await download(vehicle, MissionType.RALLY)
                goals += [item.position for item in rally.items]
    return Returns(tuple(goals))


async def flies_on(vehicle: VehicleLink, way: Way | None) -> Motion | None:
    """``resume`` and ``start``: to the first item of the way that leads somewhere."""
    if way is None:
        return None
    for seq, item in enumerate(way.mission.items):
        if seq >= way.first and item.command < _LAST_NAVIGATION:
            return FliesOn(seq, await _of_item(vehicle, item))
    return None


async def _of_item(vehicle: VehicleLink, item: MissionItem) -> Motion | None:
    has_place = bool(item.lat_e7 or item.lon_e7)
    altitude_m = item.altitude_m if item.frame in _RELATIVE else None
    match item.command:
        case Command.NAV_RETURN_TO_LAUNCH:
            return await returns(vehicle, None)
        case Command.NAV_TAKEOFF:
            return Climbs(item.altitude_m)
        case Command.NAV_LAND if not has_place:
            return Sinks()
        case _ if not has_place:
            return None
        case command:
            radius_m = max(abs(item.param3), TURN_RADIUS_M) if command == Command.NAV_LOITER_TURNS else 0.0
            return GoesTo(item.position, altitude_m, radius_m + THERE_M)


def motion_of_mode(mode: str) -> MakeMotion | None:
    """What a mode makes a drone do; None: not known here, as a person may steer it, also in modes that hover."""
    if mode == "BRAKE":
        return stops
    if mode == "LAND":
        return sinks
    if mode in COMES_DOWN:
        return returns
    return flies_on if mode == "AUTO" else None
