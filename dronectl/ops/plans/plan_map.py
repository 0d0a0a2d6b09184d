"""Maps of a plan: the plan.kml of its folder, and pages and pictures of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.ops.background.below import open_below

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

SUFFIXES = (".html", ".svg", ".png", ".kml")


def write_plan_with_map(plan: Plan, site: Site, folder: Path, *, keep: Collection[str] = ()) -> None:
    """The plan's folder with its plan.kml; files named in ``keep`` stay as they are.

    Raises:
        InputError, OSError: see :func:`dronectl.formats.plans.plan_folder.write_plan`.
    """
    from dronectl.formats.plans.plan_folder import write_plan

    write_plan(plan, folder, plan_kml(plan, site), keep=keep)


def plan_kml(plan: Plan, site: Site) -> bytes:
    """Routes, zones and findings for Google Earth."""
    from dronectl.formats.kml.document import render
    from dronectl.formats.tracks.track_document import TrackDocument
    from dronectl.site.local_time import zone_of

    colours = {drone.name: drone.colour for drone in site.drones}
    return render(TrackDocument(plan.name, plan=plan, zones=site.zones, colours=colours, zone=zone_of(site)))


def write_map(plan: Plan, site: Site, output: Path, sortie: int | None) -> None:
    """The kind of map that the file's suffix names.

    Raises:
        InputError: no such kind of map, no such sortie, or the package that makes it is not installed.
    """
    from dronectl.checks import in_both_languages
    from dronectl.storage.files import write_atomic

    require_sortie(plan, sortie)
    plan = replace(plan, findings=in_both_languages(plan.findings))
    suffix = output.suffix.lower()
    data: str | bytes
    if suffix == ".html":
        from dronectl.formats.maps.html import render_html

        with open_below(site) as below:
            data = render_html(plan, site, sortie=sortie, below=below)
    elif suffix in (".svg", ".png"):
        from dronectl.formats.maps.svg import render_svg

        with open_below(site) as below:
            data = render_svg(plan, site, sortie=sortie, below=below)
        if suffix == ".png":
            from dronectl.formats.maps.png import to_png

            data = to_png(data)
    elif suffix == ".kml":
        data = plan_kml(plan if sortie is None else _only(plan, sortie), site)
    else:
        raise InputError(f"{output}: cannot write '{output.suffix}' maps", hint=f"writable: {', '.join(SUFFIXES)}")
    write_atomic(output, data)


def letters_missing(output: Path) -> str | None:
    """What to tell of a picture whose names could not be drawn; other maps get their letters where they are shown."""
    if output.suffix.lower() != ".png":
        return None
    from dronectl.formats.maps.png import has_thai_letters

    if has_thai_letters():
        return None
    return (
        "no font of this computer has Thai letters, so the picture lacks names: install Noto Sans Thai, or write .svg"
    )


def require_sortie(plan: Plan, sortie: int | None) -> None:
    """
    Raises:
        InputError: the plan has no such sortie.
    """
    numbers = plan.sortie_numbers()
    if sortie is not None and sortie not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        raise InputError(f"plan '{plan.name}' has no sortie {sortie}", hint=f"there are: {known}")


def _only(plan: Plan, sortie: int) -> Plan:
    drones = (replace(one, sorties=tuple(s for s in one.sorties if s.number == sortie)) for one in plan.drones)
    return replace(plan, drones=tuple(drone for drone in drones if drone.sorties))
