"""``dronectl plan diff``: what changed between two plans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.plan.common import complete_plans
from dronectl.errors import InputError
from dronectl.model.text.shown_time import span

if TYPE_CHECKING:
    from dronectl.analysis.plan_differences import Change, DroneDifference, PlanDifferences
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("diff")
@click.argument("before", metavar="A", type=_FOLDER, shell_complete=complete_plans)
@click.argument("after", metavar="B", type=_FOLDER, shell_complete=complete_plans)
@command_options()
def diff(app: App, before: Path, after: Path) -> None:
    """Say what changed from plan A to plan B: items, lengths, times, batteries, heights, zones, findings, inputs.

    Exits with 0 whether they differ or not: --json has "equal". A plan's name and the time of its making are no
    difference.
    """
    from dronectl.analysis.plan_differences import plan_differences
    from dronectl.formats.plans.plan_folder import read_plan

    plans = read_plan(before), read_plan(after)
    found = plan_differences(*plans, _site(app))
    if app.json:
        app.print_json({"a": str(before), "b": str(after), **_document(found, *plans)})
        return
    for path, one in zip((before, after), plans, strict=True):
        if one.edited:
            files = ", ".join(one.edited)
            echo(
                f"note: {path} was edited since it was checked ({files}): findings and figures are not known", err=True
            )
    if found.equal:
        echo(f"{before} and {after}: the same is flown")
    else:
        _print_drones(app, found)
        for line in _lines(found):
            echo(line)
    for line in _sources(found):
        echo(line)


def _site(app: App) -> Site | None:
    """The zones to measure in; None where there is no workspace, or none that can be read."""
    try:
        return app.site_to_show()
    except InputError:
        return None


def _print_drones(app: App, found: PlanDifferences) -> None:
    """A line a drone: the figure, or both with what is between them."""
    from dronectl.cli.common.tables import new_table

    table = new_table()
    table.add_column("drone", no_wrap=True)
    for heading in ("sorties", "items", "altitude m", "distance m", "duration", "battery %", "in wind %"):
        table.add_column(heading, justify="right")
    for drone in found.drones:
        of = drone.figures
        table.add_row(
            drone.name,
            _shown(of["sorties"]),
            _shown(of["items"]),
            _shown(of["altitudes_m"]),
            _shown(of["distance_m"], ","),
            _time(of["duration_s"]),
            _shown(of["battery_pct"], ".1f"),
            _shown(of["windy_battery_pct"], ".1f"),
        )
    app.out().print(table)


def _shown(change: Change, form: str = "") -> str:
    before, after = (_figure(value, form) for value in (change.before, change.after))
    return after if before == after else f"{before} → {after}"


def _figure(value: object, form: str) -> str:
    return "?" if value is None else format(value, form) or "–"


def _time(change: Change) -> str:
    before, after = ("?" if value is None else span(float(value)) for value in (change.before, change.after))
    return after if before == after else f"{before} → {after}"


def _lines(found: PlanDifferences) -> Iterator[str]:
    names = {
        "makespan_s": ("whole plan", ""),
        "coverage_pct": ("coverage", " %"),
        "swath_m": ("swath", " m"),
        "min_separation_m": ("least separation", " m"),
        "day": ("day", ""),
    }
    for key, change in found.figures.items():
        if change.is_one:
            word, unit = names[key]
            yield f"{word}: {_time(change) if key == 'makespan_s' else _shown(change)}{unit}"
    for drone in found.drones:
        yield from _drone_lines(drone)
    for sign, findings in (("gone", found.gone), ("new", found.new)):
        for one in findings:
            whose = f" {one.drone}" if one.drone else ""
            yield f"{sign}: {one.severity}: {one.rule}{whose} sortie {one.sortie}: {one.message}"
    for sign, notes in (("gone", found.notes_gone), ("new", found.notes_new)):
        yield from (f"{sign}: note: {note}" for note in notes)


def _drone_lines(drone: DroneDifference) -> Iterator[str]:
    if drone.only_in is not None:
        yield f"{drone.name}: only in {'A' if drone.only_in == 'before' else 'B'}"
    for one in drone.sorties:
        which = f"{drone.name}: {one.patrol}, sortie {_shown(one.sortie)}"
        if one.sortie.before is None or one.sortie.after is None:
            which = f"{drone.name}: {one.patrol}, sortie {one.sortie.before or one.sortie.after}"
            yield (
                f"{which}: {one.added} items new" if one.sortie.before is None else f"{which}: {one.removed} items gone"
            )
        elif one.first_item is not None:
            counts = ((one.changed, "changed"), (one.added, "new"), (one.removed, "gone"))
            told = ", ".join(f"{count} {word}" for count, word in counts if count)
            yield f"{which}: items {told}, {one.same} the same; from item {one.first_item} on"
        elif one.sortie.is_one:
            yield f"{which}: the same items"
    if drone.zones_m:
        told = ", ".join(f"{zone} {change.before} → {change.after} m" for zone, change in drone.zones_m.items())
        yield f"{drone.name}: flown in zones: {told}"
    if drone.figures["rtl_altitude_m"].is_one and drone.only_in is None:
        yield f"{drone.name}: return (RTL) at {_shown(drone.figures['rtl_altitude_m'], 'g')} m"
    if drone.home_moved_m:
        yield f"{drone.name}: home moved by {drone.home_moved_m:g} m"
    if drone.fence_changed:
        yield f"{drone.name}: another fence"
    if drone.rally_changed:
        yield f"{drone.name}: other rally points"


def _sources(found: PlanDifferences) -> Iterator[str]:
    """From which files they were made, where these differ."""
    for file, change in found.sources.items():
        word = "changed" if change.before and change.after else "only in B" if change.after else "only in A"
        yield f"made from {file}: {word}"


def _document(found: PlanDifferences, before: Plan, after: Plan) -> dict[str, object]:
    return {
        "equal": found.equal,
        "edited": {"a": list(before.edited), "b": list(after.edited)},
        "plan": {key: _pair(change) for key, change in found.figures.items()},
        "sources": {file: _pair(change) for file, change in found.sources.items()},
        "drones": [_drone_document(drone) for drone in found.drones],
        "findings": {"gone": [one.as_json() for one in found.gone], "new": [one.as_json() for one in found.new]},
        "notes": {"gone": list(found.notes_gone), "new": list(found.notes_new)},
    }


def _drone_document(drone: DroneDifference) -> dict[str, object]:
    only_in = {None: None, "before": "a", "after": "b"}[drone.only_in]
    return {
        "name": drone.name,
        "equal": not drone.is_one,
        "only_in": only_in,
        **{key: _pair(change) for key, change in drone.figures.items()},
        "zones_m": {zone: _pair(change) for zone, change in drone.zones_m.items()},
        "missions": [
            {
                "patrol": one.patrol,
                "sortie": _pair(one.sortie),
                "same": one.same,
                "changed": one.changed,
                "added": one.added,
                "removed": one.removed,
                "first_item": one.first_item,
            }
            for one in drone.sorties
        ],
        "fence_changed": drone.fence_changed,
        "rally_changed": drone.rally_changed,
        "home_moved_m": drone.home_moved_m,
    }


def _pair(change: Change) -> dict[str, object]:
    return {"a": change.before, "b": change.after}
