"""One sortie of a plan onto the fleet: missions, fences, rally points and failsafe settings in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dronectl.errors import IdentityError, InputError
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import MissionType
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.identity.identity import identify_fleet
from dronectl.ops.items.backup_folder import BackedUpState
from dronectl.ops.items.logbook import Logbook
from dronectl.ops.items.transaction import Committed, commit_items
from dronectl.ops.items.transfer import Transfer
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.parameters.parameter_transaction import ParameterTransfer
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.plans.wanted_items import wanted_items

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan


@dataclass(frozen=True, slots=True)
class DronePush:
    """What one drone holds now, verified by a read-back."""

    name: str
    system_id: int
    uid: str | None
    mission: Transfer
    fence: Transfer
    rally: Transfer
    parameters: tuple[ParameterTransfer, ...]
    """Its failsafe settings; empty when they were left alone."""


@dataclass(frozen=True, slots=True)
class PushResult:
    """The contract of ``push --json``; ``seconds`` is wall time from the first byte to the last comparison."""

    plan_sha256: str
    drones: tuple[DronePush, ...]
    committed: bool
    sortie: int
    seconds: float
    overrides: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return asdict(self)


async def push_to(
    drones: Sequence[Drone],
    proved: ProvedPlan,
    *,
    sortie: int,
    parameters: bool = True,
    unrehearsed_by: str | None = None,
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> PushResult:
    """:func:`push` over links that are opened for it, to the aircraft whose uids dronectl.toml records."""
    async with open_fleet(drones) as fleet:
        uids = {drone.name: drone.uid for drone in drones}
        return await push(
            fleet,
            proved,
            sortie=sortie,
            uids=uids,
            parameters=parameters,
            unrehearsed_by=unrehearsed_by,
            listener=listener,
            logbook=logbook,
        )


async def push(
    fleet: FleetLink,
    proved: ProvedPlan,
    *,
    sortie: int,
    uids: Mapping[str, str | None],
    parameters: bool = True,
    unrehearsed_by: str | None = None,
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> PushResult:
    """Puts sortie number ``sortie`` with fences and rally points on every drone that ``fleet`` holds.

    ``parameters``: also the failsafe settings that it was proved with; otherwise no parameter is touched.
    ``unrehearsed_by``: who answers for a plan without a rehearsal that holds, where the site's rules require one.
    ``logbook``: keeps what was on board until the end is known.

    Raises:
        TypeError, RuleViolation: what is given is not proved, was changed since, or another day has come.
        NotReady: a rehearsal is required, and there is none that holds.
        InputError: the plan has nothing for a drone, or not this sortie.
        DronectlError: see :func:`dronectl.ops.items.transaction.commit_items`.
    """
    from dronectl.formats.plans.plan_folder import plan_sha256
    from dronectl.ops.rehearsal.stamping import require_rehearsed

    loop = asyncio.get_running_loop()
    began_s = loop.time()
    vehicles = list(fleet.vehicles.values())
    plans = plans_of(proved, vehicles, upload=True)
    wanted = {name: wanted_items(plan, sortie) for name, plan in plans.items()}
    rules = proved.site.rules
    require_rehearsed(proved.plan, proved.site, unrehearsed_by)
    settings = {name: failsafe_settings(plan, rules) for name, plan in plans.items()} if parameters else {}
    committed = await commit_items(vehicles, wanted, uids=uids, settings=settings, listener=listener, logbook=logbook)
    drones = tuple(_drone_push(vehicle.name, vehicle.system_id, committed[vehicle.name]) for vehicle in vehicles)
    seconds = round(loop.time() - began_s, 3)
    return PushResult(plan_sha256(proved.plan), drones, True, sortie, seconds, proved.plan.overrides)


async def put_back(
    fleet: FleetLink,
    states: Mapping[str, BackedUpState],
    *,
    uids: Mapping[str, str | None],
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> dict[str, Committed]:
    """Puts what a backup says (by drone name) back on every drone that ``fleet`` holds, in a transaction.

    No rule is asked: it was on board before, and a drone that was left with a mixture is worse than the old state.

    Raises:
        InputError: the backup has nothing for a drone. IdentityError: it is another aircraft's.
        DronectlError: see :func:`dronectl.ops.items.transaction.commit_items`.
    """
    vehicles = list(fleet.vehicles.values())
    for vehicle in vehicles:
        if vehicle.name not in states:
            raise InputError(f"the backup has nothing for {vehicle.name}", hint=f"it has: {', '.join(states)}")
    identities = await identify_fleet(vehicles, uids, listener)
    for name, identity in identities.items():
        if identity.uid != states[name].uid:
            raise IdentityError(
                f"{name}: the backup is of the aircraft with uid {states[name].uid}, {identity.uid} answers",
                hint="a backup goes back to the aircraft it came from; leave this drone out with --drone",
            )
    return await commit_items(
        vehicles,
        {vehicle.name: states[vehicle.name].items for vehicle in vehicles},
        uids={name: identity.uid for name, identity in identities.items()},
        parameters={vehicle.name: states[vehicle.name].parameters for vehicle in vehicles},
        listener=listener,
        logbook=logbook,
    )


def _drone_push(name: str, system_id: int, committed: Committed) -> DronePush:
    transfers = committed.transfers
    return DronePush(
        name,
        system_id,
        committed.identity.uid,
        transfers[MissionType.MISSION],
        transfers[MissionType.FENCE],
        transfers[MissionType.RALLY],
        committed.settings,
    )
