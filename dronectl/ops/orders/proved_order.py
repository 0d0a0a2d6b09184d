"""An order that sets drones moving: proved for all of them first, flown around for those that need it, then given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.model.text.shown_time import now
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.parallel import on_each, to_the_end
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claims, beside
from dronectl.ops.orders.confirm_motion import confirm_motion
from dronectl.ops.orders.fly_around import Detour, find_detour, fly_detour
from dronectl.ops.orders.traffic import Traffic
from dronectl.ops.orders.way_ahead import MakeWay, require_compliant, ways_and_places

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_ahead import Proof
    from dronectl.ops.orders.motions import MakeMotion

SLOWLY_M_S = 2.0
"""With its stops, a drone is no slower on the legs of a way around."""
LEAD_IT = "nothing was ordered; lead it there in several legs with goto"


@dataclass(frozen=True)
class Movement:
    """``way``: what the order makes a drone fly; ``run`` gives it, or ``along`` for the way that was proved."""

    way: MakeWay
    run: Callable[[VehicleLink], Coroutine[Any, Any, None]] | None = None
    along: Callable[[VehicleLink, Way, Listener], Coroutine[Any, Any, None]] | None = None
    around: bool = False
    """Where the straight way breaks a rule, it flies around first."""
    around_by: str = ""
    """The command that flies around, with what it needs besides --drone; empty: none does."""
    motion: MakeMotion | None = None
    """What must be seen of a drone that was ordered."""


@dataclass(frozen=True)
class ProvedMovement:
    """By name: what was proved, the ways around that are flown before, and what was seen of who was ordered."""

    proofs: Mapping[str, Proof] = field(default_factory=dict)
    detours: Mapping[str, Detour] = field(default_factory=dict)
    motions: Mapping[str, str] = field(default_factory=dict)


async def order_proved(
    fleet: FleetLink,
    names: Collection[str],
    movement: Movement,
    airspace: Airspace,
    *,
    dry_run: bool = False,
    claims: Claims | None = None,
    listener: Listener = ignore,
    on_done: Callable[[str], None] = lambda _name: None,
) -> ProvedMovement:
    """Orders the drones ``names`` of a fleet, of which the others are looked out for. All ways are lawful before the
    first drone is ordered. ``dry_run``: none is. ``claims``: by which orders of the same moment are held against each
    other.

    Raises:
        RuleViolation: a way breaks a rule, and is not to be, or cannot be, flown around.
        NotReady, NoAnswer, Refused: it could not be proved, or a drone did not obey, or does not move as ordered.
    """
    vehicles = [vehicle for name, vehicle in fleet.vehicles.items() if name in names]
    traffic, claims = Traffic(list(fleet.vehicles.values()), listener), claims or Claims()

    def among_claimed(seen: Airspace, but: Collection[str], since: datetime) -> Airspace:
        claimed = claims.others(seen, but, since, fleet.vehicles)
        return replace(seen, others=beside(seen.others, claimed))

    async def look_again(name: str) -> Airspace:
        since = now()
        return among_claimed(await traffic.around(airspace, {name}), {name}, since)

    since = now()
    seen = await traffic.around(airspace, names)
    answers = await ways_and_places(vehicles, movement.way)
    async with nullcontext() if dry_run else claims.alone():
        shared = among_claimed(seen, names, since)
        proofs = shared.prove_all(answers)
        detours = await _led_around(movement, vehicles, proofs, shared)
        if not dry_run:
            claims.claim({name: _claimed(*answers[name], detours.get(name)) for name in answers})

    obeyed: list[VehicleLink] = []

    async def obey(vehicle: VehicleLink) -> str:
        name = vehicle.name
        if name in detours:
            await fly_detour(vehicle, partial(look_again, name), detours[name], listener)
        if movement.along is not None and name in proofs:
            await movement.along(vehicle, proofs[name].way, listener)
        elif movement.run is not None:
            await movement.run(vehicle)
        motion = await _motion(vehicle, movement, proofs.get(name))
        obeyed.append(vehicle)
        on_done(name)
        return motion

    async def end_claims() -> None:
        await claims.end(obeyed)
        await claims.end(vehicles, obeyed=False)  # those that are left: they are where they are seen

    try:
        motions = {} if dry_run else await on_each(vehicles, obey)
    finally:
        await to_the_end(end_claims())
    return ProvedMovement(proofs, detours, motions)


def _claimed(way: Way, present: Present, detour: Detour | None) -> list[tuple[Way, Present, float]]:
    """What it will fly: its way, or the legs around and the way from their end."""
    if detour is None:
        return [(way, present, 0.0)]
    last = detour.stops[-1]
    there = replace(
        present, place=last.place, relative_altitude_m=last.relative_altitude_m, east_m_s=0.0, north_m_s=0.0
    )
    return [(detour.legs(), present, 0.0), (detour.way, there, detour.length_m / SLOWLY_M_S)]


async def _motion(vehicle: VehicleLink, movement: Movement, proof: Proof | None) -> str:
    mode = vehicle.state.mode  # as the order has just seen it; another process may order something else meanwhile
    if movement.motion is None or mode is None:
        return ""
    motion = await movement.motion(vehicle, None if proof is None else proof.way)
    return await confirm_motion(vehicle, motion, mode) if motion is not None else ""


async def _led_around(
    movement: Movement, vehicles: Sequence[VehicleLink], proofs: Mapping[str, Proof], airspace: Airspace
) -> Mapping[str, Detour]:
    """The ways around for those whose own way breaks a rule, where that was asked for; else the refusal names one.

    Raises:
        RuleViolation: it was not asked for, or there is none.
    """
    broken = [vehicle for vehicle in vehicles if vehicle.name in proofs and proofs[vehicle.name].errors]
    if not broken:
        return {}
    hint = LEAD_IT
    if movement.around_by and all(not proofs[vehicle.name].way.lift_m for vehicle in broken):
        try:
            detours = await on_each(broken, lambda vehicle: find_detour(vehicle, airspace, proofs[vehicle.name]))
        except DronectlError:
            if movement.around:
                raise
        else:
            if movement.around:
                return detours
            name, detour = next(iter(detours.items()))
            command = f"dronectl {movement.around_by} --drone {name} --around"
            hint = f"nothing was ordered; '{command}' flies {detour.description()}"
    require_compliant(proofs, hint)
    return {}
