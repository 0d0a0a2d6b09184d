"""The stamp of a rehearsal: what exactly was rehearsed, so that nothing else passes for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from dronectl.formats.plans.plan_folder import plan_sha256
from dronectl.model.fleet import Drone
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.model.rules import RehearsalAsked
from dronectl.model.site import Site
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.sim.vehicle.settings import FleetSettings, load_settings
from dronectl.site.local_time import upload_day

BUILTIN, ARDUPILOT = "builtin", "ardupilot"
"""What flies."""
_ANY_LINK = "tcp://127.0.0.1:5760"


def simulated_fleet(site: Site) -> FleetSettings:
    """The site's drones as the built-in ones, whatever their links are.

    Raises:
        InputErrors: a file in the workspace's ``sim/`` is not valid.
    """
    drones = [replace(drone, link=_ANY_LINK, further_links=()) for drone in site.drones]
    return load_settings(site.root, drones, ground_elevation_m=site.ground_elevation_m)


def stamp_sha256(plan: Plan, site: Site, settings: RehearsalSettings, backend: str) -> str:
    """Over items, parameters, site, rules and backend: what of them a rehearsal depends on.

    Links, colours, papers and people are not among it, nor is the day, but where areas of the site are dated.
    """
    vehicles = simulated_fleet(site).vehicles
    parameters = {one.name: sorted(one.parameters.items()) for one in vehicles}
    told = {
        "items": plan_sha256(plan),
        "homes": [(drone.name, drone.home, drone.home_amsl_m) for drone in plan.drones],
        "starts": [(drone.name, one.number, one.start_s) for drone in plan.drones for one in drone.sorties],
        "put": [
            (drone.name, sorted((str(key), value) for key, value in failsafe_settings(drone, site.rules).items()))
            for drone in plan.drones
        ],
        "parameters": parameters,
        "firmware": [(one.name, one.firmware.text if one.firmware else None, one.cells) for one in vehicles],
        "settings": replace(settings, parameters=dict(sorted(settings.parameters.items())), runs=0, seed=0),
        "zones": site.zones,
        "terrain": sorted(item for item in site.sources.items() if not item[0].endswith((".toml", ".geojson"))),
        "rules": replace(site.rules, rehearsal=RehearsalAsked.WARNED),
        "drones": [_flies_as(drone) for drone in site.drones],
        "authorisations": site.authorisations,
        "overrides": plan.overrides,
        "day": upload_day(plan, site) if _is_dated(site) else None,
        "backend": backend,
    }
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def _flies_as(drone: Drone) -> Drone:
    return replace(drone, link="", further_links=(), uid=None, colour="")


def _is_dated(site: Site) -> bool:
    return any(not keep_out.validity.is_always for keep_out in site.zones.keep_outs)
