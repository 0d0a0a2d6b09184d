"""``dronectl watch``: the fleet on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.unblocked import unblocked
from dronectl.cli.vehicle.flown_plan import FlownPlan, flown_plan_options
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of

if TYPE_CHECKING:
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
@flown_plan_options
@forward_options
@no_publish_option
@command_options(drones=True, links=True, json_=False)
@unblocked
def watch(
    app: App,
    rate_hz: float,
    duration_s: float | None,
    flown: FlownPlan,
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

    publish = publish_of(app, no_publish)
    watched = Watched(app, app.drones(), app.zone(), flown, rate_hz, duration_s, forward, publish)
    event_loop.run(run_dashboard(watched))
