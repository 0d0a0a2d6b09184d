"""The quickest way to where a place can be seen from: of all places around it, the one that is reached first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.planning.paths.detour import FURTHER_M, bends_in, open_space
from dronectl.planning.paths.routing import Router
from dronectl.planning.paths.viewpoint import views_of
from dronectl.planning.performance.energy import lines_s, path_s


@dataclass(frozen=True, slots=True, eq=False)
class WayToView:
    """``bends``: between the start and ``view``; times in still air, from rest to rest at the cruise speed."""

    view: GeoPoint
    bends: tuple[GeoPoint, ...]
    length_m: float
    seconds: float
    off_m: float
    """From the place that is looked at."""
    sees: bool
    """No obstacle that is known hides the place; False: it does from everywhere around."""


def way_to_view(
    site: Site,
    frame: LocalFrame,
    drone: Drone,
    start: GeoPoint,
    target: GeoPoint,
    *,
    standoff_m: float,
    altitude_m: float,
    target_height_m: float,
) -> WayToView:
    """To the place, ``standoff_m`` from ``target`` or as little farther as there is room, that is reached first at
    ``altitude_m`` above the site's plane, and from which no known obstacle hides the target, unless it is hidden from
    all of them. It is kept inside the fence and out of what is closed, with their margins.

    Raises:
        InputError: there is none within 500 m, or no way to one.
    """
    error: InputError | None = None
    for further_m in FURTHER_M:
        try:
            space = open_space(site, frame, drone, (altitude_m, altitude_m), (), further_m)
            router = Router(space)
            first, centre = frame.points_to_xy([start, target])
            found = views_of(router, centre, standoff_m, altitude_m, target_height_m, site, frame)
            if found is not None:
                path, seconds = _quickest(found.places, first, router, drone)
                (*bends, view) = frame.to_points(path[1:])
                length_m = float(np.hypot(*np.diff(path, axis=0).T).sum())
                return WayToView(view, tuple(bends), length_m, seconds, found.off_m, found.sees)
            raise InputError(
                f"{target} cannot be looked at at {altitude_m:.0f} m by {drone.name}: every place around it is outside "
                "the fence or closed"
            )
        except InputError as none:
            error = error or none
    assert error is not None
    raise error


def _quickest(views: FloatArray, first: FloatArray, router: Router, drone: Drone) -> tuple[FloatArray, float]:
    """The path (k, 2) from ``first`` to the view that is reached first, and its seconds. No way is shorter than the
    straight one: who is farther than the best so far is not asked for a way.

    Raises:
        InputError: there is no way to any of them.
    """
    straight_m = np.hypot(*(views - first).T)
    least_s = lines_s(straight_m, drone.cruise_speed_m_s, drone)
    best: tuple[float, FloatArray] | None = None
    error: InputError | None = None
    for index in np.argsort(least_s, kind="stable"):
        if best is not None and least_s[index] >= best[0]:
            break
        try:
            bends = bends_in(router.region, first, views[index], router)
        except InputError as none:
            error = none
            continue
        path = np.vstack([first, bends, views[index]])
        seconds = path_s(path, drone.cruise_speed_m_s, drone)
        if best is None or seconds < best[0]:
            best = seconds, path
    if best is None:
        assert error is not None
        raise error
    return best[1], best[0]
