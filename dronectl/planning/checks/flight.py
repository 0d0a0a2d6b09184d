"""What is checked (one sortie of one drone, as the path that its items make) and what it is checked against."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.mission import Mission, MissionItem, MissionType
from dronectl.model.plan import DronePlan, Sortie
from dronectl.model.site import Site
from dronectl.model.zone import Fence, KeepOut, Obstacle, Zone
from dronectl.planning.checks.route import Leg, Route, trace
from dronectl.planning.frame import FloatArray, LocalFrame

NO_FENCE = Mission((), MissionType.FENCE)
NO_RALLY = Mission((), MissionType.RALLY)


@dataclass(frozen=True)
class Flight:
    """``home`` is where the drone stands, not what item 0 of its file says: no upload sets home."""

    drone: Drone
    sortie: int
    patrol: str | None
    mission: Mission
    fence: Mission
    rally: Mission
    home: GeoPoint
    start_s: float
    planned_system_id: int
    route: Route

    @property
    def legs(self) -> tuple[Leg, ...]:
        return self.route.legs

    @functools.cached_property
    def starts(self) -> FloatArray:
        """(n, 3): x, y and height of every leg's start."""
        return np.array([(leg.start.x_m, leg.start.y_m, leg.start.height_m) for leg in self.legs]).reshape(-1, 3)

    @functools.cached_property
    def ends(self) -> FloatArray:
        """(n, 3): x, y and height of every leg's end."""
        return np.array([(leg.end.x_m, leg.end.y_m, leg.end.height_m) for leg in self.legs]).reshape(-1, 3)

    @functools.cached_property
    def shapes(self) -> list[shapely.Geometry]:
        """Every leg seen from above: a line, or a point where it only climbs, descends or holds."""
        return [ground_line(leg.start.x_m, leg.start.y_m, leg.end.x_m, leg.end.y_m) for leg in self.legs]

    @functools.cached_property
    def times(self) -> FloatArray:
        """(n + 1,): seconds after the start of the wave at which each leg begins, and the last one ends."""
        offsets = [self.legs[0].start_s, *(leg.end_s for leg in self.legs)] if self.legs else []
        return np.array(offsets) + self.start_s

    @functools.cached_property
    def corners(self) -> FloatArray:
        """(n + 1, 3): the positions at ``times``."""
        return np.vstack([self.starts[:1], self.ends])


@dataclass(frozen=True)
class Ground:
    """A site in metres, on one day."""

    site: Site
    day: date
    frame: LocalFrame

    @functools.cached_property
    def keep_outs(self) -> tuple[tuple[KeepOut, shapely.Polygon], ...]:
        return tuple((keep_out, self.frame.polygon_to_xy(keep_out.polygon)) for keep_out in self.site.zones.keep_outs)

    @functools.cached_property
    def obstacles(self) -> tuple[tuple[Obstacle, shapely.Point], ...]:
        return tuple(
            (obstacle, shapely.Point(*self.frame.point_to_xy(obstacle.position)))
            for obstacle in self.site.zones.obstacles
        )

    @functools.cached_property
    def areas(self) -> dict[str, shapely.Polygon]:
        """Everything with an outline that an authorisation can name, by id."""
        zones = self.site.zones
        features: tuple[Zone | KeepOut | Fence, ...] = (*zones.zones, *zones.keep_outs, *zones.fences)
        return {feature.id: self.frame.polygon_to_xy(feature.polygon) for feature in features}

    def place(self, item: MissionItem) -> shapely.Point | None:
        """Where an item lies; None when that is not at this site."""
        try:
            return shapely.Point(*self.frame.point_to_xy(item.position))
        except (ValueError, InputError):
            return None

    def fence_area(self, drone: str) -> tuple[str, shapely.Polygon] | None:
        """Id and outline of the fence of a drone."""
        fence = self.site.zones.fence_of(drone)
        return None if fence is None else (fence.id, self.areas[fence.id])


def ground_line(x0: float, y0: float, x1: float, y1: float) -> shapely.Geometry:
    """A line, or the point it shrinks to."""
    if x0 == x1 and y0 == y1:
        return shapely.Point(x0, y0)
    return shapely.LineString([(x0, y0), (x1, y1)])


def flight_of_plan(planned: DronePlan, sortie: Sortie, drone: Drone, ground: Ground) -> Flight:
    """A sortie of a plan."""
    return Flight(
        drone=drone,
        sortie=sortie.number,
        patrol=sortie.patrol,
        mission=sortie.mission,
        fence=planned.fence,
        rally=planned.rally,
        home=planned.home,
        start_s=sortie.start_s,
        planned_system_id=planned.system_id,
        route=_route(sortie.mission, drone, planned.home, planned.home_amsl_m, ground),
    )


def flight_of_mission(mission: Mission, drone: Drone, ground: Ground) -> Flight:
    """A mission made elsewhere, flown by ``drone`` from its home in the workspace."""
    return Flight(
        drone=drone,
        sortie=1,
        patrol=None,
        mission=mission,
        fence=NO_FENCE,
        rally=NO_RALLY,
        home=drone.home,
        start_s=0.0,
        planned_system_id=drone.system_id,
        route=_route(mission, drone, drone.home, ground.site.ground_elevation_m, ground),
    )


def _route(mission: Mission, drone: Drone, home: GeoPoint, home_amsl_m: float, ground: Ground) -> Route:
    elevation_m = ground.site.ground_elevation_m
    return trace(
        mission,
        drone,
        home=home,
        home_height_m=home_amsl_m - elevation_m,
        frame=ground.frame,
        ground_elevation_m=elevation_m,
    )
