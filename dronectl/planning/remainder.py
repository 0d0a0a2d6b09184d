"""What is left of one sortie of a plan, as a plan of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site
from dronectl.planning.mission.fence_items import fence_mission
from dronectl.planning.mission.remainder import remainder_of

SUFFIX = "-remainder"


def remainder_plan(site: Site, plan: Plan, sortie: int, reached: Mapping[str, int], *, created_utc: str) -> Plan | None:
    """The unflown rest of a sortie for the drones in ``reached``, which says by name the last item that each reached;
    None where only ways home are left. Its figures and findings are not worked out.

    Raises:
        InputError: a mission cannot be cut, or there is no way to its rest.
    """
    frame = LocalFrame(site.home)
    drones = []
    for planned in plan.drones:
        flight, drone = planned.sortie(sortie), site.drone(planned.name)
        if planned.name not in reached or flight is None or drone is None:
            continue
        mission = remainder_of(site, frame, replace(drone, home=planned.home), flight.mission, reached[planned.name])
        if mission is not None:
            drones.append(replace(planned, sorties=(_sortie(flight, mission),)))
    if not drones:
        return None
    return Plan(
        name=plan.name.removesuffix(SUFFIX) + SUFFIX,
        created_utc=created_utc,
        drones=tuple(drones),
        sources=plan.sources,
        makespan_s=0.0,
        coverage_pct=None,
        swath_m=None,
        min_separation_m=None,
        overrides=plan.overrides,
    )


def handed_to(site: Site, plan: Plan, name: str, drone: Drone) -> Plan:
    """The flight of ``name`` in a remainder, flown by another drone from its own home: in the layer that it was planned
    for, and with that as the height of its return.

    Raises:
        InputError: there is no way, or the drone has no fence.
    """
    planned = plan.drone(name)
    if planned is None or not planned.sorties:
        raise InputError(f"the remainder has nothing of {name}")
    (flight,) = planned.sorties
    mission = remainder_of(site, LocalFrame(site.home), drone, flight.mission, 0)
    assert mission is not None, "a remainder has work left"
    taken = DronePlan(
        name=drone.name,
        system_id=drone.system_id,
        home=drone.home,
        home_amsl_m=planned.home_amsl_m,
        sorties=(_sortie(flight, mission),),
        fence=fence_mission(site, drone),
        rally=Mission((), MissionType.RALLY),
        rtl_altitude_m=planned.rtl_altitude_m,
    )
    return replace(plan, drones=(taken,))


def _sortie(flight: Sortie, mission: Mission) -> Sortie:
    return replace(flight, number=1, mission=mission, start_s=0.0)
