"""Go / no-go before arming: each drone and the site is asked, what is not ready has its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, IdentityError, InputError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.site import Site
from dronectl.ops.common import present
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.flight.readiness import checklist, daylight, law, permits
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, AskedDrone, AskedSite, Operator
from dronectl.ops.flight.readiness.check import SITE, Readiness, ReadinessCheck, Verdict, not_evaluated
from dronectl.ops.flight.readiness.present import heard_everything, prearm_reasons, present_state, state_checks
from dronectl.ops.flight.readiness.registry import DRONE_CHECKS, SITE_CHECKS, WAIVABLE, DroneCheck
from dronectl.ops.flight.readiness.simulated import is_simulated
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.telemetry.streams import request_until

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan
    from dronectl.ops.items.transaction import Committed

STREAM_HZ = 4.0
SETTLE_S = 12.0
"""How long the first samples of each kind may take, on a link that loses one frame in five."""


async def fleet_readiness(
    vehicles: Sequence[VehicleLink],
    proved: ProvedPlan | None = None,
    *,
    sortie: int = 1,
    listener: Listener = ignore,
    settle_s: float = SETTLE_S,
    operator: Operator = NOTHING_SAID,
    committed: Mapping[str, Committed] | None = None,
) -> tuple[Readiness, ...]:
    """Asks every drone in parallel.

    With ``proved`` also: is the plan on board, does the battery suffice, is it at home, is the way from where it stands
    lawful, and are all its failsafe settings those that the plan was proved with? What could not be found out is a no.
    ``committed``: what the hand that still holds the drones has put on board just now; of its lists, which were read
    back and equal then, the mission alone is read again.

    Raises:
        TypeError, RuleViolation, InputError: the plan is not proved, or not for these drones.
        NoAnswer: a drone is silent. IdentityError: it is another aircraft.
    """

    plans = {} if proved is None else plans_of(proved, vehicles)
    reserve_pct = 0.0 if proved is None else proved.site.rules.battery_reserve_pct
    airspace = None if proved is None else Airspace.of(proved.site, proved.plan.overrides, lasts=timedelta())

    async def ask(vehicle: VehicleLink) -> Readiness:
        await vehicle.wait_alive(settle_s)
        # What has not come by then is reported as "not heard".
        await request_until(vehicle, lambda: heard_everything(vehicle), settle_s, rate_hz=STREAM_HZ)
        plan = plans.get(vehicle.name)
        just_now = None if committed is None else committed.get(vehicle.name)
        asked = AskedDrone(vehicle, plan, proved, airspace, sortie, listener, just_now)
        further = await _ask_all(asked)
        if plan is not None:
            await request_until(vehicle, lambda: heard_everything(vehicle), settle_s, rate_hz=STREAM_HZ)
        reasons = await prearm_reasons(vehicle, listener)
        # Last, because all that takes its time.
        answer = present_state(
            vehicle, plan, sortie=sortie, reserve_pct=reserve_pct, further=further, prearm_reasons=reasons
        )
        return _waived(answer, operator, WAIVABLE)

    return tuple((await on_each(vehicles, ask)).values())


def site_readiness(
    site: Site,
    drones: Iterable[str],
    proved: ProvedPlan | None = None,
    *,
    sortie: int = 1,
    operator: Operator = NOTHING_SAID,
    simulated: bool = False,
) -> Readiness:
    """What is to be known of the computer, the hour, the papers and the people. ``simulated``: no drone is real."""
    asked = AskedSite(site, tuple(drones), proved, sortie, operator, present.hour(), simulated)
    checks = [check.ask(asked) for check in SITE_CHECKS]
    checks += [checklist.ask(item, operator.checked) for item in site.checklist]
    items = {item.id for item in site.checklist}
    return _waived(Readiness(SITE, None, tuple(checks)), operator, WAIVABLE | items)


async def site_readiness_behind(
    vehicles: Sequence[VehicleLink],
    site: Site,
    proved: ProvedPlan | None = None,
    *,
    sortie: int = 1,
    operator: Operator = NOTHING_SAID,
) -> Readiness:
    """The same for drones that can be asked whether they are real, which is done where the law says no.

    Raises:
        IdentityError: it is another aircraft.
    """
    names = [vehicle.name for vehicle in vehicles]
    answer = site_readiness(site, names, proved, sortie=sortie, operator=operator)
    if all(check.ok for check in answer.checks if check.id in (*law.IDS, permits.ID)):
        return answer
    simulated = all((await on_each(vehicles, is_simulated)).values())
    return site_readiness(site, names, proved, sortie=sortie, operator=operator, simulated=simulated)


async def hours_readiness(
    vehicle: VehicleLink,
    site: Site,
    lasts_s: float,
    *,
    operator: Operator = NOTHING_SAID,
    overrides: Sequence[str] = (),
) -> Readiness:
    """Whether a drone that flies may do so for ``lasts_s`` more: by daylight, and by the clock.

    Raises:
        IdentityError: it is another aircraft.
    """

    def answer(*, simulated: bool) -> Readiness:
        asked = AskedSite(site, (vehicle.name,), None, 1, operator, present.hour(), simulated, lasts_s, overrides)
        return _waived(Readiness(SITE, None, (daylight.ask(asked), law.ask_hours(asked))), operator, WAIVABLE)

    found = answer(simulated=False)
    if all(check.ok for check in found.checks if check.id in law.IDS):
        return found
    return answer(simulated=await is_simulated(vehicle))


async def wait_until_settled(vehicle: VehicleLink, timeout_s: float) -> bool:
    """True once the vehicle's own state says go; False when it still does not after ``timeout_s``.

    Raises:
        NoAnswer: the drone is silent.
    """
    await vehicle.wait_alive(max(timeout_s, SETTLE_S))
    return await request_until(
        vehicle, lambda: all(check.ok for check in state_checks(vehicle)), timeout_s, rate_hz=STREAM_HZ
    )


def operator_of(site: Site, checked: Sequence[str], waived: Sequence[str], person: str | None) -> Operator:
    """What ``--checked ID``, ``--waive ID`` and ``--by NAME`` say.

    Raises:
        InputError: no such check or item, one that nobody can waive, or a waiver without a person.
    """
    items = {item.id for item in site.checklist}
    for one in checked:
        if one not in items:
            known = f"it has: {', '.join(sorted(items))}" if items else "name its items as [[checklist]]"
            raise InputError(f"--checked {one}: the checklist of dronectl.toml has no such item", hint=known)
    for one in waived:
        if one not in WAIVABLE | items:
            can = ", ".join(sorted(WAIVABLE | items))
            raise InputError(f"--waive {one}: cannot be waived", hint=f"only {can}; rules: 'plan build --allow RULE'")
    name = (person or "").strip()
    if waived and not name:
        raise InputError("--waive needs --by NAME: somebody has to answer for it")
    if name and not waived:
        raise InputError("--by says who answers for --waive ID, which is missing")
    return Operator(frozenset(checked), dict.fromkeys(waived, name))


async def _ask_all(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """One after the other, since each loads the link; beside them those that only listen, also in turn: answers to two
    questions of one kind could not be told apart."""
    checks = [check for check in DRONE_CHECKS if asked.plan is not None or not check.needs_plan]

    async def in_turn(*, listens: bool) -> Mapping[str, Sequence[ReadinessCheck]]:
        return {check.title: await _ask(check, asked) for check in checks if check.listens is listens}

    listening = asyncio.create_task(in_turn(listens=True))
    try:
        answers = {**await in_turn(listens=False), **await listening}
    finally:
        listening.cancel()
    return [answer for check in checks for answer in answers[check.title]]


async def _ask(check: DroneCheck, asked: AskedDrone) -> Sequence[ReadinessCheck]:
    try:
        return await check.ask(asked)
    except IdentityError:
        raise
    except DronectlError as error:
        return (not_evaluated(check.title, error.message, "an answer"),)


def _waived(answer: Readiness, operator: Operator, waivable: Collection[str]) -> Readiness:
    """With what a person answers for let through, and told as that."""

    def waive(check: ReadinessCheck) -> ReadinessCheck:
        check = replace(check, can_be_waived=check.id in waivable)
        person = operator.waived.get(check.id) if check.id else None
        if person is None or check.ok:
            return check
        return replace(check, ok=True, verdict=Verdict.WAIVED, waived_by=person)

    return replace(answer, checks=tuple(map(waive, answer.checks)))
