"""``dronectl plan brief``: a sheet to take to the field for each drone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.plan_words import judged_day
from dronectl.cli.plan.common import complete_plans, date_option


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
    from dronectl.formats.plans.plan_folder import folder_of, read_plan
    from dronectl.ops.plans.briefing import sheets_of, write_sheets

    site = app.site()
    folder = folder_of(source) or source
    plan = read_plan(folder)
    names = [drone.name for drone in app.drones(site)] if app.drone_names else []
    sheets = sheets_of(plan, folder, output, names)
    flown_on = judged_day(app, site, day, plan)
    write_sheets(plan, site, sheets, day=flown_on)
    if app.json:
        app.print_json({"plan": plan.name, "day": str(flown_on), "files": [str(path) for path in sheets]})
        return
    for path, whose in sheets.items():
        app.out().print(f"{path}: briefing of {', '.join(whose)}")
