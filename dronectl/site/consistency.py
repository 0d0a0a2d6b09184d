"""What single files cannot show: whether homes, fences, keep-outs, zones, authorisations and patrols fit together.

``collect_errors`` reports what makes planning impossible; ``warnings`` what a person should know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

import shapely

from dronectl.geodesy.geodesic import distance_m
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Fence, KeepOut, PointOfInterest
from dronectl.model.law.law import Law
from dronectl.model.law.paper import PILOT_WORDS, PaperKind, held, pilot_held
from dronectl.model.plan.patrol import Patrol
from dronectl.model.plan.pattern_settings import PointSettings
from dronectl.model.site import Site
from dronectl.model.validity import whole_days
from dronectl.site.geoid_setting import undulation_warning
from dronectl.site.geometry import LocalMetres
from dronectl.site.local_time import zone_of
from dronectl.site.terrain.elevation_files import terrain_errors, terrain_warnings

_ON_ONE_SPOT_M = 1.0
_A_MONTH = timedelta(days=30)


def collect_errors(site: Site) -> Iterator[str]:
    """One line for each thing that makes planning impossible."""
    yield from collisions(site)
    yield from missing_fences(site)
    for patrol in site.patrols:
        yield from _patrol_errors(site, patrol)


def missing_fences(site: Site) -> Iterator[str]:
    """Drones that nothing keeps in."""
    for drone in site.drones:
        if site.zones.fence_of(drone.name) is None:
            yield f"geofences: drone {drone.name}: found no fence, allowed exactly one (its own, or one of the fleet)"


def collisions(site: Site) -> Iterator[str]:
    """Those of the errors that no further part of the workspace would mend."""
    yield from _fence_errors(site)
    yield from terrain_errors(site)
    local = LocalMetres(site.home)
    for drone in site.drones:
        yield from _home_errors(site, drone, local)


def warnings(site: Site, *, day: date) -> Iterator[str]:
    """One line for each thing that is legal, yet a person should know; ``day`` dates the authorisations."""
    yield from _ground_warnings(site)
    yield from terrain_warnings(site)
    given_m = site.geoid_undulation_m if site.geoid_was_given_m is None else site.geoid_was_given_m
    geoid = undulation_warning(given_m, site.home)
    if geoid is not None:
        yield f"dronectl.toml: [site]: geoid_undulation_m: {geoid}"
    for one, other in combinations(site.drones, 2):
        apart_m = distance_m(one.home, other.home)
        if apart_m < _ON_ONE_SPOT_M:
            yield f"dronectl.toml: [[drone]] {other.name}: home: is on one spot with the home of {one.name}"
        elif apart_m < site.rules.separation_m:
            yield (
                f"dronectl.toml: [[drone]] {other.name}: home: found {apart_m:.1f} m from the home of {one.name}, "
                f"recommended the separation of {site.rules.separation_m:g} m or more"
            )
    for given in site.authorisations:
        if not given.is_valid_on(day):
            yield (
                f"dronectl.toml: [[rules.authorisation]] {given.document}: valid from {given.valid_from} to "
                f"{given.valid_to}, not on {day}: it lifts nothing"
            )
    yield from _over(site, day)
    yield from _ending_papers(site, day)
    unsurveyed = [feature.id for feature in site.zones.features() if not feature.surveyed]
    if unsurveyed:
        yield f"geofences: {len(unsurveyed)} features are not surveyed: {', '.join(unsurveyed)}"


def _over(site: Site, day: date) -> Iterator[str]:
    """Dated keep-outs that will never close again."""
    zone = zone_of(site)
    (begin, _) = whole_days((day,), zone)[0]
    for keep_out in site.zones.keep_outs:
        status = keep_out.validity.status(begin, zone)
        if not status.is_in_force and status.changes is None:
            yield (f"{keep_out.source}: {keep_out.id}: {keep_out.validity.words}: is over by {day}, closes nothing")


def _ending_papers(site: Site, day: date) -> Iterator[str]:
    """What of the drones' papers is not good in a month, where the law asks for them and no renewal is recorded."""
    if site.rules.law is not Law.THAILAND:
        return
    on = (day + _A_MONTH,)
    for drone in site.drones:
        of_kinds = [(kind.english, held(site.papers, kind, drone.name, on)) for kind in PaperKind]
        for what, one in (*of_kinds, (PILOT_WORDS[0], pilot_held(site.pilots, drone.name, on))):
            if one.paper is not None and one.fault is not None and one.paper.valid_until is not None:
                until, is_over = one.paper.valid_until, one.paper.valid_until < day
                words = f"{'expired' if is_over else 'expires'} on {until}" if until < on[0] else f"{one.fault}"
                yield f"dronectl.toml: {what} {one.document} of drone {drone.name}: {words}"


def points_of(patrol: Patrol, site: Site) -> tuple[PointOfInterest, ...]:
    """The points that a patrol visits: those it names and those of its categories, inside its zones if it names any."""
    settings = patrol.settings
    if not isinstance(settings, PointSettings):
        return ()
    local = LocalMetres(site.home)
    shapes = [local.polygon(zone.polygon) for zone in site.zones.zones if zone.id in patrol.zones]
    return tuple(
        point
        for point in site.zones.points
        if point.id in settings.points
        or (
            point.category in settings.categories
            and (not shapes or any(shape.covers(local.point(point.position)) for shape in shapes))
        )
    )


def _fence_errors(site: Site) -> Iterator[str]:
    """A copter must be inside all its inclusion fences: no more than one for each drone."""
    of_fleet = [fence for fence in site.zones.fences if not fence.drones]
    if len(of_fleet) > 1:
        yield _twice(of_fleet, "the fleet")
    for drone in site.drones:
        own = [fence for fence in site.zones.fences if drone.name in fence.drones]
        if len(own) > 1:
            yield _twice(own, drone.name)


def _twice(fences: list[Fence], whose: str) -> str:
    ids = ", ".join(fence.id for fence in fences)
    return (
        f"{fences[1].source}: {fences[1].id}: found {len(fences)} fences of {whose} ({ids}), allowed one: "
        "a copter must stay inside all of them; make patrol areas of kind zone"
    )


def _home_errors(site: Site, drone: Drone, local: LocalMetres) -> Iterator[str]:
    home = local.point(drone.home)
    fence = site.zones.fence_of(drone.name)
    if fence is not None and not local.polygon(fence.polygon).covers(home):
        outside_m = local.polygon(fence.polygon).distance(home)
        yield (
            f"dronectl.toml: [[drone]] {drone.name}: home: found {drone.home}, {outside_m:.1f} m outside the fence "
            f"{fence.id}, allowed inside"
        )
    for keep_out in site.zones.keep_outs:
        if keep_out.floor_m == 0.0 and keep_out.validity.is_always and local.polygon(keep_out.polygon).intersects(home):
            yield (
                f"dronectl.toml: [[drone]] {drone.name}: home: found {drone.home}, inside the keep-out {keep_out.id}, "
                "allowed outside"
            )
    for obstacle in site.zones.obstacles:
        apart_m = distance_m(obstacle.position, drone.home)
        if apart_m <= obstacle.radius_m:
            yield (
                f"dronectl.toml: [[drone]] {drone.name}: home: found {drone.home}, {apart_m:.1f} m from the middle of "
                f"the obstacle {obstacle.id}, allowed more than its radius of {obstacle.radius_m:g} m"
            )


def _patrol_errors(site: Site, patrol: Patrol) -> Iterator[str]:
    if patrol.relative_altitude_m is not None and patrol.relative_altitude_m > site.rules.ceiling_m:
        yield (
            f"{patrol.source}: [altitude]: relative_m: found {patrol.relative_altitude_m:g}, allowed at most the "
            f"ceiling of {site.rules.ceiling_m:g} m"
        )
    if isinstance(patrol.settings, PointSettings) and not points_of(patrol, site):
        yield (
            f"{patrol.source}: [{patrol.pattern}]: categories: found no point of interest of these, allowed those that "
            "geofences/ has"
        )


def _ground_warnings(site: Site) -> Iterator[str]:
    local = LocalMetres(site.home)
    rules = site.rules
    fences = {fence.id: fence for drone in site.drones if (fence := site.zones.fence_of(drone.name)) is not None}
    for fence in fences.values():
        shape = local.polygon(fence.polygon)
        inner = shape.buffer(-rules.fence_margin_m)
        for zone in site.zones.zones:
            outside = local.polygon(zone.polygon).difference(inner)
            if not outside.is_empty:
                yield (
                    f"{zone.source}: {zone.id}: {outside.area:,.0f} m² are not inside the fence {fence.id} by "
                    f"{rules.fence_margin_m:g} m and will not be flown (at {local.place(_worst(outside, inner))})"
                )
        places = [(point, point.position) for point in site.zones.points]
        for feature, place in [*places, *((rally, rally.position) for rally in site.zones.rally_points)]:
            outside_m = shape.distance(local.point(place))
            if outside_m > 0.0:
                yield f"{feature.source}: {feature.id}: {outside_m:,.0f} m outside the fence {fence.id} (at {place})"
    yield from _keep_out_warnings(site, local)


def _keep_out_warnings(site: Site, local: LocalMetres) -> Iterator[str]:
    margin_m = site.rules.keep_out_margin_m
    for keep_out in site.zones.keep_outs:
        grown = local.polygon(keep_out.polygon).buffer(margin_m)
        for zone in site.zones.zones:
            if grown.covers(local.polygon(zone.polygon)):
                yield f"{zone.source}: {zone.id}: lies wholly within the keep-out {keep_out.id} and its margin"
        for drone in site.drones:
            told = keep_out.validity.is_always and _covers_at_ground(keep_out, drone.home, local)
            if grown.covers(local.point(drone.home)) and not told:
                when = "" if keep_out.validity.is_always else f", {keep_out.validity.words}"
                yield (
                    f"dronectl.toml: [[drone]] {drone.name}: home: found {drone.home}, within {margin_m:g} m of the "
                    f"keep-out {keep_out.id} (from {keep_out.floor_m:g} m above ground{when})"
                )
        for rally in site.zones.rally_points:
            if grown.covers(local.point(rally.position)):
                yield (
                    f"{rally.source}: {rally.id}: within {margin_m:g} m of the keep-out {keep_out.id} "
                    f"(at {rally.position})"
                )


def _covers_at_ground(keep_out: KeepOut, place: GeoPoint, local: LocalMetres) -> bool:
    return keep_out.floor_m == 0.0 and bool(local.polygon(keep_out.polygon).covers(local.point(place)))


def _worst(outside: shapely.Geometry, inner: shapely.Geometry) -> shapely.Point:
    """The vertex of the part outside that is farthest from what is inside."""
    vertices = shapely.points(shapely.get_coordinates(outside))
    distances = shapely.distance(vertices, inner)
    return vertices[int(distances.argmax())]
