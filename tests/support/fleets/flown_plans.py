"""Small missions at the shipped site, and tracks as they would be flown exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from repository import REPOSITORY

from dronectl.analysis.flight_comparison import LIFTED_M, LIFTED_S
from dronectl.checks.flight import Flight, Ground, flight_of_plan
from dronectl.checks.trajectory.timing import SPOOL_UP_S
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Sortie
from dronectl.model.site import Site
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent
from dronectl.site.workspace import load_site

START = np.datetime64("2026-11-23T02:00:00", "us")
Place = tuple[float, float]


def shipped_site() -> Site:
    return load_site(REPOSITORY)


def item(
    site: Site, command: Command, x_m: float, y_m: float, altitude_m: float, *, param1: float = 0.0
) -> MissionItem:
    (place,) = LocalFrame(site.home).to_points(np.array([[x_m, y_m]]))
    return MissionItem(
        command,
        frame=Frame.GLOBAL_RELATIVE_ALT,
        param1=param1,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        altitude_m=altitude_m,
    )


def mission(site: Site, places: Sequence[Place], altitude_m: float = 20.0, stay_s: float = 0.0) -> Mission:
    """Home, take-off to ``altitude_m``, waypoints 2, 3, …, RTL; with ``stay_s`` a stay at each."""
    command = Command.NAV_LOITER_TIME if stay_s else Command.NAV_WAYPOINT
    return Mission(
        (
            item(site, Command.NAV_WAYPOINT, 0.0, 0.0, 0.0),
            item(site, Command.NAV_TAKEOFF, 0.0, 0.0, altitude_m),
            *(item(site, command, *place, altitude_m, param1=stay_s) for place in places),
            MissionItem(Command.NAV_RETURN_TO_LAUNCH),
        )
    )


def drone_plan(site: Site, *missions: Mission, patrol: str = "test", name: str = "alpha") -> DronePlan:
    """One sortie a mission, from the site's home."""
    sorties = [Sortie(number, patrol, one, 0.0, 0.0, 0.0, 0.0) for number, one in enumerate(missions, start=1)]
    drone = site.drone(name)
    assert drone is not None
    return DronePlan(name, drone.system_id, site.home, site.ground_elevation_m, tuple(sorties), rtl_altitude_m=20.0)


def flights(site: Site, *missions: Mission, patrol: str = "test", name: str = "alpha") -> list[Flight]:
    drone = site.drone(name)
    assert drone is not None
    planned = drone_plan(site, *missions, patrol=patrol, name=name)
    ground = Ground(site, date.min, LocalFrame(site.home))
    return [flight_of_plan(planned, sortie, drone, ground) for sortie in planned.sorties]


def knots(planned: Flight) -> tuple[np.ndarray, np.ndarray]:
    """Times and places (n, 3) of a flight as planned, with the take-off as ArduCopter does it."""
    times_s, places_m = planned.times - planned.start_s, planned.corners
    on_ground, lifted = places_m[0], places_m[0] + np.array([0.0, 0.0, LIFTED_M])
    before_s = [times_s[0], SPOOL_UP_S, SPOOL_UP_S + LIFTED_S]
    return np.append(before_s, times_s[1:]), np.vstack([on_ground, on_ground, lifted, places_m[1:]])


def track_along(
    site: Site,
    times_s: np.ndarray,
    places_m: np.ndarray,
    *,
    modes: Sequence[tuple[float, str]] = ((0.0, "AUTO"),),
    hz: float = 10.0,
    name: str = "alpha",
) -> Track:
    """Samples on straight lines between places (x, y, height above home) at rising times."""
    drone = site.drone(name)
    assert drone is not None
    seconds = np.arange(0.0, times_s[-1] + 0.5 / hz, 1.0 / hz)
    x_m, y_m, height_m = (np.interp(seconds, times_s, places_m[:, axis]) for axis in range(3))
    lat, lon = LocalFrame(site.home).to_geo(x_m, y_m)
    speed = np.hypot(np.gradient(x_m, seconds), np.gradient(y_m, seconds))
    return Track(
        name=name,
        system_id=drone.system_id,
        source=PositionSource.EKF,
        time_utc=START + np.rint(seconds * 1e6).astype("timedelta64[us]"),
        lat_deg=lat,
        lon_deg=lon,
        amsl_altitude_m=height_m + site.ground_elevation_m,
        relative_altitude_m=height_m,
        ground_speed_m_s=speed,
        heading_deg=np.degrees(np.arctan2(np.gradient(x_m), np.gradient(y_m))) % 360.0,
        events=tuple(TrackEvent(START + _us(at_s), EventKind.MODE, mode) for at_s, mode in modes),
    )


def _us(seconds: float) -> np.timedelta64:
    return np.timedelta64(round(seconds * 1e6), "us")
