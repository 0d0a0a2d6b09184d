"""Where a leg could go instead: the nearest clear place for an item, or one waypoint that leads around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.metrics import GRID_M
from dronectl.checks.trajectory.leg import Leg, LegKind, Position
from dronectl.model.plan.fix import Fix, inserted, replaced
from dronectl.model.plan.mission import Command, Frame, MissionItem

SLACK_M = 0.1
"""More than the rounding of coordinates to 1e-7 degree takes."""

MOST_CORNERS = 300
"""So many corners of the clear space, the nearest to the leg, are tried as a way around."""


def way_out(flight: Flight, leg: Leg, ground: Ground) -> Fix | None:
    """Mends the way of one leg; None where no single move or waypoint does.

    Whether the other legs stay clear is not tried: check the mission again.
    """
    if leg.kind not in (LegKind.TRAVEL, LegKind.RETURN) or leg.curved:
        return None
    clear = _clear_space(flight, ground, *sorted((leg.start.height_m, leg.end.height_m)))
    if clear.is_empty:
        return None
    start, end = (shapely.Point(place.x_m, place.y_m) for place in (leg.start, leg.end))
    shapely.prepare(clear)
    if leg.kind is LegKind.TRAVEL and not clear.covers(end):
        return _move(flight, leg, _clear_place(clear, start, end, _next_place(flight, leg)), end, ground)
    corner = _corner(clear, start, end)
    return None if corner is None else _lead_around(flight, leg, corner, ground)


def _clear_space(flight: Flight, ground: Ground, low_m: float, high_m: float) -> shapely.Geometry:
    """The fence without its margin, less all that stands between two heights, grown by its margin."""
    rules = ground.site.rules
    fence = ground.fence_area(flight.drone.name)
    if fence is None:
        return shapely.Polygon()
    inside = fence[1].buffer(-(rules.fence_margin_m + SLACK_M))
    margin_m = rules.keep_out_margin_m + 2 * SLACK_M
    closed = [
        area.buffer(margin_m)
        for keep_out, area in ground.closed_for(flight)
        if keep_out.floor_m <= high_m and (keep_out.ceiling_m is None or keep_out.ceiling_m >= low_m)
    ]
    closed += [
        centre.buffer(obstacle.radius_m + margin_m, quad_segs=32)
        for obstacle, centre in ground.obstacles
        if obstacle.height_m >= low_m
    ]
    return shapely.difference(inside, shapely.union_all(closed, grid_size=GRID_M), grid_size=GRID_M)


def _corner(clear: shapely.Geometry, start: shapely.Point, end: shapely.Point) -> shapely.Point | None:
    """The corner of the clear space over which the way is shortest and clear."""
    if not (clear.covers(start) and clear.covers(end)):
        return None
    corners = shapely.points(np.unique(shapely.get_coordinates(clear), axis=0))
    lengths_m = shapely.distance(corners, start) + shapely.distance(corners, end)
    for index in np.argsort(lengths_m)[:MOST_CORNERS]:
        way = shapely.LineString([start, corners[index], end])
        if clear.covers(way):
            return corners[index]
    return None


def _clear_place(
    clear: shapely.Geometry, start: shapely.Point, end: shapely.Point, after: shapely.Point | None
) -> shapely.Point:
    """The place nearest to ``end`` to and from which the way is clear; else the nearest that is clear itself."""
    nearest = shapely.get_point(shapely.shortest_line(clear, end), 0)
    corners = shapely.points(np.unique(shapely.get_coordinates(clear), axis=0))
    for place in (nearest, *corners[np.argsort(shapely.distance(corners, end))[:MOST_CORNERS]]):
        stops = [stop for stop in (start, place, after) if stop is not None]
        if clear.covers(shapely.LineString(stops)):
            return place
    return nearest


def _next_place(flight: Flight, leg: Leg) -> shapely.Point | None:
    """Where the drone flies after this leg."""
    later = iter(flight.distinct)
    for one in later:
        if one == leg:
            break
    goals = (one.end for one in later if (one.end.x_m, one.end.y_m) != (leg.end.x_m, leg.end.y_m))
    goal = next(goals, None)
    return None if goal is None else shapely.Point(goal.x_m, goal.y_m)


def _move(flight: Flight, leg: Leg, to: shapely.Point, end: shapely.Point, ground: Ground) -> Fix | None:
    item = flight.mission.items[leg.item]
    if (item.lat_e7 == 0 and item.lon_e7 == 0) or item.command == Command.NAV_LOITER_TURNS:
        return None
    place = ground.frame.to_points(np.array([[to.x, to.y]]))[0]
    moved = replace(item, lat_e7=place.lat_e7, lon_e7=place.lon_e7)
    words = f"move item {leg.item} {to.distance(end):.1f} m to {place}"
    return Fix(words, (replaced(leg.item, moved),))


def _lead_around(flight: Flight, leg: Leg, corner: shapely.Point, ground: Ground) -> Fix | None:
    place = ground.frame.to_points(np.array([[corner.x, corner.y]]))[0]
    height_m = _above_home(flight, leg.start)
    waypoint = MissionItem(
        Command.NAV_WAYPOINT,
        Frame.GLOBAL_RELATIVE_ALT,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        altitude_m=height_m,
    )
    words = f"insert a waypoint at {place}, {height_m:g} m, before item {leg.item}"
    return Fix(words, (inserted(leg.item, waypoint),))


def _above_home(flight: Flight, position: Position) -> float:
    return round(position.height_m - flight.legs[0].start.height_m, 2)
