"""Items and parameters onto drones, all or none: identify, back up, upload, read back, compare; or put the old back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dronectl.errors import DronectlError, Interrupted, NoAnswer, NotReady, in_words
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.mission import Mission, MissionType
from dronectl.ops.events import Listener, Note, ignore, never_failing
from dronectl.ops.identity import identify_fleet
from dronectl.ops.parallel import failure_of, on_each, to_the_end
from dronectl.ops.parameter_transaction import ParameterBackup, Setting
from dronectl.ops.transfer import Transfer, download, put
from dronectl.protocol.canonical import same_items
from dronectl.protocol.mission_results import kind_words

Items = Mapping[MissionType, Mission]

RESTORE_PATIENCE_S = 30.0
"""How long a drone whose link fell is waited for before it is reported as holding a mixture."""
TRY_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Committed:
    """Who a drone is, and what became of each list and each parameter that was wanted on it."""

    identity: Identity
    transfers: Mapping[MissionType, Transfer]
    settings: tuple[Setting, ...] = ()


@dataclass(slots=True)
class _Backup:
    """What a drone held before, and which lists have been touched since."""

    held: dict[MissionType, Mission] = field(default_factory=dict)
    touched: set[MissionType] = field(default_factory=set)
    parameters: ParameterBackup = field(default_factory=ParameterBackup)


async def commit_items(
    vehicles: Sequence[VehicleLink],
    wanted: Mapping[str, Items],
    *,
    uids: Mapping[str, str | None],
    parameters: Mapping[str, Mapping[str, float]] | None = None,
    listener: Listener = ignore,
) -> dict[str, Committed]:
    """Puts ``wanted`` (by drone name) on every vehicle in parallel. What is on board already is not sent again.

    ``uids``: the uid2 that dronectl.toml records, by drone name. ``parameters``: values to set, likewise.

    Raises:
        NoAnswer, IdentityError: before a byte of an item is written.
        NotReady: a drone is armed; items are never changed under a flying aircraft.
        DronectlError: an upload failed; the message says that all drones were restored, or which one holds what.
        Interrupted: stopped; likewise.
    """
    identities = await identify_fleet(vehicles, uids)
    _refuse_armed(vehicles)
    settings = parameters or {}
    backups = {v.name: _Backup(parameters=ParameterBackup(settings.get(v.name, {}))) for v in vehicles}

    async def back_up(vehicle: VehicleLink) -> None:
        for mission_type in wanted[vehicle.name]:
            backups[vehicle.name].held[mission_type] = await download(vehicle, mission_type, listener, "backup")
        await backups[vehicle.name].parameters.read(vehicle, listener)

    async def upload(vehicle: VehicleLink) -> Committed:
        backup = backups[vehicle.name]
        transfers: dict[MissionType, Transfer] = {}
        for mission_type, mission in wanted[vehicle.name].items():
            if same_items(mission, backup.held[mission_type]):
                transfers[mission_type] = Transfer.unchanged(mission)
            else:
                backup.touched.add(mission_type)
                transfers[mission_type] = await put(vehicle, mission, listener)
        set_now = await backup.parameters.set(vehicle, listener)
        return Committed(identities[vehicle.name], transfers, set_now)

    await on_each(vehicles, back_up)
    _refuse_armed(vehicles)  # reading what is on board takes a while
    try:
        return await on_each(vehicles, upload)
    except BaseException as error:
        # Whatever it was, a fault of ours as well: first of all, every drone gets back what it held.
        stopped = isinstance(error, asyncio.CancelledError)
        why = "stopping" if stopped else in_words(error)
        tell = never_failing(listener)
        tell(Note(f"{why}: putting back what was on board", level="warning" if stopped else "error"))
        told = await to_the_end(_restore(vehicles, backups, tell))
        if stopped:
            raise Interrupted(f"stopped by the user; {told}", details={"committed": False}) from None
        if isinstance(error, DronectlError):
            error.message += f"; {told}"
            error.details["committed"] = False
        else:
            error.add_note(told)
        raise


def _refuse_armed(vehicles: Sequence[VehicleLink]) -> None:
    armed = [vehicle.name for vehicle in vehicles if vehicle.state.armed is not False]
    if armed:
        raise NotReady(
            f"{', '.join(armed)}: armed; items are never changed under a flying aircraft", hint="land and disarm first"
        )


async def _restore(vehicles: Sequence[VehicleLink], backups: Mapping[str, _Backup], listener: Listener) -> str:
    """Puts every touched list back, drone by drone in parallel, and says in words which drone holds what now.

    Whatever fails, a fault of ours as well, is a mixture on that drone and keeps nobody from putting back the rest.
    """

    async def restore(vehicle: VehicleLink) -> str | None:
        backup = backups[vehicle.name]
        patience = _Patience(RESTORE_PATIENCE_S)
        mixed: dict[str, str] = {}
        for mission_type in sorted(backup.touched):
            error = await failure_of(_put_back(vehicle, backup.held[mission_type], patience, listener))
            if error is not None:
                mixed[kind_words(mission_type)] = in_words(error)
        if backup.parameters.touched:
            error = await failure_of(_again(vehicle, patience, lambda: backup.parameters.put_back(vehicle)))
            if error is not None:
                mixed[f"parameters {', '.join(sorted(backup.parameters.touched))}"] = in_words(error)
        if not mixed:
            return None
        why = "; ".join(dict.fromkeys(mixed.values()))
        return f"{vehicle.name} may hold a mixture of its old and new {' and '.join(mixed)} ({why})"

    outcomes = await asyncio.gather(*(restore(vehicle) for vehicle in vehicles))
    mixed = [outcome for outcome in outcomes if outcome]
    if not mixed:
        return "every drone holds what it held before"
    held = [vehicle.name for vehicle, outcome in zip(vehicles, outcomes, strict=True) if outcome is None]
    rest = f"; {', '.join(held)} hold{'s' if len(held) == 1 else ''} what was there before" if held else ""
    return f"NOT restored: {'; '.join(mixed)}{rest}"


class _Patience:
    """How long one drone is waited for in all, whatever is to be put back on it."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._until_s = self._loop.time() + seconds

    @property
    def left_s(self) -> float:
        return max(0.0, self._until_s - self._loop.time())


async def _put_back(vehicle: VehicleLink, mission: Mission, patience: _Patience, listener: Listener) -> None:
    """
    Raises:
        NoAnswer: the drone stayed away. Refused: it does not take back what it held.
    """

    async def put_it() -> None:
        await put(vehicle, mission, listener, "put back")

    await _again(vehicle, patience, put_it)


async def _again(vehicle: VehicleLink, patience: _Patience, work: Callable[[], Awaitable[None]]) -> None:
    """The link may just have fallen: tries again while the patience lasts. Work that goes on is never cut off.

    Raises:
        NoAnswer: the drone stayed away.
    """
    while True:
        try:
            await vehicle.wait_alive(patience.left_s)
            await work()
        except NoAnswer:
            if not patience.left_s:
                raise
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return
