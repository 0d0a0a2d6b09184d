"""Plans that the checks pass: some with a fault that only flying shows, some that are sound. By seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

import shapely
from checks_site import CAMERA, DAY, FRAME, NO_LAW, SITE, at, box, item, plan_of, through

from dronectl.checks import check_plan, flights_and_ground, with_own_figures
from dronectl.checks.failsafe_returns import crossed_zones
from dronectl.model.fleet import Battery, Drone
from dronectl.model.geo import GeoPolygon
from dronectl.model.ground.zone import Fence, KeepOut, Obstacle, ZoneSet
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Mission
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.settings import BatterySpread, Judgement, Moments, RehearsalSettings
from dronectl.model.site import Site

ROOT = Path("nowhere")
"""No files of a workspace: what the simulator has without any stands."""
BATTERY = Battery(100.0, 300.0, 290.0, usable_share=0.85)
HEIGHT_M = 40.0
CLEAR_M = 20.0
"""Of the column above another drone's home."""
GROWN_M = 4.0
"""Around a sound plan's returns nothing is nearer than that."""

STATED = RehearsalSettings(runs=60, judgement=Judgement(safe_pct=95.0, confidence_pct=95.0), moments=Moments(runs=2))
"""What 60 runs can show."""


@dataclass(frozen=True)
class Case:
    """A plan to be rehearsed, at its site."""

    name: str
    site: Site
    plan: Plan
    settings: RehearsalSettings

    @property
    def passes(self) -> bool:
        """Whether the checks have nothing against it."""
        return not any(one.severity is Severity.ERROR for one in check_plan(self.plan, self.site, day=DAY))


def faulty(seed: int) -> Case:
    """One of the families in turn: a margin, a corner, a return, a battery."""
    draw = random.Random(f"faulty {seed}")
    return (_beside_fence, _beside_keep_out, _around_corner, _returning, _returning, _cold)[seed % 6](seed, draw)


def sound(seed: int) -> Case:
    """One or two drones among keep-outs, with the margins that sites have."""
    draw = random.Random(f"sound {seed}")
    while True:
        keep_outs = tuple(_keep_out(draw, number) for number in range(draw.randint(1, 3)))
        drones = (_drone("alpha"), _drone("bravo", 2, 30.0, -10.0))[: draw.randint(1, 2)]
        site = _site(*keep_outs, drones=drones, half_m=140.0)
        missions = [_wander(draw, 25.0 + 15.0 * number) for number in range(len(drones))]
        case = replace(_case(f"sound {seed}", site, *missions), settings=STATED)
        if not _over_homes(missions, drones) and case.passes and not _returns_near(case):
            return case


def _beside_fence(seed: int, draw: random.Random) -> Case:
    margin_m = draw.uniform(0.1, 0.6)
    site = _site(half_m=150.0, margin_m=margin_m)
    y = 150.0 - margin_m - 0.03
    x = draw.uniform(60.0, 120.0)
    return _case(f"{seed}: {margin_m:.2f} m beside the fence", site, through((-x, y), (x, y), z_m=HEIGHT_M))


def _beside_keep_out(seed: int, draw: random.Random) -> Case:
    margin_m = draw.uniform(0.1, 0.6)
    tower = KeepOut("tower", "หอ", True, "g#1", box(-40.0, 80.0, 40.0, 120.0))
    site = _site(tower, half_m=250.0, margin_m=margin_m)
    y = 80.0 - margin_m - 0.03
    x = draw.uniform(70.0, 150.0)
    return _case(f"{seed}: {margin_m:.2f} m beside a keep-out", site, through((-x, y), (x, y), z_m=HEIGHT_M))


def _around_corner(seed: int, draw: random.Random) -> Case:
    """The autopilot passes a corner within its waypoint's radius, on the inner side."""
    margin_m, radius_m = draw.uniform(1.5, 2.5), draw.uniform(8.0, 10.0)
    tower = KeepOut("tower", "หอ", True, "g#1", box(20.0, 20.0, 120.0, 120.0))
    site = _site(tower, half_m=250.0, margin_m=margin_m, drones=(_drone("alpha", radius_m=radius_m),))
    beyond = 120.0 + margin_m + 0.03
    way = ((beyond, -40.0), (beyond, beyond), (-40.0, beyond))
    return _case(f"{seed}: {margin_m:.1f} m around a corner", site, through(*way, z_m=HEIGHT_M))


def _returning(seed: int, draw: random.Random) -> Case:
    """The way there lies below a volume's floor; the return climbs, and passes it by centimetres."""
    aside_m = draw.uniform(0.05, 0.35)
    lid = KeepOut("lid", "เพดาน", True, "g#1", box(30.0, aside_m, 260.0, 120.0), 50.0, 80.0)
    site = _site(lid, half_m=320.0)
    legs = [(x, 0.0) for x in (80.0, 150.0, 220.0, 290.0)]
    mission = through(*legs, (290.0, -60.0), (0.0, -60.0), z_m=30.0)
    case = _case(f"{seed}: a return {aside_m:.2f} m beside a volume", site, mission, rtl_m=60.0)
    return replace(case, settings=replace(case.settings, runs=60, moments=replace(case.settings.moments, runs=12)))


def _cold(seed: int, draw: random.Random) -> Case:
    """It needs nearly all that the reserve leaves, and the pack is cold."""
    settings = RehearsalSettings(battery=BatterySpread(draw.uniform(0.55, 0.62), 0.02))
    hold_s = draw.uniform(80.0, 120.0)
    site = _site(half_m=250.0)
    hold = item(Command.NAV_LOITER_TIME, 100.0, 100.0, HEIGHT_M, param1=hold_s)
    mission = through((100.0, 100.0), z_m=HEIGHT_M)
    mission = replace(mission, items=(*mission.items[:-1], hold, mission.items[-1]))
    plan = _case("", site, mission).plan
    used_pct = plan.drones[0].sorties[0].windy_battery_pct
    capacity_wh = BATTERY.capacity_wh * used_pct / draw.uniform(64.0, 69.0)
    tight = replace(BATTERY, capacity_wh=capacity_wh, usable_share=1.0)
    site = replace(site, drones=(replace(site.drones[0], battery=tight),))
    return replace(_case(f"{seed}: a cold battery", site, mission), settings=settings)


def _case(name: str, site: Site, *missions: Mission, rtl_m: float = 0.0) -> Case:
    plan = plan_of(*missions, site=site)
    heights_m = [rtl_m or mission.items[1].altitude_m for mission in missions]
    drones = tuple(
        replace(planned, rtl_altitude_m=height_m) for planned, height_m in zip(plan.drones, heights_m, strict=True)
    )
    return Case(name, site, with_own_figures(replace(plan, drones=drones), site), RehearsalSettings())


def _site(
    *keep_outs: KeepOut, half_m: float, margin_m: float = 10.0, drones: tuple[Drone, ...] = (),
    obstacles: tuple[Obstacle, ...] = (),
) -> Site:  # fmt: skip
    fence = Fence("site", "เขต", True, "g#0", box(-half_m, -half_m, half_m, half_m))
    rules = replace(NO_LAW, fence_margin_m=margin_m, keep_out_margin_m=margin_m)
    zones = ZoneSet(fences=(fence,), zones=(), keep_outs=keep_outs, obstacles=obstacles)
    return replace(SITE, root=ROOT, rules=rules, zones=zones, drones=drones or (_drone("alpha"),))


def _drone(name: str, system_id: int = 1, x_m: float = 0.0, y_m: float = 0.0, radius_m: float = 2.0) -> Drone:
    made = Drone(name, system_id, "tcp://127.0.0.1:5760", at(x_m, y_m), BATTERY, CAMERA)
    return replace(made, cruise_speed_m_s=8.0, climb_speed_m_s=2.5, descent_speed_m_s=1.5, waypoint_radius_m=radius_m)


def _keep_out(draw: random.Random, number: int) -> KeepOut:
    x, y = draw.uniform(-100.0, 100.0), draw.uniform(-100.0, 100.0)
    sides = draw.choice((4, 8, 16))
    size_m, turn = draw.uniform(10.0, 30.0), draw.uniform(0.0, math.pi)
    ring = [
        (x + size_m * math.cos(turn + math.tau * k / sides), y + size_m * math.sin(turn + math.tau * k / sides))
        for k in range(sides)
    ]
    ceiling_m = draw.choice((None, None, 15.0))
    return KeepOut(f"k{number}", "ห้าม", True, f"g#{number}", GeoPolygon(tuple(at(*p) for p in ring)), 0.0, ceiling_m)


def _wander(draw: random.Random, z_m: float) -> Mission:
    places = [(draw.uniform(-110.0, 110.0), draw.uniform(-110.0, 110.0)) for _ in range(draw.randint(2, 4))]
    return through(*places, z_m=z_m)


def _over_homes(missions: list[Mission], drones: tuple[Drone, ...]) -> bool:
    """Whether one drone passes where another may come down at any time: no plan of ours does."""
    for mission, drone in zip(missions, drones, strict=True):
        route = [FRAME.point_to_xy(one.position) for one in mission.items[2:-1]]
        others = [shapely.Point(FRAME.point_to_xy(one.home)) for one in drones if one is not drone]
        way = shapely.LineString([FRAME.point_to_xy(drone.home), *route, FRAME.point_to_xy(drone.home)])
        if any(way.distance(home) < CLEAR_M for home in others):
            return True
    return False


def _returns_near(case: Case) -> bool:
    """Whether a straight return comes near to something."""
    zones = case.site.zones
    grown = tuple(replace(one, polygon=_grown(one.polygon)) for one in zones.keep_outs)
    flights, ground = flights_and_ground(case.plan, replace(case.site, zones=replace(zones, keep_outs=grown)), DAY)
    return any(crossed_zones(flight, ground) for flight in flights)


def _grown(polygon: GeoPolygon) -> GeoPolygon:
    ring = shapely.get_coordinates(shapely.buffer(FRAME.polygon_to_xy(polygon), GROWN_M).exterior)[:-1]
    return GeoPolygon(tuple(FRAME.to_points(ring)))
