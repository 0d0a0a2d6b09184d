"""``dronectl plan convert``: mission files from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.formats.qgc_plan import QgcPlan
    from dronectl.model.plan import Plan

WRITABLE = (".waypoints", ".plan", ".kml", ".geojson")


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@command_options(workspace=False, json_=False)
def convert(app: App, source: Path, target: Path) -> None:
    """Write a mission file in another format, by the suffix of OUT: .waypoints, .plan, .kml or .geojson."""
    from dronectl.formats.mission_file import read_mission_file
    from dronectl.site.files import write_atomic

    if target.suffix.lower() not in WRITABLE:
        raise InputError(f"{target}: cannot write '{target.suffix}' files", hint=f"writable: {', '.join(WRITABLE)}")
    content = read_mission_file(source)
    data, left_out = _converted(content, target)
    write_atomic(target, data)
    for what in left_out:
        app.err().print(
            f"note: {what} are not in {target.name}: a {target.suffix} file has no place for them", markup=False
        )
    app.out().print(f"{target}: {len(content.mission)} items, home counted", markup=False)


def _converted(content: QgcPlan, target: Path) -> tuple[str | bytes, list[str]]:
    """The new file, and what it has no place for."""
    mission = content.mission
    extras = [(content.fence, "fence items"), (content.rally, "rally points")]
    left_out = [f"{len(part)} {words}" for part, words in extras if part.items]
    suffix = target.suffix.lower()
    if suffix == ".plan":
        from dronectl.formats.qgc_plan import write_qgc_plan

        return write_qgc_plan(content), []
    if not mission.items:  # a .waypoints file that holds a fence or rally points
        mission, left_out = content.fence if content.fence.items else content.rally, []
    if suffix == ".waypoints":
        from dronectl.formats.wpl import write_wpl

        return write_wpl(mission), left_out
    if suffix == ".geojson":
        from dronectl.formats.geojson import write_geojson

        return write_geojson(mission), left_out
    from dronectl.formats.kml import render

    return render(title=target.stem, plan=_as_plan(content, target.stem)), left_out


def _as_plan(content: QgcPlan, name: str) -> Plan:
    """A lone mission as a plan of one drone, to be drawn."""
    from dronectl.model.geo import GeoPoint
    from dronectl.model.plan import DronePlan, Plan, Sortie

    home = content.mission.items[0] if content.mission.items else None
    try:
        place = home.position if home is not None else GeoPoint(0.0, 0.0)
    except ValueError as error:
        raise InputError(f"item 0: {error}") from error
    sortie = Sortie(1, name, content.mission, 0.0, 0.0, 0.0, 0.0)
    drone = DronePlan(name, 1, place, home.altitude_m if home else 0.0, (sortie,), content.fence, content.rally)
    return Plan(name, "", (drone,), {}, 0.0, None, None, None)
