"""A route of another program as a mission for ArduCopter: with the take-off and the end that a mission has."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.formats.missions.wpl import MAX_ITEMS
from dronectl.formats.routes.route import HeightAbove, Route, RouteEnd, RoutePoint
from dronectl.formats.text.told import Tell
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

_FRAMES = {
    HeightAbove.HOME: Frame.GLOBAL_RELATIVE_ALT,
    HeightAbove.SEA: Frame.GLOBAL,
    HeightAbove.GROUND: Frame.GLOBAL_TERRAIN_ALT,
}
_GROUND_SPEED = 1.0
_SHOOT = 1
"""Of DO_DIGICAM_CONTROL, in param5."""


def mission_of(route: Route, *, height_m: float | None, source: str, tell: Tell) -> Mission:
    """Home (unset), a take-off, the places and what is done there, the end. What the file does not have is told.

    Args:
        height_m: above home, for all places; None: each has its own.

    Raises:
        InputError: a place without a height and none given, or more items than are read.
    """
    points = _with_heights(route.points, height_m, source)
    home, take_off = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL), _take_off(route, points[0], height_m)
    way = itertools.chain([home, take_off], _way(points, route.speed_m_s), _end(route.end, points[0]))
    items = list(itertools.islice(way, MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        raise InputError(f"{source}: more than {MAX_ITEMS} items")
    tell(f"{source}: added: {_words_of_what_was_added(route, items)}")
    return Mission(tuple(items))


def _with_heights(points: Sequence[RoutePoint], height_m: float | None, source: str) -> list[RoutePoint]:
    if height_m is not None:
        return [replace(point, height_m=height_m, above=HeightAbove.HOME) for point in points]
    if any(point.height_m is None for point in points):
        raise InputError(
            f"{source}: no heights in it that could be flown",
            hint="'dronectl plan convert … --altitude M' gives all places one above home",
        )
    return list(points)


def _take_off(route: Route, first: RoutePoint, height_m: float | None) -> MissionItem:
    """Above home where that is known; a place above the ground is taken for as high above home."""
    if height_m is None and route.take_off_m is not None:
        return MissionItem(Command.NAV_TAKEOFF, altitude_m=route.take_off_m)
    frame = Frame.GLOBAL if first.above is HeightAbove.SEA else Frame.GLOBAL_RELATIVE_ALT
    return MissionItem(Command.NAV_TAKEOFF, frame, altitude_m=first.height_m or 0.0)


def _way(points: Sequence[RoutePoint], speed_m_s: float | None) -> Iterator[MissionItem]:
    trigger_m = 0.0
    if speed_m_s:
        yield MissionItem(Command.DO_CHANGE_SPEED, param1=_GROUND_SPEED, param2=speed_m_s)
    for point in points:
        yield MissionItem(
            Command.NAV_WAYPOINT,
            _FRAMES[point.above],
            float(math.ceil(point.stay_s)),
            lat_e7=point.place.lat_e7,
            lon_e7=point.place.lon_e7,
            altitude_m=point.height_m or 0.0,
        )
        if point.speed_m_s and point.speed_m_s != speed_m_s:
            speed_m_s = point.speed_m_s
            yield MissionItem(Command.DO_CHANGE_SPEED, param1=_GROUND_SPEED, param2=speed_m_s)
        if point.trigger_m is not None and point.trigger_m != trigger_m:
            trigger_m = point.trigger_m
            yield MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=trigger_m)
        for _ in range(point.photographs):
            yield MissionItem(Command.DO_DIGICAM_CONTROL, lat_e7=_SHOOT)
    if trigger_m:
        yield MissionItem(Command.DO_SET_CAM_TRIGG_DIST)


def _end(end: RouteEnd, first: RoutePoint) -> Iterator[MissionItem]:
    match end:
        case RouteEnd.LAND:
            yield MissionItem(Command.NAV_LAND)
        case RouteEnd.FIRST:
            yield from _way([replace(first, stay_s=0.0, photographs=0, trigger_m=None, speed_m_s=None)], None)
        case RouteEnd.RETURN | RouteEnd.UNSAID:
            yield MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL)


def _words_of_what_was_added(route: Route, items: Sequence[MissionItem]) -> str:
    above = HeightAbove.SEA if items[1].frame == Frame.GLOBAL else HeightAbove.HOME
    added = f"a take-off to {items[1].altitude_m:g} m above {above.value}"
    if route.end is RouteEnd.UNSAID:
        return f"{added}, and a return at the end, as the file says nothing of one"
    return f"{added}; it ends as the file says: {route.end.value}"
