"""The vehicle's own fence: that what its parameters say is what acts.

Until ArduCopter 4.5 the two parameters, enabled and kinds, act whenever they are looked at, and DO_FENCE_ENABLE sets
the first. Since 4.6 the kinds that act are latched: when the first changes (and at boot) those that are wanted then,
without the lowest altitude, which joins in flight; DO_FENCE_ENABLE adds or removes kinds and leaves the parameter
alone. A kind that is no longer wanted ceases at once, one that is added does nothing until the fence is enabled again;
uploaded polygons act as soon as their kind does. Which kinds act is not told; SYS_STATUS tells whether any does (never
with the action "report only"). (ArduCopter's AC_Fence; https://ardupilot.org/copter/docs/ac2_simple_geofence.html)
"""

from __future__ import annotations

from dronectl.errors import NoAnswer, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, release_of, setting_of
from dronectl.model.plan.mission import Command
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.waiting import ask_for, until
from dronectl.ops.parameters.settings import read_setting, refuse_circle_fence, write_setting
from dronectl.protocol.vehicle.command import CommandLong

POLYGONS, LOWEST_ALTITUDE = 4, 8
KINDS = {
    1: "greatest altitude",
    2: "circle around home",
    POLYGONS: "uploaded fences",
    LOWEST_ALTITUDE: "lowest altitude",
}
"""Bits of the kinds of fence."""
_LATCHED_SINCE = (4, 6)
_SYS_STATUS = 1
_SHOWN_WITHIN_S = 2.0


def fence_kinds_text(kinds: int) -> str:
    return ", ".join(words for bit, words in KINDS.items() if kinds & bit) or "nothing"


async def enable_fence_lawfully(vehicle: VehicleLink, *, also_armed: bool) -> int:
    """:func:`enable_fence` where the aircraft will not act on it at once, unless ``also_armed``.

    Raises:
        NotReady: it is armed. Refused, NoAnswer: not enabled, or not known; a circle around home is among the kinds.
    """
    if vehicle.state.armed and not also_armed:
        raise NotReady(
            f"{vehicle.name} is armed: with its fence enabled it may turn back at once", hint="add --yes if it shall"
        )
    await refuse_circle_fence(vehicle)
    return await enable_fence(vehicle)


async def enable_fence(vehicle: VehicleLink) -> int:
    """Every kind that its parameters want acts now, and after the next boot; returns those kinds.

    Raises:
        Refused: none of them can act (polygons alone, and none uploaded), or the vehicle does not show that they do.
        NoAnswer: it is not known.
    """
    kinds = int(await read_setting(vehicle, Setting.FENCE_KINDS))
    # The order first: where it is refused, no parameter makes the vehicle refuse to arm.
    try:
        await _order_on(vehicle, kinds)
    except Refused as error:
        error.message = f"{vehicle.name}: none of its fence can act ({fence_kinds_text(kinds)}): {error.message}"
        error.hint = f"'dronectl fence download --drone {vehicle.name}' shows what is uploaded"
        raise
    await write_setting(vehicle, Setting.FENCE_ENABLED, 1.0)
    await _require_shown(vehicle, kinds)
    return kinds


async def disable_fence(vehicle: VehicleLink) -> None:
    """No kind acts any more, nor after the next boot.

    Raises:
        Refused, NoAnswer: not disabled, or not known.
    """
    await vehicle.run(CommandLong(Command.DO_FENCE_ENABLE, 0))
    await write_setting(vehicle, Setting.FENCE_ENABLED, 0.0)
    if await _shown_within(vehicle, acts=False) is False:
        raise Refused(f"{vehicle.name}: its fence was disabled, and the vehicle shows that it still acts")


async def renew_fence(vehicle: VehicleLink, *, polygons: bool = True, listener: Listener = ignore) -> None:
    """After a change of the kinds or of the uploaded fences: where the fence is enabled, all of it acts. Not on
    an armed vehicle, which may turn back at once: a person decides that.

    ``polygons``: False where it is known that none are on board.

    Raises:
        Refused, NoAnswer: its fence may not act as it should.
    """
    release = release_of(vehicle.firmware)
    if release is not None and release < _LATCHED_SINCE:
        return
    if not await read_setting(vehicle, Setting.FENCE_ENABLED):
        return
    kinds = int(await read_setting(vehicle, Setting.FENCE_KINDS)) & (~0 if polygons else ~POLYGONS)
    doubt = f"its fence is on but may not act on all of: {fence_kinds_text(kinds)}"
    way_out = f"dronectl fence enable --drone {vehicle.name}"
    if vehicle.state.armed is not False:
        listener(Note(f"{doubt} (it is armed): '{way_out} --yes'", vehicle.name, "warning"))
        return
    try:
        await _order_on(vehicle, kinds)
        await _require_shown(vehicle, kinds)
    except (Refused, NoAnswer) as error:
        error.message = f"{vehicle.name}: {doubt} ({error.message})"
        error.hint = f"'{way_out}'"
        raise
    listener(Note(f"its fence is on, and was enabled again: {fence_kinds_text(kinds)}", vehicle.name))


def touches_fence(parameter: str) -> bool:
    """Whether this parameter of a vehicle decides what its fence acts on."""
    found = setting_of(parameter)
    return found is not None and found[0] in (Setting.FENCE_KINDS, Setting.FENCE_ENABLED)


async def _order_on(vehicle: VehicleLink, kinds: int) -> None:
    at_once = kinds & ~LOWEST_ALTITUDE  # it would be broken on the ground
    if at_once:
        await vehicle.run(CommandLong(Command.DO_FENCE_ENABLE, 1, at_once))


async def _require_shown(vehicle: VehicleLink, kinds: int) -> None:
    if not kinds & ~LOWEST_ALTITUDE or await _shown_within(vehicle, acts=True) is not False:
        return
    if await read_setting(vehicle, Setting.FENCE_ACTION):  # else it only reports, and shows nothing
        raise Refused(f"{vehicle.name}: its fence was enabled, and the vehicle does not show that it acts")


async def _shown_within(vehicle: VehicleLink, *, acts: bool) -> bool | None:
    """Whether it shows that its fence acts, or does not; None where it shows nothing."""
    if await ask_for(vehicle, _SYS_STATUS, "SYS_STATUS") is None:
        return None
    return await until(vehicle, lambda: (vehicle.state.fence_breached is not None) is acts, _SHOWN_WITHIN_S)
