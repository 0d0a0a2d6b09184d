"""Expanding square search (IAMSAR Manual, volumes II and III: pattern SS).

Legs go outward from the datum, where somebody was last seen, each turn 90° to the right; the first two are as long as
the track spacing, and every second leg is one spacing longer. One square is shared by several drones as unbroken runs:
the first searches around the datum, the next ones the rings around it, all at the same time.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.pattern_settings import ExpandingSquareSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.assignment.runs import equal_runs, in_sorties
from dronectl.planning.patterns import search
from dronectl.planning.patterns.stretches import shareable_m

MOST_LAPS = 100


def lay_out(task: PatrolTask, settings: ExpandingSquareSettings) -> Work:
    """The track as unbroken runs, one for each drone.

    Raises:
        InputError: the place last seen is unknown, the square takes too many laps, or nothing of it can be flown.
    """
    datum = search.datum_xy(task, settings.last_seen)
    spacing_m = settings.track_spacing_m or task.swath_m
    laps = laps_for(settings.radius_m, spacing_m)
    corners = square_track(datum, spacing_m, laps, settings.first_leg_deg)
    found = search.free_pieces(task, [corners], longest_m=shareable_m([corners], len(task.crew)))
    if not found:
        raise search.nothing_free(task)
    square = searched(datum, spacing_m, laps, settings.first_leg_deg)
    return Work(found, in_sorties(task, found, equal_runs(task, found)), area=search.within_zones(task, square))


def laps_for(radius_m: float, spacing_m: float) -> int:
    """Laps of four legs after which everything within ``radius_m`` of the datum, square to the legs, was passed by
    half a spacing or less.

    Raises:
        InputError: so many that no drone flies them.
    """
    laps = max(1, math.ceil(radius_m / spacing_m - 0.5 - 1e-9))
    if laps > MOST_LAPS:
        raise InputError(
            f"an expanding square of {radius_m:g} m takes {laps} laps at a track spacing of {spacing_m:.1f} m, more "
            f"than {MOST_LAPS}",
            hint="search a smaller radius_m, or fly higher or with a larger track_spacing_m",
        )
    return laps


def square_track(datum_xy: FloatArray, spacing_m: float, laps: int, first_leg_deg: float) -> FloatArray:
    """Corners (4 · laps + 2, 2) of the track, the datum first. The last leg closes the outermost side."""
    lengths = [spacing_m * ((leg + 2) // 2) for leg in range(4 * laps)] + [2.0 * laps * spacing_m]
    bearings = np.radians(first_leg_deg + 90.0 * np.arange(len(lengths)))
    legs = np.array(lengths)[:, None] * np.column_stack([np.sin(bearings), np.cos(bearings)])
    corners: FloatArray = datum_xy + np.vstack([[0.0, 0.0], np.cumsum(legs, axis=0)])
    return corners


def searched(datum_xy: FloatArray, spacing_m: float, laps: int, first_leg_deg: float) -> shapely.Polygon:
    """The square that such a track covers."""
    half_m = (laps + 0.5) * spacing_m
    angle = math.radians(first_leg_deg)
    along, aside = np.array([math.sin(angle), math.cos(angle)]), np.array([math.cos(angle), -math.sin(angle)])
    corners = [datum_xy + half_m * (a * along + b * aside) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return shapely.Polygon(corners)
