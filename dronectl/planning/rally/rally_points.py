"""Which of the declared rally points each drone carries, and where more would help.

A person answers for a rally point, so only declared ones are ever carried. A drone carries the fewest with which the
most of its route has a free straight return, and where there is a choice not those of another drone: two that come down
at one place are apart in height only until they descend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from dronectl.geodesy.frame import BoolArray, FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import RallyPoint
from dronectl.model.site import Site
from dronectl.planning.assignment.participants import CrewMember
from dronectl.planning.paths.space import blocked_at, grow, minus, union
from dronectl.planning.paths.visibility import Sight
from dronectl.planning.rally.rally_sets import blocked_by_set
from dronectl.planning.rally.returns import RALLY_LIMIT_M, LegReturns, Legs, leg_returns, stopping_m
from dronectl.planning.work import Step

MOST_CARRIED = 5
"""Rally points on one drone: as many as a pilot keeps in mind."""

MOST_PROPOSED = 3
"""New places proposed for one drone."""

PROPOSED_GRID_M = 30.0
PROPOSED_CLEARANCE_M = 15.0
"""Proposed places keep this much more than the margins, as whoever surveys them will have to move them a little."""

_WORTH_M = 1.0
"""A point that frees less of the route than this is not worth carrying."""
_WORTH_SHARING_M = 10.0
"""For less than this of the route no point of another drone is carried."""
_TURNS = 4
_TRIED_POINTS = 150
"""Of the route, to choose among proposed places; the chosen ones are judged exactly."""
_TRIED_PLACES = 250
_JUDGED_PLACES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """All that one drone flies in a plan, one entry for each free space."""

    drone: Drone
    home_xy: FloatArray
    highest_m: float
    flown: Sequence[Legs]


def routes_of(flights: Sequence[tuple[CrewMember, Sequence[Step]]]) -> Routes:
    """All flights of one drone; each leg once, however often it is flown."""
    by_space: dict[bytes, list[tuple[CrewMember, FloatArray]]] = {}
    for member, steps in flights:
        points = np.vstack([member.home_xy, *(step.xy for step in steps)])
        legs = np.stack([points[:-1], points[1:]], axis=1)
        by_space.setdefault(shapely.to_wkb(member.router.region), []).append((member, legs))
    flown = []
    for same in by_space.values():
        legs = np.unique(np.round(np.concatenate([legs for _, legs in same]), 3), axis=0)
        legs = legs[(legs[:, 0] != legs[:, 1]).any(axis=1)]
        members = [member for member, _ in same]
        speed_m_s = max(max(member.speeds.work_m_s, member.speeds.transit_m_s) for member in members)
        stop_m = stopping_m(speed_m_s, members[0].drone.acceleration_m_s2)
        flown.append(Legs(members[0].router.region, legs[:, 0], legs[:, 1], stop_m))
    first = flights[0][0]
    return Routes(first.drone, first.home_xy, max(member.altitude_m for member, _ in flights), tuple(flown))


@dataclass(frozen=True, slots=True)
class RallyChoice:
    """Rally points by drone, and what a person should do about returns that stay blocked."""

    carried: Mapping[str, tuple[RallyPoint, ...]] = field(default_factory=dict)
    advice: tuple[str, ...] = ()


def choose(site: Site, frame: LocalFrame, fleet: Sequence[Routes]) -> RallyChoice:
    """For each drone its rally points, and advice on what stays blocked."""
    reaches = [_reach(site, frame, routes) for routes in fleet]
    carried = _shared_out(reaches)
    advice: list[str] = []
    proposed: list[FloatArray] = []
    for reach, columns in zip(reaches, carried, strict=True):
        blocked_m = reach.returns.blocked_m(columns)
        if blocked_m > _WORTH_M:
            kept = reach.xy[[column - 1 for column in columns]]
            room = _room_for_new(site, reach.usable, frame, [*proposed, reach.xy])
            new_xy = _proposed(reach.routes, reach.returns, columns, kept, room)
            advice += _words(frame, reach.routes, blocked_m, kept, new_xy)
            proposed.append(new_xy)
    chosen = {
        reach.routes.drone.name: tuple(reach.places[column - 1] for column in columns)
        for reach, columns in zip(reaches, carried, strict=True)
    }
    return RallyChoice(chosen, tuple(advice + _shared_words(chosen)))


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """One drone and the declared points that it could carry; goal k of its returns is place k - 1."""

    routes: Routes
    usable: shapely.Geometry
    places: Sequence[RallyPoint]
    xy: FloatArray
    returns: LegReturns


def _reach(site: Site, frame: LocalFrame, routes: Routes) -> _Reach:
    usable = _usable(site, frame, routes)
    places = _in_reach(site, frame, routes, usable)
    xy = frame.points_to_xy([point.position for point in places]).reshape(-1, 2)
    return _Reach(routes, usable, places, xy, leg_returns(routes.flown, routes.home_xy, xy))


def _shared_out(reaches: Sequence[_Reach]) -> list[tuple[int, ...]]:
    """For each drone the goals it carries: it chooses anew, seeing what the others chose, until nobody does better."""
    tried = [blocked_by_set(reach.returns, MOST_CARRIED) for reach in reaches]
    carried: list[tuple[int, ...]] = [() for _ in reaches]
    for _ in range(_TURNS):
        before = list(carried)
        for own, reach in enumerate(reaches):
            others = {
                other.places[column - 1].id
                for index, other in enumerate(reaches)
                for column in carried[index]
                if index != own
            }
            shared = [column for column, point in enumerate(reach.places, start=1) if point.id in others]
            carried[own] = _least(tried[own], shared)
        if carried == before:
            break
    return carried


def _least(blocked_m: Mapping[tuple[int, ...], float], shared: Sequence[int]) -> tuple[int, ...]:
    """The set to carry: least blocked, then least shared, then fewest."""

    def cost(chosen: tuple[int, ...]) -> tuple[int, int, int, int, float]:
        length_m = blocked_m[chosen]
        sharing = sum(goal in shared for goal in chosen)
        return round(length_m / _WORTH_SHARING_M), sharing, round(length_m / _WORTH_M), len(chosen), length_m

    return min(blocked_m, key=cost)


def _shared_words(chosen: Mapping[str, Sequence[RallyPoint]]) -> list[str]:
    by_point: dict[str, list[str]] = {}
    for name, points in chosen.items():
        for point in points:
            by_point.setdefault(point.id, []).append(name)
    return [
        f"{' and '.join(names)} may return to the same rally point '{point}': there only their heights keep them apart "
        "until they descend; declare another 30 m beside it"
        for point, names in by_point.items()
        if len(names) > 1
    ]


def _usable(site: Site, frame: LocalFrame, routes: Routes) -> shapely.Geometry:
    """Where the drone may come down from each of its layers: free at all of them, and nothing stands below."""
    standing = union(blocked.grown for blocked in blocked_at(site, frame, routes.highest_m, from_ground=True))
    space = minus(routes.flown[0].region, standing)
    for legs in routes.flown[1:]:
        space = shapely.intersection(space, legs.region)
    return space


def _in_reach(site: Site, frame: LocalFrame, routes: Routes, usable: shapely.Geometry) -> list[RallyPoint]:
    """Declared points that the drone may land at and that some part of its route is near enough to."""
    lines = shapely.multilinestrings(
        [line for legs in routes.flown for line in shapely.linestrings(np.stack([legs.starts, legs.ends], axis=1))]
    )
    found = []
    for point in site.zones.rally_points:
        place = shapely.Point(frame.point_to_xy(point.position))
        if shapely.intersects(usable, place) and shapely.distance(lines, place) <= RALLY_LIMIT_M:
            found.append(point)
    return found


def _room_for_new(
    site: Site, usable: shapely.Geometry, frame: LocalFrame, places: Sequence[FloatArray]
) -> shapely.Geometry:
    """Where a new rally point may be proposed: clear of all that stands, of homes and of other points."""
    homes = frame.points_to_xy([drone.home for drone in site.drones])
    apart_m = site.rules.separation_m + PROPOSED_CLEARANCE_M
    kept_free = [grow(shapely.Point(xy), apart_m) for xy in np.vstack([homes, *places])]
    return minus(grow(usable, -PROPOSED_CLEARANCE_M), union(kept_free))


def _proposed(
    routes: Routes, returns: LegReturns, carried: Sequence[int], kept: FloatArray, room: shapely.Geometry
) -> FloatArray:
    """Places (n, 2) that would free the most of what is blocked, the best first (greedy set cover)."""
    places = _grid(room, returns.middles[returns.blocked(carried)])
    new = np.empty((0, 2))
    left_m = returns.blocked_m(carried)
    while len(places) and len(new) < MOST_PROPOSED and len(kept) + len(new) < MOST_CARRIED and left_m > _WORTH_M:
        with_new = leg_returns(routes.flown, routes.home_xy, np.vstack([kept, new]))
        every = range(1, with_new.free.shape[1])
        gains_m = _gains_m(routes, with_new, with_new.blocked(list(every)), places)
        judged = places[np.argsort(-gains_m, kind="stable")[:_JUDGED_PLACES]]
        lefts_m = [_left_m(routes, np.vstack([kept, new, place])) for place in judged]
        best = int(np.argmin(lefts_m))
        if left_m - lefts_m[best] <= _WORTH_M:
            break
        new, left_m = np.vstack([new, judged[best]]), lefts_m[best]
        places = places[np.hypot(*(places - judged[best]).T) > 2.0 * PROPOSED_CLEARANCE_M]
    return new


def _left_m(routes: Routes, rally_xy: FloatArray) -> float:
    return leg_returns(routes.flown, routes.home_xy, rally_xy).blocked_m(range(1, len(rally_xy) + 1))


def _gains_m(routes: Routes, returns: LegReturns, blocked: BoolArray, places: FloatArray) -> FloatArray:
    """For each place roughly what of the route it would free: lines from some of the blocked pieces to it."""
    pieces = np.flatnonzero(blocked)
    pieces = pieces[np.argsort(-returns.length_m[pieces], kind="stable")[:_TRIED_POINTS]]
    points, length_m = returns.middles[pieces], returns.length_m[pieces]
    away_m = np.hypot(*np.moveaxis(points[:, None] - places[None], -1, 0))
    goes = (away_m <= RALLY_LIMIT_M) & (away_m < returns.distance_m[pieces].min(axis=1)[:, None])
    owner, place = np.nonzero(goes)
    seen = np.ones(len(owner), dtype=np.bool_)
    for region in {id(legs.region): legs.region for legs in routes.flown}.values():
        seen &= Sight(region).clear(points[owner], places[place])
    gains_m = np.zeros(len(places))
    np.add.at(gains_m, place[seen], length_m[owner[seen]])
    return gains_m


def _grid(room: shapely.Geometry, blocked_xy: FloatArray) -> FloatArray:
    """Places (n, 2) on a grid over the room within reach of something blocked; a coarser grid where there is much."""
    near = shapely.intersection(room, shapely.buffer(shapely.multipoints(blocked_xy), RALLY_LIMIT_M))
    if near.is_empty:
        return np.empty((0, 2))
    step_m = max(PROPOSED_GRID_M, float(np.sqrt(near.area / _TRIED_PLACES)))
    low_x, low_y, high_x, high_y = near.bounds
    x, y = np.meshgrid(np.arange(low_x, high_x, step_m), np.arange(low_y, high_y, step_m))
    inside = shapely.contains_xy(near, x.ravel(), y.ravel())
    places: FloatArray = np.column_stack([x.ravel(), y.ravel()])[inside]
    return places


def _words(frame: LocalFrame, routes: Routes, blocked_m: float, kept: FloatArray, new_xy: FloatArray) -> list[str]:
    name = routes.drone.name
    lacking = f"{name}: straight failsafe returns from {blocked_m:.0f} m of its routes are not free"
    if len(kept) >= MOST_CARRIED:
        return [f"{lacking}, with the {MOST_CARRIED} rally points that it carries: build fewer patrols into one plan"]
    if not len(new_xy):
        return [f"{lacking}, and no further rally point would help: fly around on the other side, or higher"]
    left_m = _left_m(routes, np.vstack([kept, new_xy]))
    places: list[GeoPoint] = frame.to_points(new_xy)
    result = "all of them" if left_m <= _WORTH_M else f"all but {left_m:.0f} m"
    points = "a rally point" if len(places) == 1 else "rally points"
    return [
        (
            f"{lacking}; {points} at {' and '.join(map(str, places))} would free {result}: survey the place and add a "
            "feature of kind 'rally' to geofences/"
        )
    ]
