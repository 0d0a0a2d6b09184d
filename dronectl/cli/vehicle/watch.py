"""``dronectl watch``: the fleet on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.ops.telemetry.forwarding import Forward


@click.command()
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.2, max=10),
    default=2.0,
    show_default=True,
    help="Redraws a second (Hz).",
)
@click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), help="Stop after so many seconds. Default: at Ctrl-C."
)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, file_okay=False),
    help="The plan that is flown: alarms then know its way, its fence and its battery.",
)
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@forward_options
@no_publish_option
@command_options(drones=True, links=True, json_=False)
def watch(
    app: App,
    rate_hz: float,
    duration_s: float | None,
    plan: Path | None,
    sortie: int,
    forward: Forward,
    no_publish: bool,
) -> None:
    """Live dashboard of the fleet until Ctrl-C or q: a map of zones, plan, drones and their trails; of each drone what
    it is doing, its height, speed, battery now and at landing, links and distances; alarms, and what the vehicles say.

    An alarm stays on the screen until it is over and somebody has pressed s: seen. What is old is dim and marked with
    "?", with its age below. It fills the terminal; a pipe, or a terminal that cannot move its cursor, gets lines.

    On a terminal, keys give orders: h hold, r return to launch, l land, each to be confirmed with y; 1 to 9 choose one
    drone, n and p the next and the previous one, a all of them. It keeps the ground station's heartbeat up while it
    runs.
    """
    from dronectl.cli.vehicle.dashboard.running import Watched, run_dashboard
    from dronectl.ops.common import event_loop

    flown = flown_plan(plan, sortie) if plan else None
    publish = publish_of(app, no_publish)
    watched = Watched(app, app.drones(), app.zone(), flown, sortie, rate_hz, duration_s, forward, publish)
    event_loop.run(run_dashboard(watched))


def flown_plan(folder: Path, sortie: int) -> Plan:
    """The plan that is being flown.

    Raises:
        InputError: no plan there, or it has no such sortie.
    """
    from dronectl.errors import InputError
    from dronectl.formats.plans.plan_folder import read_plan

    plan = read_plan(folder)
    if sortie not in plan.sortie_numbers():
        numbers = ", ".join(map(str, plan.sortie_numbers()))
        raise InputError(f"{folder}: no sortie {sortie}", hint=f"it has: {numbers}")
    return plan
