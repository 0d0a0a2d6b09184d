"""Lawnmower lines over zones."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.model.plan.pattern_settings import CoverageSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.coverage.coverage import coverage_lines
from dronectl.planning.paths.space import GRID_M, both, minus, union
from dronectl.planning.work import Piece


def lay_out(task: PatrolTask, settings: CoverageSettings) -> Work:
    """A piece for each line.

    Raises:
        InputError: a zone is unknown, or no part of it can be flown.
    """
    found: list[Piece] = []
    areas = task.zone_areas()
    obstructions = task.obstructions()
    for zone_id, area in areas:
        workable = both(area, task.common)
        if workable.area < GRID_M:
            raise InputError(
                f"{task.patrol.source}: no part of zone {zone_id} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        # Also what lies within the margins: it may be seen from outside of them.
        over = coverage_lines(
            minus(area, obstructions),
            task.common,
            task.swath_m,
            settings.angle_deg,
            cross_hatch=settings.cross_hatch,
        )
        found += [Piece(f"zone {zone_id} line {number}", line) for number, line in enumerate(over, start=1)]
    return Work(found, divisible=True, area=union(area for _, area in areas))
