"""What is checked (one sortie of one drone, as the path that its items make) and what it is checked against."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.trajectory.route import RETURN_ALTITUDE_M, Leg, Route, trace
from dronectl.checks.trajectory.terrain_profile import Profiles, Relief
from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Fence, KeepOut, Obstacle, Zone
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.mission import Mission, MissionItem, MissionType
from dronectl.model.plan.plan import DronePlan, Sortie
from dronectl.model.plan.schedule import Departure
from dronectl.model.site import Site
from dronectl.model.text.shown_time import local_day
from dronectl.model.validity import Span, whole_days
from dronectl.site.local_time import zone_of

NO_FENCE = Mission((), MissionType.FENCE)
NO_RALLY = Mission((), MissionType.RALLY)
LONGEST = timedelta(days=7)
"""No battery lasts so long. A mission to a height that no aircraft reaches may take longer than there are dates."""


def _duration(seconds: float) -> timedelta:
    return timedelta(seconds=min(float(seconds), LONGEST.total_seconds()))


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
    relief: Relief
    rtl_altitude_m: float = RETURN_ALTITUDE_M
    """Of the return: the plan's word, else the autopilot's default."""

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
        ends = np.stack([self.starts[:, :2], self.ends[:, :2]], axis=1)
        moves = (ends[:, 0] != ends[:, 1]).any(axis=1)
        shapes = np.empty(len(ends), dtype=object)
        shapes[moves] = shapely.linestrings(ends[moves])
        shapes[~moves] = shapely.points(ends[~moves, 0])
        return list(shapes)

    @functools.cached_property
    def distinct(self) -> tuple[Leg, ...]:
        """The legs, each way once however often jumps and circles make the drone fly it."""
        return tuple(self.legs[index] for index in self._distinct)

    @functools.cached_property
    def distinct_shapes(self) -> npt.NDArray[np.object_]:
        """The shapes of ``distinct``."""
        shapes = np.empty(len(self._distinct), dtype=object)
        shapes[:] = [self.shapes[index] for index in self._distinct]
        return shapes

    @functools.cached_property
    def _distinct(self) -> list[int]:
        first: dict[object, int] = {}
        for index, leg in enumerate(self.legs):
            first.setdefault((leg.kind, leg.from_item, leg.item, leg.start, leg.end), index)
        return list(first.values())

    @functools.cached_property
    def profiles(self) -> Profiles:
        """Heights above ground along ``distinct``."""
        return self.relief.profiles(self.starts[self._distinct], self.ends[self._distinct])

    @functools.cached_property
    def times(self) -> FloatArray:
        """(n + 1,): seconds after the start of the wave at which each leg begins, and the last one ends."""
        offsets = [self.legs[0].start_s, *(leg.end_s for leg in self.legs)] if self.legs else []
        return np.array(offsets) + self.start_s

    @functools.cached_property
    def begins(self) -> timedelta:
        """So long after the start of the wave it begins; at most ``LONGEST``."""
        return _duration(self.times[0]) if self.legs else timedelta()

    @functools.cached_property
    def lands(self) -> timedelta:
        """So long after the start of the wave it ends; at most ``LONGEST``."""
        return _duration(self.times[-1]) if self.legs else timedelta()

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
    timetable: tuple[Departure, ...] = ()
    """On ``day``, whatever day the plan is for."""
    hotspots: tuple[HotspotFigures, ...] = ()
    """What hot-spot patrols promise."""
    planned_days: tuple[date, ...] = ()
    """The plan's own; none for one that may be flown on any day."""
    now: datetime | None = None
    """The moment at which ``flown_now`` begins, and whatever has no time of its own. None: that may begin at any hour
    of the day."""
    flown_now: int | None = None
    """The number of the sortie that somebody flies now, whatever the timetable says."""
    least: timedelta = timedelta()
    """So long at least goes on what begins now, as an order does that nobody ends."""

    def spans_of(self, flight: Flight) -> tuple[Span, ...]:
        """When a flight is in the air: at the times that the timetable gives it, now, or all day long."""
        lasts = flight.lands
        starts = [one.start for one in self.timetable if one.sortie == flight.sortie]
        if self.now is not None and (not starts or flight.sortie == self.flown_now):
            return ((self.now, self.now + max(lasts, self.least)),)
        if starts:
            return tuple((start, start + lasts) for start in starts)
        return whole_days(self.days_of(flight.sortie), zone_of(self.site))

    def closed_for(self, *flights: Flight) -> Iterator[tuple[KeepOut, shapely.Polygon]]:
        """The keep-outs that close while one of these is in the air, as ``keep_outs`` has them."""
        if not any(not keep_out.validity.is_always for keep_out, _ in self.keep_outs):
            yield from self.keep_outs
            return
        spans, zone = [span for flight in flights for span in self.spans_of(flight)], zone_of(self.site)
        yield from (one for one in self.keep_outs if one[0].is_closed(spans, zone))

    def closed_around(self, people: tuple[KeepOut, ...]) -> Ground:
        """The same, closed around these people and around nobody else."""
        zones = self.site.zones
        kept = (*(one for one in zones.keep_outs if not one.is_person), *people)
        if kept == zones.keep_outs:
            return self
        made = replace(self, site=replace(self.site, zones=replace(zones, keep_outs=kept)))
        made.__dict__["relief"] = self.relief  # the ground is the same: it is not reckoned anew
        return made

    def days_of(self, sortie: int) -> tuple[date, ...]:
        """The days on which a sortie is in the air: more than one where a flight of it goes on after midnight."""
        zone = zone_of(self.site)
        flown = (departure for departure in self.timetable if departure.sortie == sortie)
        days = {local_day(moment, zone) for departure in flown for moment in (departure.start, departure.end)}
        return tuple(sorted(days)) or (self.day,)

    @functools.cached_property
    def relief(self) -> Relief:
        return Relief.of(self.frame, self.site.home, self.site.terrain)

    @functools.cached_property
    def keep_outs(self) -> tuple[tuple[KeepOut, shapely.Polygon], ...]:
        """All of them, in force or not, with floor and ceiling above the site's plane: from the lowest ground below to
        the highest.

        A floor on the ground is no floor.
        """
        shapes = [self.frame.polygon_to_xy(keep_out.polygon) for keep_out in self.site.zones.keep_outs]
        return tuple(
            (self._on_its_ground(keep_out, shape), shape)
            for keep_out, shape in zip(self.site.zones.keep_outs, shapes, strict=True)
        )

    def _on_its_ground(self, keep_out: KeepOut, shape: shapely.Polygon) -> KeepOut:
        lowest_m, highest_m = self.relief.least_and_greatest_m(shape)
        ceiling_m = None if keep_out.ceiling_m is None else keep_out.ceiling_m + highest_m
        floor_m = keep_out.floor_m + lowest_m if keep_out.floor_m > 0 else -np.inf
        return replace(keep_out, floor_m=floor_m, ceiling_m=ceiling_m)

    @functools.cached_property
    def obstacles(self) -> tuple[tuple[Obstacle, shapely.Point], ...]:
        """With the height of their tops above the site's plane: they stand on the ground where they are."""
        places = [shapely.Point(*self.frame.point_to_xy(obstacle.position)) for obstacle in self.site.zones.obstacles]
        return tuple(
            (replace(obstacle, height_m=obstacle.height_m + self.relief.known_at(place.x, place.y)), place)
            for obstacle, place in zip(self.site.zones.obstacles, places, strict=True)
        )

    @functools.cached_property
    def areas(self) -> dict[str, shapely.Polygon]:
        """Everything with an outline that an authorisation can name, by id."""
        zones = self.site.zones
        features: tuple[Zone | KeepOut | Fence, ...] = (*zones.zones, *zones.keep_outs, *zones.fences)
        return {feature.id: self.frame.polygon_to_xy(feature.polygon) for feature in features}

    @functools.cached_property
    def outlines(self) -> tuple[tuple[str, shapely.Polygon], ...]:
        """What a fence on board may be drawn after, by id: fences with their holes, keep-outs, obstacles."""
        rings = [(one.id, ring) for one in self.site.zones.fences for ring in _rings(self.areas[one.id])]
        rings += [(keep_out.id, shape) for keep_out, shape in self.keep_outs]
        return (*rings, *((obstacle.id, place.buffer(obstacle.radius_m, 64)) for obstacle, place in self.obstacles))

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


def _rings(area: shapely.Polygon) -> list[shapely.Polygon]:
    return [shapely.Polygon(ring) for ring in (area.exterior, *area.interiors)]


def ground_line(x0: float, y0: float, x1: float, y1: float) -> shapely.Geometry:
    """A line, or the point it shrinks to."""
    if x0 == x1 and y0 == y1:
        return shapely.Point(x0, y0)
    return shapely.LineString([(x0, y0), (x1, y1)])


def flight_of_plan(planned: DronePlan, sortie: Sortie, drone: Drone, ground: Ground) -> Flight:
    """A sortie of a plan."""
    home_height_m = planned.home_amsl_m - ground.site.ground_elevation_m
    rtl_altitude_m = planned.rtl_altitude_m or RETURN_ALTITUDE_M
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
        route=_route(sortie.mission, drone, planned.home, home_height_m, planned.rally, ground, rtl_altitude_m),
        relief=ground.relief,
        rtl_altitude_m=rtl_altitude_m,
    )


def flight_of_mission(mission: Mission, drone: Drone, ground: Ground, rally: Mission = NO_RALLY) -> Flight:
    """A mission made elsewhere, flown by ``drone`` from its home in the workspace."""
    return Flight(
        drone=drone,
        sortie=1,
        patrol=None,
        mission=mission,
        fence=NO_FENCE,
        rally=rally,
        home=drone.home,
        start_s=0.0,
        planned_system_id=drone.system_id,
        route=_route(mission, drone, drone.home, 0.0, rally, ground),
        relief=ground.relief,
    )


def _route(
    mission: Mission,
    drone: Drone,
    home: GeoPoint,
    home_height_m: float,
    rally: Mission,
    ground: Ground,
    rtl_altitude_m: float = RETURN_ALTITUDE_M,
) -> Route:
    """``home_height_m`` is the plan's word on flat ground; elevation files know better."""
    if not ground.relief.is_flat:
        home_height_m = ground.relief.known_at(*ground.frame.point_to_xy(home))
    return trace(
        mission,
        drone,
        home=home,
        home_height_m=home_height_m,
        relief=ground.relief,
        ground_elevation_m=ground.site.ground_elevation_m,
        rally=rally,
        rtl_altitude_m=rtl_altitude_m,
    )
