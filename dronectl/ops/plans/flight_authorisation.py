"""The gate before the vehicles: a plan or a file is read, held against every rule, matched to the fleet.

It stands here and not in a command, so that whoever calls a use case (a command, the demo, a script, a test) passes it:
``push``, ``fly``, ``fleet_readiness`` and ``upload_items`` take what only the checks can make. Who flies needs a proof
for today, who uploads one for the plan's own day (:func:`dronectl.site.local_time.upload_day`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.site import Site
from dronectl.ops.common import present
from dronectl.site.local_time import today_at, upload_day

if TYPE_CHECKING:
    from dronectl.checks import ProvedItems, ProvedPlan  # the geometry engine is not needed for orders


def authorised_plan(
    folder: Path, site: Site, *, sortie: int, drones: Sequence[Drone], each_flies: bool, upload: bool = False
) -> tuple[ProvedPlan, tuple[Drone, ...]]:
    """The plan as proved to be flown today, or to be uploaded; and those of ``drones`` that fly its sortie.

    ``each_flies``: every one of them must have the sortie, since a person named them.

    Raises:
        InputError: no plan, one for other drones, no such sortie, or files edited since the last check.
        RuleViolation: it breaks a rule on that day.
    """
    from dronectl.formats.plans.plan_folder import read_plan

    plan = read_plan(folder)
    flying = _flying(plan, sortie, drones, each_flies=each_flies)
    try:
        return proved_for_upload(plan, site) if upload else proved_today(plan, site, sortie), flying
    except InputError as error:
        if plan.edited:
            error.hint = f"'dronectl plan check {folder}' looks at the change and records it"
        raise


def proved_today(plan: Plan, site: Site, sortie: int | None = None) -> ProvedPlan:
    """The plan as held against the rules of today at the site, and against what closes at this hour if ``sortie`` is
    flown now.

    Raises:
        InputError: its files were edited since the last check. RuleViolation: it breaks a rule.
    """
    from dronectl.checks import prove_plan

    return prove_plan(plan, site, day=today_at(site), now=present.hour(), sortie=sortie)


def proved_for_upload(plan: Plan, site: Site) -> ProvedPlan:
    """The plan as held against the rules of the day that it is for.

    Raises:
        InputError: its files were edited since the last check. RuleViolation: it breaks a rule.
    """
    from dronectl.checks import prove_plan

    return prove_plan(plan, site, day=upload_day(plan, site))


def items_proved_today(
    mission: Mission, site: Site, drone: Drone, *, fence: Mission, rally: Mission, overrides: Sequence[str] = ()
) -> ProvedItems:
    """A list made elsewhere, held against the rules of today. ``fence`` and ``rally``: those in the same file, which
    it is held against too. ``overrides``: ``RULE by NAME``.

    Raises:
        RuleViolation: it breaks a rule that no authorisation and no named person lifts.
    """
    from dronectl.checks import prove_items

    return prove_items(mission, site, drone, day=today_at(site), fence=fence, rally=rally, overrides=overrides)


def require_proved(proved: ProvedPlan, *, upload: bool = False) -> Plan:
    """The plan in it, which is still what was proved, for today or for the day that uploads are proved for.

    Raises:
        TypeError: something else was given. RuleViolation: it was changed since, or is proved for another day.
    """
    from dronectl.checks import ProvedPlan

    if not isinstance(proved, ProvedPlan):
        raise TypeError(f"a plan that was proved is wanted, not {type(proved).__name__}: see flight_authorisation")
    proved.require(upload_day(proved.plan, proved.site) if upload else today_at(proved.site))
    return proved.plan


def plans_of(proved: ProvedPlan, vehicles: Sequence[VehicleLink], *, upload: bool = False) -> dict[str, DronePlan]:
    """What was proved for each drone, by its name.

    Raises:
        TypeError, RuleViolation: see :func:`require_proved`.
        InputError: nothing was, or it was for a drone with another system id.
    """
    plan, plans = require_proved(proved, upload=upload), {}
    for vehicle in vehicles:
        planned = plan.drone(vehicle.name)
        if planned is None:
            raise InputError(
                f"the plan has nothing for {vehicle.name}", hint="leave it out with --drone, or build the plan for it"
            )
        require_same_system(planned, vehicle.system_id)
        plans[vehicle.name] = planned
    return plans


def require_same_system(planned: DronePlan, system_id: int) -> None:
    """
    Raises:
        InputError: the plan knows the drone under another system id.
    """
    if planned.system_id != system_id:
        raise InputError(
            f"the plan knows {planned.name} as system {planned.system_id}, dronectl.toml as {system_id}",
            hint="build the plan again",
        )


def _flying(plan: Plan, sortie: int, drones: Sequence[Drone], *, each_flies: bool) -> tuple[Drone, ...]:
    if sortie not in plan.sortie_numbers():
        numbers = ", ".join(map(str, plan.sortie_numbers())) or "none"
        raise InputError(f"the plan has no sortie {sortie}", hint=f"its sorties: {numbers}")
    flying = []
    for drone in drones:
        planned = plan.drone(drone.name)
        if planned is None or planned.sortie(sortie) is None:
            if each_flies:
                numbers = ", ".join(str(known.number) for known in planned.sorties) if planned else "none"
                raise InputError(f"the plan has no sortie {sortie} for {drone.name}", hint=f"its sorties: {numbers}")
            continue
        require_same_system(planned, drone.system_id)
        flying.append(drone)
    if not flying:
        made_for = ", ".join(drone.name for drone in plan.drones)
        raise InputError(f"the plan is for other drones: {made_for}", hint="is --workspace the site it was built for?")
    return tuple(flying)
