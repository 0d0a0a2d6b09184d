"""Sites made in code, in metres around Roi Et, for tests of planning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint, GeoPolygon, Ring
from dronectl.model.ground.zone import (
    Fence,
    KeepOut,
    Obstacle,
    PoiCategory,
    PointOfInterest,
    RallyPoint,
    Zone,
    ZoneCategory,
    ZoneSet,
)
from dronectl.model.law.law import Law
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import CoverageSettings
from dronectl.model.rules import Rules
from dronectl.model.site import Site

HOME = GeoPoint(16.05306, 103.65111)
FRAME = LocalFrame(HOME)
CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
"""1.5 times as wide as it is high above ground."""

Metres = Sequence[tuple[float, float]]


def place(x_m: float, y_m: float) -> GeoPoint:
    (point,) = FRAME.to_points(np.array([[x_m, y_m]]))
    return point


def geo_polygon(shape: shapely.Polygon | Metres) -> GeoPolygon:
    polygon = shape if isinstance(shape, shapely.Polygon) else shapely.Polygon(shape)

    def ring(line: shapely.LinearRing) -> Ring:
        return tuple(FRAME.to_points(shapely.get_coordinates(line)[:-1]))

    return GeoPolygon(ring(polygon.exterior), tuple(ring(hole) for hole in polygon.interiors))


def square(centre_x: float, centre_y: float, size: float) -> list[tuple[float, float]]:
    half = size / 2.0
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return [(centre_x + x, centre_y + y) for x, y in corners]


def fence(shape: shapely.Polygon | Metres, *drones: str) -> Fence:
    return Fence("boundary", "เขต", False, "test", geo_polygon(shape), drones)


def zone(zone_id: str, shape: shapely.Polygon | Metres) -> Zone:
    return Zone(zone_id, "พื้นที่", False, "test", geo_polygon(shape), ZoneCategory.PARK)


def keep_out(
    zone_id: str, shape: shapely.Polygon | Metres, floor_m: float = 0.0, ceiling_m: float | None = None
) -> KeepOut:
    return KeepOut(zone_id, "ห้ามบิน", False, "test", geo_polygon(shape), floor_m, ceiling_m)


def obstacle(zone_id: str, x_m: float, y_m: float, height_m: float, radius_m: float) -> Obstacle:
    return Obstacle(zone_id, "เสา", False, "test", place(x_m, y_m), height_m, radius_m)


def point(point_id: str, x_m: float, y_m: float, category: PoiCategory = PoiCategory.BANK) -> PointOfInterest:
    return PointOfInterest(point_id, "จุด", False, "test", place(x_m, y_m), category)


def rally(zone_id: str, x_m: float, y_m: float, altitude_m: float) -> RallyPoint:
    return RallyPoint(zone_id, "จุดรวม", False, "test", place(x_m, y_m), altitude_m)


def drones(count: int = 3, *, apart_m: float = 30.0, y_m: float = -400.0, capacity_wh: float = 130.0) -> list[Drone]:
    battery = Battery(capacity_wh, 300.0, 290.0, 0.85)
    return [
        Drone(name, index + 1, "tcp://127.0.0.1:5760", place(apart_m * index, y_m), battery, CAMERA)
        for index, name in enumerate(("alpha", "bravo", "charlie", "delta")[:count])
    ]


def site(
    *,
    fences: Iterable[Fence] = (),
    zones: Iterable[Zone] = (),
    keep_outs: Iterable[KeepOut] = (),
    obstacles: Iterable[Obstacle] = (),
    points: Iterable[PointOfInterest] = (),
    rally_points: Iterable[RallyPoint] = (),
    fleet: Iterable[Drone] | None = None,
    rules: Rules | None = None,
) -> Site:
    """A square of 1.2 km with a fleet of three in its south, unless told otherwise."""
    return Site(
        root=Path("site"),
        name="ทดสอบ",
        time_zone="Asia/Bangkok",
        home=HOME,
        ground_elevation_m=145.0,
        geoid_undulation_m=-27.86,
        rules=rules or Rules(law=Law.NONE, hours=()),
        authorisations=(),
        aerodromes=(),
        drones=tuple(drones() if fleet is None else fleet),
        zones=ZoneSet(
            fences=tuple(fences) or (fence(square(0, 0, 1200)),),
            zones=tuple(zones),
            keep_outs=tuple(keep_outs),
            obstacles=tuple(obstacles),
            points=tuple(points),
            rally_points=tuple(rally_points),
        ),
        patrols=(),
    )


PATROL = Patrol(
    id="patrol",
    name="ลาดตระเวน",
    settings=CoverageSettings(),
    zones=("park",),
    drones=(),
    source="missions/patrol.toml",
    relative_altitude_m=40.0,
    camera=CameraAction.PHOTOS,
)


def patrol(**changes: object) -> Patrol:
    return replace(PATROL, **changes)  # type: ignore[arg-type]


def told(given: Patrol, **changes: object) -> Patrol:
    """A patrol with other settings of its pattern."""
    return replace(given, settings=replace(given.settings, **changes))  # type: ignore[type-var]
