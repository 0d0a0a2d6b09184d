"""``fly --resume``: what an earlier flight left unflown, put on board and flown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.cli.common.out import echo

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan
    from dronectl.model.fleet import Drone
    from dronectl.model.site import Site
    from dronectl.ops.flight.readiness.asked import Operator

NEWEST = ""
"""In place of a folder: the newest that was not flown since."""


@dataclass(frozen=True)
class ResumedFlight:
    """``whose``: the drones that left it, which need not be those that fly it."""

    folder: Path
    proved: ProvedPlan
    drones: tuple[Drone, ...]
    whose: tuple[str, ...]


def resumed_flight(app: App, site: Site, folder: str) -> ResumedFlight:
    """What ``--drone``, or whoever left it, flies of the remainder in ``folder``.

    Raises:
        InputError: there is none, or nothing for them. RuleViolation: it breaks a rule today.
    """
    from dronectl.ops.flight.remainders import find_remainder, part_for
    from dronectl.ops.plans.flight_authorisation import proved_today

    found = find_remainder(Path(folder) if folder != NEWEST else None, site.root / "flights")
    fleet = app.drones(site)
    part, whose = part_for(site, found, fleet, named=bool(app.drone_names))
    proved = proved_today(part, site, sortie=1)
    drones = tuple(drone for drone in fleet if part.drone(drone.name) is not None)
    if not app.json:
        of_others = ", ".join(name for name in whose if part.drone(name) is None)
        echo(f"remainder: {found}" + (f", of {of_others}" if of_others else ""), err=True)
    return ResumedFlight(found, proved, drones, whose)


def push_remainder(app: App, resumed: ResumedFlight, operator: Operator) -> None:
    """Puts it on board, all or none, and reads it back. A remainder is not rehearsed as it is: where that is
    required, a person answers for it.

    Raises:
        DronectlError: as ``push``.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.formats.plans.plan_folder import folder_hashes, plan_sha256
    from dronectl.ops.audit.plan_words import of_plan
    from dronectl.ops.common import event_loop
    from dronectl.ops.items.push import push_to
    from dronectl.ops.rehearsal import stamping

    plan = resumed.proved.plan
    unrehearsed_by = operator.waived.get(stamping.ID)
    details = {
        "plan": str(resumed.folder),
        "plan_sha256": plan_sha256(plan),
        "files": folder_hashes(resumed.folder),
        "sortie": 1,
        "overrides": list(plan.overrides),
    }
    logbook = app.logbook("push", details)
    with (
        EventView(app) as view,
        app.audited("push", resumed.drones, {"plan": str(resumed.folder), "sortie": 1, **of_plan(plan)}) as audited,
    ):
        told = audited.heard_by(view)
        event_loop.run(
            push_to(
                resumed.drones,
                resumed.proved,
                sortie=1,
                unrehearsed_by=unrehearsed_by,
                listener=told,
                logbook=logbook,
            )
        )
