"""``dronectl push``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options, other_aircraft_option
from dronectl.cli.common.out import echo

if TYPE_CHECKING:
    from dronectl.ops.items.push import PushResult


@click.command()
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@click.option("--no-parameters", is_flag=True, help="Leave the settings of fence and return alone.")
@click.option(
    "--restore",
    "backup",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="No PLAN: put back what this folder, flights/backup-…, says was on board.",
)
@click.option("--waive", "waived", multiple=True, metavar="ID", help="Go on without a rehearsal that holds: rehearsal.")
@click.option("--by", "person", metavar="NAME", help="Who takes the responsibility for --waive.")
@other_aircraft_option
@command_options(drones=True, links=True)
def push(
    app: App, plan: Path | None, sortie: int, no_parameters: bool, backup: Path | None, waived: tuple[str, ...],
    person: str | None, others: tuple[str, ...],
) -> None:  # fmt: skip
    """Upload a plan to every drone: mission, fence, rally points and failsafe settings, all or none.

    What is on board is backed up first, each upload is read back and compared, and if any fails all drones get back
    what they held. The altitude of return, the fence's kinds, greatest altitude and action, and with rally points how
    far they may be and that home counts, are set as the plan was checked with, under the names that each drone's
    firmware has for them; whether the fence acts stays as it is (`fence enable`): one that does acts on the new kinds.
    Nothing moves. A plan that breaks a rule today (on its own day, if that is to come), or that was edited since
    `plan check` saw it last, is not uploaded (a person can override a rule: `plan build --allow`). A receipt in
    flights/ keeps what was put on which aircraft, by whom, and what was overridden. A plan that was not rehearsed as it
    is now is told of, or not uploaded ([rules] rehearsal), unless a person answers for it by name.

    flights/backup-… keeps what was on board before. If a push was cut off in the middle (a power cut), the next one
    says so, and --restore puts the old state back; it was on board before, so no rule is asked about it.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.common.finding_lines import tell_findings
    from dronectl.cli.common.plan_words import warn_out_of_time, warn_unrehearsed
    from dronectl.cli.vehicle.push_restore import restore
    from dronectl.formats.plans.plan_folder import folder_hashes, plan_sha256
    from dronectl.ops.audit.plan_words import of_plan
    from dronectl.ops.common import event_loop
    from dronectl.ops.items.push import push_to
    from dronectl.ops.plans.flight_authorisation import authorised_plan
    from dronectl.ops.rehearsal.stamping import waiver_of

    if (plan is None) == (backup is None):
        raise click.UsageError("a PLAN is wanted, or --restore and the folder of a backup; never both")
    if backup is not None:
        restore(app, backup)
        return
    assert plan is not None
    unrehearsed_by = waiver_of(waived, person)
    site = app.site()
    fleet = app.drones(site)
    named = bool(app.drone_names)
    proved, drones = authorised_plan(plan, site, sortie=sortie, drones=fleet, each_flies=named, upload=True)
    warn_out_of_time(app, proved.plan, site, sortie, upload=True)
    warn_unrehearsed(app, proved.plan, site, unrehearsed_by)
    tell_findings(app, proved, sortie)
    details = {
        "plan": str(plan),
        "plan_sha256": plan_sha256(proved.plan),
        "files": folder_hashes(plan),
        "sortie": sortie,
        "overrides": list(proved.plan.overrides),
        "waived": [f"{one} by {unrehearsed_by}" for one in waived],
    }
    logbook = app.logbook("push", details, others)
    told_of = {"plan": str(plan), "sortie": sortie, "waived": details["waived"], **of_plan(proved.plan)}
    with (
        EventView(app) as view,
        app.audited("push", drones, told_of) as audited,
    ):
        told = audited.heard_by(view)
        result = event_loop.run(
            push_to(
                drones,
                proved,
                sortie=sortie,
                parameters=not no_parameters,
                unrehearsed_by=unrehearsed_by,
                listener=told,
                logbook=logbook,
            )
        )
        for drone in result.drones:
            lists = (("mission", drone.mission), ("fence", drone.fence), ("rally", drone.rally))
            held = ", ".join(f"{kind} of {part.items} items" for kind, part in lists)
            audited.done(drone.name, f"{held}, read back and equal", uid=drone.uid, receipt=str(logbook.receipt))
    if app.json:
        app.print_json({**result.as_json(), "receipt": str(logbook.receipt)})
    else:
        report(app, result)
        echo(f"receipt: {logbook.receipt}")


def report(app: App, result: PushResult) -> None:
    """A table of what each drone holds now."""
    from dronectl.cli.common.tables import new_table
    from dronectl.model.ardupilot.float32 import in_digits

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
    for drone in result.drones:
        told = [
            f"{one.parameter} {in_digits(one.before)} → {in_digits(one.value)}"
            if one.sent
            else f"{one.parameter} as before"
            for one in drone.parameters
        ]
        if told:
            echo(f"{drone.name}: {', '.join(told)}")
