"""Before an order: does this ground station have control? Asked only where others may be at work too.

What ends a flight or holds (``hold``, ``rtl``, ``land``, ``disarm``) never comes here: it is given first, and who has
control is told afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from dronectl.errors import DronectlError, NoAnswer, NotReady
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, setting_name
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.control.control import read_control
from dronectl.ops.identity.identity import identify_fleet

TOLD_WITHIN_S = 3.0
"""So long who has control may take to be told after an order that was given already."""


async def identify_to_command(
    vehicles: Sequence[VehicleLink], uids: Mapping[str, str | None], listener: Listener = ignore
) -> dict[str, Identity]:
    """Before anything is written or set moving: each drone is the right aircraft, and ours to command.

    Raises:
        NoAnswer, IdentityError: as :func:`dronectl.ops.identity.identity.identify_fleet`.
        NotReady: another ground station has control; the message names it.
    """
    try:
        identities = await identify_fleet(vehicles, uids, listener)
    except NoAnswer as error:
        if silent := next((one for one in vehicles if one.silent_s is not None and others_may_command(one)), None):
            error.hint = f"{error.hint}; or {_may_be_enforced(silent)}"
        raise
    await require_control(vehicles, listener)
    return identities


async def identify_to_ask(
    vehicles: Sequence[VehicleLink], uids: Mapping[str, str | None], listener: Listener = ignore
) -> dict[str, Identity]:
    """Before what only asks: is each drone the right aircraft?

    Raises:
        NoAnswer, IdentityError: as :func:`dronectl.ops.identity.identity.identify_fleet`.
    """
    return await identify_fleet(vehicles, uids, listener, thorough=False)


async def require_control(vehicles: Sequence[VehicleLink], listener: Listener = ignore) -> None:
    """Each drone for which several ground stations are known of is asked whose it is, over the air, now.

    A value from before is not taken: another ground station may have taken control since. So an order costs one
    question and its answer more, and none where this is the only ground station.

    Raises:
        NotReady: another one has control. NoAnswer: the drone does not tell; unknown is not ours.
    """

    async def require(vehicle: VehicleLink) -> None:
        if not others_may_command(vehicle):
            return
        try:
            control = await read_control(vehicle, listener)
        except NoAnswer as error:
            error.message = f"{vehicle.name}: who has control is not known, and nothing was ordered: {error.message}"
            error.hint = f"{_may_be_enforced(vehicle)}; hold, rtl, land and disarm need no control"
            raise
        if not control.is_ours:
            raise NotReady(
                f"{vehicle.name}: {control.holder} has control ({control.parameter} {control.first}), not this one "
                f"({vehicle.station.system_id}); nothing was ordered",
                hint=f"agree with them, then 'dronectl control request --drone {vehicle.name}'; "
                "hold, rtl, land and disarm need no control",
                details={"holder": [control.first, control.last], "station": vehicle.station.system_id},
            )

    await on_each(vehicles, require)


def others_may_command(vehicle: VehicleLink) -> bool:
    """Another ground station was heard, or dronectl.toml knows of some."""
    return vehicle.station.is_one_of_several or bool(vehicle.stations_heard)


_AFTER_AN_ORDER = "{holder} has control, and may order otherwise: tell them what is ordered from here"
WOULD_BE_REFUSED = "{holder} has control, not this ground station: the order would be refused"


async def tell_control(vehicles: Sequence[VehicleLink], listener: Listener, words: str = _AFTER_AN_ORDER) -> None:
    """After an order that needs no control, and before one that is only tried: who has it, where that is another one.
    Raises nothing of the drones'."""

    async def tell(vehicle: VehicleLink) -> None:
        if not others_may_command(vehicle):
            return
        try:
            async with asyncio.timeout(TOLD_WITHIN_S):
                control = await read_control(vehicle)
        except (TimeoutError, DronectlError):
            listener(Note(f"who has control was not told: {_may_be_enforced(vehicle)}", vehicle.name, "warning"))
            return
        if not control.is_ours:
            listener(Note(words.format(holder=control.holder), vehicle.name, "warning"))

    await asyncio.gather(*(tell(vehicle) for vehicle in vehicles))


def _may_be_enforced(vehicle: VehicleLink) -> str:
    """Why a vehicle that is heard may answer nothing, not even an order to return."""
    return f"it may obey another ground station alone ({setting_name(Setting.GCS_ONLY, vehicle.firmware)})"
