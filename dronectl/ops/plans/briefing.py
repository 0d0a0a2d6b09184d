"""Briefing sheets of a plan, one a drone or one for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.ops.background.below import open_below

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site


def sheets_of(plan: Plan, folder: Path, output: Path | None, names: Collection[str]) -> dict[Path, list[str]]:
    """Which file is for which drones: a sheet for each in ``folder``, or in the folder ``output``; or one .html file.

    ``names``: only of these drones; all of the plan without any.

    Raises:
        InputError: none of them flies in the plan, or ``output`` is another kind of file.
    """
    flown = [drone.name for drone in plan.drones]
    drones = [name for name in flown if not names or name in names]
    if not drones:
        raise InputError(
            f"plan '{plan.name}' has no flight of {', '.join(sorted(names))}",
            hint=f"it has: {', '.join(flown) or 'nobody'}",
        )
    if output is not None and output.suffix.lower() == ".html":
        return {output: drones}
    if output is not None and output.suffix and not output.is_dir():
        raise InputError(f"{output}: cannot write '{output.suffix}' sheets", hint="give a folder or an .html file")
    return {(output or folder) / f"{name}-briefing.html": [name] for name in drones}


def write_sheets(plan: Plan, site: Site, sheets: Mapping[Path, list[str]], *, day: date) -> None:
    """HTML pages in Thai and English that print on A4, as of ``day``."""
    from dronectl.checks import in_both_languages
    from dronectl.formats.briefing.sheet import render_briefing
    from dronectl.storage.files import write_atomic

    plan = replace(plan, findings=in_both_languages(plan.findings))
    with open_below(site) as below:
        for path, names in sheets.items():
            drones = [drone for drone in plan.drones if drone.name in names]
            write_atomic(path, render_briefing(plan, site, drones, day=day, below=below))
