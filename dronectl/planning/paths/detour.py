"""The shortest way around what stands between two places, for a drone that is in the air already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.planning.paths.routing import Router
from dronectl.planning.paths.space import ROUNDING_SLACK_M, VERTICAL_CLEARANCE_M, blocked_between, grow, minus, union

FURTHER_M = (2.0, 0.0)
"""What is kept besides the margins, as far as there is room: bends are flown to, and flown from, with an error."""

_TOGETHER_M = 0.5

Disc = tuple[GeoPoint, float]
"""A place to keep away from, and by how many metres."""


def bends_around(
    site: Site,
    frame: LocalFrame,
    drone: Drone,
    start: GeoPoint,
    goal: GeoPoint,
    heights_m: tuple[float, float],
    avoided: Sequence[Disc] = (),
) -> tuple[GeoPoint, ...]:
    """Where the way bends, without ``start`` and ``goal``; flown at or between two heights above ground.

    A start within a margin is left by the shortest, a goal within one is reached likewise.

    Raises:
        InputError: there is no way, or the drone has no fence.
    """
    first, last = frame.points_to_xy([start, goal])
    error: InputError | None = None
    for further_m in FURTHER_M:
        space = open_space(site, frame, drone, heights_m, avoided, further_m)
        try:
            return tuple(frame.to_points(bends)) if len(bends := bends_in(space, first, last)) else ()
        except InputError as none:
            error = error or none
    assert error is not None
    raise error


def open_space(
    site: Site,
    frame: LocalFrame,
    drone: Drone,
    heights_m: tuple[float, float],
    avoided: Sequence[Disc] = (),
    further_m: float = FURTHER_M[0],
) -> shapely.Geometry:
    """Where a drone may be at or between two heights above ground, with all margins and ``further_m`` besides.

    Raises:
        InputError: the drone has no fence.
    """
    fence = site.zones.fence_of(drone.name)
    if fence is None:
        raise InputError(f"drone {drone.name} has no fence", hint="add a feature of kind 'fence' to geofences/")
    inside = frame.polygon_to_xy(fence.polygon)
    low_m, high_m = sorted(heights_m)
    closed = blocked_between(
        site, frame, low_m - VERTICAL_CLEARANCE_M, high_m + VERTICAL_CLEARANCE_M, further_m=further_m
    )
    discs = [grow(shapely.Point(frame.point_to_xy(place)), radius_m) for place, radius_m in avoided]
    return minus(
        grow(inside, -(site.rules.fence_margin_m + ROUNDING_SLACK_M + further_m)),
        union([*(one.grown for one in closed), *discs]),
    )


def bends_in(space: shapely.Geometry, first: FloatArray, last: FloatArray, router: Router | None = None) -> FloatArray:
    """(k, 2) places where the shortest way in a space bends, without its ends; an end outside is reached by the
    shortest.

    Raises:
        InputError: there is no way.
    """
    if space.is_empty:
        raise InputError("the fence leaves no room to fly at this height")
    ends = [_nearest(space, place) for place in (first, last)]
    path = (router or Router(space)).path(*ends)
    away = [point for point in path if min(np.hypot(*(point - first)), np.hypot(*(point - last))) > _TOGETHER_M]
    return np.array(away).reshape(-1, 2)


def _nearest(space: shapely.Geometry, place: FloatArray) -> FloatArray:
    point = shapely.Point(place)
    if shapely.covers(space, point):
        return place
    on_edge = shapely.get_point(shapely.shortest_line(space, point), 0)
    # A little further in: places are kept to the centimetre.
    there = np.array([on_edge.x, on_edge.y])
    inward = there + (there - place) / max(float(np.hypot(*(there - place))), 1e-9) * ROUNDING_SLACK_M
    return inward if shapely.covers(space, shapely.Point(inward)) else there
