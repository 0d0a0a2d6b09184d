"""``dronectl fly``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import confirm, yes_option
from dronectl.cli.common.out import echo
from dronectl.cli.common.unblocked import unblocked
from dronectl.cli.vehicle.fly_remainder import NEWEST, ResumedFlight, push_remainder, resumed_flight
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of
from dronectl.cli.vehicle.ready import answered_for, operator_options
from dronectl.errors import DronectlError, Refused
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import file_stamp, now

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.plan import Plan
    from dronectl.ops.audit.trail import AuditedOrder
    from dronectl.ops.flight.fly import FlightResult
    from dronectl.ops.flight.readiness.asked import Operator
    from dronectl.ops.telemetry.forwarding import Forward


@click.command()
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@click.option(
    "--resume",
    "remainder",
    is_flag=False,
    flag_value=NEWEST,
    metavar="[DIR]",
    help="No PLAN: push and fly what an earlier flight left unflown, of these recordings or of the newest.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the recordings.")
@click.option(
    "--wait",
    "ready_within_s",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Wait so many seconds for autopilots that were just switched on to find their position.",
)
@yes_option
@operator_options
@forward_options
@no_publish_option
@command_options(drones=True, links=True)
@unblocked
def fly(
    app: App,
    plan: Path | None,
    sortie: int,
    remainder: str | None,
    output: Path | None,
    ready_within_s: float,
    yes: bool,
    forward: Forward,
    no_publish: bool,
    answers_for: Callable[..., Operator],
) -> None:
    """Fly a plan that was pushed: go / no-go, arm, take off, follow to the end, record.

    Nobody takes off before all drones of the same start are armed; if one of them fails to start, all come back.
    Ctrl-C at any time disarms who stands and orders who flies to return, and goes on recording until they have
    landed; a second Ctrl-C leaves them to their missions and failsafes, and so does a terminal that closes. Where the
    plan is being flown already, the flight is picked up: followed and recorded, and nobody is launched. As with push,
    the plan must be lawful today.

    A drone that comes back early stops nobody else. What it left unflown lies as a plan in the folder of the
    recordings, in remainder/; after a battery change `fly --resume` pushes that to it, or with --drone to another one,
    reads it back and flies it: from one leg before the place where it ended, with speed, ROI and camera set again.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.common.finding_lines import tell_findings
    from dronectl.cli.common.plan_words import warn_out_of_time
    from dronectl.ops.audit.plan_words import of_plan
    from dronectl.ops.common import event_loop
    from dronectl.ops.flight.recorded_flight import flies_already, fly_and_record, require_completed
    from dronectl.ops.flight.remainders import tell_resumed
    from dronectl.ops.plans.flight_authorisation import authorised_plan

    if (plan is None) == (remainder is None):
        raise click.UsageError("a PLAN is wanted, or --resume; never both")
    site = app.site()
    resuming: ResumedFlight | None = None
    if plan is not None:
        fleet = app.drones(site)
        proved, drones = authorised_plan(plan, site, sortie=sortie, drones=fleet, each_flies=bool(app.drone_names))
    else:
        assert remainder is not None
        resuming = resumed_flight(app, site, remainder)
        proved, drones, plan, sortie = resuming.proved, resuming.drones, resuming.folder, 1
    folder = output or site.root / "flights" / f"{file_stamp(now())}-{proved.plan.name}"
    warn_out_of_time(app, proved.plan, site, sortie)
    tell_findings(app, proved, sortie)
    looks = resuming is not None or not yes
    flies = looks and event_loop.run(flies_already(proved, drones, sortie))
    asks = not yes and not flies
    operator = answers_for(app, site, asks=asks)
    if asks:
        confirm(app, f"{announce(proved.plan, drones, sortie)}\nCtrl-C in flight: all return to launch. Go?")
    if resuming is not None and not flies:
        push_remainder(app, resuming, operator)
    what = {"plan": str(plan), "sortie": sortie, **of_plan(proved.plan), **answered_for(operator)}
    try:
        with EventView(app) as view, app.audited("fly", drones, what) as audited:
            flown = event_loop.run(
                fly_and_record(
                    proved,
                    drones,
                    sortie=sortie,
                    folder=folder,
                    listener=audited.heard_by(view),
                    ready_within_s=ready_within_s,
                    operator=operator,
                    forward=forward,
                    black_box=app.black_box,
                    publish=publish_of(app, no_publish),
                )
            )
            _tell_ends(audited, flown.result)
    except DronectlError as error:
        _say_recordings(app, error.details.get("recordings"), err=True)
        raise
    if resuming is not None and any(drone.armed for drone in flown.result.drones):
        tell_resumed(resuming.folder, resuming.whose, folder)
    if not app.json:
        report(app, flown.result)
        if flown.remainder:
            echo(f"left unflown: {flown.remainder}")
    _say_recordings(app, flown.recordings)
    require_completed(flown)
    if app.json:
        app.print_json(flown.as_json())


def _tell_ends(audited: AuditedOrder, result: FlightResult) -> None:
    """How each drone's flight ended, into the audit log."""
    for drone in result.drones:
        if drone.completed and drone.landed:
            audited.done(drone.name, drone.end)
        else:
            audited.failed(drone.name, Refused(drone.end or str(drone.ended)))


def _say_recordings(app: App, paths: object, *, err: bool = False) -> None:
    for path in paths if isinstance(paths, list | tuple) and not app.json else ():
        echo(f"recording: {path}", err=err)


def announce(plan: Plan, drones: Sequence[Drone], sortie: int) -> str:
    """What will move, how high, how far and for how long."""
    lines = [f"{plan.name}, sortie {sortie}:"]
    for drone in drones:
        planned = plan.drone(drone.name)
        flight = planned.sortie(sortie) if planned else None
        if flight:
            lines.append(
                f"  {drone.name} takes off, flies {flight.distance_m / 1000:.1f} km at {flight.work_altitude_m:g} m "
                f"above home for about {flight.duration_s / 60:.0f} min, returns and lands"
            )
    return "\n".join(lines)


def report(app: App, result: FlightResult) -> None:
    """A table of how each drone's sortie went."""
    from rich.text import Text

    from dronectl.cli.common.tables import new_table

    table = new_table(f"sortie {result.sortie}")
    table.add_column("drone")
    for heading in ("items reached", "highest m", "wall s"):
        table.add_column(heading, justify="right")
    table.add_column("end")
    for drone in result.drones:
        words = drone.end
        style = "" if drone.completed else "yellow"
        if drone.is_lost:  # where it is, is told with the error
            words = drone.ended.upper() + (f": {drone.cause}" if drone.cause else "")
            style = "bold red"
        end = Text(plain(words), style=style)
        reached = f"{min(drone.reached_item, drone.last_item)}/{drone.last_item}"
        table.add_row(drone.name, reached, f"{drone.max_relative_altitude_m:.1f}", f"{drone.duration_s:.0f}", end)
    app.out().print(table)
