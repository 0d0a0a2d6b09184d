"""``dronectl plan``: missions to plans, plans against the rules, and mission files from one format to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.plan.brief import brief
from dronectl.cli.plan.budget import span_s, stop_on_interrupt
from dronectl.cli.plan.check import check, explain
from dronectl.cli.plan.common import (
    allow_option,
    by_option,
    complete_plans,
    date_option,
    overrides_of,
    plan_name,
    start_option,
    tell_day,
    verdict,
)
from dronectl.cli.plan.convert import convert
from dronectl.cli.plan.hotspot_report import print_hotspots
from dronectl.cli.plan.report import plan_document, print_plan, print_timetable, print_violations
from dronectl.errors import DronectlError, InputError
from dronectl.model.text.shown_time import iso_z, now

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dronectl.model.plan.patrol import Patrol
    from dronectl.model.site import Site

_LONG_NAME = 60


@click.group()
def plan() -> None:
    """Missions to plans: build, check, show, brief, convert."""


plan.add_command(brief)
plan.add_command(convert)
plan.add_command(check)
plan.add_command(explain)


def _complete_missions(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        patrols = App(workspace=ctx.params.get("workspace")).site().patrols
    except DronectlError:
        patrols = ()
    ids = [CompletionItem(patrol.id, help=patrol.name) for patrol in patrols if patrol.id.startswith(incomplete)]
    return [*ids, CompletionItem(incomplete, type="file")]


@plan.command()
@click.argument("missions", nargs=-1, required=True, metavar="MISSION…", shell_complete=_complete_missions)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The plan's folder. Default: plans/NAME in the workspace.",
)
@click.option("--name", callback=plan_name, help="The plan's name. Default: from the missions' names.")
@allow_option
@by_option
@date_option
@start_option
@click.option(
    "--budget",
    callback=span_s,
    default="1s",
    show_default=True,
    metavar="TIME",
    help="How long to search for shorter flights (500ms, 1s, 2 min), counted in rounds: the same on every computer.",
)
@command_options(drones=True)
def build(
    app: App,
    missions: tuple[str, ...],
    output: Path | None,
    name: str | None,
    allowed: tuple[str, ...],
    person: str | None,
    day: datetime | None,
    start: time | None,
    budget: float,
) -> int:
    """Turn missions (files of missions/, or their names) into a plan for the fleet, and check it.

    Exits with 3 when the plan breaks a rule that nothing authorises; the plan is written all the same. Ctrl-C ends the
    search with the best plan found so far; a second one gives up.
    """
    from dronectl.checks import check_plan
    from dronectl.formats.kml.document import render
    from dronectl.formats.plans.plan_folder import write_plan
    from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND
    from dronectl.planning.build import build_plan
    from dronectl.planning.deconfliction.schedule import timetable_of
    from dronectl.site.local_time import today_at, zone_of

    overrides = overrides_of(allowed, person)
    site = app.site()
    patrols = [_find_patrol(site, mission) for mission in missions]
    for index, patrol in enumerate(patrols):
        if patrol in patrols[:index]:
            raise InputError(f"mission '{patrol.id}' is given twice")
    name = name or _plan_name([patrol.id for patrol in patrols])
    folder = output or site.root / "plans" / name
    drones = [drone.name for drone in app.drones(site)]
    with stop_on_interrupt() as stop, _progress(app) as on_progress:
        made = build_plan(
            site,
            patrols,
            name=name,
            created_utc=iso_z(now()),
            drones=drones,
            on_progress=on_progress,
            rounds=round(budget * ROUNDS_PER_SECOND),
            stop=stop,
        )
    if made.search is not None and made.search.stopped_early:
        app.err().print("stopped early: best plan found so far")
    flown_on = day.date() if day is not None else today_at(site)
    times = timetable_of(
        made,
        patrols,
        day=flown_on,
        zone=zone_of(site),
        turnaround_s=60.0 * site.rules.turnaround_min,
        start=start,
    )
    made = replace(made, overrides=overrides, day=flown_on if times or day is not None else None, timetable=times)
    made = replace(made, violations=check_plan(made, site, day=flown_on))
    colours = {drone.name: drone.colour for drone in site.drones}
    write_plan(made, folder, render(title=name, plan=made, zones=site.zones, colours=colours, zone=zone_of(site)))
    tell_day(app, made, site, flown_on)
    if app.json:
        app.print_json({**plan_document(made), "folder": str(folder)})
    else:
        print_plan(app, made)
        print_hotspots(app, made.hotspots)
        print_timetable(app, made, site)
        print_violations(app, made.violations)
        app.out().print(f"plan written to {folder}")
    return verdict(app, made.violations, hint=f"the plan is in {folder}; change the mission or the rules, or --allow")


@plan.command()
@click.argument("source", metavar="PLAN", type=click.Path(path_type=Path), shell_complete=complete_plans)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The map to write: .html, .svg, .png or .kml. Default: a map in the terminal.",
)
@click.option("--sortie", type=click.IntRange(min=1), metavar="N", help="Only this sortie. Default: all.")
@command_options(json_=False)
def show(app: App, source: Path, output: Path | None, sortie: int | None) -> None:
    """Draw a plan on a map: routes, zones, fence, keep-outs and what the checks found.

    An .html page works without a network: pan, zoom, a time slider, heights. An .svg or .png is one A4 page to print.
    """
    from dronectl.cli.plan.show import print_map, write_map
    from dronectl.formats.plans.plan_folder import read_plan

    site = app.site()
    shown = read_plan(source)
    if output is None:
        print_map(app, shown, site, sortie)
        return
    write_map(shown, site, output, sortie)
    app.out().print(f"map written to {output}")


def _find_patrol(site: Site, mission: str) -> Patrol:
    """By path of its file, else by its name."""
    path = Path(mission)
    if path.exists():
        found = next((one for one in site.patrols if (site.root / one.source).resolve() == path.resolve()), None)
        if found is not None:
            return found
    found = site.patrol(mission.removesuffix(".toml"))
    if found is None:
        known = ", ".join(patrol.id for patrol in site.patrols)
        raise InputError(f"no mission '{mission}' in {site.root / 'missions'}", hint=f"there are: {known or 'none'}")
    return found


def _plan_name(patrol_ids: list[str]) -> str:
    joined = "+".join(patrol_ids)
    return joined if len(joined) <= _LONG_NAME else f"{patrol_ids[0]}+{len(patrol_ids) - 1}-more"


@contextmanager
def _progress(app: App) -> Iterator[Callable[[str, float], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = app.err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("planning", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)
