"""A flat square site in metres around one home, and missions over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from dronectl.checks import check_mission, check_plan
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import Fence, KeepOut, Obstacle, Zone, ZoneCategory, ZoneSet
from dronectl.model.law.law import Law
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.rules import Rules
from dronectl.model.site import Site

ORIGIN = GeoPoint(16.05, 103.65)
GROUND_M = 145.0
DAY = date(2026, 3, 1)
FRAME = LocalFrame(ORIGIN)


def at(x_m: float, y_m: float) -> GeoPoint:
    return FRAME.to_points(np.array([[x_m, y_m]]))[0]


def box(x0: float, y0: float, x1: float, y1: float) -> GeoPolygon:
    return GeoPolygon((at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)))


CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648, 0.7)
BATTERY = Battery.from_endurance(1500.0)


def drone(name: str = "alpha", system_id: int = 1, x_m: float = 0.0, y_m: float = 0.0) -> Drone:
    return Drone(name, system_id, "tcp://127.0.0.1:5760", at(x_m, y_m), BATTERY, CAMERA)


FENCE = Fence("site", "เขต", True, "g#0", box(-1000, -1000, 1000, 1000))
TOWER = KeepOut("tower", "หอโหวด", True, "g#1", box(300, -50, 400, 50))
ROOF = KeepOut("roof", "หลังคา", True, "g#2", box(-400, -50, -300, 50), 0.0, 40.0)
LID = KeepOut("lid", "เพดาน", True, "g#3", box(-400, 300, -300, 400), 50.0, 80.0)
MAST = Obstacle("mast", "เสา", True, "g#4", at(0, 500), 60.0, 5.0)
PARK = Zone("park", "สวน", True, "g#5", box(200, -100, 500, 100), ZoneCategory.PARK)

NO_LAW = Rules(law=Law.NONE, hours=())
"""For rules of other kinds: nobody asks for papers, whose absence would be told beside whatever they find."""

SITE = Site(
    root=Path(),
    name="ทดสอบ",
    time_zone="Asia/Bangkok",
    home=ORIGIN,
    ground_elevation_m=GROUND_M,
    geoid_undulation_m=-27.86,
    rules=NO_LAW,
    authorisations=(),
    aerodromes=(),
    drones=(drone(), drone("bravo", 2, 30.0)),
    zones=ZoneSet(fences=(FENCE,), zones=(PARK,), keep_outs=(TOWER, ROOF, LID), obstacles=(MAST,)),
    patrols=(),
)


def item(
    command: Command, x_m: float | None = None, y_m: float = 0.0, z_m: float = 0.0, **fields: float
) -> MissionItem:
    place = {} if x_m is None else {"lat_e7": at(x_m, y_m).lat_e7, "lon_e7": at(x_m, y_m).lon_e7}
    return replace(MissionItem(int(command), altitude_m=z_m), **place, **fields)  # type: ignore[arg-type]


def home(x_m: float = 0.0, y_m: float = 0.0) -> MissionItem:
    return item(Command.NAV_WAYPOINT, x_m, y_m, GROUND_M, frame=Frame.GLOBAL)


def waypoint(x_m: float, y_m: float, z_m: float = 30.0) -> MissionItem:
    return item(Command.NAV_WAYPOINT, x_m, y_m, z_m)


def takeoff(z_m: float = 30.0) -> MissionItem:
    return item(Command.NAV_TAKEOFF, 0.0, 0.0, z_m)


RTL = MissionItem(Command.NAV_RETURN_TO_LAUNCH)


def patrol_of(*items: MissionItem, z_m: float = 30.0, home_x_m: float = 0.0) -> Mission:
    """Home, take-off, the items, return."""
    return Mission((home(home_x_m), takeoff(z_m), *items, RTL))


def through(*places: tuple[float, float], z_m: float = 30.0) -> Mission:
    return patrol_of(*(waypoint(x, y, z_m) for x, y in places), z_m=z_m)


def plan_of(*missions: Mission, starts: tuple[float, ...] = (0.0, 0.0, 0.0), site: Site = SITE) -> Plan:
    """One sortie for each drone of the site, in order."""
    drones = tuple(
        DronePlan(one.name, one.system_id, one.home, GROUND_M, (Sortie(1, "p", mission, start, 0.0, 0.0, 0.0),))
        for one, mission, start in zip(site.drones, missions, starts, strict=False)
    )
    return Plan("p", "2026-03-01T00:00:00Z", drones, {}, 0.0, None, None, None)


def found(mission: Mission, site: Site = SITE, day: date = DAY, *, rule: str | None = None) -> list[Finding]:
    """What is wrong with a mission of the first drone; warnings only when their rule is asked for with ``warnings``."""
    findings = check_mission(mission, site, site.drones[0], day=day)
    return [one for one in findings if one.severity is not Severity.WARNING and rule in (None, one.rule)]


def warnings(mission: Mission, site: Site = SITE) -> list[Finding]:
    return [one for one in check_mission(mission, site, site.drones[0], day=DAY) if one.severity is Severity.WARNING]


def found_in_plan(plan: Plan, site: Site = SITE, day: date = DAY) -> list[Finding]:
    return [one for one in check_plan(plan, site, day=day) if one.severity is not Severity.WARNING]
