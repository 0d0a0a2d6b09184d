"""What lies under the tracks: a plan's routes and a site's zones as KML folders."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from typing import TYPE_CHECKING

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import DroneStyles, distance_text, duration_text
from dronectl.formats.missions.flown_items import flown_items
from dronectl.formats.tracks.view import Heights
from dronectl.geodesy.ellipsoid import metres_a_degree
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.plan.mission import FLOWN_TO, Command, Frame, Mission, MissionItem
from dronectl.model.text.shown_time import day_and_clock

if TYPE_CHECKING:
    from dronectl.model.ground.zone import (
        Cctv,
        Corridor,
        Feature,
        Fence,
        KeepOut,
        Obstacle,
        RallyPoint,
        Zone,
        ZoneSet,
    )
    from dronectl.model.plan.plan import DronePlan, Plan, Sortie

OPEN_TOP_M = 150.0
"""How high a keep-out without a ceiling is drawn."""

_ABSOLUTE_FRAMES = (Frame.GLOBAL, Frame.GLOBAL_INT)
_CIRCLE_CORNERS = 36

_AMSL = "above mean sea level"


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    icon: str | None = None
    """None: areas carry a name and no icon."""
    fill_opacity: float = 0.2
    label_scale: float = 0.8
    """0: the name shows when it is clicked."""


_LOOKS = {
    "fence": _Look("#ffd700", fill_opacity=0.0),
    "zone": _Look("#00a2ff"),
    "keep-out": _Look("#e60000", fill_opacity=0.4),
    "poi": _Look("#ffffff", "placemark_circle", label_scale=0.6),
    "corridor": _Look("#00c8a0"),
    "cctv": _Look("#b0b0b0", "camera", label_scale=0.0),
    "rally": _Look("#7cfc00", "flag"),
    "home": _Look("#ff9900", "heliport"),
}

RoutePoint = tuple[GeoPoint, float]
"""(place, altitude above mean sea level in metres)."""


def plan_folder(
    plan: Plan, style_of: Mapping[str, DroneStyles], heights: Heights = Heights.ABSOLUTE, zone: tzinfo = UTC
) -> Iterator[str]:
    """Each drone's sorties as lines at the altitude they are to be flown, with their waypoints and homes; the times of
    the plan's timetable are told in ``zone``."""

    def take_offs(sortie: Sortie) -> str:
        waves = (departure.start for departure in plan.timetable if departure.sortie == sortie.number)
        return ", ".join(day_and_clock(start + timedelta(seconds=sortie.start_s), zone) for start in waves)

    folders = (
        kml.folder(drone.name, _sorties(drone, style_of[drone.name], heights, take_offs)) for drone in plan.drones
    )
    return kml.folder(f"Plan {plan.name}", itertools.chain.from_iterable(folders))


def plan_places(plan: Plan) -> Iterator[GeoPoint]:
    """Every place of a plan's routes."""
    for drone in plan.drones:
        for sortie in drone.sorties:
            yield from (place for place, _ in route(sortie.mission, drone.home, drone.home_amsl_m))


def route(mission: Mission, home: GeoPoint, home_amsl_m: float) -> list[RoutePoint]:
    """Where the mission leads, from the ground at home on, jumps followed.

    Altitudes relative to home become absolute by home's; altitudes above terrain are drawn as if the terrain lay at
    home's level. Items that are no place on Earth, as a foreign file may hold, are passed over.
    """
    points: list[RoutePoint] = [(home, home_amsl_m)]
    for _, item in flown_items(mission):
        here, altitude_m = points[-1]
        target = _target(item, here, home_amsl_m)
        if item.command == Command.NAV_RETURN_TO_LAUNCH:
            points += [(home, altitude_m), (home, home_amsl_m)]
        elif target is None:
            continue
        elif item.command == Command.NAV_TAKEOFF:
            points.append((here, target[1]))  # a copter climbs where it stands
        elif item.command == Command.NAV_LAND:
            points += [(target[0], altitude_m), (target[0], home_amsl_m)]
        elif item.command in FLOWN_TO:
            points.append(target)
    return points


def zone_styles() -> list[str]:
    return [
        kml.style(
            kind,
            look.colour,
            fill_opacity=look.fill_opacity,
            icon=look.icon,
            icon_scale=0.7 if look.icon else 0.0,
            label_scale=look.label_scale,
        )
        for kind, look in _LOOKS.items()
    ]


def zone_folder(zones: ZoneSet) -> Iterator[str]:
    """Everything in geofences/, by kind; keep-outs and obstacles as volumes above ground."""
    kinds: list[tuple[str, Iterable[str]]] = [
        ("Fence", map(_fence, zones.fences)),
        ("Safety zones", map(_zone, zones.zones)),
        ("Keep-outs", map(_keep_out, zones.keep_outs)),
        ("Obstacles", map(_obstacle, zones.obstacles)),
        ("Points of interest", (_place(poi, "poi", poi.position, _words(poi.category)) for poi in zones.points)),
        ("Corridors", map(_corridor, zones.corridors)),
        ("CCTV", (_place(camera, "cctv", camera.position, _sight(camera)) for camera in zones.cctv)),
        ("Rally points", map(_rally_point, zones.rally_points)),
        ("Homes", (_place(home, "home", home.position, _whose(home.drones)) for home in zones.homes)),
    ]
    folders = (kml.folder(name, placemarks) for name, placemarks in kinds)
    return kml.folder("Zones", itertools.chain.from_iterable(folders))


def zone_places(zones: ZoneSet) -> Iterator[GeoPoint]:
    """The corners of fences and zones."""
    for shape in [*(fence.polygon for fence in zones.fences), *(zone.polygon for zone in zones.zones)]:
        yield from shape.exterior


def _sorties(
    drone: DronePlan, styles: DroneStyles, heights: Heights, take_offs: Callable[[Sortie], str]
) -> Iterator[str]:
    mode, zero_m = _zero(drone, heights)
    home = kml.point(kml.vertex_of(drone.home, drone.home_amsl_m - zero_m), mode)
    yield kml.placemark(f"{drone.name} home", styles.home, home, description=f"{drone.home_amsl_m:g} m {_AMSL}")
    for sortie in drone.sorties:
        points = route(sortie.mission, drone.home, drone.home_amsl_m)
        vertices = [kml.vertex_of(place, altitude_m - zero_m) for place, altitude_m in points]
        if len(vertices) > 1:
            title = f"{drone.name}, sortie {sortie.number}, {sortie.patrol}, planned"
            line = kml.line(vertices, mode)
            yield kml.placemark(
                title, styles.planned, line, description=_sortie_facts(drone, sortie, take_offs(sortie))
            )
        waypoints = _waypoints(drone, sortie.mission, styles.dots, heights)
        yield from kml.folder(f"Waypoints, sortie {sortie.number}", waypoints, visible=False)


def _zero(drone: DronePlan, heights: Heights) -> tuple[str, float]:
    """(altitude mode, what altitudes are counted from in metres above mean sea level)."""
    return (kml.ABSOLUTE, 0.0) if heights is Heights.ABSOLUTE else (kml.RELATIVE_TO_GROUND, drone.home_amsl_m)


def _sortie_facts(drone: DronePlan, sortie: Sortie, take_offs: str) -> str:
    """In words; a mission that came without a plan has no figures."""
    facts = [f"Planned for {drone.name} (system {drone.system_id})"]
    if take_offs:
        facts.append(f"take-off {take_offs}")
    if sortie.work_altitude_m:
        facts.append(f"at {sortie.work_altitude_m:g} m above home")
    if sortie.distance_m:
        facts.append(f"{distance_text(sortie.distance_m)} in {duration_text(sortie.duration_s)}")
        facts.append(f"{sortie.battery_text} of the battery")
    return ", ".join(facts)


def _waypoints(drone: DronePlan, mission: Mission, style: str, heights: Heights) -> Iterator[str]:
    mode, zero_m = _zero(drone, heights)
    for seq, item in enumerate(mission.items):
        target = _target(item, None, drone.home_amsl_m)
        if seq and item.command in FLOWN_TO and target is not None:
            place, altitude_m = target
            height = f"{altitude_m - drone.home_amsl_m:.1f} m above home, {altitude_m:.1f} m {_AMSL}"
            geometry = kml.point(kml.vertex_of(place, altitude_m - zero_m), mode)
            yield kml.placemark(f"{seq} {item.command_name()}", style, geometry, description=height, visible=False)


def _target(item: MissionItem, here: GeoPoint | None, home_amsl_m: float) -> RoutePoint | None:
    """Place and altitude of an item; latitude and longitude 0 mean "where it is". None: it has no usable place."""
    altitude_m = item.altitude_m if item.frame in _ABSOLUTE_FRAMES else home_amsl_m + item.altitude_m
    if not math.isfinite(altitude_m):
        return None
    if item.lat_e7 == 0 and item.lon_e7 == 0:
        return None if here is None else (here, altitude_m)
    try:
        return item.position, altitude_m
    except ValueError:
        return None


def _fence(fence: Fence) -> str:
    edge = kml.polygon(fence.polygon, 0.0, kml.ON_GROUND)
    return kml.placemark(fence.name, "fence", edge, description=f"Fence of {_whose(fence.drones)}")


def _zone(zone: Zone) -> str:
    shape = [kml.polygon(zone.polygon, 0.0, kml.ON_GROUND)]
    area = kml.labelled(shape, _middle(zone.polygon), 0.0, kml.ON_GROUND)
    return kml.placemark(zone.name, "zone", area, description=f"Safety zone, {_words(zone.category)}")


def _keep_out(keep_out: KeepOut) -> str:
    top_m = max(OPEN_TOP_M, keep_out.floor_m) if keep_out.ceiling_m is None else keep_out.ceiling_m
    top = f"no top (drawn up to {top_m:g} m)" if keep_out.ceiling_m is None else f"{top_m:g} m"
    shape = kml.slab(keep_out.polygon, keep_out.floor_m, top_m)
    volume = kml.labelled(shape, _middle(keep_out.polygon), top_m, kml.RELATIVE_TO_GROUND)
    heights = f"Keep-out from {keep_out.floor_m:g} m to {top}, above ground"
    when = "" if keep_out.validity.is_always else f"; closes {keep_out.validity.words}"
    return kml.placemark(keep_out.name, "keep-out", volume, description=heights + when)


def _obstacle(obstacle: Obstacle) -> str:
    shape = kml.slab(circle_on_ground(obstacle.position, obstacle.radius_m), 0.0, obstacle.height_m)
    volume = kml.labelled(shape, obstacle.position, obstacle.height_m, kml.RELATIVE_TO_GROUND)
    size = f"Obstacle, {obstacle.height_m:g} m high, {obstacle.radius_m:g} m around"
    return kml.placemark(obstacle.name, "keep-out", volume, description=size)


def _corridor(street: Corridor) -> str:
    centre = kml.line([*map(kml.vertex_of, street.line)], kml.ON_GROUND)
    return kml.placemark(street.name, "corridor", centre, description=f"Street, {street.width_m:g} m wide")


def _rally_point(rally: RallyPoint) -> str:
    place = kml.point(kml.vertex_of(rally.position, rally.relative_altitude_m), kml.RELATIVE_TO_GROUND)
    height = f"Rally point, {rally.relative_altitude_m:g} m above home"
    return kml.placemark(rally.name, "rally", place, description=height)


def _place(feature: Feature, style: str, place: GeoPoint, description: str) -> str:
    spot = kml.point(kml.vertex_of(place), kml.ON_GROUND)
    return kml.placemark(feature.name, style, spot, description=description)


def _sight(camera: Cctv) -> str:
    return f"Camera, sees {camera.range_m:g} m towards {camera.bearing_deg:g}°, {camera.field_of_view_deg:g}° wide"


def _whose(drones: Sequence[str]) -> str:
    return ", ".join(drones) or "the whole fleet"


def _words(category: str) -> str:
    return category.replace("_", " ")


def _middle(shape: GeoPolygon) -> GeoPoint:
    """A place for the name: the middle of the corners' bounding box, west of east over the antimeridian too."""
    lats = [corner.lat_deg for corner in shape.exterior]
    origin = shape.exterior[0].lon_deg
    easts = [(corner.lon_deg - origin + 180.0) % 360.0 - 180.0 for corner in shape.exterior]
    lon = origin + (min(easts) + max(easts)) / 2
    return GeoPoint((min(lats) + max(lats)) / 2, (lon + 180.0) % 360.0 - 180.0)


def circle_on_ground(centre: GeoPoint, radius_m: float) -> GeoPolygon:
    """For the eye only."""
    north_m, east_m = metres_a_degree(centre.lat_deg)
    north, east = radius_m / north_m, radius_m / max(east_m, 0.01 * north_m)
    corners = []
    for corner in range(_CIRCLE_CORNERS):
        angle = 2 * math.pi * corner / _CIRCLE_CORNERS
        lat = min(max(centre.lat_deg + north * math.cos(angle), -90.0), 90.0)
        lon = (centre.lon_deg + east * math.sin(angle) + 180.0) % 360.0 - 180.0
        corners.append(GeoPoint(lat, lon))
    return GeoPolygon(tuple(reversed(corners)))
