"""A drone on its errand: out of the air from its patrol, or from the ground.

What is put on board was proved from the place where the drone then is; it flies it by itself, whatever becomes of the
link. A drone in the air holds while its items are changed; what fails leaves it hovering, with its patrol on board.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, NotReady, Refused, RuleViolation, error_text
from dronectl.formats.missions.item_hash import items_sha256
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.leases import leased
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.arrival import STREAM_HZ, Arrival
from dronectl.ops.dispatch.errand_plan import errand_plan
from dronectl.ops.dispatch.fleet_now import FleetNow, brought_up
from dronectl.ops.dispatch.left_patrol import LeftPatrol, left_patrol, plan_of_mission
from dronectl.ops.dispatch.options import Option, Wish, option_of, way_of
from dronectl.ops.flight.readiness import rehearsal
from dronectl.ops.flight.readiness.ask import fleet_readiness, hours_readiness, site_readiness_behind
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, Operator
from dronectl.ops.flight.readiness.check import require_go
from dronectl.ops.flight.remainders import tell_resumed
from dronectl.ops.items.logbook import Logbook
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.items.transfer import download, put
from dronectl.ops.orders import motions, orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claims
from dronectl.ops.orders.confirm_motion import confirm_motion
from dronectl.ops.orders.mission_resume import take_up
from dronectl.ops.orders.motion import AT_REST_M_S
from dronectl.ops.orders.officers import Officers
from dronectl.ops.orders.way_ahead import present_of
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.plans.flight_authorisation import plans_of, proved_today
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.ops.telemetry.streams import kept_streams

if TYPE_CHECKING:
    from dronectl.checks.errands import ProvedErrand
    from dronectl.model.plan.plan import DronePlan

STOPS_WITHIN_S = 15.0
_NOT_REHEARSED = "the errand, which is made in the moment it is flown"
HOVERS = "it hovers, its patrol is on board: 'dronectl patrol resume' gives it back"


@dataclass(frozen=True)
class Errands:
    """What the sending of a drone needs to know: of the fleet as it was asked, the wish, and the others' vehicles."""

    wish: Wish
    airspace: Airspace
    fleet: FleetNow
    vehicles: Mapping[str, VehicleLink]
    officers: Officers
    claims: Claims
    incident: str
    folder: Path
    """Where the patrol that is left, and the plan of an errand from the ground, are kept."""
    listener: Listener = ignore
    logbook: Logbook | None = None
    operator: Operator = NOTHING_SAID
    uids: Mapping[str, str | None] | None = None
    identities: Mapping[str, Identity] | None = None
    """Of who is sent, as it was confirmed while a person read what was proposed."""


@dataclass(frozen=True)
class Sent:
    """``left``: the patrol that the drone was called from; None: it stood, or flew none."""

    option: Option
    left: LeftPatrol | None
    motion: str


async def send(errands: Errands, option: Option, arrival: Arrival) -> Sent:
    """Sends the drone of ``option``; returns when it is seen to be on its way. ``arrival`` is told of the first byte.

    Raises:
        RuleViolation: from where it then is, no way is lawful: it hovers, or stands. NotReady: it is no-go.
        Refused, NoAnswer: it does not obey, or does not take the errand; the message says what it does, and holds.
    """
    vehicle = errands.vehicles[option.name]
    if option.state == "flying":
        site, overrides = errands.airspace.site, errands.airspace.overrides
        # Before it is told to hold: who may not fly on is left on its patrol.
        hours = await hours_readiness(vehicle, site, option.lands_s, operator=errands.operator, overrides=overrides)
        try:
            require_go([hours])
        except NotReady as error:
            error.message += f"; {option.name} was ordered nothing, and flies on as it did"
            raise
        return await _from_the_air(errands, vehicle, arrival)
    async with kept_streams([vehicle], STREAM_HZ, errands.listener):
        return await _from_the_ground(errands, vehicle, option, arrival)


async def _from_the_air(errands: Errands, vehicle: VehicleLink, arrival: Arrival) -> Sent:
    """It is told to hold before anything else is asked of it."""
    item = vehicle.state.mission_item if vehicle.state.mode == "AUTO" else None
    async with AsyncExitStack() as stack:
        with leased([vehicle]):
            holding = asyncio.create_task(orders.hold(vehicle))
            await _under_way()
            arrival.tell(IncidentEvent.FIRST_BYTE)
            await stack.enter_async_context(kept_streams([vehicle], STREAM_HZ, errands.listener))
            await holding
            option, proved, left = await _with_its_errand(errands, vehicle, arrival, item)
            await take_up(vehicle, proved.way.first)
        motion = await motions.flies_on(vehicle, proved.way)
        assert motion is not None
        return Sent(option, left, await confirm_motion(vehicle, motion, "AUTO"))


async def _with_its_errand(
    errands: Errands, vehicle: VehicleLink, arrival: Arrival, item: int | None
) -> tuple[Option, ProvedErrand, LeftPatrol | None]:
    """Holding, with its errand on board; ``item``: that it flew to in its mission.

    Raises:
        DronectlError: as :func:`send`.
    """
    name = vehicle.name
    mission = await download(vehicle, MissionType.MISSION)  # another hand may have changed it since it was asked
    fence = await download(vehicle, MissionType.FENCE)
    await until(vehicle, lambda: (vehicle.state.ground_speed_m_s or 0.0) < AT_REST_M_S, STOPS_WITHIN_S)
    present = await present_of(vehicle)
    now = replace(errands.fleet.drones[name], present=present, mission=mission, is_flying=True, mode="BRAKE")
    fleet = replace(errands.fleet, drones={**errands.fleet.drones, name: now})
    try:
        async with errands.claims.alone():
            option, proved = _proved_here(errands, vehicle, fleet, fence)
            errands.claims.claim({name: [(proved.way, present, 0.0)]})
    except NotReady as error:
        error.message += f"; {HOVERS}" if HOVERS not in error.message else ""
        raise
    assert option.errand is not None
    left = None
    if item is not None and 0 < item < len(mission):
        left = _left(errands, vehicle, mission, item, proved.mission)
    _watch_for(arrival, option)
    proved.require()
    await _put(vehicle, proved.mission, mission, errands.listener)
    _require_held(vehicle, "the errand is on board, and not flown")
    arrival.is_on = True
    return option, proved, left


def _watch_for(arrival: Arrival, option: Option) -> None:
    """The errand as it is flown, which may be another one than was proposed."""
    assert option.errand is not None
    arrival.view_item, arrival.view = option.errand.view_item, option.errand.way.view
    arrival.relative_altitude_m = option.errand.relative_altitude_m


async def _under_way() -> None:
    """Returns when what was begun has written its first frame."""
    for _ in range(4):
        await asyncio.sleep(0)


def _proved_here(
    errands: Errands, vehicle: VehicleLink, fleet: FleetNow, fence: Mission
) -> tuple[Option, ProvedErrand]:
    """The errand from where the drone hovers now, held against where the others are by now.

    Raises:
        RuleViolation, NotReady: it may not go from there.
    """
    from dronectl.checks.errands import prove_errand

    name = vehicle.name
    fleet, airspace = _by_now(errands, fleet, name)
    now = fleet.drones[name]
    option = option_of(now, fleet, errands.wish, airspace)
    if not option.can_go or option.errand is None or now.battery_pct is None:
        raise RuleViolation(f"{name}: {option.why}; {HOVERS}", hint="send another one with --drone")
    try:
        proved = prove_errand(
            way_of(option.errand, now),
            now.present,
            airspace.drone(name),
            airspace.ground,
            charge_pct=now.battery_pct,
            fence=fence,
            overrides=airspace.overrides,
            others=fleet.others(airspace, name),
        )
    except DronectlError as error:
        error.message += f"; {HOVERS}"
        raise
    return option, proved


def _by_now(errands: Errands, fleet: FleetNow, name: str) -> tuple[FleetNow, Airspace]:
    """The others as they are by now, and on the ways that were claimed for them; officers as they are known now."""
    airspace = errands.officers.in_airspace(errands.airspace)
    claimed = errands.claims.others(airspace, {name}, fleet.asked, errands.vehicles)
    return replace(brought_up(fleet, errands.vehicles), claimed=claimed), airspace


def _left(errands: Errands, vehicle: VehicleLink, mission: Mission, item: int, errand: Mission) -> LeftPatrol:
    """What it left is on the disk before anything is put on board. Who is called from one errand to another left its
    patrol for the first.

    Raises:
        StorageError: it could not be written.
    """
    flights = errands.airspace.site.root / "flights"
    before = left_patrol(flights, vehicle.name, mission)
    if before is not None:
        left = replace(before, folder=errands.folder, errand_sha256=items_sha256(errand))
        left.keep()
        before.given_back()
        if before.remainder.is_dir():
            tell_resumed(before.remainder, [vehicle.name], errands.folder)
        return left
    plan, sortie = plan_of_mission(flights, vehicle.name, mission) or (None, 1)
    left = LeftPatrol(
        errands.folder, vehicle.name, vehicle.system_id, mission, item, items_sha256(errand), plan, sortie
    )
    left.keep()
    return left


def _require_held(vehicle: VehicleLink, so: str) -> None:
    """
    Raises:
        Refused: somebody, or a failsafe, has taken it over since it was told to hold: that counts.
    """
    if vehicle.state.mode != "BRAKE" or not vehicle.state.armed:
        raise Refused(
            f"{vehicle.name} was told to hold, and is in {vehicle.state.mode} now: {so}",
            hint="somebody, or a failsafe, has taken it over: 'dronectl watch' shows it",
        )


async def _put(vehicle: VehicleLink, errand: Mission, before: Mission, listener: Listener) -> None:
    """The errand on board of a drone that holds, read back and equal; else what was there before.

    Raises:
        Refused, Mismatch, NoAnswer: it does not hold the errand; the message says what it holds.
    """
    _require_held(vehicle, "nothing was put on board")
    try:
        await put(vehicle, errand, listener)
    except (DronectlError, asyncio.CancelledError) as error:
        words = await to_the_end(_put_back(vehicle, before, listener))
        if isinstance(error, DronectlError):
            error.message += f"; {words}"
        raise


async def _put_back(vehicle: VehicleLink, before: Mission, listener: Listener) -> str:
    listener(Note("putting its patrol back on board", vehicle.name, "warning"))
    try:
        await put(vehicle, before, listener, "put back")
    except DronectlError as error:
        return f"it hovers, and may hold a mixture of its patrol and the errand ({error_text(error)}): order it home"
    return HOVERS


async def _from_the_ground(errands: Errands, vehicle: VehicleLink, option: Option, arrival: Arrival) -> Sent:
    """As ``push`` and ``fly`` do with a plan of one drone, while the others are looked out for."""
    name, airspace = vehicle.name, errands.airspace
    option = await _claimed_from_the_ground(errands, vehicle, option)
    assert option.errand is not None
    _watch_for(arrival, option)
    plan = errand_plan(option.errand, name, airspace, errands.incident)
    proved = proved_today(plan, airspace.site, sortie=1)
    planned = plans_of(proved, [vehicle])[name]
    with leased([vehicle]):
        committing = asyncio.create_task(
            commit_items(
                [vehicle],
                {name: wanted_items(planned, 1)},
                uids=errands.uids or {},
                settings={name: failsafe_settings(planned, airspace.site.rules)},
                identities=errands.identities,
                listener=errands.listener,
                logbook=errands.logbook,
            )
        )
        await _under_way()
        arrival.tell(IncidentEvent.FIRST_BYTE)
        committed = await committing
        operator = errands.operator.answering(rehearsal.ID, _NOT_REHEARSED)
        site = await site_readiness_behind([vehicle], proved.site, proved, operator=operator)
        drones = await fleet_readiness(
            [vehicle], proved, listener=errands.listener, operator=operator, committed=committed
        )
        require_go((site, *drones))
        _require_clear(errands, vehicle, planned)
        arrival.is_on = True
        await orders.start(vehicle)
    return Sent(option, None, "in the air, in its mission")


async def _claimed_from_the_ground(errands: Errands, vehicle: VehicleLink, option: Option) -> Option:
    """The errand, made anew where others were ordered since it was proposed.

    Raises:
        RuleViolation, NotReady: it may not go any more; it stands.
    """
    name = vehicle.name
    async with errands.claims.alone():
        fleet, airspace = _by_now(errands, errands.fleet, name)
        now = fleet.drones[name]
        if fleet.claimed:
            # By a thread: the loop carries others' orders.
            option = await asyncio.to_thread(option_of, now, fleet, errands.wish, airspace)
        if not option.can_go or option.errand is None:
            raise RuleViolation(f"{name}: {option.why}; it stands", hint="send another one with --drone")
        errands.claims.claim({name: [(way_of(option.errand, now), now.present, 0.0)]})
    return option


def _require_clear(errands: Errands, vehicle: VehicleLink, planned: DronePlan) -> None:
    """The last look at the others, and at officers, before it leaves the ground.

    Raises:
        RuleViolation: it would come too near to one of them. NotReady: where it stands is not known.
    """
    fleet, airspace = _by_now(errands, errands.fleet, vehicle.name)
    airspace = replace(airspace, others=fleet.others(airspace, vehicle.name))
    stands, flight = vehicle.state.position, planned.sortie(1)
    if stands is None or flight is None:
        raise NotReady(f"where {vehicle.name} stands is not known")
    proof = airspace.prove_from_ground(flight.mission, planned, stands)
    if proof.errors:
        words = "; ".join(one.message for one in proof.errors)
        raise RuleViolation(f"{vehicle.name}: {words}; it stands", hint="give the order again")
