"""The patterns of patrols: each lays out the work of one, in one function of the layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dronectl.errors import InputError
from dronectl.model.patrol import Pattern
from dronectl.planning import coverage, perimeter, tour
from dronectl.planning.layout import Layout, Work
from dronectl.planning.routing import Router
from dronectl.planning.space import GRID_M, both
from dronectl.planning.work import Piece


def lay_out(layout: Layout) -> Work:
    """The work of a patrol.

    Raises:
        InputError: its zones or points are unknown, cannot be flown, or leave nothing to fly; each named.
    """
    work = _PATTERNS[layout.patrol.pattern](layout)
    if not work.pieces:
        raise InputError(f"{layout.patrol.source}: there is nothing to fly", hint="its zones are smaller than a swath")
    return work


def _coverage(layout: Layout) -> Work:
    found: list[Piece] = []
    for zone in layout.zones():
        workable = both(layout.frame.polygon_to_xy(zone.polygon), layout.common)
        if workable.area < GRID_M:
            raise InputError(
                f"{layout.patrol.source}: no part of zone {zone.id} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        lines = coverage.lines(workable, layout.common, layout.swath_m, layout.patrol.angle_deg)
        found += [Piece(f"zone {zone.id} line {number}", line) for number, line in enumerate(lines, start=1)]
    return Work(found)


def _perimeter(layout: Layout) -> Work:
    patrol = layout.patrol
    found: list[Piece] = []
    for zone in layout.zones():
        area = layout.frame.polygon_to_xy(zone.polygon)
        found += perimeter.pieces(
            zone.id,
            area,
            layout.common,
            inset_m=patrol.inset_m,
            rounds=patrol.rounds,
            drone_count=len(layout.crew),
        )
    return Work(found)


def _tour(layout: Layout) -> Work:
    toward = np.mean([member.home_xy for member in layout.crew], axis=0)
    return Work(tour.pieces(layout.patrol, layout.site, layout.frame, Router(layout.common), toward))


_PATTERNS: Mapping[Pattern, Callable[[Layout], Work]] = {
    Pattern.COVERAGE: _coverage,
    Pattern.PERIMETER: _perimeter,
    Pattern.TOUR: _tour,
}
