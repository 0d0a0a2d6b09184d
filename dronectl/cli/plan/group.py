"""``dronectl plan``: missions to plans, plans against the rules, and mission files from one format to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.finding_lines import print_findings
from dronectl.cli.common.map_note import tell_missing_letters
from dronectl.cli.common.plan_words import tell_day
from dronectl.cli.plan.brief import brief
from dronectl.cli.plan.budget import span_s, stop_on_interrupt
from dronectl.cli.plan.check import check, explain
from dronectl.cli.plan.common import (
    all_option,
    allow_option,
    by_option,
    complete_plans,
    date_option,
    plan_name,
    start_option,
    verdict,
)
from dronectl.cli.plan.convert import convert
from dronectl.cli.plan.diff import diff
from dronectl.cli.plan.hotspot_report import print_hotspots
from dronectl.cli.plan.report import plan_document, print_plan, print_timetable
from dronectl.errors import DronectlError
from dronectl.model.plan.pattern import Pattern

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@click.group()
def plan() -> None:
    """Missions to plans: build, check, show, diff, brief, convert."""


plan.add_command(brief)
plan.add_command(convert)
plan.add_command(check)
plan.add_command(diff)
plan.add_command(explain)


def _complete_missions(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        patrols = App(workspace=ctx.params.get("workspace")).site().patrols
    except DronectlError:
        patrols = ()
    ids = [CompletionItem(patrol.id, help=patrol.name) for patrol in patrols if patrol.id.startswith(incomplete)]
    return [*ids, CompletionItem(incomplete, type="file")]


def _patterns_help() -> str:
    width = max(map(len, Pattern))
    rows = [f"  {pattern:<{width}}  {pattern.summary}" for pattern in Pattern]
    return "\n".join(["\b", "Patterns that a mission may name:", *rows])  # \b: click leaves its lines as they are


@plan.command(epilog=_patterns_help())
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
@all_option
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
    each: bool,
) -> int:
    """Turn missions (files of missions/, or their names) into a plan for the fleet, and check it.

    Exits with 3 when the plan breaks a rule that nothing authorises; the plan is written all the same. Ctrl-C ends the
    search with the best plan found so far; a second one gives up.
    """
    from dronectl.model.plan.shift import shift_of
    from dronectl.ops.plans.building import BuildSettings, build_to_folder, find_patrol
    from dronectl.ops.plans.overrides import overrides_of

    overrides = overrides_of(allowed, person)
    site = app.site()
    patrols = [find_patrol(site, mission) for mission in missions]
    settings = BuildSettings(
        drones=[drone.name for drone in app.drones(site)],
        name=name,
        overrides=overrides,
        day=None if day is None else day.date(),
        start=start,
        budget_s=budget,
    )
    with stop_on_interrupt() as stop, _progress(app) as on_progress:
        built = build_to_folder(site, patrols, output, settings, on_progress=on_progress, stop=stop)
    made, folder = built.plan, built.folder
    if made.search is not None and made.search.stopped_early:
        app.err().print("stopped early: best plan found so far")
    tell_day(app, made, site, built.day)
    shift = shift_of(made, site.drones, 60.0 * site.rules.turnaround_min)
    if app.json:
        app.print_json({**plan_document(made, shift), "folder": str(folder)})
    else:
        print_plan(app, made, shift)
        print_hotspots(app, made.hotspots)
        print_timetable(app, made, site)
        print_findings(app, made.findings, site.authorisations, each=each)
        app.out().print(f"plan written to {folder}")
    return verdict(app, made.findings, hint=f"the plan is in {folder}; change the mission or the rules, or --allow")


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
    from dronectl.cli.plan.show import print_map
    from dronectl.formats.plans.plan_folder import read_plan
    from dronectl.ops.plans.plan_map import write_map

    site = app.site()
    shown = read_plan(source)
    if output is None:
        print_map(app, shown, site, sortie)
        return
    write_map(shown, site, output, sortie)
    tell_missing_letters(output)
    app.out().print(f"map written to {output}")


@contextmanager
def _progress(app: App) -> Iterator[Callable[[str, float], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = app.err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("planning", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)
