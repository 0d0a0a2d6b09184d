"""``dronectl plan brief``: a sheet to take to the field for each drone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.plan.common import complete_plans, date_option, judged_day
from dronectl.errors import InputError


@click.command()
@click.argument("source", metavar="PLAN", type=click.Path(path_type=Path), shell_complete=complete_plans)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A folder for a sheet a drone, or one .html file for all. Default: the plan's folder.",
)
@date_option
@command_options(drones=True)
def brief(app: App, source: Path, output: Path | None, day: datetime | None) -> None:
    """Write a briefing sheet for each drone: an HTML page in Thai and English that prints on A4.

    It has the map, every waypoint, times, altitudes, batteries, findings, papers, emergency orders, a checklist and
    places to sign. A browser's print makes a PDF of it.
    """
    from dronectl.formats.briefing.sheet import render_briefing
    from dronectl.formats.plans.plan_folder import read_plan
    from dronectl.storage.files import write_atomic

    site = app.site()
    folder = source.parent if source.name == "plan.json" else source
    plan = read_plan(folder)
    wanted = {drone.name for drone in app.drones(site)} if app.drone_names else {drone.name for drone in plan.drones}
    drones = [drone for drone in plan.drones if drone.name in wanted]
    if not drones:
        flown = ", ".join(drone.name for drone in plan.drones) or "nobody"
        raise InputError(f"plan '{plan.name}' has no flight of {', '.join(sorted(wanted))}", hint=f"it has: {flown}")
    flown_on = judged_day(app, site, day, plan)
    if output is not None and output.suffix.lower() == ".html":
        sheets = {output: drones}
    elif output is not None and output.suffix and not output.is_dir():
        raise InputError(f"{output}: cannot write '{output.suffix}' sheets", hint="give a folder or an .html file")
    else:
        sheets = {(output or folder) / f"{drone.name}-briefing.html": [drone] for drone in drones}
    for path, whose in sheets.items():
        write_atomic(path, render_briefing(plan, site, whose, day=flown_on))
    if app.json:
        app.print_json({"plan": plan.name, "day": str(flown_on), "files": [str(path) for path in sheets]})
        return
    for path, whose in sheets.items():
        app.out().print(f"{path}: briefing of {', '.join(drone.name for drone in whose)}")
