"""``dronectl push``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.plan import Plan
    from dronectl.model.site import Site
    from dronectl.ops.push import PushResult


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@command_options(drones=True, links=True)
def push(app: App, plan: Path, sortie: int) -> None:
    """Upload a plan to every drone: mission, fence and rally points, all or none.

    What is on board is backed up first, each upload is read back and compared, and if any fails all drones get back
    what they held. Nothing moves. A plan that breaks a rule is not uploaded (see `plan build --allow`).
    """
    from dronectl.formats.plan_folder import read_plan
    from dronectl.ops.receipt import write_receipt

    site = app.site()
    loaded = read_plan(plan)
    require_lawful(loaded, site)
    drones = tuple(drone for drone in app.drones(site) if loaded.drone(drone.name) or app.drone_names)
    result = push_with_progress(app, loaded, drones, sortie)
    receipt = write_receipt(site.root / "flights", result)
    if app.json:
        app.print_json({**result.as_json(), "receipt": str(receipt)})
    else:
        report(app, result)
        click.echo(f"receipt: {receipt}")


def push_with_progress(app: App, plan: Plan, drones: Sequence[Drone], sortie: int) -> PushResult:
    """The transaction, with its progress on stderr."""
    from dronectl.cli import aio
    from dronectl.cli.live import EventView
    from dronectl.formats.plan_folder import plan_sha256
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.push import push as push_plan

    async def main() -> PushResult:
        async with open_fleet(drones) as fleet:
            uids = {drone.name: drone.uid for drone in drones}
            return await push_plan(fleet, plan, plan_sha256(plan), sortie=sortie, uids=uids, listener=view)

    with EventView(app) as view:
        return aio.run(main())


def require_lawful(plan: Plan, site: Site) -> None:
    """Checks what the plan's files say now; nothing is uploaded that breaks a rule nobody has overridden.

    Raises:
        RuleViolation: names the first violation and how many there are.
    """
    from dronectl.errors import RuleViolation
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


def report(app: App, result: PushResult) -> None:
    """A table of what each drone holds now."""
    from dronectl.cli.tables import new_table

    table = new_table(f"on board, read back and equal to the plan (sortie {result.sortie})")
    for heading in ("drone", "system id", "uid"):
        table.add_column(heading)
    for heading in ("mission", "fence", "rally", "seconds", "resent"):
        table.add_column(heading, justify="right")
    for drone in result.drones:
        parts = (drone.mission, drone.fence, drone.rally)
        cells = [f"{part.items}{'' if part.sent else ' (as before)'}" for part in parts]
        seconds = sum(part.seconds for part in parts)
        resent = sum(part.resent for part in parts)
        table.add_row(drone.name, str(drone.system_id), drone.uid or "-", *cells, f"{seconds:.2f}", str(resent))
    app.out().print(table)
