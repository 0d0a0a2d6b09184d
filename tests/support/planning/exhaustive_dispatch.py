"""Random incidents on the Roi Et site and random fleets, and who is there first by trying everything.

The ways are found anew: over every corner of what is free and to every place around the target, by Dijkstra. What is
shared with the planner is how shapes are grown, and the list of directions and distances to look from.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import shapely
from repository import REPOSITORY

from dronectl.checks.flight import Flight
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.ways.way import Present, Returns, Way
from dronectl.checks.ways.way_ahead import flight_ahead
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentPlace
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.dispatch.fleet_now import DroneNow, FleetNow
from dronectl.ops.dispatch.options import (
    LEAST_STAY_S,
    Option,
    Proposal,
    Wish,
    begins_after_s,
    propose,
)
from dronectl.ops.orders.airspace import Airspace
from dronectl.planning.paths.space import grow
from dronectl.planning.paths.viewpoint import CIRCLE, FARTHEST_M, WIDER
from dronectl.planning.performance.energy import path_s
from dronectl.site.workspace import load_site

FURTHER_M = 2.0
"""Kept besides the margins, as the planner does where there is room."""
NO_MISSION = Mission((), MissionType.MISSION)


@dataclass(frozen=True)
class Case:
    """One incident, and how the fleet is then."""

    seed: int
    fleet: FleetNow
    wish: Wish


@cache
def airspace() -> Airspace:
    return Airspace.of(load_site(REPOSITORY))


def case_of(seed: int) -> Case:
    """Some drones stand at their homes, some fly somewhere, in a layer of their own or between two."""
    draw = random.Random(seed)
    air = airspace()
    place = IncidentPlace(_free_place(draw, 0.0), "there", standoff_m=draw.choice((None, 20.0, 60.0)))
    drones = {}
    for index, drone in enumerate(air.site.drones):
        if draw.random() < 0.4:
            present = Present(drone.home, 0.0, drone.home)
            drones[drone.name] = _now(drone.name, present, "STABILIZE", draw)
            continue
        height_m = 40.0 + 12.0 * index + draw.choice((0.0, 0.0, -5.0, 6.0))
        speed_m_s, course = draw.choice((0.0, 8.0)), draw.uniform(0.0, math.tau)
        velocity = speed_m_s * math.sin(course), speed_m_s * math.cos(course)
        present = Present(_free_place(draw, height_m), height_m, drone.home, *velocity)
        drones[drone.name] = _now(drone.name, present, "AUTO" if speed_m_s else "BRAKE", draw)
    return Case(seed, FleetNow(drones, {}, {}), Wish(place, draw.choice((60.0, 300.0))))


def _now(name: str, present: Present, mode: str, draw: random.Random) -> DroneNow:
    is_flying = present.relative_altitude_m > 0.0
    home = MissionItem(Command.NAV_WAYPOINT, lat_e7=present.home.lat_e7, lon_e7=present.home.lon_e7)
    over_home = replace(home, altitude_m=present.relative_altitude_m)
    mission = Mission((home, over_home, MissionItem(Command.NAV_RETURN_TO_LAUNCH))) if mode == "AUTO" else NO_MISSION
    battery_pct = float(draw.randint(70, 100))
    return DroneNow(name, present, mode, is_flying, battery_pct, mission, Returns(40.0), 1, "")


def _free_place(draw: random.Random, height_m: float) -> GeoPoint:
    space = region(height_m, 25.0)
    low_x, low_y, high_x, high_y = space.bounds
    while True:
        x_m, y_m = draw.uniform(low_x, high_x), draw.uniform(low_y, high_y)
        if space.covers(shapely.Point(x_m, y_m)):
            return airspace().place(x_m, y_m)


@cache
def region(height_m: float, further_m: float) -> shapely.Geometry:
    """Where a drone may be at this height, with the site's margins and ``further_m`` more."""
    ground, rules = airspace().ground, airspace().site.rules
    (fence,) = [ground.areas[one.id] for one in ground.site.zones.fences]
    closed = [
        grow(area, rules.keep_out_margin_m + further_m)
        for keep_out, area in ground.keep_outs
        if keep_out.ceiling_m is None or keep_out.ceiling_m > height_m - 0.5
    ]
    closed += [
        grow(place, obstacle.radius_m + rules.keep_out_margin_m + further_m)
        for obstacle, place in ground.obstacles
        if obstacle.height_m > height_m - 0.5
    ]
    free = grow(fence, -(rules.fence_margin_m + further_m))
    return shapely.difference(free, shapely.union_all(closed))


@cache
def _corners(height_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the region, and the lengths between those that see each other."""
    space = region(height_m, FURTHER_M)
    points = np.unique(shapely.get_coordinates(shapely.get_rings(shapely.get_parts(space))), axis=0)
    return points, _lengths(height_m, points, points)


def _lengths(height_m: float, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Between each two places that see each other; else inf. By hundredths of a metre more, as corners are rounded."""
    space = shapely.buffer(region(height_m, FURTHER_M), 0.03)
    shapely.prepare(space)
    pairs = np.stack(np.broadcast_arrays(starts[:, None, :], ends[None, :, :]), axis=2)
    lengths = np.hypot(*np.moveaxis(pairs[:, :, 1] - pairs[:, :, 0], -1, 0))
    seen = shapely.covers(space, shapely.linestrings(pairs))
    return np.where(seen, lengths, np.inf)


def _paths(height_m: float, start: np.ndarray, goals: np.ndarray) -> list[np.ndarray | None]:
    """The shortest path to each of the goals."""
    points, between = _corners(height_m)
    first, last = _lengths(height_m, start[None], points)[0], _lengths(height_m, points, goals)
    straight = _lengths(height_m, start[None], goals)[0]
    best_m, before = first.copy(), np.full(len(points), -1)
    queue = [(length, index) for index, length in enumerate(best_m) if math.isfinite(length)]
    heapq.heapify(queue)
    while queue:
        length, index = heapq.heappop(queue)
        if length > best_m[index]:
            continue
        for other in np.flatnonzero(length + between[index] < best_m - 1e-9):
            best_m[other], before[other] = length + between[index, other], index
            heapq.heappush(queue, (float(best_m[other]), int(other)))
    found: list[np.ndarray | None] = []
    for goal in range(len(goals)):
        through = best_m + last[:, goal]
        corner = int(np.argmin(through))
        if straight[goal] <= through[corner] + 1e-9:
            found.append(np.vstack([start, goals[goal]]) if math.isfinite(straight[goal]) else None)
            continue
        if not math.isfinite(through[corner]):
            found.append(None)
            continue
        way = [goals[goal]]
        while corner >= 0:
            way.append(points[corner])
            corner = int(before[corner])
        found.append(np.array([start, *reversed(way)]))
    return found


def least_arrival_s(case: Case, option: Option) -> float:
    """Of one drone at the height that it was given: the earliest arrival of all ways to all places to look from."""
    air, now = airspace(), case.fleet.drones[option.name]
    assert option.layer is not None
    up_m, drone = option.layer.relative_altitude_m, air.drone(option.name)
    home = now.present.home
    start = drone.home
    if now.is_flying:
        ahead_s = 0.0 if now.speed_m_s < 0.5 else (now.speed_m_s / 2.5 + 2.5 / now.speed_m_s) / 2.0
        x_m, y_m = air.ground.frame.point_to_xy(now.present.place)
        start = air.place(x_m + now.present.east_m_s * ahead_s, y_m + now.present.north_m_s * ahead_s)
    first, centre = air.ground.frame.points_to_xy([start, case.wish.place.point])
    standoff_m = case.wish.place.standoff_m or 30.0
    space = region(up_m, FURTHER_M)
    shapely.prepare(space)
    for wider in WIDER:
        if standoff_m * wider > FARTHEST_M:
            break
        views = centre + standoff_m * wider * CIRCLE
        free = views[shapely.covers(space, shapely.points(views))]
        seeing = free[[_sees(view, up_m, centre) for view in free]] if len(free) else free
        chosen = seeing if len(seeing) else free
        if len(chosen):
            paths = [path for path in _paths(up_m, first, chosen) if path is not None]
            least_s = min((path_s(path, drone.cruise_speed_m_s, drone) for path in paths), default=math.inf)
            return begins_after_s(now) + _up_s(start, now, up_m, home, option) + least_s
    return math.inf


def _sees(view: np.ndarray, up_m: float, centre: np.ndarray) -> bool:
    """By walking along the line of sight."""
    steps = np.linspace(0.0, 1.0, 400)
    line = centre + steps[:, None] * (view - centre)
    for obstacle, place in airspace().ground.obstacles:
        off_m = np.hypot(*(line - (place.x, place.y)).T)
        if off_m[0] <= obstacle.radius_m:
            continue
        if bool(((off_m < obstacle.radius_m) & (steps * up_m < obstacle.height_m)).any()):
            return False
    return True


def _up_s(start: GeoPoint, now: DroneNow, up_m: float, home: GeoPoint, option: Option) -> float:
    """Of a mission with nothing but that."""
    air = airspace()
    command = Command.NAV_WAYPOINT if now.is_flying else Command.NAV_TAKEOFF
    items = (
        MissionItem(Command.NAV_WAYPOINT, lat_e7=home.lat_e7, lon_e7=home.lon_e7),
        MissionItem(command, lat_e7=start.lat_e7, lon_e7=start.lon_e7, altitude_m=up_m),
        MissionItem(Command.NAV_LOITER_TIME, param1=30.0, altitude_m=up_m),
    )
    flight = flight_ahead(Way(Mission(items)), now.present, air.drone(option.name), air.ground)
    return sum(leg.end_s - leg.start_s for leg in flight.legs if leg.kind is not LegKind.HOLD)


@dataclass(frozen=True)
class Verdict:
    """``late_s``: by how much somebody else could have been there before the one proposed; 0 or less: nobody could.
    ``deepest_m``: how far its way goes into a keep-out or obstacle, or outside the fence."""

    seed: int
    proposal: Proposal
    late_s: float
    deepest_m: float


def judged(case: Case) -> Verdict:
    """The proposal for a case, held against everything that could be proposed."""
    proposal = propose(case.fleet, case.wish, airspace(), {})
    best = proposal.best
    if best is None:
        return Verdict(case.seed, proposal, 0.0, 0.0)
    others = [option for option in proposal.options if option.can_go]
    earliest_s = min(least_arrival_s(case, option) for option in others)
    assert best.longest_stay_s >= min(LEAST_STAY_S, case.wish.stay_s)
    now = case.fleet.drones[best.name]
    return Verdict(case.seed, proposal, best.arrives_s - earliest_s, deepest_m(best, now))


def deepest_m(option: Option, now: DroneNow) -> float:
    """Sampled every half metre of the way there and back, from where it begins to where it comes down."""
    ground = airspace().ground
    assert option.errand is not None
    way = Way(
        option.errand.mission, 1, returns=now.returns if now.is_flying else Returns(now.present.relative_altitude_m)
    )
    flight: Flight = flight_ahead(way, now.present, airspace().drone(option.name), ground)
    deepest = 0.0
    (fence,) = [ground.areas[one.id] for one in ground.site.zones.fences]
    for start, end in zip(flight.starts, flight.ends, strict=True):
        steps = np.linspace(0.0, 1.0, 2 + int(np.linalg.norm(end - start) / 0.5))
        line = start + steps[:, None] * (end - start)
        points = shapely.points(line[:, :2])
        deepest = max(deepest, float(shapely.distance(fence, points).max()))
        for keep_out, area in ground.keep_outs:
            inside = shapely.covers(area, points) & (line[:, 2] < (keep_out.ceiling_m or math.inf))
            depth = np.where(inside, shapely.distance(area.boundary, points), 0.0)
            deepest = max(deepest, float(depth.max()))
        for obstacle, place in ground.obstacles:
            depth = np.where(line[:, 2] < obstacle.height_m, obstacle.radius_m - shapely.distance(place, points), 0.0)
            deepest = max(deepest, float(depth.max()))
    return deepest
