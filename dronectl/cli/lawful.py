"""The plan that a command is about to upload or to fly: read, held against every rule, matched to the fleet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.app import App
from dronectl.errors import InputError, RuleViolation

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.plan import Plan
    from dronectl.model.site import Site


def lawful_plan(app: App, site: Site, folder: Path, sortie: int) -> tuple[Plan, tuple[Drone, ...]]:
    """The plan and the drones that fly its sortie: those of ``--drone``, else all that have one.

    Raises:
        InputError: no plan, one for other drones, no such sortie, or files edited since the last check.
        RuleViolation: it breaks a rule today.
    """
    from dronectl.formats.plan_folder import read_plan

    plan = read_plan(folder)
    drones = _flying(app, site, plan, sortie)
    require_lawful(plan, site)
    if plan.edited:
        raise InputError(
            f"{folder}: changed since it was checked last: {', '.join(plan.edited)}",
            hint=f"'dronectl plan check {folder}' looks at the change and records it",
        )
    return plan, drones


def require_lawful(plan: Plan, site: Site) -> None:
    """Checks what the plan's files say now; nothing may go up that breaks a rule nobody has overridden.

    Raises:
        RuleViolation: names the first violation and how many there are.
    """
    from dronectl.model.violation import Severity
    from dronectl.planning.checks import check_plan
    from dronectl.site.local_time import today_at

    overridden = {override.split(" by ")[0] for override in plan.overrides}
    errors = [
        violation
        for violation in check_plan(plan, site, day=today_at(site))
        if violation.severity is Severity.ERROR and violation.rule not in overridden
    ]
    if errors:
        raise RuleViolation(
            f"the plan breaks {len(errors)} rule{'s' if len(errors) > 1 else ''}, first: {errors[0].message}",
            hint="see 'dronectl plan check'; a person can override by name: plan build --allow RULE --by NAME",
            details={"violations": [violation.as_json() for violation in errors]},
        )


def _flying(app: App, site: Site, plan: Plan, sortie: int) -> tuple[Drone, ...]:
    asked = app.drones(site)
    if sortie not in plan.sortie_numbers():
        numbers = ", ".join(map(str, plan.sortie_numbers())) or "none"
        raise InputError(f"the plan has no sortie {sortie}", hint=f"its sorties: {numbers}")
    flying = []
    for drone in asked:
        planned = plan.drone(drone.name)
        if planned is None or planned.sortie(sortie) is None:
            if app.drone_names:
                numbers = ", ".join(str(known.number) for known in planned.sorties) if planned else "none"
                raise InputError(f"the plan has no sortie {sortie} for {drone.name}", hint=f"its sorties: {numbers}")
            continue
        if planned.system_id != drone.system_id:
            raise InputError(
                f"the plan knows {drone.name} as system {planned.system_id}, dronectl.toml as {drone.system_id}",
                hint="build the plan again",
            )
        flying.append(drone)
    if not flying:
        made_for = ", ".join(drone.name for drone in plan.drones)
        raise InputError(f"the plan is for other drones: {made_for}", hint="is --workspace the site it was built for?")
    return tuple(flying)
