"""Items and parameters onto drones, all or none: identify, back up, upload, read back, compare; or put the old back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from dronectl.errors import DronectlError, IdentityError, Interrupted, NoAnswer, NotReady, error_text
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.plan.mission import MissionType
from dronectl.ops.common.events import Listener, Note, ignore, never_failing
from dronectl.ops.common.leases import leased
from dronectl.ops.common.parallel import failure_of, on_each, to_the_end
from dronectl.ops.control.gate import identify_to_command, require_control
from dronectl.ops.identity.identity import confirm_fleet
from dronectl.ops.items.backup import Backup, Items
from dronectl.ops.items.fence import renew_fence, touches_fence
from dronectl.ops.items.logbook import Logbook
from dronectl.ops.items.transfer import Transfer, download, put
from dronectl.ops.parameters.parameter_transaction import ParameterBackup, ParameterTransfer
from dronectl.protocol.mission.results import list_name

RESTORE_LIMIT_S = 30.0
"""How long a drone whose link fell is waited for before it is reported as holding a mixture."""
TRY_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Committed:
    """Who a drone is, and what became of each list and each parameter that was wanted on it. ``lists``: what it was
    read back to hold, or found to hold already."""

    identity: Identity
    lists: Items
    transfers: Mapping[MissionType, Transfer]
    settings: tuple[ParameterTransfer, ...] = ()


async def commit_items(
    vehicles: Sequence[VehicleLink],
    wanted: Mapping[str, Items],
    *,
    uids: Mapping[str, str | None],
    parameters: Mapping[str, Mapping[str, float]] | None = None,
    settings: Mapping[str, Mapping[Setting, float]] | None = None,
    identities: Mapping[str, Identity] | None = None,
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> dict[str, Committed]:
    """Puts ``wanted`` (by drone name) on every vehicle in parallel. What is on board already is not sent again.

    ``uids``: the uid2 that dronectl.toml records, by drone name. ``parameters``: values to set, likewise, under
    the vehicle's own names; ``settings``: by meaning, in SI. ``identities``: who they are, where this hand has looked
    thoroughly just now; before the first byte each is asked once more in any case. ``logbook``: keeps what was on board
    on disk until it is known that each drone holds all of the new or all of the old.

    Raises:
        NoAnswer, IdentityError, StorageError: before a byte of an item is written.
        NotReady: a drone is armed (items are never changed under a flying aircraft), or in another command's hand.
        DronectlError: an upload failed; the message says that all drones were restored, or which one holds what.
        Interrupted: stopped; likewise.
    """
    with leased(vehicles):
        return await _commit_leased(
            vehicles, wanted, uids, parameters or {}, settings or {}, identities, listener, logbook
        )


async def _commit_leased(
    vehicles: Sequence[VehicleLink],
    wanted: Mapping[str, Items],
    uids: Mapping[str, str | None],
    parameters: Mapping[str, Mapping[str, float]],
    settings: Mapping[str, Mapping[Setting, float]],
    identities: Mapping[str, Identity] | None,
    listener: Listener,
    logbook: Logbook | None,
) -> dict[str, Committed]:
    """:func:`commit_items`, while the drones are in this hand alone."""
    backups: dict[str, Backup] = {}
    try:
        if logbook is not None:
            logbook.begin(listener)
        if identities is None:
            identities = await identify_to_command(vehicles, uids, listener)
        else:
            await require_control(vehicles, listener)
        if logbook is not None:
            logbook.require_last_aircraft(vehicles, identities, uids, listener)
        _refuse_armed(vehicles)
        for vehicle in vehicles:
            name = vehicle.name
            known = ParameterBackup(settings.get(name, {}), dict(parameters.get(name, {})))
            backups[name] = Backup(name, vehicle.system_id, vehicle.url, identities[name], wanted[name], known)
        await on_each(vehicles, lambda vehicle: _read(vehicle, backups[vehicle.name], listener))
        if any(backup.is_due for backup in backups.values()):
            if logbook is not None:
                logbook.keep(list(backups.values()))
            await _confirm(vehicles, backups)
            _refuse_armed(vehicles)  # all that took a while
        committed = await on_each(vehicles, lambda vehicle: _upload(vehicle, backups[vehicle.name], listener))
        await _confirm(vehicles, backups)
        _refuse_armed([vehicle for vehicle in vehicles if backups[vehicle.name].is_touched])
    except BaseException as error:
        # Whatever it was, a fault of ours as well: first of all, every drone gets back what it held.
        stopped = isinstance(error, asyncio.CancelledError)
        failure = Interrupted("stopped by the user") if stopped else error
        await to_the_end(_make_good(failure, vehicles, backups, never_failing(listener), logbook))
        if stopped:
            raise failure from None
        raise
    if logbook is not None:
        logbook.commit(list(backups.values()), listener)
    return committed


async def _read(vehicle: VehicleLink, backup: Backup, listener: Listener) -> None:
    """What does it hold?"""
    for mission_type in backup.wanted:
        backup.held[mission_type] = await download(vehicle, mission_type, listener, "backup")
    await backup.parameters.read(vehicle, listener)


async def _confirm(vehicles: Sequence[VehicleLink], backups: Mapping[str, Backup]) -> None:
    """The last look before the first byte, and before all is called done.

    Raises:
        IdentityError: another aircraft answers, which nothing more is written to. NoAnswer.
    """

    async def confirm(vehicle: VehicleLink) -> None:
        try:
            await confirm_fleet([vehicle], {vehicle.name: backups[vehicle.name].identity})
        except IdentityError:
            backups[vehicle.name].is_foreign = True
            raise

    await on_each(vehicles, confirm)


async def _upload(vehicle: VehicleLink, backup: Backup, listener: Listener) -> Committed:
    for mission_type, mission in backup.wanted.items():
        if not backup.changes(mission_type):
            backup.transfers[mission_type] = Transfer.unchanged(mission)
            continue
        _refuse_armed([vehicle])
        backup.touched.add(mission_type)
        backup.transfers[mission_type] = await put(vehicle, mission, listener)
        backup.done.add(mission_type)
    settings = await backup.parameters.set(vehicle, listener)
    fence = backup.wanted.get(MissionType.FENCE)
    if fence is not None or any(map(touches_fence, backup.parameters.wanted)):
        # Also where nothing was sent: what was proved is what must act, whoever set it.
        _refuse_armed([vehicle])
        await renew_fence(vehicle, polygons=fence is None or len(fence) > 0, listener=listener)
    return Committed(backup.identity, backup.wanted, backup.transfers, settings)


async def _make_good(
    failure: BaseException,
    vehicles: Sequence[VehicleLink],
    backups: Mapping[str, Backup],
    tell: Listener,
    logbook: Logbook | None,
) -> None:
    """Puts back what was written before ``failure``, and has it say what the drones hold now."""
    told, hint, mixed = "nothing was written", "", set[str]()
    if any(backup.is_touched for backup in backups.values()):
        why, level = ("stopping", "warning") if isinstance(failure, Interrupted) else (error_text(failure), "error")
        tell(Note(f"{why}: putting back what was on board", level=level))
        told, mixed = await _restore(vehicles, backups, tell)
    if mixed and logbook is not None:
        told, hint = f"{told}; what was on board is kept in {logbook.backup}", logbook.way_back()
    if isinstance(failure, DronectlError):
        failure.message += f"; {told}"
        failure.hint = "; ".join(filter(None, (hint, failure.hint)))
        failure.details["committed"] = False
    else:
        failure.add_note("; ".join(filter(None, (told, hint))))
    if logbook is not None:
        logbook.give_up(list(backups.values()), failure, mixed, tell)
        if isinstance(failure, DronectlError):
            kept = {"backup": logbook.backup if mixed else None, "receipt": logbook.receipt}
            failure.details.update({key: str(path) for key, path in kept.items() if path is not None})


def _refuse_armed(vehicles: Sequence[VehicleLink]) -> None:
    armed = [vehicle.name for vehicle in vehicles if vehicle.state.armed is not False]
    if armed:
        raise NotReady(
            f"{', '.join(armed)}: armed; items are never changed under a flying aircraft", hint="land and disarm first"
        )


async def _restore(
    vehicles: Sequence[VehicleLink], backups: Mapping[str, Backup], listener: Listener
) -> tuple[str, set[str]]:
    """Puts every touched list back, drone by drone in parallel. Says in words which drone holds what now, and names
    those that may hold a mixture.

    Whatever fails, a fault of ours as well, is a mixture on that drone and keeps nobody from putting back the rest.
    """

    async def restore(vehicle: VehicleLink) -> str | None:
        backup = backups[vehicle.name]
        if backup.is_foreign and backup.is_touched:
            return f"{vehicle.name} is another aircraft now and was left alone: the first one holds {backup.on_board()}"
        budget = _TimeBudget(RESTORE_LIMIT_S)
        mixed: dict[str, str] = {}
        for mission_type in sorted(backup.touched):
            error = await failure_of(_put_back(vehicle, backup, mission_type, budget, listener))
            if error is None:
                backup.touched.discard(mission_type)
                backup.transfers.pop(mission_type, None)
            else:
                mixed[list_name(mission_type)] = error_text(error)
        if backup.parameters.touched:
            error = await failure_of(_again(vehicle, budget, lambda: backup.parameters.put_back(vehicle)))
            if error is not None:
                mixed[f"parameters {', '.join(sorted(backup.parameters.touched))}"] = error_text(error)
        if not mixed:
            return None
        if vehicle.state.armed is not False:
            return f"{vehicle.name} is armed and was left alone: on board are {backup.on_board()}"
        why = "; ".join(dict.fromkeys(mixed.values()))
        return f"{vehicle.name} may hold a mixture of its old and new {' and '.join(mixed)} ({why})"

    outcomes = await asyncio.gather(*(restore(vehicle) for vehicle in vehicles))
    found = {vehicle.name: outcome for vehicle, outcome in zip(vehicles, outcomes, strict=True)}
    mixed = {name for name, outcome in found.items() if outcome}
    if not mixed:
        return "every drone holds what it held before", mixed
    held = [name for name in found if name not in mixed]
    rest = f"; {', '.join(held)} hold{'s' if len(held) == 1 else ''} what was there before" if held else ""
    return f"NOT restored: {'; '.join(filter(None, outcomes))}{rest}", mixed


class _TimeBudget:
    """How long one drone is waited for in all, whatever is to be put back on it."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._until_s = self._loop.time() + seconds

    @property
    def left_s(self) -> float:
        return max(0.0, self._until_s - self._loop.time())


async def _put_back(
    vehicle: VehicleLink, backup: Backup, mission_type: MissionType, budget: _TimeBudget, listener: Listener
) -> None:
    """
    Raises:
        NoAnswer: the drone stayed away. Refused: it does not take back what it held. NotReady: it is armed.
    """

    async def put_it() -> None:
        backup.done.discard(mission_type)
        await put(vehicle, backup.held[mission_type], listener, "put back")

    await _again(vehicle, budget, put_it)


async def _again(vehicle: VehicleLink, budget: _TimeBudget, work: Callable[[], Awaitable[None]]) -> None:
    """The link may just have fallen: tries again while the budget lasts. Work that goes on is never cut off.

    Raises:
        NoAnswer: the drone stayed away. NotReady: it is armed; nothing is changed on it then.
    """
    while True:
        try:
            await vehicle.wait_alive(budget.left_s)
            _refuse_armed([vehicle])
            await work()
        except NoAnswer:
            if not budget.left_s:
                raise
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return
