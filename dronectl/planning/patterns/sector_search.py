"""Sector search (IAMSAR Manual, volumes II and III: pattern VS).

Nine legs, each as long as the radius, and turns of 120° to the right: out from the datum, across, back in and on
through it, so that its surroundings are seen three times. A second search is turned by 30°, to lie between the legs of
the first. The legs of one search are shared by the drones in their order, by three drones a sector each.
"""

from __future__ import annotations

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.pattern_settings import SectorSearchSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.assignment.runs import Run, in_sorties
from dronectl.planning.patterns import search
from dronectl.planning.work import Piece

_BEARINGS_DEG = np.array([0.0, 120.0, 240.0, 240.0, 0.0, 120.0, 120.0, 240.0, 0.0])
"""Of the legs, relative to the first: out, across, in; out, across, in; out, across, in."""

_BETWEEN_LEGS_DEG = 60.0
"""Legs through the datum are this far apart, so a second search turns by half of it."""


def lay_out(task: PatrolTask, settings: SectorSearchSettings) -> Work:
    """The legs of each search shared out in their order.

    Raises:
        InputError: the place last seen is unknown, or nothing of the search can be flown.
    """
    datum = search.datum_xy(task, settings.last_seen)
    drones = len(task.crew)
    found: list[Piece] = []
    runs: list[Run] = [()] * drones
    for number, turned_deg in enumerate(turns_deg(settings.passes)):
        flown = legs(datum, settings.radius_m, settings.first_leg_deg, turned_deg)
        for share, own in enumerate(np.array_split(flown, drones)):
            first = len(found)
            found += search.free_pieces(task, list(own))
            # Shares differ by a leg when their number does not divide nine: no drone gets the longest each time.
            drone = (share + number) % drones
            runs[drone] += tuple(range(first, len(found)))
    if not found:
        raise search.nothing_free(task)
    return Work(found, in_sorties(task, found, runs))


def legs(datum_xy: FloatArray, radius_m: float, first_leg_deg: float, turned_deg: float = 0.0) -> FloatArray:
    """The nine legs (9, 2, 2) of one search, in their order and direction; it begins and ends at the datum."""
    bearings = np.radians(first_leg_deg + turned_deg + _BEARINGS_DEG)
    steps: FloatArray = radius_m * np.column_stack([np.sin(bearings), np.cos(bearings)])
    corners = datum_xy + np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])
    found: FloatArray = np.stack([corners[:-1], corners[1:]], axis=1)
    return found


def turns_deg(passes: int) -> FloatArray:
    """By how much each of several searches is turned: two by 30°, so that all legs lie evenly."""
    turned: FloatArray = np.arange(passes, dtype=np.float64) * (_BETWEEN_LEGS_DEG / passes)
    return turned
