"""``dronectl plan``: missions to plans, plans against the rules, and mission files from one format to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.cli.plan_convert import convert
from dronectl.cli.plan_report import errors_of, plan_document, print_plan, print_violations, summary
from dronectl.errors import DronectlError, InputError, RuleViolation
from dronectl.model.rules import RULE_IDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dronectl.formats.sarif import Located
    from dronectl.model.fleet import Drone
    from dronectl.model.patrol import Patrol
    from dronectl.model.site import Site
    from dronectl.model.violation import Violation

_LONG_NAME = 60


@click.group()
def plan() -> None:
    """Missions to plans: build, check, show, convert."""


plan.add_command(convert)


def _complete_missions(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        patrols = App(workspace=ctx.params.get("workspace")).site().patrols
    except DronectlError:
        patrols = ()
    ids = [CompletionItem(patrol.id, help=patrol.name) for patrol in patrols if patrol.id.startswith(incomplete)]
    return [*ids, CompletionItem(incomplete, type="file")]


def _complete_plans(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dronectl.formats.plan_folder import is_plan_folder
    from dronectl.site.workspace import find_workspace

    try:
        root = find_workspace(ctx.params.get("workspace"))
    except DronectlError:
        return [CompletionItem(incomplete, type="file")]
    folders = (folder for folder in sorted(root.glob("plans/*")) if is_plan_folder(folder))
    names = [folder.relative_to(root).as_posix() for folder in folders]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)] + [
        CompletionItem(incomplete, type="file")
    ]


_allow_option = click.option(
    "--allow", "allowed", multiple=True, metavar="RULE", help="Let this rule be broken; needs --by."
)
_by_option = click.option("--by", "person", metavar="NAME", help="Who answers for --allow; recorded in the plan.")
_date_option = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the flight, for the authorisations. Default: today at the site.",
)


@plan.command()
@click.argument("missions", nargs=-1, required=True, metavar="MISSION…", shell_complete=_complete_missions)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The plan's folder. Default: plans/NAME in the workspace.",
)
@click.option("--name", help="The plan's name. Default: from the missions' names.")
@_allow_option
@_by_option
@_date_option
@command_options(drones=True)
def build(
    app: App,
    missions: tuple[str, ...],
    output: Path | None,
    name: str | None,
    allowed: tuple[str, ...],
    person: str | None,
    day: datetime | None,
) -> int:
    """Turn missions (files of missions/, or their names) into a plan for the fleet, and check it.

    Exits with 3 when the plan breaks a rule that nothing authorises; the plan is written all the same.
    """
    from dronectl.formats.kml import render
    from dronectl.formats.plan_folder import write_plan
    from dronectl.planning.build import build_plan
    from dronectl.planning.checks import check_plan

    overrides = _overrides(allowed, person)
    site = app.site()
    patrols = [_find_patrol(site, mission) for mission in missions]
    for index, patrol in enumerate(patrols):
        if patrol in patrols[:index]:
            raise InputError(f"mission '{patrol.id}' is given twice")
    name = name or _plan_name([patrol.id for patrol in patrols])
    folder = output or site.root / "plans" / name
    drones = [drone.name for drone in app.drones(site)]
    with _progress(app) as on_progress:
        made = build_plan(site, patrols, name=name, created_utc=_now_utc(), drones=drones, on_progress=on_progress)
    made = replace(made, overrides=overrides)
    made = replace(made, violations=check_plan(made, site, day=_day(site, day)))
    colours = {drone.name: drone.colour for drone in site.drones}
    write_plan(made, folder, render(title=name, plan=made, zones=site.zones, colours=colours))
    if app.json:
        app.print_json({**plan_document(made), "folder": str(folder)})
    else:
        print_plan(app, made)
        print_violations(app, made.violations)
        app.out().print(f"plan written to {folder}", markup=False)
    return _verdict(app, made.violations, hint=f"the plan is in {folder}; change the mission or the rules, or --allow")


@plan.command()
@click.argument(
    "targets",
    nargs=-1,
    required=True,
    metavar="PLAN|FILE…",
    type=click.Path(path_type=Path),
    shell_complete=_complete_plans,
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to report; json is --json.",
)
@_allow_option
@_by_option
@_date_option
@command_options(drones=True)
def check(
    app: App,
    targets: tuple[Path, ...],
    format_: str,
    allowed: tuple[str, ...],
    person: str | None,
    day: datetime | None,
) -> int:
    """Hold plans, or mission files made elsewhere, against every rule.

    A plan whose files were edited since it was built or checked last is recorded anew with what is found, so that it
    can be pushed again when it breaks no rule; what --allow let through before has to be allowed again. A file is
    checked as flown by --drone, else by the drone in its name, else by the first of the fleet.
    """
    from dronectl.formats.plan_folder import is_plan_folder

    overrides = _overrides(allowed, person)
    for target in targets:
        if _is_folder(target) and app.drone_names:
            raise InputError(f"{target}: a plan is checked whole", hint="--drone says who flies a file made elsewhere")
        if not _is_folder(target) and overrides:
            raise InputError(f"{target}: --allow is recorded in a plan, and this is a mission file")
    site = app.site()
    flown_on = _day(site, day)
    found: list[Located] = []
    for target in targets:
        if _is_folder(target):
            one = _check_folder(site, target, flown_on, overrides)
        else:
            one = _check_file(app, site, target, flown_on)
        if format_ == "text" and not app.json:
            title = str(target) if len(targets) > 1 else None
            print_violations(app, [located.violation for located in one], title=title)
        found += one
    violations = [located.violation for located in found]
    if format_ == "sarif":
        from dronectl.formats.sarif import write_sarif
        from dronectl.planning.checks import RULES

        click.echo(write_sarif(found, {rule.id: (rule.title, rule.explanation) for rule in RULES}))
    elif app.json or format_ == "json":
        listed = [{"path": located.path, **located.violation.as_json()} for located in found]
        kinds = {str(target): "plan" if is_plan_folder(target) else "file" for target in targets}
        checked = [{"path": path, "kind": kind} for path, kind in kinds.items()]
        app.print_json({"checked": checked, "violations": listed, "errors": len(errors_of(violations))})
    return _verdict(
        app, violations, hint="each error names item and place; 'dronectl plan explain RULE' says what it asks"
    )


@plan.command()
@click.argument("source", metavar="PLAN", type=click.Path(path_type=Path), shell_complete=_complete_plans)
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
    from dronectl.cli.plan_show import print_map, write_map
    from dronectl.formats.plan_folder import read_plan

    site = app.site()
    shown = read_plan(source)
    if output is None:
        print_map(app, shown, site, sortie)
        return
    write_map(shown, site, output, sortie)
    app.out().print(f"map written to {output}", markup=False)


@plan.command()
@click.argument("rule", required=False, type=click.Choice(RULE_IDS))
@command_options(workspace=False)
def explain(app: App, rule: str | None) -> None:
    """Say what a rule asks, or every rule."""
    from dronectl.planning.checks import RULES

    chosen = [one for one in RULES if rule in (None, one.id)]
    if app.json:
        app.print_json(
            {"rules": [{"id": one.id, "title": one.title, "explanation": one.explanation} for one in chosen]}
        )
        return
    for one in chosen:
        app.out().print(f"{one.id}: {one.title}", style="bold", markup=False)
        app.out().print(f"  {one.explanation}", markup=False)


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


def _overrides(allowed: tuple[str, ...], person: str | None) -> tuple[str, ...]:
    for rule in allowed:
        if rule not in RULE_IDS:
            raise InputError(f"--allow {rule}: no such rule", hint=f"the rules are: {', '.join(RULE_IDS)}")
    if allowed and not (person and person.strip()):
        raise InputError("--allow needs --by NAME: somebody has to answer for it")
    if person and not allowed:
        raise InputError("--by says who answers for --allow RULE, which is missing")
    return tuple(f"{rule} by {(person or '').strip()}" for rule in allowed)


def _is_folder(target: Path) -> bool:
    return target.is_dir() or target.name == "plan.json"


def _check_folder(site: Site, target: Path, day: date, overrides: tuple[str, ...]) -> list[Located]:
    from dronectl.formats.kml import render
    from dronectl.formats.plan_folder import read_plan, sortie_stem, write_plan
    from dronectl.formats.sarif import Located
    from dronectl.planning.checks import check_plan, with_own_figures

    folder = target if target.is_dir() else target.parent
    read = read_plan(folder)
    named = replace(read, overrides=tuple(dict.fromkeys((*read.overrides, *overrides))))
    checked = replace(named, violations=check_plan(named, site, day=day))
    if read.edited or checked.overrides != read.overrides:
        if read.edited:
            checked = replace(with_own_figures(checked, site), edited=())
        colours = {drone.name: drone.colour for drone in site.drones}
        kml = render(title=checked.name, plan=checked, zones=site.zones, colours=colours)
        write_plan(checked, folder, kml, keep=read.edited)

    def located(violation: Violation) -> Located:
        if violation.drone is None:
            return Located(violation, (folder / "plan.json").as_posix())
        path = folder / f"{sortie_stem(violation.drone, violation.sortie)}.waypoints"
        return Located(violation, path.as_posix(), _line_of(violation))

    return [located(violation) for violation in checked.violations]


def _check_file(app: App, site: Site, path: Path, day: date) -> list[Located]:
    from dronectl.formats.mission_file import read_mission_file
    from dronectl.formats.sarif import Located
    from dronectl.planning.checks import check_mission

    content = read_mission_file(path)
    drone = _drone_for(app, site, path)
    parts = [part for part in (content.mission, content.fence, content.rally) if part.items] or [content.mission]
    line = _line_of if path.suffix.lower() != ".plan" else (lambda _: None)
    return [
        Located(violation, path.as_posix(), line(violation))
        for part in parts
        for violation in check_mission(part, site, drone, day=day)
    ]


def _line_of(violation: Violation) -> int | None:
    """In a .waypoints file the header is line 1 and item 0 line 2."""
    return None if violation.item is None else violation.item + 2


def _drone_for(app: App, site: Site, path: Path) -> Drone:
    """The one that --drone names, else the one in the file's name, else the first."""
    if app.drone_names:
        return app.drones(site)[0]
    if not site.drones:
        raise InputError("dronectl.toml has no drone to check the file for")
    stem = path.stem.split(".")[0]
    named = [drone for drone in site.drones if stem == drone.name or stem.startswith(f"{drone.name}-")]
    return max(named, key=lambda drone: len(drone.name)) if named else site.drones[0]


def _verdict(app: App, violations: tuple[Violation, ...] | list[Violation], *, hint: str) -> int:
    errors = errors_of(violations)
    if not errors:
        return 0
    rules = ", ".join(sorted({violation.rule for violation in errors}))
    if not app.json:
        app.err().print(f"error: the plan breaks rules ({rules}): {summary(violations)}", markup=False)
        app.err().print(f"hint: {hint}", markup=False)
    return RuleViolation.exit_code


@contextmanager
def _progress(app: App) -> Iterator[Callable[[str, float], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = app.err()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("planning", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def _day(site: Site, given: datetime | None) -> date:
    from dronectl.site.local_time import today_at

    return given.date() if given is not None else today_at(site)


def _now_utc() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
