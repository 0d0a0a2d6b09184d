"""The way that each order makes a drone fly, from what the drone itself says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dronectl.errors import NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.orders import orders
from dronectl.ops.orders.way_ahead import MakeWay, mission_ahead, returns_of

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way

STAYS = frozenset({"BRAKE", "GUIDED", "LOITER", "POSHOLD"})
"""Modes in which a drone that nobody steers comes to rest and hovers."""
COMES_DOWN = frozenset({"AUTO_RTL", "LAND", "RTL", "SMART_RTL"})
"""Modes that end a flight."""
AT_ONCE = STAYS | COMES_DOWN
"""Never refused, and never late."""
UNASKED = (COMES_DOWN - {"LAND"}) | {"BRAKE"}
"""What ``rtl`` and ``hold`` order, which ask nothing."""
PROVABLE = AT_ONCE | {"AUTO"}


async def on_with_mission(vehicle: VehicleLink) -> Way:
    """``resume``: straight to the current item, then the rest of the mission.

    Raises:
        NotReady: it is not flying.
    """
    await orders.require_flying(vehicle, orders.BEGINS_A_MISSION)
    return await mission_ahead(vehicle)


async def auto_when_armed(vehicle: VehicleLink) -> Way | None:
    """The mode AUTO: it moves no drone that stands disarmed."""
    return None if vehicle.state.armed is False else await into_mission(vehicle)


async def into_mission(vehicle: VehicleLink) -> Way:
    """``start``, and AUTO for an armed drone: from the ground it climbs first."""
    way = await mission_ahead(vehicle)
    return way if await orders.is_flying(vehicle) else replace(way, lift_m=orders.LIFT_M)


def straight_up(relative_altitude_m: float) -> MakeWay:
    """``takeoff``."""

    async def way(_vehicle: VehicleLink) -> Way:
        from dronectl.checks.ways.way import up

        return up(relative_altitude_m)

    return way


async def way_back(vehicle: VehicleLink) -> Way:
    """``rtl``."""
    from dronectl.checks.ways.way import back

    return back(await returns_of(vehicle))


async def straight_down(_vehicle: VehicleLink) -> Way:
    """``land``."""
    from dronectl.checks.ways.way import down

    return down()


async def stop_here(_vehicle: VehicleLink) -> Way:
    """``hold``, and the modes that hold."""
    from dronectl.checks.ways.way import stay

    return stay()


def way_of_mode(mode: str) -> MakeWay:
    """What a mode makes a drone fly when nobody steers.

    The way back of SMART_RTL is not known: it is told as that of RTL, which it becomes where it is not known on board.
    """
    if mode in STAYS:
        return stop_here
    if mode == "LAND":
        return straight_down
    if mode in COMES_DOWN:
        return way_back
    return auto_when_armed if mode == "AUTO" else _nobody_knows(mode)


def _nobody_knows(mode: str) -> MakeWay:
    async def way(vehicle: VehicleLink) -> Way | None:
        if vehicle.state.armed is False:
            return None
        raise NotReady(
            f"where a drone in {mode} flies is not known here",
            hint="add --unproved if a pilot steers it: nothing is then held against the rules",
        )

    return way
