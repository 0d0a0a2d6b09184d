"""A small track, plan and set of zones with something of everything in them."""

from __future__ import annotations

import numpy as np

from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import (
    Cctv,
    Corridor,
    Fence,
    HomePoint,
    KeepOut,
    Obstacle,
    PoiCategory,
    PointOfInterest,
    RallyPoint,
    Zone,
    ZoneCategory,
    ZoneSet,
)
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent

HOME = GeoPoint(16.0538, 103.652)
SQUARE = GeoPolygon(
    (GeoPoint(16.05, 103.65), GeoPoint(16.05, 103.66), GeoPoint(16.06, 103.66), GeoPoint(16.06, 103.65)),
    ((GeoPoint(16.054, 103.654), GeoPoint(16.056, 103.654), GeoPoint(16.055, 103.656)),),
)


def make_track(name: str = "alpha", samples: int = 3, **changes: object) -> Track:
    ramp = np.arange(samples, dtype=np.float64)
    start = np.datetime64("2026-11-23T01:00:00", "us")
    columns: dict[str, object] = {
        "name": name,
        "system_id": 1,
        "source": PositionSource.EKF,
        "time_utc": start + (ramp * 250_000).astype("timedelta64[us]"),
        "lat_deg": np.round(16.0538 + ramp * 1e-5, 7),
        "lon_deg": np.round(103.652 + ramp * 1e-5, 7),
        "amsl_altitude_m": 150.0 + ramp,
        "relative_altitude_m": ramp,
        "ground_speed_m_s": ramp,
        "heading_deg": ramp,
        "events": (
            TrackEvent(start, EventKind.MODE, "AUTO"),
            TrackEvent(start, EventKind.TEXT, "a < b & c"),
            TrackEvent(start, EventKind.PHOTO, "photo 1"),
        ),
    }
    return Track(**(columns | changes))  # type: ignore[arg-type]


def make_plan() -> Plan:
    items = (
        MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=HOME.lat_e7, lon_e7=HOME.lon_e7, altitude_m=145.0),
        MissionItem(Command.NAV_TAKEOFF, altitude_m=30.0),
        MissionItem(Command.DO_CHANGE_SPEED, param2=8.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160_550_000, lon_e7=1_036_530_000, altitude_m=40.0),
        MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160_560_000, lon_e7=1_036_530_000, altitude_m=200.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=950_000_000, lon_e7=1_036_530_000, altitude_m=40.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160_550_000, lon_e7=1_036_530_000, altitude_m=float("nan")),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH),
    )
    sortie = Sortie(1, "lake", Mission(items), 0.0, 1234.0, 321.0, 40.0, 30.0)
    drone = DronePlan("bravo", 2, HOME, 145.0, (sortie,))
    return Plan("patrol <1>", "2026-11-23T00:00:00Z", (drone,), {}, 321.0, None, None, None)


def make_zones() -> ZoneSet:
    common = ("id", "ชื่อ & <name>", False, "geofences/x.geojson#0")
    return ZoneSet(
        fences=(Fence(*common, SQUARE),),
        zones=(Zone(*common, SQUARE, ZoneCategory.PARK),),
        keep_outs=(KeepOut(*common, SQUARE), KeepOut(*common, SQUARE, 20.0, 60.0)),
        obstacles=(Obstacle(*common, HOME, 60.0, 5.0),),
        points=(PointOfInterest(*common, HOME, PoiCategory.BANK),),
        corridors=(Corridor(*common, SQUARE.exterior, 12.0),),
        cctv=(Cctv(*common, HOME, 60.0, 90.0, 70.0),),
        rally_points=(RallyPoint(*common, HOME, 30.0),),
        homes=(HomePoint(*common, HOME, ("alpha",)),),
    )
