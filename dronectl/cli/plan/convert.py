"""``dronectl plan convert``: mission files from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.model.plan.mission import Mission
    from dronectl.model.plan.plan import Plan

WRITABLE = (".waypoints", ".plan", ".dat", ".kml", ".geojson")


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@command_options(workspace=False, json_=False)
def convert(app: App, source: Path, target: Path) -> None:
    """Write a mission file in another format, by the suffix of OUT: .waypoints, .plan, .dat, .kml or .geojson.

    A .waypoints or .dat file has room for one of mission, fence and rally points: a name of OUT that ends in fence or
    rally (fence.dat, as ArduPilot calls it) takes that part of a .plan, any other name the mission.
    """
    from dronectl.formats.missions.mission_file import read_mission_file
    from dronectl.storage.files import write_atomic

    if target.suffix.lower() not in WRITABLE:
        raise InputError(f"{target}: cannot write '{target.suffix}' files", hint=f"writable: {', '.join(WRITABLE)}")
    content = read_mission_file(source)
    data, left_out = _converted(content, target)
    write_atomic(target, data)
    for what in left_out:
        app.err().print(f"note: {what} are not in {target.name}: a {target.suffix} file has no place for them")
    app.out().print(f"{target}: {_contents(content)} read from {source}")


def _contents(content: QgcPlan) -> str:
    """``12 mission items (home counted), 4 fence items``."""
    parts = [
        (content.mission, "mission items (home counted)"),
        (content.fence, "fence items"),
        (content.rally, "rally points"),
    ]
    return ", ".join(f"{len(part)} {words}" for part, words in parts if part.items) or "nothing"


def _converted(content: QgcPlan, target: Path) -> tuple[str | bytes, list[str]]:
    """The new file, and what it has no place for."""
    suffix = target.suffix.lower()
    if suffix == ".plan":
        from dronectl.formats.missions.qgc_plan import write_qgc_plan

        return write_qgc_plan(content), []
    mission = _one_part(content, target)
    parts = [(content.mission, "mission items"), (content.fence, "fence items"), (content.rally, "rally points")]
    left_out = [f"{len(part)} {words}" for part, words in parts if part.items and part is not mission]
    if suffix == ".waypoints":
        from dronectl.formats.missions.wpl import write_wpl

        return write_wpl(mission), left_out
    if suffix == ".dat":
        from dronectl.formats.missions.mission_dat import write_mission_dat

        return write_mission_dat(mission), left_out
    if suffix == ".geojson":
        from dronectl.formats.missions.mission_geojson import write_geojson

        return write_geojson(mission), left_out
    from dronectl.formats.kml.document import render

    drawn = _as_plan(content, target.stem)
    return render(title=target.stem, plan=drawn), left_out


def _one_part(content: QgcPlan, target: Path) -> Mission:
    """What goes into a file that has room for one part: the one it is named after, else the first there is.

    Raises:
        InputError: the part it is named after is not there, or nothing at all is.
    """
    stem = target.stem.lower()
    for word, part in (("fence", content.fence), ("rally", content.rally)):
        if stem.endswith(word) and target.suffix.lower() in (".waypoints", ".dat"):
            if not part.items:
                raise InputError(f"{target}: there is no {word} to write", hint="another name takes the mission")
            return part
    found = [part for part in (content.mission, content.fence, content.rally) if part.items]
    if not found:
        raise InputError(f"{target}: there are no items to write")
    has_only_a_home = len(content.mission) == 1 and len(found) > 1
    return found[1] if has_only_a_home else found[0]


def _as_plan(content: QgcPlan, name: str) -> Plan:
    """A lone mission as a plan of one drone, to be drawn."""
    from dronectl.model.geo import GeoPoint
    from dronectl.model.plan.plan import DronePlan, Plan, Sortie

    home = content.mission.items[0] if content.mission.items else None
    try:
        place = home.position if home is not None else GeoPoint(0.0, 0.0)
    except ValueError as error:
        raise InputError(f"item 0: {error}") from error
    sortie = Sortie(1, name, content.mission, 0.0, 0.0, 0.0, 0.0)
    drone = DronePlan(name, 1, place, home.altitude_m if home else 0.0, (sortie,), content.fence, content.rally)
    return Plan(name, "", (drone,), {}, 0.0, None, None, None)
