"""Items onto drones, all or none: identify, back up, upload, read back, compare; on failure put the old items back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dronectl.errors import DronectlError, Interrupted, NotReady
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.mission import Mission, MissionType
from dronectl.ops.events import Listener, Note, ignore
from dronectl.ops.identity import identify_fleet
from dronectl.ops.parallel import on_each
from dronectl.ops.transfer import Transfer, download, put
from dronectl.protocol.canonical import same_items

Items = Mapping[MissionType, Mission]

RESTORE_PATIENCE_S = 30.0
"""How long a drone whose link fell is waited for before it is reported as holding a mixture."""


@dataclass(frozen=True, slots=True)
class Committed:
    """Who a drone is, and what became of each list that was wanted on it."""

    identity: Identity
    transfers: Mapping[MissionType, Transfer]


@dataclass(slots=True)
class _Backup:
    """What a drone held before, and which lists have been touched since."""

    held: dict[MissionType, Mission] = field(default_factory=dict)
    touched: set[MissionType] = field(default_factory=set)


async def commit_items(
    vehicles: Sequence[VehicleLink],
    wanted: Mapping[str, Items],
    *,
    uids: Mapping[str, str | None],
    listener: Listener = ignore,
) -> dict[str, Committed]:
    """Puts ``wanted`` (by drone name) on every vehicle in parallel. What is on board already is not sent again.

    ``uids``: the uid2 that dronectl.toml records, by drone name.

    Raises:
        NoAnswer, IdentityError: before a byte of an item is written.
        NotReady: a drone is armed; items are never changed under a flying aircraft.
        DronectlError: an upload failed; the message says that all drones were restored, or which one holds what.
        Interrupted: stopped; likewise.
    """
    identities = await identify_fleet(vehicles, uids)
    _refuse_armed(vehicles)
    backups = {vehicle.name: _Backup() for vehicle in vehicles}

    async def back_up(vehicle: VehicleLink) -> None:
        for mission_type in wanted[vehicle.name]:
            backups[vehicle.name].held[mission_type] = await download(vehicle, mission_type, listener, "backup")

    async def upload(vehicle: VehicleLink) -> Committed:
        backup = backups[vehicle.name]
        transfers: dict[MissionType, Transfer] = {}
        for mission_type, mission in wanted[vehicle.name].items():
            if same_items(mission, backup.held[mission_type]):
                transfers[mission_type] = Transfer.unchanged(mission)
            else:
                backup.touched.add(mission_type)
                transfers[mission_type] = await put(vehicle, mission, listener)
        return Committed(identities[vehicle.name], transfers)

    await on_each(vehicles, back_up)
    try:
        return await on_each(vehicles, upload)
    except DronectlError as error:
        listener(Note(f"{error.message}: putting back what was on board", level="error"))
        error.message += await _restore(vehicles, backups, listener)
        error.details["committed"] = False
        raise
    except asyncio.CancelledError:
        listener(Note("stopping: putting back what was on board", level="warning"))
        told = await _restore(vehicles, backups, listener)
        raise Interrupted(f"stopped by the user{told}", details={"committed": False}) from None


def _refuse_armed(vehicles: Sequence[VehicleLink]) -> None:
    armed = [vehicle.name for vehicle in vehicles if vehicle.state.armed]
    if armed:
        raise NotReady(
            f"{', '.join(armed)}: armed; items are never changed under a flying aircraft", hint="land and disarm first"
        )


async def _restore(vehicles: Sequence[VehicleLink], backups: Mapping[str, _Backup], listener: Listener) -> str:
    """Puts every touched list back and returns the end of a sentence that says how it went."""

    async def restore(vehicle: VehicleLink) -> str | None:
        backup = backups[vehicle.name]
        for mission_type in sorted(backup.touched):
            try:
                async with asyncio.timeout(RESTORE_PATIENCE_S):
                    await _put_back(vehicle, backup.held[mission_type], listener)
            except (DronectlError, TimeoutError) as error:
                why = error.message if isinstance(error, DronectlError) else "no answer in time"
                kind = mission_type.name.lower()
                return f"{vehicle.name} may hold a mixture of its old and new {kind} ({why})"
        return None

    outcomes = await asyncio.gather(*(restore(vehicle) for vehicle in vehicles))
    mixed = [outcome for outcome in outcomes if outcome]
    if not mixed:
        return "; every drone holds what it held before"
    held = [vehicle.name for vehicle, outcome in zip(vehicles, outcomes, strict=True) if outcome is None]
    rest = f"; what {', '.join(held)} held before is back" if held else ""
    return f"; NOT restored: {'; '.join(mixed)}{rest}"


async def _put_back(vehicle: VehicleLink, mission: Mission, listener: Listener) -> None:
    """The link may just have fallen: tries again whenever it is back, until the caller's patience ends."""
    while True:
        try:
            await vehicle.wait_alive(RESTORE_PATIENCE_S)
            await put(vehicle, mission, listener)
        except DronectlError:
            if vehicle.connected:
                raise
            await asyncio.sleep(0.5)
        else:
            return
