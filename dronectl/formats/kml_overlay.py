"""What lies under the tracks: a plan's routes and a site's zones as KML folders."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

from dronectl.formats import kml_elements as kml
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan import DronePlan, Plan
from dronectl.model.zone import KeepOut, Obstacle, ZoneSet

OPEN_TOP_M = 300.0
"""How high a keep-out without a ceiling is drawn."""

_ABSOLUTE_FRAMES = (Frame.GLOBAL, Frame.GLOBAL_INT)
_FLOWN_TO = (
    Command.NAV_WAYPOINT,
    Command.NAV_SPLINE_WAYPOINT,
    Command.NAV_LOITER_UNLIM,
    Command.NAV_LOITER_TURNS,
    Command.NAV_LOITER_TIME,
    Command.NAV_PAYLOAD_PLACE,
)
_CIRCLE_CORNERS = 36
_METRES_A_DEGREE = 111_320.0

_COLOURS = {
    "fence": "#ffd700",
    "zone": "#00a2ff",
    "keep-out": "#e60000",
    "poi": "#ffffff",
    "corridor": "#00c8a0",
    "cctv": "#b0b0b0",
    "rally": "#7cfc00",
    "home": "#ff9900",
}

RoutePoint = tuple[GeoPoint, float]
"""(place, altitude above mean sea level in metres)."""


def plan_folder(plan: Plan, style_of: Mapping[str, str]) -> Iterator[str]:
    """Each drone's sorties as lines at the altitude they are to be flown, with their waypoints and homes."""
    folders = (kml.folder(drone.name, _sorties(drone, style_of[drone.name])) for drone in plan.drones)
    return kml.folder(f"Plan {plan.name}", itertools.chain.from_iterable(folders))


def plan_places(plan: Plan) -> Iterator[GeoPoint]:
    """Every place of a plan's routes."""
    for drone in plan.drones:
        for sortie in drone.sorties:
            yield from (place for place, _ in route(sortie.mission, drone.home, drone.home_amsl_m))


def route(mission: Mission, home: GeoPoint, home_amsl_m: float) -> list[RoutePoint]:
    """Where the mission leads, from the ground at home on.

    Altitudes relative to home become absolute by home's; altitudes above terrain are drawn as if the terrain lay at
    home's level. Items that are no place on Earth, as a foreign file may hold, are passed over.
    """
    points: list[RoutePoint] = [(home, home_amsl_m)]
    for item in mission.items[1:]:
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
        elif item.command in _FLOWN_TO:
            points.append(target)
    return points


def zone_styles() -> list[str]:
    return [kml.style(kind, colour, fill_opacity=_fill_opacity(kind)) for kind, colour in _COLOURS.items()]


def zone_folder(zones: ZoneSet) -> Iterator[str]:
    """Everything in geofences/, by kind; keep-outs and obstacles as volumes above ground."""
    kinds: list[tuple[str, Iterable[str]]] = [
        ("Fence", (_area(fence.name, "fence", fence.polygon) for fence in zones.fences)),
        ("Safety zones", (_area(zone.name, "zone", zone.polygon, str(zone.category)) for zone in zones.zones)),
        ("Keep-outs", map(_keep_out, zones.keep_outs)),
        ("Obstacles", map(_obstacle, zones.obstacles)),
        ("Points of interest", (_place(poi.name, "poi", poi.position, str(poi.category)) for poi in zones.points)),
        (
            "Corridors",
            (
                kml.placemark(street.name, "corridor", kml.line([*map(kml.vertex_of, street.line)], kml.ON_GROUND))
                for street in zones.corridors
            ),
        ),
        ("CCTV", (_place(camera.name, "cctv", camera.position, f"sees {camera.range_m:g} m") for camera in zones.cctv)),
        (
            "Rally points",
            (
                kml.placemark(
                    rally.name,
                    "rally",
                    kml.point(kml.vertex_of(rally.position, rally.relative_altitude_m), kml.RELATIVE_TO_GROUND),
                )
                for rally in zones.rally_points
            ),
        ),
        ("Homes", (_place(home.name, "home", home.position, ", ".join(home.drones)) for home in zones.homes)),
    ]
    folders = (kml.folder(name, placemarks) for name, placemarks in kinds)
    return kml.folder("Zones", itertools.chain.from_iterable(folders))


def zone_places(zones: ZoneSet) -> Iterator[GeoPoint]:
    """The corners of fences and zones."""
    for shape in [*(fence.polygon for fence in zones.fences), *(zone.polygon for zone in zones.zones)]:
        yield from shape.exterior


def _sorties(drone: DronePlan, style: str) -> Iterator[str]:
    home = kml.vertex_of(drone.home, drone.home_amsl_m)
    yield kml.placemark(f"{drone.name} home", style, kml.point(home, kml.ABSOLUTE))
    for sortie in drone.sorties:
        title = f"{drone.name}, sortie {sortie.number}, {sortie.patrol}"
        facts = f"{sortie.distance_m:.0f} m, {sortie.duration_s:.0f} s, {sortie.battery_pct:.0f} % of the battery"
        points = route(sortie.mission, drone.home, drone.home_amsl_m)
        vertices = [kml.vertex_of(place, altitude_m) for place, altitude_m in points]
        if len(vertices) > 1:
            yield kml.placemark(title, style, kml.line(vertices, kml.ABSOLUTE), description=facts)
        yield from kml.folder(f"Waypoints, sortie {sortie.number}", _waypoints(drone, sortie.mission, style))


def _waypoints(drone: DronePlan, mission: Mission, style: str) -> Iterator[str]:
    for seq, item in enumerate(mission.items):
        target = _target(item, None, drone.home_amsl_m)
        if seq and item.command in _FLOWN_TO and target is not None:
            geometry = kml.point(kml.vertex_of(*target), kml.ABSOLUTE)
            yield kml.placemark(f"{seq} {item.command_name()}", style, geometry, visible=False)


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


def _area(name: str, style: str, shape: GeoPolygon, description: str = "") -> str:
    return kml.placemark(name, style, kml.polygon(shape, 0.0, kml.ON_GROUND), description=description)


def _place(name: str, style: str, place: GeoPoint, description: str = "") -> str:
    return kml.placemark(name, style, kml.point(kml.vertex_of(place), kml.ON_GROUND), description=description)


def _keep_out(keep_out: KeepOut) -> str:
    top_m = max(OPEN_TOP_M, keep_out.floor_m) if keep_out.ceiling_m is None else keep_out.ceiling_m
    top = "no top" if keep_out.ceiling_m is None else f"{keep_out.ceiling_m:g} m"
    volume = kml.slab(keep_out.polygon, keep_out.floor_m, top_m)
    return kml.placemark(
        keep_out.name, "keep-out", volume, description=f"{keep_out.floor_m:g} m to {top}, above ground"
    )


def _obstacle(obstacle: Obstacle) -> str:
    volume = kml.slab(_circle(obstacle.position, obstacle.radius_m), 0.0, obstacle.height_m)
    return kml.placemark(obstacle.name, "keep-out", volume, description=f"{obstacle.height_m:g} m high")


def _circle(centre: GeoPoint, radius_m: float) -> GeoPolygon:
    """For the eye only: a spherical degree is good to 0.5 % of the radius."""
    north = radius_m / _METRES_A_DEGREE
    east = north / max(math.cos(math.radians(centre.lat_deg)), 0.01)
    corners = []
    for corner in range(_CIRCLE_CORNERS):
        angle = 2 * math.pi * corner / _CIRCLE_CORNERS
        lat = min(max(centre.lat_deg + north * math.cos(angle), -90.0), 90.0)
        lon = (centre.lon_deg + east * math.sin(angle) + 180.0) % 360.0 - 180.0
        corners.append(GeoPoint(lat, lon))
    return GeoPolygon(tuple(reversed(corners)))


def _fill_opacity(kind: str) -> float:
    return {"fence": 0.0, "keep-out": 0.4}.get(kind, 0.2)
