"""Who takes part in a patrol: altitude, free space, speeds and camera of each drone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.site import Site
from dronectl.planning.deconfliction import separation
from dronectl.planning.mission.compile import Trigger, cut_to_centimetres, trigger_for
from dronectl.planning.paths.routing import Router
from dronectl.planning.paths.space import flyable
from dronectl.planning.performance.energy import Speeds

PLANNED_SHARE = 0.9
"""Sorties are planned to this share of what a battery may give, as its use is only estimated."""


@dataclass(frozen=True, slots=True, eq=False)
class CrewMember:
    """One drone as it takes part in one patrol."""

    drone: Drone
    home_xy: FloatArray
    altitude_m: float
    router: Router
    speeds: Speeds
    trigger: Trigger | None
    footprint_m: float
    """Across the track."""


def participants(site: Site, patrol: Patrol, drones: Sequence[str] | None) -> list[Drone]:
    for name in (*patrol.drones, *(drones or ())):
        if site.drone(name) is None:
            raise InputError(
                f"{patrol.source}: no drone '{name}' in dronectl.toml",
                hint=f"the fleet is: {', '.join(drone.name for drone in site.drones)}",
            )
    chosen = [
        drone
        for drone in site.drones
        if (not patrol.drones or drone.name in patrol.drones) and (drones is None or drone.name in drones)
    ]
    if not chosen:
        raise InputError(f"{patrol.source}: none of its drones takes part", hint="name one of them with --drone")
    return chosen


def crew_of(site: Site, frame: LocalFrame, patrol: Patrol, drones: Sequence[Drone]) -> list[CrewMember]:
    names = [drone.name for drone in drones]
    base_m = cut_to_centimetres(_base_altitude_m(patrol, drones))
    altitudes = separation.layers(names, base_m, patrol.layer_step_m, site.rules.ceiling_m, patrol.source)
    routers: dict[bytes, Router] = {}
    crew = []
    for drone, layer_m in zip(drones, altitudes, strict=True):
        altitude_m = cut_to_centimetres(layer_m)
        region = flyable(site, frame, drone, altitude_m, drones)
        key = shapely.to_wkb(region)
        router = routers[key] if key in routers else routers.setdefault(key, Router(region))
        transit_m_s = patrol.speed_m_s or drone.cruise_speed_m_s
        trigger = None
        if patrol.camera is CameraAction.PHOTOS:
            trigger = trigger_for(drone.camera, altitude_m, patrol.frontlap_pct)
        crew.append(
            CrewMember(
                drone=drone,
                home_xy=np.array(frame.point_to_xy(drone.home)),
                altitude_m=altitude_m,
                router=router,
                speeds=Speeds(min(transit_m_s, trigger.fastest_m_s) if trigger else transit_m_s, transit_m_s),
                trigger=trigger,
                footprint_m=drone.camera.footprint_m(altitude_m)[0],
            )
        )
    return crew


def _base_altitude_m(patrol: Patrol, drones: Sequence[Drone]) -> float:
    """The lowest layer. A ground sampling distance is a promise: the layers are as high as every camera keeps it."""
    if patrol.relative_altitude_m is not None:
        return patrol.relative_altitude_m
    if patrol.gsd_cm is None:
        raise InputError(f"{patrol.source}: neither an altitude nor a ground sampling distance is given")
    heights = [drone.camera.height_for_gsd_m(patrol.gsd_cm / 100.0) for drone in drones]
    base_m = min(height - patrol.layer_step_m * layer for layer, height in enumerate(heights))
    if base_m < min(separation.LOWEST_LAYER_M, *heights):
        raise InputError(
            f"{patrol.source}: a GSD of {patrol.gsd_cm:g} cm needs flights at most {min(heights):.1f} m high, too low "
            f"for {len(drones)} layers {patrol.layer_step_m:g} m apart",
            hint="allow a larger gsd_cm, fewer drones or a smaller layer_step_m",
        )
    return base_m
