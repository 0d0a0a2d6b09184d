"""Where points of interest are looked at from: some way off, free to be flown to, with free sight of the point."""

from __future__ import annotations

import math

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import IntArray
from dronectl.model.ground.zone import PointOfInterest
from dronectl.model.plan.pattern_settings import PointSettings
from dronectl.planning.assignment.patrol_task import PatrolTask
from dronectl.planning.paths.line_of_sight import has_free_sight
from dronectl.planning.paths.routing import Router
from dronectl.planning.work import Piece

DIRECTIONS = 72


def points_to_visit(task: PatrolTask, settings: PointSettings) -> list[PointOfInterest]:
    """The points a patrol visits: those named, and those of the categories named.

    With ``zones``, categories count only inside these; with zones alone, every point inside them.

    Raises:
        InputError: a point is unknown, or there is none at all.
    """
    patrol, site, frame = task.patrol, task.site, task.frame
    known = {point.id: point for point in site.zones.points}
    for point_id in settings.points:
        if point_id not in known:
            raise InputError(
                f"{patrol.source}: no point of interest '{point_id}' in geofences/",
                hint=f"points are: {', '.join(known) or 'none'}",
            )
    areas = [frame.polygon_to_xy(zone.polygon) for zone in site.zones.zones if zone.id in patrol.zones]

    def chosen(point: PointOfInterest) -> bool:
        if point.id in settings.points:
            return True
        is_all_in_zones = bool(areas) and not settings.points and not settings.categories
        wanted = is_all_in_zones or str(point.category) in settings.categories
        place = shapely.Point(frame.point_to_xy(point.position))
        return wanted and (not areas or any(shapely.intersects(area, place) for area in areas))

    found = [point for point in site.zones.points if chosen(point)]
    if not found:
        raise InputError(
            f"{patrol.source}: the {patrol.pattern} has no points",
            hint="name points, categories, or zones that hold points",
        )
    return found


def views_of(
    task: PatrolTask,
    point: PointOfInterest,
    allowed: Router,
    *,
    standoff_m: float,
    dwell_s: float,
    looks: bool,
    sides: int = 1,
) -> list[Piece]:
    """One place to stay at, or several around the point; ``looks``: the camera is turned to it.

    A viewpoint lies ``standoff_m`` from its point. The first is the one nearest to the drones' homes of those that are
    free and from which, at the lowest drone's altitude, no known obstacle hides the point (of all free ones, if it is
    hidden from all); the others lie evenly around the point, as nearly as they are free.

    Raises:
        InputError: no viewpoint, or none on one of the sides, can be flown to; named.
    """
    altitude_m = min(member.altitude_m for member in task.crew)
    toward_xy = task.homes_middle_xy()
    centre = np.array(task.frame.point_to_xy(point.position))
    angles = math.atan2(*(toward_xy - centre)[::-1]) + np.linspace(0.0, 2.0 * math.pi, DIRECTIONS, endpoint=False)
    views = centre + standoff_m * np.column_stack([np.cos(angles), np.sin(angles)])
    free = allowed.contains(views)
    seeing = free & has_free_sight(views, altitude_m, centre, point.height_m, task.site, task.frame)
    good = np.flatnonzero(seeing if seeing.any() else free)
    if not len(good):
        raise InputError(
            f"point {point.id} cannot be looked at from {standoff_m:g} m away: every viewpoint is outside the fence or "
            f"inside a keep-out",
            hint="change its standoff_m, or leave it out of the patrol",
        )
    first = int(good[np.hypot(*(views[good] - toward_xy).T).argmin()])
    chosen = [_nearest_side(point, good, first, side, sides) for side in range(sides)]
    return [
        Piece(
            name=point.id if sides == 1 else f"{point.id} side {side}",
            path_xy=views[view : view + 1],
            dwell_s=float(math.ceil(dwell_s)),
            look_at=point.position if looks else None,
            look_height_m=point.height_m,
        )
        for side, view in enumerate(chosen, start=1)
    ]


def _nearest_side(point: PointOfInterest, good: IntArray, first: int, side: int, sides: int) -> int:
    """Of the good viewpoints (by number, all around) the one nearest to ``side`` of ``sides`` evenly spread ones."""
    around = np.abs((good - first - side * DIRECTIONS / sides + DIRECTIONS / 2.0) % DIRECTIONS - DIRECTIONS / 2.0)
    if around.min() > DIRECTIONS / (2.0 * sides):
        raise InputError(
            f"point {point.id} cannot be looked at from {sides} sides: side {side + 1} is outside the fence, inside a "
            "keep-out or behind an obstacle",
            hint="ask for fewer sides or another standoff_m",
        )
    return int(good[around.argmin()])
