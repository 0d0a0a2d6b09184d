"""Circles around points of interest, flown as waypoints so that the checks prove them, the camera on the point.

ArduCopter's own NAV_LOITER_TURNS is quicker, but it enters the circle wherever the aircraft comes from, takes its speed
from a parameter and knows no arc; waypoints hold the place of entry and the speed, and an arc where not all is free.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.ground.zone import PointOfInterest
from dronectl.model.plan.pattern_settings import Direction, OrbitSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.patterns.stretches import free_stretches
from dronectl.planning.patterns.viewpoints import points_to_visit
from dronectl.planning.work import Piece

SIDES = 13
"""The middle of a side lies 3 % of the radius inside the circle. More sides are nearer to it and slower: at each corner
the copter slows down, and on shorter legs it never gets up to speed again."""


def lay_out(task: PatrolTask, settings: OrbitSettings) -> Work:
    """A piece for each turn around each point.

    Raises:
        InputError: a point is unknown, there is none, or no part of the circle around one is free; named.
    """
    toward_xy = task.homes_middle_xy()
    return Work(
        [
            piece
            for point in points_to_visit(task, settings)
            for piece in pieces(point, settings, task.frame, task.common, toward_xy)
        ]
    )


def pieces(
    point: PointOfInterest, orbit: OrbitSettings, frame: LocalFrame, allowed: shapely.Geometry, toward_xy: FloatArray
) -> list[Piece]:
    """One piece for each turn around a point; a whole circle begins on the side toward ``toward_xy``.

    Where the circle is not free it is cut to its free arcs, flown forth and back.

    Raises:
        InputError: no part of the circle is free; the point is named.
    """
    centre = np.array(frame.point_to_xy(point.position))
    away = toward_xy - centre
    start_deg = math.degrees(math.atan2(away[0], away[1]))
    from_deg, sweep_deg = _span(orbit, start_deg)
    path = circle(centre, orbit.radius_m, from_deg, sweep_deg)
    if orbit.direction is Direction.ANTICLOCKWISE:
        path = path[::-1]
    arcs = [shapely.get_coordinates(stretch) for stretch in free_stretches(path, allowed)]
    if not arcs:
        raise InputError(
            f"no part of the circle of {orbit.radius_m:g} m around point {point.id} can be flown: it is outside the "
            "fence or inside keep-outs",
            hint="change radius_m, or leave the point out of the patrol",
        )
    is_whole = sweep_deg == 360.0 and len(arcs) == 1 and math.dist(arcs[0][0], arcs[0][-1]) < 1e-3
    return [
        Piece(
            name=f"orbit of {point.id}" + ("" if len(arcs) == 1 else f", arc {number}"),
            path_xy=arc,
            look_at=point.position,
            look_height_m=point.height_m,
            one_way=is_whole,
        )
        for _ in range(orbit.turns)
        for number, arc in enumerate(arcs, start=1)
    ]


def circle(centre: FloatArray, radius_m: float, from_deg: float, sweep_deg: float) -> FloatArray:
    """Points (k, 2) on a circle from one bearing clockwise over ``sweep_deg``; a whole one ends where it begins."""
    count = max(2, math.ceil(SIDES * sweep_deg / 360.0))
    bearings = np.radians(from_deg + np.linspace(0.0, sweep_deg, count + 1))
    points: FloatArray = centre + radius_m * np.column_stack([np.sin(bearings), np.cos(bearings)])
    if sweep_deg == 360.0:
        points[-1] = points[0]
    return points


def _span(orbit: OrbitSettings, start_deg: float) -> tuple[float, float]:
    """First bearing and degrees clockwise from it."""
    if orbit.arc_deg is None:
        return start_deg, 360.0
    first, last = orbit.arc_deg
    return first, (last - first) % 360.0
