"""An errand from the ground as a plan of one flight, which passes every gate that plans pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.orders.airspace import Airspace

if TYPE_CHECKING:
    from dronectl.planning.mission.errand import Errand

PATROL = "dispatch"


def errand_plan(made: Errand, drone_name: str, airspace: Airspace, incident: str) -> Plan:
    """The plan ``dispatch-1201-07`` of one drone, with the fence of the site, and figures of the checks' own.

    Raises:
        InputError: the drone has no fence.
    """
    from dronectl.checks import with_own_figures
    from dronectl.planning.mission.fence_items import fence_mission

    site, ground, drone = airspace.site, airspace.ground, airspace.drone(drone_name)
    height_m = made.relative_altitude_m
    sortie = Sortie(1, PATROL, made.mission, 0.0, 0.0, 0.0, 0.0, work_altitude_m=height_m)
    home_m = ground.relief.known_at(*ground.frame.point_to_xy(drone.home))
    planned = DronePlan(
        drone.name,
        drone.system_id,
        drone.home,
        site.ground_elevation_m + home_m,
        (sortie,),
        fence=fence_mission(site, drone),
        rally=Mission((), MissionType.RALLY),
        rtl_altitude_m=height_m,
    )
    plan = Plan(
        name=f"{PATROL}-{incident}",
        created_utc=iso_z(now()),
        drones=(planned,),
        sources={},
        makespan_s=0.0,
        coverage_pct=None,
        swath_m=None,
        min_separation_m=None,
        overrides=airspace.overrides,
    )
    return with_own_figures(plan, site)
