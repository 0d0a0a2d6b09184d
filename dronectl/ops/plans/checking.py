"""Plans and mission files against the rules: what is found, and in which line of which file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.formats.reports.sarif import Located

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.finding import Finding
    from dronectl.model.plan.mission import Mission
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

_ONE_ITEM_A_LINE = (".waypoints", ".txt")


def check_folder(plan: Plan, site: Site, folder: Path, *, day: date, overrides: tuple[str, ...] = ()) -> list[Located]:
    """A plan that was read of ``folder``; one that was edited, or is allowed more than before, is recorded anew.

    Raises:
        InputError: it was changed again meanwhile. OSError: it cannot be written.
    """
    from dronectl.checks import check_plan
    from dronectl.formats.plans.plan_folder import PLAN_FILE, sortie_stem

    named = replace(plan, overrides=tuple(dict.fromkeys((*plan.overrides, *overrides))))
    checked = replace(named, findings=check_plan(named, site, day=day))
    if plan.edited or checked.overrides != plan.overrides:
        checked = _recorded(checked, site, folder)

    def in_folder(finding: Finding) -> Located:
        if finding.drone is None:
            return Located(finding, (folder / PLAN_FILE).as_posix())
        path = folder / f"{sortie_stem(finding.drone, finding.sortie)}.waypoints"
        planned = checked.drone(finding.drone)
        sortie = None if planned is None else planned.sortie(finding.sortie)
        return Located(finding, path.as_posix(), line_of(finding), None if sortie is None else sortie.mission)

    return [in_folder(finding) for finding in checked.findings]


def check_file(content: QgcPlan, path: Path, site: Site, drone: Drone, *, day: date) -> list[Located]:
    """A mission file made elsewhere, as ``drone`` would fly what was read of it."""
    from dronectl.checks import check_mission

    lone = next((part for part in (content.fence, content.rally) if part.items), content.mission)
    part = content.mission if content.mission.items else lone
    found = check_mission(part, site, drone, day=day, rally=content.rally, fence=content.fence)
    return [located(finding, path, part) for finding in found]


def drone_for_file(site: Site, path: Path) -> Drone:
    """The one in the file's name, else the first of the fleet.

    Raises:
        InputError: the fleet has none.
    """
    if not site.drones:
        raise InputError("dronectl.toml has no drone to check the file for")
    stem = path.stem.split(".")[0]
    named = [drone for drone in site.drones if stem == drone.name or stem.startswith(f"{drone.name}-")]
    return max(named, key=lambda drone: len(drone.name)) if named else site.drones[0]


def located(finding: Finding, path: Path, mission: Mission) -> Located:
    """In the file; its lines are known where every item has one."""
    if path.suffix.lower() in _ONE_ITEM_A_LINE:
        return Located(finding, path.as_posix(), line_of(finding), mission)
    return Located(finding, path.as_posix())


def line_of(finding: Finding) -> int | None:
    """In a .waypoints file the header is line 1 and item 0 line 2."""
    return None if finding.item is None else finding.item + 2


def _recorded(checked: Plan, site: Site, folder: Path) -> Plan:
    """Written again, with the files that somebody edited as they are; figures of edited items are worked out anew."""
    from dronectl.checks import otherwise_than_asked, with_own_figures
    from dronectl.ops.plans.plan_map import write_plan_with_map

    edited = checked.edited
    if edited:
        ids = dict.fromkeys(sortie.patrol for drone in checked.drones for sortie in drone.sorties)
        patrols = [found for patrol in ids if (found := site.patrol(patrol)) is not None]
        notes = otherwise_than_asked(checked, site, patrols, [drone.name for drone in checked.drones])
        checked = replace(with_own_figures(checked, site), edited=(), notes=notes)
    write_plan_with_map(checked, site, folder, keep=edited)
    return checked
