"""What a plan flies otherwise than its missions ask, told from the plan's items alone: none of it breaks a rule.

Like every check it shares no code with the planner, so it also tells what the planner does not know of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from dronectl.checks.engine import flights_and_ground
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.metrics import GRID_M, strips
from dronectl.checks.trajectory.leg import LegKind
from dronectl.model.fleet import Drone
from dronectl.model.ground.zone import RallyPoint
from dronectl.model.plan.mission import Command
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    CoverageSettings,
    OrbitSettings,
    PerimeterSettings,
    PointSettings,
)
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.site import Site

_ALL_SEEN_PCT = 99.0
"""From here on nothing is said: rounding and the corners of fences."""
_SAME_HEIGHT_M = 0.05
_SAME_SPEED_M_S = 0.05
_BESIDE_M = 1.0
"""What is flown so near to a line is flown along it."""
_CHORD_SHARE = 0.04
"""A circle flown along sides leaves it by 3 % of its radius."""
_COARSEST_GSD_SHARE = 0.99


def otherwise_than_asked(
    plan: Plan, site: Site, patrols: Sequence[Patrol], drones: Sequence[str] | None = None
) -> tuple[str, ...]:
    """A line for each difference; ``drones`` (names) may fly, the whole fleet without.

    Raises:
        InputError: the plan names a drone that the workspace does not have.
    """
    flights, ground = flights_and_ground(plan, site)
    notes: list[str] = []
    for patrol in patrols:
        own = [flight for flight in flights if flight.patrol == patrol.id]
        crew = [
            drone
            for drone in site.drones
            if (not patrol.drones or drone.name in patrol.drones) and (drones is None or drone.name in drones)
        ]
        told = (
            *_altitudes(plan, patrol, site, len(crew)),
            *_idle(own, crew),
            *_speeds(own, patrol),
            *_ground(own, patrol, ground),
            *_categories(patrol, ground),
        )
        notes += [f"{patrol.id}: {words}" for words in told]
    return (*notes, *(words for drone in plan.drones for words in _rally(drone, site.zones.rally_points)))


def _altitudes(plan: Plan, patrol: Patrol, site: Site, drones: int) -> Iterator[str]:
    """Layers are moved down as far as the highest is above the ceiling."""
    flown = {
        drone.name: sortie.work_altitude_m
        for drone in plan.drones
        for sortie in drone.sorties
        if sortie.patrol == patrol.id
    }
    if not flown:
        return
    by_drone = ", ".join(f"{name} {altitude_m:g} m" for name, altitude_m in flown.items())
    layers = f"the layers of {drones} drones, {patrol.layer_step_m:g} m apart," if drones > 1 else "its layer has to"
    why = f"{layers} end at the ceiling of {site.rules.ceiling_m:g} m"
    lowest_m, asked_m = min(flown.values()), patrol.relative_altitude_m
    if asked_m is not None and lowest_m < asked_m - _SAME_HEIGHT_M:
        lower = f"flown {asked_m - lowest_m:g} m lower than asked, from {lowest_m:g} m up, not from {asked_m:g} m"
        yield f"{lower}: {why} ({by_drone})"
    if patrol.gsd_cm is not None:
        cameras = {drone.name: drone.camera for drone in site.drones}
        coarsest_cm = max(100.0 * cameras[name].gsd_m(altitude_m) for name, altitude_m in flown.items())
        if coarsest_cm < _COARSEST_GSD_SHARE * patrol.gsd_cm:
            lower = f"flown lower than {patrol.gsd_cm:g} cm a pixel need, for {coarsest_cm:.2f} cm at most"
            yield f"{lower}: {why} ({by_drone})"


def _idle(own: Sequence[Flight], crew: Sequence[Drone]) -> Iterator[str]:
    flying = {flight.drone.name for flight in own}
    idle = [drone.name for drone in crew if drone.name not in flying]
    if idle and flying:
        has = "has" if len(idle) == 1 else "have"
        yield f"{' and '.join(idle)} {has} nothing to fly: the whole of it is flown by {', '.join(sorted(flying))}"


def _speeds(own: Sequence[Flight], patrol: Patrol) -> Iterator[str]:
    """On the lines a drone is as slow as its shutter needs it, and never faster than it can."""
    slower: dict[tuple[float, float, str], list[str]] = {}
    for flight in own:
        fastest_m_s = flight.drone.max_airspeed_m_s
        asked_m_s = patrol.speed_m_s or flight.drone.cruise_speed_m_s
        ordered = [item.param2 for item in flight.mission.items if item.command == Command.DO_CHANGE_SPEED]
        lowest_m_s = min([*ordered, fastest_m_s])
        if lowest_m_s < asked_m_s - _SAME_SPEED_M_S:
            can = lowest_m_s >= fastest_m_s or patrol.camera is not CameraAction.PHOTOS
            why = "faster it cannot" if can else "as fast as its camera takes photographs"
            names = slower.setdefault((lowest_m_s, asked_m_s, why), [])
            names += [] if flight.drone.name in names else [flight.drone.name]
    for (flown_m_s, asked_m_s, why), names in slower.items():
        fly = "flies" if len(names) == 1 else "fly"
        yield f"{' and '.join(names)} {fly} at {flown_m_s:g} m/s, not at {asked_m_s:g} m/s: {why}"


def _ground(own: Sequence[Flight], patrol: Patrol, ground: Ground) -> Iterator[str]:
    """Zones, streets, edges and circles of which a part is not flown."""
    match patrol.settings:
        case CoverageSettings():
            yield from _areas(own, patrol, _zones(patrol, ground), ground)
        case CorridorSettings() as settings:
            yield from _areas(own, patrol, [*_streets(settings, ground), *_zones(patrol, ground)], ground)
        case PerimeterSettings() as settings:
            for zone, area in _zones(patrol, ground):
                inner = shapely.buffer(area, -settings.inset_m, join_style="mitre")
                edge = shapely.union_all([part.exterior for part in shapely.get_parts(inner) if not part.is_empty])
                yield from _along(own, f"the edge of {zone}", edge, _BESIDE_M, ground)
        case OrbitSettings(arc_deg=None) as settings:
            for point in ground.site.zones.points:
                if point.id in settings.points or str(point.category) in settings.categories:
                    centre = shapely.Point(*ground.frame.point_to_xy(point.position))
                    beside_m = _BESIDE_M + _CHORD_SHARE * settings.radius_m
                    circle = centre.buffer(settings.radius_m, quad_segs=32).exterior
                    yield from _along(own, f"the circle around point {point.id}", circle, beside_m, ground)


_Named = tuple[str, shapely.Geometry]


def _zones(patrol: Patrol, ground: Ground) -> list[_Named]:
    return [(f"zone {zone}", ground.areas[zone]) for zone in patrol.zones if zone in ground.areas]


def _streets(settings: CorridorSettings, ground: Ground) -> Iterator[_Named]:
    for one in ground.site.zones.corridors:
        if one.id in settings.corridors:
            middle = shapely.LineString(ground.frame.points_to_xy(one.line))
            yield f"corridor {one.id}", shapely.buffer(middle, one.width_m / 2.0, cap_style="flat")


def _areas(own: Sequence[Flight], patrol: Patrol, areas: Sequence[_Named], ground: Ground) -> Iterator[str]:
    photographed = patrol.camera is CameraAction.PHOTOS
    shown = [strip for flight in own for strip in strips(flight, only_photographed=photographed)]
    seen = shapely.union_all(shown, grid_size=GRID_M) if shown else shapely.Polygon()
    for name, area in areas:
        share_pct = 100.0 * shapely.intersection(seen, area, grid_size=GRID_M).area / area.area
        if share_pct < _ALL_SEEN_PCT:
            rest = shapely.difference(area, seen, grid_size=GRID_M)
            yield _part_of(name, "seen", share_pct, rest, 1.0 / area.area, own, ground)


def _along(own: Sequence[Flight], name: str, line: shapely.Geometry, beside_m: float, ground: Ground) -> Iterator[str]:
    legs = [
        shape
        for flight in own
        for leg, shape in zip(flight.distinct, flight.distinct_shapes, strict=True)
        if leg.kind is LegKind.TRAVEL and shape.length > 0.0
    ]
    beside = shapely.buffer(shapely.union_all(legs), beside_m)
    if line.length > 0.0:
        share_pct = 100.0 * shapely.intersection(line, beside).length / line.length
        if share_pct < _ALL_SEEN_PCT:
            rest = shapely.difference(line, beside)
            yield _part_of(name, "flown along", share_pct, rest, 1.0 / line.length, own, ground)


def _part_of(
    name: str, done: str, share_pct: float, rest: shapely.Geometry, scale: float, own: Sequence[Flight], ground: Ground
) -> str:
    """With where the rest lies, as far as that is why."""

    def share_of(place: shapely.Geometry) -> float:
        common = shapely.intersection(rest, place, grid_size=GRID_M)
        return 100.0 * scale * float(common.length if rest.area == 0.0 else common.area)

    rules, reasons = ground.site.rules, []
    closed = [shapely.buffer(area, rules.keep_out_margin_m) for _, area in ground.keep_outs]
    in_keep_outs_pct = share_of(shapely.union_all(closed, grid_size=GRID_M)) if closed else 0.0
    if in_keep_outs_pct >= 0.1:
        reasons.append(f"{in_keep_outs_pct:.1f} % in or next to keep-outs")
    fences = [found[1] for flight in own if (found := ground.fence_area(flight.drone.name)) is not None]
    if fences:
        free = shapely.buffer(shapely.intersection_all(fences), -rules.fence_margin_m)
        outside_pct = share_of(shapely.difference(shapely.envelope(rest).buffer(1.0), free))
        if outside_pct >= 0.1:
            reasons.append(f"{outside_pct:.1f} % at the fence or beyond it")
    what = (
        f"{name} is left out: nothing of it is {done}" if share_pct < 0.05 else f"{share_pct:.1f} % of {name} is {done}"
    )
    return f"{what} ({', '.join(reasons)})" if reasons else what


def _categories(patrol: Patrol, ground: Ground) -> Iterator[str]:
    """Categories of points that no point here has."""
    if not isinstance(patrol.settings, PointSettings):
        return
    present = {str(point.category) for point in ground.site.zones.points}
    for category in patrol.settings.categories:
        if category not in present:
            yield f"no point of category {category} in geofences/"


def _rally(drone: DronePlan, rally_points: Sequence[RallyPoint]) -> Iterator[str]:
    """A return climbs to its rally point's altitude: so none is carried above the drone's own layer."""
    heights = {(one.position.lat_e7, one.position.lon_e7): one for one in rally_points}
    for item in drone.rally.items:
        meant = heights.get((item.lat_e7, item.lon_e7))
        if meant is not None and int(item.altitude_m) < int(meant.relative_altitude_m):
            yield (
                f"{drone.name} carries rally point {meant.id} at {item.altitude_m:g} m, not at "
                f"{meant.relative_altitude_m:g} m: no return climbs above its drone's own layer"
            )
