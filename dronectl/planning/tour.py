"""A round of points of interest, each looked at from some way off for some time."""

from __future__ import annotations

import math

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.model.patrol import CameraAction, Patrol
from dronectl.model.site import Site
from dronectl.model.zone import PointOfInterest
from dronectl.planning.frame import FloatArray, LocalFrame
from dronectl.planning.routing import Router
from dronectl.planning.work import Piece

DIRECTIONS = 72


def points_of(patrol: Patrol, site: Site, frame: LocalFrame) -> list[PointOfInterest]:
    """The points a tour visits: those named, and those of the categories named.

    With ``zones``, categories count only inside these; with zones alone, every point inside them.

    Raises:
        InputError: a point is unknown, or there is none at all.
    """
    known = {point.id: point for point in site.zones.points}
    for point_id in patrol.points:
        if point_id not in known:
            raise InputError(
                f"{patrol.source}: no point of interest '{point_id}' in geofences/",
                hint=f"points are: {', '.join(known) or 'none'}",
            )
    areas = [frame.polygon_to_xy(zone.polygon) for zone in site.zones.zones if zone.id in patrol.zones]

    def chosen(point: PointOfInterest) -> bool:
        if point.id in patrol.points:
            return True
        is_all_in_zones = bool(areas) and not patrol.points and not patrol.categories
        wanted = is_all_in_zones or str(point.category) in patrol.categories
        place = shapely.Point(frame.point_to_xy(point.position))
        return wanted and (not areas or any(shapely.intersects(area, place) for area in areas))

    found = [point for point in site.zones.points if chosen(point)]
    if not found:
        raise InputError(
            f"{patrol.source}: the tour has no points", hint="name points, categories, or zones that hold points"
        )
    return found


def pieces(patrol: Patrol, site: Site, frame: LocalFrame, allowed: Router, toward_xy: FloatArray) -> list[Piece]:
    """One place to stay at for each point of the tour.

    The viewpoint lies ``standoff_m`` from the point, on the side toward ``toward_xy`` as far as it is free.

    Raises:
        InputError: no viewpoint of some point can be flown to; named.
    """
    return [_piece(point, patrol, frame, allowed, toward_xy) for point in points_of(patrol, site, frame)]


def _piece(point: PointOfInterest, patrol: Patrol, frame: LocalFrame, allowed: Router, toward_xy: FloatArray) -> Piece:
    standoff_m = patrol.standoff_m if point.standoff_m is None else point.standoff_m
    dwell_s = patrol.dwell_s if point.dwell_s is None else point.dwell_s
    centre = np.array(frame.point_to_xy(point.position))
    bearing = math.atan2(*(toward_xy - centre)[::-1])
    angles = bearing + np.linspace(0.0, 2.0 * math.pi, DIRECTIONS, endpoint=False)
    views = centre + standoff_m * np.column_stack([np.cos(angles), np.sin(angles)])
    free = views[allowed.contains(views)]
    if not len(free):
        raise InputError(
            f"point {point.id} cannot be looked at from {standoff_m:g} m away: every viewpoint is outside the fence or "
            f"inside a keep-out",
            hint="change its standoff_m, or leave it out of the patrol",
        )
    nearest = int(np.hypot(*(free - toward_xy).T).argmin())
    return Piece(
        name=point.id,
        path_xy=free[nearest : nearest + 1],
        dwell_s=float(math.ceil(dwell_s)),
        look_at=point.position if patrol.camera is CameraAction.LOOK else None,
    )
