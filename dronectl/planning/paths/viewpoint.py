"""From where a drone that is in the air can see a place: free to be flown to, with free sight of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.planning.paths.detour import Disc, open_space
from dronectl.planning.paths.line_of_sight import has_free_sight
from dronectl.planning.paths.routing import Router

DIRECTIONS = 72
_ANGLES = np.linspace(0.0, 2.0 * math.pi, DIRECTIONS, endpoint=False)
CIRCLE = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
"""(DIRECTIONS, 2): the directions around a target from which it is looked at."""
WIDER = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.4, 8.0)
"""Where there is no room at the distance that is wanted, it looks from so many times as far."""
FARTHEST_M = 500.0


def viewpoint(
    site: Site,
    frame: LocalFrame,
    drone: Drone,
    start: GeoPoint,
    target: GeoPoint,
    *,
    standoff_m: float,
    altitude_m: float,
    target_height_m: float,
    avoided: Sequence[Disc] = (),
) -> GeoPoint:
    """The nearest to ``start`` of the places ``standoff_m`` from ``target``, or as little farther as there is room, to
    which a way leads at ``altitude_m`` above ground, and from which no known obstacle hides the target, unless it is
    hidden from all of them. It is kept inside the fence and out of what is closed, with their margins.

    Raises:
        InputError: there is none within 500 m.
    """
    space = open_space(site, frame, drone, (altitude_m, altitude_m), avoided)
    first, centre = frame.points_to_xy([start, target])
    found = views_of(Router(space), centre, standoff_m, altitude_m, target_height_m, site, frame)
    if found is not None:
        return frame.to_points(_nearest(found.places, first)[None])[0]
    raise InputError(
        f"{target} cannot be looked at at {altitude_m:.0f} m by {drone.name}: every place around it is outside the "
        "fence or closed",
        hint="give another height, or a greater --standoff",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """``places``: (n, 2) metres, all ``off_m`` from the target, free to be flown to; ``sees``: no obstacle that is
    known hides it from any of them, else one does from all around."""

    places: FloatArray
    off_m: float
    sees: bool


def views_of(
    router: Router,
    target: FloatArray,
    standoff_m: float,
    altitude_m: float,
    target_height_m: float,
    site: Site,
    frame: LocalFrame,
) -> Views | None:
    """The places around ``target`` that are free, those that see it where there are some, at ``standoff_m`` or as
    little farther as there is room; None: none within 500 m."""
    for wider in WIDER:
        off_m = standoff_m * wider
        if off_m > FARTHEST_M:
            return None
        views = target + off_m * CIRCLE
        free = router.contains(views)
        seeing = free & has_free_sight(views, altitude_m, target, target_height_m, site, frame)
        chosen = views[seeing if seeing.any() else free]
        if len(chosen):
            return Views(chosen, off_m, bool(seeing.any()))
    return None


def _nearest(views: FloatArray, first: FloatArray) -> FloatArray:
    nearest: FloatArray = views[np.hypot(*(views - first).T).argmin()]
    return nearest
