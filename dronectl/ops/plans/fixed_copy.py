"""A copy of a mission file with what can be mended without a choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.formats.reports.sarif import Located
from dronectl.ops.plans.checking import check_file, located

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.finding import Finding
    from dronectl.model.plan.mission import Mission
    from dronectl.model.site import Site


@dataclass(frozen=True, slots=True)
class FixedCopy:
    """``written`` is None when there was nothing to mend; ``left`` are the findings of what was written."""

    source: Path
    written: Path | None
    mended: tuple[Finding, ...]
    left: list[Located]

    def as_json(self) -> dict[str, object]:
        written = None if self.written is None else str(self.written)
        return {"path": str(self.source), "written": written, "mended": [one.as_json() for one in self.mended]}


def fixed_copy(content: QgcPlan, path: Path, site: Site, drone: Drone, *, day: date) -> FixedCopy:
    """Mends the mission that was read of a file and writes it beside it, as .waypoints where its kind is only read.

    Raises:
        InputError: its copy is there already.
    """
    from dronectl.checks import check_mission
    from dronectl.checks.fixes.mechanical import mend
    from dronectl.formats.missions.mission_file import WRITTEN, list_bytes
    from dronectl.formats.missions.qgc_plan import write_qgc_plan
    from dronectl.storage.files import write_atomic

    if not content.mission.items:  # a fence or rally points: nothing of them is mended without a choice
        return FixedCopy(path, None, (), check_file(content, path, site, drone, day=day))
    suffix = path.suffix if path.suffix.lower() in WRITTEN else ".waypoints"
    target = path.with_name(f"{path.stem}.fixed{suffix}")

    def check(mission: Mission) -> tuple[Finding, ...]:
        return check_mission(mission, site, drone, day=day, rally=content.rally, fence=content.fence)

    mended = mend(content.mission, check)
    if not mended.mended:
        return FixedCopy(path, None, (), [located(one, path, mended.mission) for one in mended.left])
    if target.exists():
        raise InputError(f"{target}: is there already", hint="move it away, or check that one")
    whole = suffix.lower() == ".plan"
    fixed = replace(content, mission=mended.mission)
    write_atomic(target, write_qgc_plan(fixed) if whole else list_bytes(fixed.mission, suffix))
    left = [located(one, target, mended.mission) for one in mended.left]
    return FixedCopy(path, target, mended.mended, left)
