"""``dronectl plan check`` and ``plan explain``: plans and mission files against the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import put_out
from dronectl.cli.plan.common import (
    allow_option,
    by_option,
    complete_plans,
    date_option,
    judged_day,
    overrides_of,
    verdict,
)
from dronectl.cli.plan.fix import FixedCopy, fixed_copy, line_of, located, print_fixed
from dronectl.cli.plan.report import errors_of, print_violations
from dronectl.errors import InputError
from dronectl.model.rules import RULE_IDS

if TYPE_CHECKING:
    from dronectl.formats.reports.sarif import Located
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.plan import Plan
    from dronectl.model.plan.violation import Violation
    from dronectl.model.site import Site


@click.command()
@click.argument(
    "targets",
    nargs=-1,
    required=True,
    metavar="PLAN|FILE…",
    type=click.Path(path_type=Path),
    shell_complete=complete_plans,
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to report; json is --json.",
)
@click.option(
    "--fix",
    "fixing",
    is_flag=True,
    help="Write NAME.fixed beside each mission file, with what can be mended without a choice.",
)
@allow_option
@by_option
@date_option
@command_options(drones=True)
def check(
    app: App,
    targets: tuple[Path, ...],
    format_: str,
    fixing: bool,
    allowed: tuple[str, ...],
    person: str | None,
    day: datetime | None,
) -> int:
    """Hold plans, or mission files made elsewhere, against every rule.

    A plan whose files were edited since it was built or checked last is recorded anew with what is found, so that it
    can be pushed again when it breaks no rule; what --allow let through before has to be allowed again. A file is
    checked as flown by --drone, else by the drone in its name, else by the first of the fleet.

    --fix adds a missing return, lowers what is above the ceiling, switches the camera off for the way home and writes
    items as the autopilot stores them, each only if the checks then find less. The file itself stays as it is; what
    is reported, and the exit code, are those of the copy.
    """
    from dronectl.formats.plans.plan_folder import is_plan_folder, read_plan

    overrides = overrides_of(allowed, person)
    for target in targets:
        if _is_folder(target) and app.drone_names:
            raise InputError(f"{target}: a plan is checked whole", hint="--drone says who flies a file made elsewhere")
        if not _is_folder(target) and overrides:
            raise InputError(f"{target}: --allow is recorded in a plan, and this is a mission file")
        if _is_folder(target) and fixing:
            raise InputError(
                f"{target}: --fix is for mission files", hint="change the mission and build the plan again"
            )
    site = app.site()
    found: list[Located] = []
    days: dict[str, date] = {}
    copies: list[FixedCopy] = []
    as_text = format_ == "text" and not app.json
    for target in targets:
        copy = None
        read = read_plan(_folder(target)) if _is_folder(target) else None
        days[str(target)] = flown_on = judged_day(app, site, day, read)
        if read is not None:
            one = _check_folder(site, read, _folder(target), flown_on, overrides)
        elif fixing:
            copy = fixed_copy(target, site, _drone_for(app, site, target), flown_on)
            one = copy.left
            copies.append(copy)
        else:
            one = _check_file(app, site, target, flown_on)
        if as_text:
            title = str(target) if len(targets) > 1 else None
            print_violations(app, [located.violation for located in one], title=title)
            if copy is not None:
                print_fixed(app, copy)
        found += one
    violations = [located.violation for located in found]
    if format_ == "sarif":
        from dronectl.checks import RULES
        from dronectl.formats.reports.sarif import RuleText, write_sarif

        texts = [RuleText(rule.id, rule.title, rule.explanation, rule.chapters()) for rule in RULES]
        put_out(write_sarif(found, texts, days) + "\n")
    elif app.json or format_ == "json":
        listed = [{"path": located.path, **located.violation.as_json()} for located in found]
        kinds = {str(target): "plan" if is_plan_folder(target) else "file" for target in targets}
        checked = [{"path": path, "kind": kind, "day": str(days[path])} for path, kind in kinds.items()]
        document = {"checked": checked, "violations": listed, "errors": len(errors_of(violations))}
        app.print_json({**document, "fixed": [copy.as_json() for copy in copies]} if fixing else document)
    return verdict(
        app, violations, hint="each error names item and place; 'dronectl plan explain RULE' says what it asks"
    )


@click.command()
@click.argument("rule", required=False, type=click.Choice(RULE_IDS))
@command_options(workspace=False)
def explain(app: App, rule: str | None) -> None:
    """Say what a rule asks and why, where it comes from, an example and how to mend it; or do so for every rule."""
    from rich.padding import Padding
    from rich.text import Text

    from dronectl.checks import RULES

    chosen = [one for one in RULES if rule in (None, one.id)]
    if app.json:
        keys = ("id", "title", "explanation", "why", "source", "example", "remedy")
        app.print_json({"rules": [{key: getattr(one, key) for key in keys} for one in chosen]})
        return
    for one in chosen:
        app.out().print(f"{one.id}: {one.title}", style="bold")
        for heading, words in one.chapters():
            app.out().print(Padding(Text.assemble((f"{heading:<8}", "cyan"), words), (0, 0, 0, 2), expand=False))


def _is_folder(target: Path) -> bool:
    return target.is_dir() or target.name == "plan.json"


def _folder(target: Path) -> Path:
    return target if target.is_dir() else target.parent


def _check_folder(site: Site, read: Plan, folder: Path, day: date, overrides: tuple[str, ...]) -> list[Located]:
    from dronectl.checks import check_plan, with_own_figures
    from dronectl.formats.kml.document import render
    from dronectl.formats.plans.plan_folder import sortie_stem, write_plan
    from dronectl.formats.reports.sarif import Located
    from dronectl.site.local_time import zone_of

    named = replace(read, overrides=tuple(dict.fromkeys((*read.overrides, *overrides))))
    checked = replace(named, violations=check_plan(named, site, day=day))
    if read.edited or checked.overrides != read.overrides:
        if read.edited:
            checked = replace(with_own_figures(checked, site), edited=())
        colours = {drone.name: drone.colour for drone in site.drones}
        kml = render(title=checked.name, plan=checked, zones=site.zones, colours=colours, zone=zone_of(site))
        write_plan(checked, folder, kml, keep=read.edited)

    def in_folder(violation: Violation) -> Located:
        if violation.drone is None:
            return Located(violation, (folder / "plan.json").as_posix())
        path = folder / f"{sortie_stem(violation.drone, violation.sortie)}.waypoints"
        planned = checked.drone(violation.drone)
        sortie = None if planned is None else planned.sortie(violation.sortie)
        return Located(violation, path.as_posix(), line_of(violation), None if sortie is None else sortie.mission)

    return [in_folder(violation) for violation in checked.violations]


def _check_file(app: App, site: Site, path: Path, day: date) -> list[Located]:
    from dronectl.checks import check_mission
    from dronectl.formats.missions.mission_file import read_mission_file

    content = read_mission_file(path)
    drone = _drone_for(app, site, path)
    parts = [part for part in (content.mission, content.fence, content.rally) if part.items] or [content.mission]
    return [
        located(violation, path, part)
        for part in parts
        for violation in check_mission(part, site, drone, day=day, rally=content.rally, fence=content.fence)
    ]


def _drone_for(app: App, site: Site, path: Path) -> Drone:
    """The one that --drone names, else the one in the file's name, else the first."""
    if app.drone_names:
        return app.drones(site)[0]
    if not site.drones:
        raise InputError("dronectl.toml has no drone to check the file for")
    stem = path.stem.split(".")[0]
    named = [drone for drone in site.drones if stem == drone.name or stem.startswith(f"{drone.name}-")]
    return max(named, key=lambda drone: len(drone.name)) if named else site.drones[0]
