"""Whether a camera in the air sees a place on the ground past the obstacles known."""

from __future__ import annotations

import numpy as np

from dronectl.geodesy.frame import BoolArray, FloatArray, LocalFrame
from dronectl.model.ground.zone import Obstacle
from dronectl.model.site import Site


def has_free_sight(
    views_xy: FloatArray,
    altitude_m: float,
    target_xy: FloatArray,
    target_height_m: float,
    site: Site,
    frame: LocalFrame,
) -> BoolArray:
    """Of viewpoints (n, 2) at one altitude: from which the straight line to the target passes over or beside every
    obstacle. An obstacle in which the target stands is what is looked at, and hides nothing."""
    free = np.ones(len(views_xy), dtype=np.bool_)
    for obstacle in site.zones.obstacles:
        free &= ~_hides(obstacle, frame, views_xy, altitude_m, target_xy, target_height_m)
    return free


def _hides(
    obstacle: Obstacle,
    frame: LocalFrame,
    views_xy: FloatArray,
    altitude_m: float,
    target_xy: FloatArray,
    target_height_m: float,
) -> BoolArray:
    """Where the line from target (share 0) to view (share 1) enters the cylinder's circle it is lowest: there it is
    compared with the obstacle's height."""
    centre = np.array(frame.point_to_xy(obstacle.position))
    from_centre = target_xy - centre
    if float(np.hypot(*from_centre)) <= obstacle.radius_m:
        return np.zeros(len(views_xy), dtype=np.bool_)
    along = views_xy - target_xy
    a = (along**2).sum(axis=1)
    half_b = along @ from_centre
    c = float(from_centre @ from_centre) - obstacle.radius_m**2
    discriminant = half_b**2 - a * c
    meets = (discriminant > 0.0) & (a > 0.0)
    share = np.full(len(views_xy), np.inf)
    share[meets] = (-half_b[meets] - np.sqrt(discriminant[meets])) / a[meets]
    crosses = (share > 0.0) & (share < 1.0)
    height_m = target_height_m + np.where(crosses, share, 0.0) * (altitude_m - target_height_m)
    hidden: BoolArray = crosses & (height_m < obstacle.height_m)
    return hidden
