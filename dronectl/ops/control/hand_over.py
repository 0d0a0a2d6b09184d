"""Control asked for and given up: the drone is told whose it is, and reads it back."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.errors import InputError, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.ground_station import GroundStation
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.control.control import Control, knows_an_owner, names_of_stations, read_control
from dronectl.ops.parameters.settings import read_setting, write_setting
from dronectl.protocol.vehicle.operator_control import release_operator_control, request_operator_control

HEARD_WITHIN_S = 4.0
"""So long the heartbeat of the one who gets control is listened for: of four, some get lost."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Who had control of a drone, and who has it now, as read back."""

    before: Control
    after: Control

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def words(self) -> str:
        """``ground station 255 (this one) has control, taken from ground station 250 (Control room)``."""
        if not self.changed:
            return f"{self.after.holder} had control already"
        return f"{self.after.holder} has control now; before, {self.before.holder} had it"

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.after.drone,
            "changed": self.changed,
            "before": [self.before.first, self.before.last],
            "after": [self.after.first, self.after.last],
            "holder": self.after.holder,
            "parameter": self.after.parameter,
        }


async def request_control(vehicle: VehicleLink, listener: Listener = ignore, *, ends_at_once: bool = False) -> HandOver:
    """Makes this ground station the drone's own. From then on the drone's failsafe counts our heartbeats alone.

    One that has it already, alone or in a range with others, is left as it is. ``ends_at_once``: our heartbeat ends
    with this, as no other process keeps it up.

    Raises:
        NotReady: the drone is armed, and would act on its failsafe as soon as this ends.
        NoAnswer, Mismatch: it is not known whose it is now.
    """
    before = await read_control(vehicle, listener)
    if before.is_ours:
        return HandOver(before, before)
    if (
        ends_at_once
        and vehicle.state.armed is not False
        and await read_setting(vehicle, Setting.GCS_FAILSAFE, listener)
    ):
        raise NotReady(
            f"{vehicle.name}: is armed and would act on its ground station failsafe some seconds after this command, "
            "which ends our heartbeat",
            hint="keep it up: 'dronectl station start --detach' first",
        )
    if knows_an_owner(vehicle):
        return await _ask_owner(vehicle, before)
    return await _hand_over(vehicle, before, vehicle.station.system_id, listener)


async def release_to(vehicle: VehicleLink, named: str | None, listener: Listener = ignore) -> HandOver:
    """Makes another ground station the drone's own: the one ``named`` by number or name, or the only one there is.

    Raises:
        InputError: no such one is known, none, or several.
        NotReady: we do not have control; or the drone is armed and the other one is not heard, so that the drone's
            failsafe would act within seconds.
        NoAnswer, Mismatch: it is not known whose it is now.
    """
    before = await read_control(vehicle, listener)
    if not before.is_ours:
        raise NotReady(f"{vehicle.name}: {before.holder} has control, not this one: there is nothing to release")
    if knows_an_owner(vehicle):
        if named is not None:
            raise InputError(f"{vehicle.name} gives control to who asks for it next", hint="leave --to out")
        await vehicle.run(release_operator_control(vehicle.station.system_id))
        return HandOver(before, await read_control(vehicle, listener))
    if named is None and not vehicle.station.others:
        await until(vehicle, lambda: bool(vehicle.stations_heard), HEARD_WITHIN_S)
    to = _successor(vehicle.station, vehicle.stations_heard, named)
    is_heard = await until(vehicle, lambda: to in vehicle.stations_heard, HEARD_WITHIN_S)
    if not is_heard and vehicle.state.armed is not False:
        raise NotReady(
            f"{vehicle.name}: is armed, and {vehicle.station.name_of(to)} is not heard through it: without its "
            "heartbeats the drone's failsafe would act",
            hint="let the other ground station connect first, with that system id, or land",
        )
    return await _hand_over(vehicle, before, to, listener)


def _successor(station: GroundStation, heard: frozenset[int], named: str | None) -> int:
    if named is not None:
        found = station.find(named)
        if found is None or found == station.system_id:
            raise InputError(
                f"'{named}' is no other ground station", hint="give a system id, or a name of [[link.station]]"
            )
        return found
    known = heard | {system_id for system_id, _ in station.others}
    if len(known) != 1:
        told = f"there are {names_of_stations(station, known)}" if known else "no other ground station is known"
        raise InputError(f"to whom? {told}", hint="say it with --to ID or --to NAME")
    return next(iter(known))


async def _ask_owner(vehicle: VehicleLink, before: Control) -> HandOver:
    """
    Raises:
        NotReady: the owner has to allow it, and was asked by the vehicle.
        Refused: it was granted, and is not ours.
    """
    try:
        await vehicle.run(request_operator_control(vehicle.station.system_id))
    except Refused as refusal:
        raise NotReady(
            f"{vehicle.name}: {before.holder} has control and was asked to allow it ({refusal.message})",
            hint="agree with them, and request it again within some seconds of their allowing it",
        ) from refusal
    after = await read_control(vehicle)
    if not after.is_ours:
        raise Refused(f"{vehicle.name}: granted control, and says now that {after.holder} has it")
    return HandOver(before, after)


async def _hand_over(vehicle: VehicleLink, before: Control, to: int, listener: Listener) -> HandOver:
    """The first of a range is set before its last: at no moment is the drone nobody's."""
    await write_setting(vehicle, Setting.GCS_SYSTEM_ID, float(to), listener)
    if before.is_shared:
        await write_setting(vehicle, Setting.GCS_SYSTEM_ID_MAX, 0.0, listener)
    return HandOver(before, await read_control(vehicle, listener))
