"""``dronectl plan show``: maps of a plan, as a page, a picture, a KML file or in the terminal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.cli.common.app import App
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

SUFFIXES = (".html", ".svg", ".png", ".kml")

_STYLES = {
    "plain": "",
    "bold": "bold",
    "faint": "dim",
    "fence": "yellow",
    "zone": "green",
    "keep-out": "red",
    "sign": "cyan",
    "error": "bold white on red",
    "warning": "bold black on yellow",
}
_PIPED_COLUMNS = 100
_WIDEST_COLUMNS = 160


def write_map(plan: Plan, site: Site, output: Path, sortie: int | None) -> None:
    """The kind of map that the file's suffix names.

    Raises:
        InputError: no such kind of map, no such sortie, or the package that makes it is not installed.
    """
    from dronectl.storage.files import write_atomic

    _check_sortie(plan, sortie)
    suffix = output.suffix.lower()
    data: str | bytes
    if suffix == ".html":
        from dronectl.formats.maps.html import render_html

        data = render_html(plan, site, sortie=sortie)
    elif suffix in (".svg", ".png"):
        from dronectl.formats.maps.svg import render_svg

        data = render_svg(plan, site, sortie=sortie)
        if suffix == ".png":
            from dronectl.formats.maps.png import to_png

            data = to_png(data)
    elif suffix == ".kml":
        data = _kml(plan, site, sortie)
    else:
        raise InputError(f"{output}: cannot write '{output.suffix}' maps", hint=f"writable: {', '.join(SUFFIXES)}")
    write_atomic(output, data)


def print_map(app: App, plan: Plan, site: Site, sortie: int | None) -> None:
    """A map of characters as wide as the terminal; plain where there is none."""
    from rich.text import Text

    from dronectl.formats.maps.scene import scene_of
    from dronectl.formats.maps.text import draw_text

    _check_sortie(plan, sortie)
    console = app.out()
    columns, lines = shutil.get_terminal_size()
    if not console.is_terminal:
        columns, lines = _PIPED_COLUMNS, _PIPED_COLUMNS // 2
    columns = min(columns, _WIDEST_COLUMNS)
    rows = min(lines - len(plan.drones) - 8, columns * 2 // 5)
    for row in draw_text(scene_of(plan, site, sortie), columns, rows):
        text = Text(no_wrap=False)
        for run in row:
            text.append(run.text, _STYLES.get(run.style, run.style))
        text.rstrip()
        console.print(text)


def _kml(plan: Plan, site: Site, sortie: int | None) -> bytes:
    from dataclasses import replace

    from dronectl.formats.kml.document import render
    from dronectl.site.local_time import zone_of

    if sortie is not None:
        drones = (replace(one, sorties=tuple(s for s in one.sorties if s.number == sortie)) for one in plan.drones)
        plan = replace(plan, drones=tuple(drone for drone in drones if drone.sorties))
    colours = {drone.name: drone.colour for drone in site.drones}
    return render(title=plan.name, plan=plan, zones=site.zones, colours=colours, zone=zone_of(site))


def _check_sortie(plan: Plan, sortie: int | None) -> None:
    numbers = plan.sortie_numbers()
    if sortie is not None and sortie not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        raise InputError(f"plan '{plan.name}' has no sortie {sortie}", hint=f"there are: {known}")
