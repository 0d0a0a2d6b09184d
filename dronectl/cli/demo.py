"""``dronectl demo``: the whole job on the built-in fleet, with real files, real sockets and real MAVLink."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import InputError
from dronectl.model.text.shown_time import file_stamp, now, span

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.ops.demo.demo import Demo, Step


@click.command()
@click.argument("mission", required=False)
@click.option(
    "--speedup", type=click.FloatRange(min=0.5, max=50), default=20.0, show_default=True, help="Times real time."
)
@click.option("--backend", type=click.Choice(["builtin", "ardupilot"]), default="builtin", show_default=True)
@click.option("--firmware", "firmwares", multiple=True, metavar="[DRONE=]VERSION",
              help="The ArduCopter release, as for 'sim start'; may be repeated.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the simulated fleet running until Ctrl-C, e.g. for 'dronectl watch'.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated wind and noise.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results. Default: flights/."
)
@command_options()
def demo(
    app: App, mission: str | None, speedup: float, backend: str, firmwares: tuple[str, ...], keep: bool, seed: int,
    output: Path | None,
) -> None:  # fmt: skip
    """Plan, check, push, fly, watch, record, export: everything once, on simulated drones.

    MISSION is a patrol of missions/ (default: demo). Nothing real is touched: the drones are processes of this machine.
    Outside of any workspace an example workspace is made in a temporary folder.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.demo.demo import flown_demo
    from dronectl.ops.demo.simulated_fleet import SimulatedFleet

    site = _site(app)
    folder = output or site.root / "flights" / f"{file_stamp(now())}-demo"
    fleet = SimulatedFleet(backend, speedup, seed, firmwares)

    def say(line: str) -> None:
        echo(line, err=app.json)

    def tell(step: Step) -> None:
        for line in _lines(step, site):
            say(line)

    with flown_demo(site, mission, folder, fleet, tell=tell, view=partial(EventView, app)) as done:
        say(_flown_line(done))
        outside = done.outside()
        if not app.json:
            _print_places(done)
        elif outside is None:  # one document on stdout, not two
            app.print_json(done.as_json())
        if keep:
            links = " ".join(f"--link {name}={link}" for name, own in done.links.items() for link in own)
            say(f"The fleet goes on until Ctrl-C. Watch it: dronectl watch {links}")
            _wait_for_interrupt()
    if outside is not None:
        raise outside


def _site(app: App) -> Site:
    """The workspace; where there is none, the example that ``dronectl init`` makes."""
    from dronectl.ops.demo.demo import example_workspace

    if app.workspace is None:
        try:
            app.root()
        except InputError:
            app.workspace = example_workspace()
    return app.site()


def _lines(step: Step, site: Site) -> Iterator[str]:
    from dronectl.ops.common.events import Note
    from dronectl.ops.demo.demo import Chosen, FleetUp, Flew, Planned, Pushed

    match step:
        case Chosen(patrol):
            yield f"plan   {patrol.id}: {patrol.name}"
        case Planned(plan):
            yield from _plan_lines(plan, site)
        case FleetUp(drones, fleet):
            yield f"fleet  {drones} simulated {fleet.backend} copters at {fleet.speedup:g} times real time"
        case Pushed(items, seconds):
            yield f"push   {items} mission items, fences and rally points on board, read back, equal ({seconds:.1f} s)"
        case Flew(names):
            yield f"fly    {', '.join(names)} flew to the end, landed and disarmed"
        case Note(text):
            yield f"note: {text}"


def _plan_lines(plan: Plan, site: Site) -> Iterator[str]:
    from dronectl.cli.common.finding_lines import group_lines, summary

    for drone in plan.drones:
        for sortie in drone.sorties:
            yield (
                f"         {drone.name:<8} {len(sortie.mission):>4} items  {sortie.distance_m / 1000:5.2f} km  "
                f"{span(sortie.duration_s):>5} min  {sortie.work_altitude_m:3.0f} m  "
                f"battery {sortie.battery_text}"
            )
    facts = []
    if plan.coverage_pct is not None:
        facts.append(f"coverage {plan.coverage_pct:.2f} % at {plan.swath_m:.1f} m swath")
    if plan.min_separation_m is not None:
        facts.append(f"least separation {plan.min_separation_m:.1f} m")
    if facts:
        yield f"         {', '.join(facts)}"
    yield f"check  {summary(plan.findings)}"
    for line in group_lines(plan.findings, site.authorisations):
        yield f"         {line}"


def _flown_line(done: Demo) -> str:
    flown = done.flown
    facts = [f"tracks {'inside' if flown.inside else 'NOT INSIDE'} the fence by {flown.fence_clearance_m:.1f} m"]
    if flown.keep_out_clearance_m is not None:
        facts.append(f"{flown.keep_out_clearance_m:.1f} m from the nearest keep-out ({flown.keep_out})")
    if flown.min_separation_m is not None:
        facts.append(f"drones at least {flown.min_separation_m:.1f} m apart")
    if done.photographed_pct is not None:
        facts.append(f"{done.photographed_pct:.2f} % of the zones photographed")
    return ", ".join(facts)


def _print_places(done: Demo) -> None:
    echo()
    echo(f"Done in {done.elapsed_s:.0f} s. Everything lies here:")
    echo(f"  plan        {done.plan_folder}")
    for path in done.recordings:
        echo(f"  recording   {path}")
    echo(f"  tracks      {done.kml}  (open it in Google Earth)")


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
