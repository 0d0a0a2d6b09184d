"""Lawnmower lines over zones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.ardupilot.stored_items import MISSION_CAPACITY
from dronectl.model.plan.pattern_settings import CoverageSettings
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.assignment.patrol_task import DivisionOfCrew, PartOfCrew, PatrolTask, Work
from dronectl.planning.coverage.choice import layouts
from dronectl.planning.coverage.coverage import coverage_lines
from dronectl.planning.coverage.division import Division, divisions
from dronectl.planning.paths.space import GRID_M, both, minus, union
from dronectl.planning.work import Piece

_ALTERNATIVES = 2
_DIVISIONS = 4
_DIVISION_STEP_DEG = 15.0
_FLIGHTS_MORE = 1
_ENERGY_MORE = 1.05
"""What another layout may take beside the best one, as flights on trial tell, to be shared out for comparison."""
_MOST_LINES = 250
"""Of a layout that is shared out for comparison alone."""


def lay_out(task: PatrolTask, settings: CoverageSettings) -> Work:
    """A piece for each line.

    Raises:
        InputError: a zone is unknown, or no part of it can be flown.
    """
    areas = task.zone_areas()
    obstructions = task.obstructions()
    paces = task.paces()
    tried: list[list[FloatArray]] = []
    divided: list[DivisionOfCrew] = []
    for zone_id, area in areas:
        workable = both(area, task.common)
        if workable.area < GRID_M:
            raise InputError(
                f"{task.patrol.source}: no part of zone {zone_id} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        # Also what lies within the margins: it may be seen from outside of them.
        found = _layouts(task, minus(area, obstructions), settings, paces)
        tried.append([lines for lines, _ in found])
        if len(areas) == 1 and not settings.cross_hatch:
            divided = _divided(task, minus(area, obstructions), paces, zone_id, [angle for _, angle in found])
    best, *others = _together(tried)
    named = [_pieces([zone_id for zone_id, _ in areas], lines) for lines in (best, *others)]
    return Work(
        named[0], divisible=True, alternatives=named[1:], divisions=divided, area=union(area for _, area in areas)
    )


def _pieces(zone_ids: Sequence[str], lines: Sequence[FloatArray]) -> list[Piece]:
    return [
        Piece(f"zone {zone_id} line {number}", line)
        for zone_id, of_zone in zip(zone_ids, lines, strict=True)
        for number, line in enumerate(of_zone, start=1)
    ]


def _together(tried: Sequence[Sequence[FloatArray]]) -> list[list[FloatArray]]:
    """The best lines of every zone; then what else was tried, where there is one zone alone."""
    best = [of_zone[0] for of_zone in tried]
    return [best, *([lines] for lines in tried[0][1:])] if len(tried) == 1 else [best]


def _divided(
    task: PatrolTask, area: shapely.Geometry, paces: Sequence[Pace], zone_id: str, angles_deg: Sequence[float | None]
) -> list[DivisionOfCrew]:
    told = [angle_deg for angle_deg in angles_deg if angle_deg is not None]
    if isinstance(task.patrol.settings, CoverageSettings) and task.patrol.settings.angle_deg is None:
        told = sorted({*told, *np.arange(0.0, 180.0, _DIVISION_STEP_DEG).tolist()})
    turnaround_s = 60.0 * task.site.rules.turnaround_min
    found = divisions(area, task.common, task.swaths_m(), paces, turnaround_s, told, _DIVISIONS)
    return [_division_of_crew(zone_id, division) for division in found]


def _division_of_crew(zone_id: str, division: Division) -> DivisionOfCrew:
    first, parts = 1, []
    for share in division.shares:
        pieces = [Piece(f"zone {zone_id} line {number}", line) for number, line in enumerate(share.lines, start=first)]
        parts.append(PartOfCrew(share.group.drones, share.group.swath_m, pieces))
        first += len(pieces)

    def otherwise(wider: Sequence[float]) -> DivisionOfCrew | None:
        again = division.otherwise(wider)
        return None if again is None else _division_of_crew(zone_id, again)

    return DivisionOfCrew(parts, otherwise)


def _layouts(
    task: PatrolTask, area: shapely.Geometry, settings: CoverageSettings, paces: Sequence[Pace]
) -> list[tuple[FloatArray, float | None]]:
    """Lines over one zone, with their direction: the one that was told, or the best of several and those nearly as
    good."""
    angle_deg, cross_hatch = settings.angle_deg, settings.cross_hatch
    if angle_deg is not None:
        return [(coverage_lines(area, task.common, task.swath_m, angle_deg, cross_hatch=cross_hatch), angle_deg)]
    found = layouts(area, task.common, task.swath_m, paces, MISSION_CAPACITY, cross_hatch=cross_hatch)
    if not found:
        return [(np.empty((0, 2, 2)), None)]
    least = found[0].takes
    near = [
        layout
        for layout in found[1:]
        if layout.takes.flights <= least.flights + _FLIGHTS_MORE
        and layout.takes.energy_ws <= _ENERGY_MORE * least.energy_ws
        and len(layout.lines) <= _MOST_LINES
    ]
    return [(layout.lines, layout.angle_deg) for layout in (found[0], *near[:_ALTERNATIVES])]
