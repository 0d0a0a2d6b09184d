"""Sites and hot-spot patrols made in code, and visits read from the missions of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import planning_sites as sites

from dronectl.checks.flight import Ground, flight_of_plan
from dronectl.checks.trajectory.leg import LegKind
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.ground.zone import Cctv, PoiCategory, PointOfInterest
from dronectl.model.plan.mission import Command
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import HotspotSettings
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.build import build_plan

STANDOFF_M = 30.0


def spot(point_id: str, x_m: float, y_m: float, *, weight: float = 1.0, name: str = "ร้านทอง") -> PointOfInterest:
    return replace(sites.point(point_id, x_m, y_m, PoiCategory.GOLD_SHOP), weight=weight, name=name)


def camera(camera_id: str, x_m: float, y_m: float, *, bearing_deg: float, range_m: float, view_deg: float) -> Cctv:
    return Cctv(camera_id, "กล้อง", False, "test", sites.place(x_m, y_m), range_m, bearing_deg, view_deg)


def site(points: Sequence[PointOfInterest], *, cctv: Sequence[Cctv] = (), drones: int = 3, **more: object) -> Site:
    made = sites.site(points=points, fleet=sites.drones(drones), **more)  # type: ignore[arg-type]
    return replace(made, zones=replace(made.zones, cctv=tuple(cctv)))


def hotspot(period_s: float, **changes: object) -> HotspotSettings:
    """All gold shops, looked at for 15 s each."""
    made = HotspotSettings(period_s, categories=("gold_shop",), dwell_s=15.0, standoff_m=STANDOFF_M)
    return replace(made, **changes)  # type: ignore[arg-type]


def patrol(settings: HotspotSettings, **changes: object) -> Patrol:
    made = sites.patrol(
        settings=settings, zones=(), camera=CameraAction.LOOK, relative_altitude_m=40.0, layer_step_m=15.0
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def planned(where: Site, what: Patrol) -> Plan:
    return build_plan(where, [what], name="hotspots", created_utc="")


def visits(plan: Plan, where: Site) -> list[tuple[float, float, str, str]]:
    """(from, to, point, drone) of every NAV_LOITER_TIME in the missions, timed by the checker and not by the planner.

    The point is the one that the camera was last turned to (DO_SET_ROI).
    """
    (figures,) = plan.hotspots
    ground = Ground(where, date(2026, 11, 23), LocalFrame(where.home))
    ids = {(point.position.lat_e7, point.position.lon_e7): point.id for point in where.zones.points}
    found = []
    for planned_drone in plan.drones:
        drone = where.drone(planned_drone.name)
        assert drone is not None
        for sortie in planned_drone.sorties:
            flight = flight_of_plan(planned_drone, sortie, drone, ground)
            begins_s = figures.wave_starts_s[sortie.number - figures.first_sortie] + sortie.start_s
            looked_at = ""
            for seq, item in enumerate(sortie.mission.items):
                if item.command == Command.DO_SET_ROI and item.lat_e7:
                    looked_at = ids[item.lat_e7, item.lon_e7]
                if item.command == Command.NAV_LOITER_TIME:
                    (hold,) = (leg for leg in flight.legs if leg.kind is LegKind.HOLD and leg.item == seq)
                    found.append((begins_s + hold.start_s, begins_s + hold.end_s, looked_at, drone.name))
    return sorted(found)


def longest_alone_s(plan: Plan, where: Site, point_id: str) -> float:
    """The longest time without a visit at one point, from the start to the end of the period."""
    (figures,) = plan.hotspots
    alone_s = worst_s = 0.0
    for begin_s, end_s, point, _ in visits(plan, where):
        if point == point_id:
            worst_s = max(worst_s, begin_s - alone_s)
            alone_s = max(alone_s, end_s)
    return max(worst_s, figures.period_s - alone_s)
