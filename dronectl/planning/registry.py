"""How the work of each pattern is laid out, by the pattern's name (``model/plan/pattern.py`` says what each is)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dronectl.errors import InputError
from dronectl.model.plan.pattern import Pattern
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.hotspots import hotspot
from dronectl.planning.patterns import (
    corridor,
    coverage,
    expanding_square,
    orbit,
    perimeter,
    sector_search,
    stare,
    tour,
)

PATTERN_LAYOUTS: Mapping[Pattern, Callable[[PatrolTask, Any], Work]] = {
    Pattern.COVERAGE: coverage.lay_out,
    Pattern.PERIMETER: perimeter.lay_out,
    Pattern.CORRIDOR: corridor.lay_out,
    Pattern.TOUR: tour.lay_out,
    Pattern.HOTSPOT: hotspot.lay_out,
    Pattern.ORBIT: orbit.lay_out,
    Pattern.STARE: stare.lay_out,
    Pattern.EXPANDING_SQUARE: expanding_square.lay_out,
    Pattern.SECTOR_SEARCH: sector_search.lay_out,
}
"""Each takes the settings of its own pattern."""


def lay_out(task: PatrolTask) -> Work:
    """The work of a patrol.

    Raises:
        InputError: its zones or points are unknown, cannot be flown, or leave nothing to fly; each named.
    """
    work = PATTERN_LAYOUTS[task.patrol.pattern](task, task.patrol.settings)
    if not work.pieces:
        raise InputError(f"{task.patrol.source}: there is nothing to fly", hint="its zones are smaller than a swath")
    return work
