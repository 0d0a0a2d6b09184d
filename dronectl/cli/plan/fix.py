"""``plan check --fix``: a copy of a mission file with what can be mended without a choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.formats.reports.sarif import Located
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.mission import Mission
    from dronectl.model.plan.violation import Violation
    from dronectl.model.site import Site

_ONE_ITEM_A_LINE = (".waypoints", ".txt")


@dataclass(frozen=True, slots=True)
class FixedCopy:
    """``written`` is None when there was nothing to mend; ``left`` are the violations of what was written."""

    source: Path
    written: Path | None
    mended: tuple[Violation, ...]
    left: list[Located]

    def as_json(self) -> dict[str, object]:
        written = None if self.written is None else str(self.written)
        return {"path": str(self.source), "written": written, "mended": [one.as_json() for one in self.mended]}


def fixed_copy(path: Path, site: Site, drone: Drone, day: date) -> FixedCopy:
    """Mends the mission of a file and writes it beside it.

    Raises:
        InputError: the file cannot be read, or its copy is there already.
    """
    from dronectl.checks import check_mission
    from dronectl.checks.fixes.mechanical import mend
    from dronectl.formats.missions.mission_file import read_mission_file
    from dronectl.storage.files import write_atomic

    content = read_mission_file(path)
    target = path.with_name(f"{path.stem}.fixed{path.suffix}")

    def check(mission: Mission) -> tuple[Violation, ...]:
        return check_mission(mission, site, drone, day=day, rally=content.rally)

    mended = mend(content.mission, check)
    others = [
        located(violation, path, part)
        for part in (content.fence, content.rally)
        if part.items
        for violation in check_mission(part, site, drone, day=day)
    ]
    if not mended.mended:
        return FixedCopy(path, None, (), [located(one, path, mended.mission) for one in mended.left] + others)
    if target.exists():
        raise InputError(f"{target}: is there already", hint="move it away, or check that one")
    write_atomic(target, _bytes(replace(content, mission=mended.mission), path.suffix.lower()))
    left = [located(one, target, mended.mission) for one in mended.left]
    return FixedCopy(path, target, mended.mended, left + others)


def print_fixed(app: App, copy: FixedCopy) -> None:
    """What was mended, and where it is."""
    out = app.out()
    if copy.written is None:
        out.print("nothing to mend without a choice: no copy is written")
        return
    for violation in copy.mended:
        words = violation.fix.words if violation.fix is not None else ""
        out.print(f"mended      {violation.rule:<16}{words}")
    out.print(f"{copy.written} is the mended copy; {copy.source} is as it was")


def located(violation: Violation, path: Path, mission: Mission) -> Located:
    """In the file; its lines are known where every item has one."""
    from dronectl.formats.reports.sarif import Located

    if path.suffix.lower() in _ONE_ITEM_A_LINE:
        return Located(violation, path.as_posix(), line_of(violation), mission)
    return Located(violation, path.as_posix())


def line_of(violation: Violation) -> int | None:
    """In a .waypoints file the header is line 1 and item 0 line 2."""
    return None if violation.item is None else violation.item + 2


def _bytes(content: QgcPlan, suffix: str) -> str | bytes:
    if suffix == ".plan":
        from dronectl.formats.missions.qgc_plan import write_qgc_plan

        return write_qgc_plan(content)
    if suffix == ".dat":
        from dronectl.formats.missions.mission_dat import write_mission_dat

        return write_mission_dat(content.mission)
    from dronectl.formats.missions.wpl import write_wpl

    return write_wpl(content.mission)
