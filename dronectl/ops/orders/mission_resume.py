"""A mission taken up again at an item, with what its items had set by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Command, MissionItem
from dronectl.model.plan.mission_state import ROI, set_before
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.orders import orders
from dronectl.protocol.vehicle.command import CommandInt, CommandLong

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way


async def resume_at_item(vehicle: VehicleLink, way: Way, listener: Listener = ignore) -> None:
    """AUTO from the item that the way was proved to, and what that item was to be flown with.

    Raises:
        Refused: the vehicle's words. NoAnswer: it did not show the item, or AUTO.
    """
    await take_up(vehicle, way.first)
    await restore_item_settings(vehicle, way, listener)


async def take_up(vehicle: VehicleLink, item: int) -> None:
    """AUTO from this item of the mission on board.

    Raises:
        Refused: the vehicle's words. NoAnswer: it did not show the item, or AUTO.
    """
    await vehicle.run(CommandLong(Command.DO_SET_MISSION_CURRENT, item))
    await orders.effect(
        vehicle,
        lambda: vehicle.state.mission_item == item,
        f"accepted item {item} of its mission but does not show it",
    )
    await orders.set_mode(vehicle, "AUTO")


async def restore_item_settings(vehicle: VehicleLink, way: Way, listener: Listener = ignore) -> None:
    """Speed, ROI, yaw and camera as the mission had set them for the item that is flown to now; no ROI where it had
    none, whatever was looked at meanwhile.

    It flies its mission already: what the vehicle refuses, or does not answer, is told, and stops nothing.
    """
    items = set_before(way.mission, way.first)
    if not any(item.command in ROI for item in items):
        items = (MissionItem(Command.DO_SET_ROI), *items)
    for item in items:
        try:
            await vehicle.run(_as_command(item))
        except DronectlError as error:
            listener(Note(f"{item.command_name()} was NOT set again: {error.message}", vehicle.name, "error"))


def _as_command(item: MissionItem) -> CommandInt | CommandLong:
    if item.command in ROI:
        return CommandInt(
            item.command,
            *item.params,
            frame=item.frame,
            lat_e7=item.lat_e7,
            lon_e7=item.lon_e7,
            altitude_m=item.altitude_m,
        )
    # Of a command without a place param5 and param6 are kept unscaled where a place would be.
    return CommandLong(item.command, *item.params, item.lat_e7, item.lon_e7, item.altitude_m)
