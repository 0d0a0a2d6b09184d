"""``dronectl plan show``: a map of a plan in the terminal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.cli.common.app import App
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

_PIPED_COLUMNS = 100
_WIDEST_COLUMNS = 160


def print_map(app: App, plan: Plan, site: Site, sortie: int | None) -> None:
    """A map of characters as wide as the terminal; plain where there is none."""
    from dronectl.cli.common.map_line import map_line
    from dronectl.cli.plan.report import print_notes
    from dronectl.formats.maps.scene import scene_of
    from dronectl.formats.maps.text import draw_text
    from dronectl.ops.plans.plan_map import require_sortie

    require_sortie(plan, sortie)
    console = app.out()
    columns, lines = shutil.get_terminal_size()
    if not console.is_terminal:
        columns, lines = _PIPED_COLUMNS, _PIPED_COLUMNS // 2
    columns = min(columns, _WIDEST_COLUMNS)
    rows = min(lines - len(plan.drones) - 8, columns * 2 // 5)
    for row in draw_text(scene_of(plan, site, sortie), columns, rows):
        text = map_line(row)
        text.rstrip()
        console.print(text)
    print_notes(app, plan)
