"""The built-in fleet for use cases without a command line: run it by ``run_virtually``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from proofs import proved
from virtual_commands import Cable, links_lead_to

from dronectl.checks import ProvedPlan
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.plan.plan import Plan
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.settings import load_settings


@dataclass
class Field:
    """A fleet on the ground, the links to it and the plan to fly."""

    plan: Plan
    proved: ProvedPlan
    sim: SimFleet
    fleet: FleetLink
    proxies: dict[str, Cable]

    @property
    def vehicles(self) -> list[VehicleLink]:
        return list(self.fleet.vehicles.values())

    def armed(self) -> list[str]:
        return [name for name, vehicle in self.sim.vehicles.items() if vehicle.copter.is_armed]


@asynccontextmanager
async def field_of(
    site: Site,
    plan: Plan,
    *,
    speedup: float = 25.0,
    changes: Mapping[str, Mapping[str, object]] | None = None,
    rules: Rules | None = None,
) -> AsyncIterator[Field]:
    """The simulated fleet of ``site``, each at a cable that can be cut, and the open links to it.

    ``changes``: other values of ``VehicleSettings`` by drone name. ``rules``: that the plan is proved with.
    """
    settings = load_settings(site.root, site.drones)
    own = changes or {}
    vehicles = [replace(v, port=0, **own.get(v.name, {})) for v in settings.vehicles]  # type: ignore[arg-type]
    sim = SimFleet(vehicles, speedup=speedup, seed=1)
    proxies = {name: Cable(server) for name, server in sim.servers.items()}
    urls = {name: f"tcp://127.0.0.1:{1_000 + number}" for number, name in enumerate(proxies)}
    life = asyncio.create_task(sim._tick(), name="simulated fleet")
    with links_lead_to({urls[name]: cable for name, cable in proxies.items()}):
        try:
            async with open_fleet([replace(drone, link=urls[drone.name]) for drone in site.drones]) as fleet:
                for vehicle in fleet.vehicles.values():
                    await vehicle.wait_alive(5.0)
                yield Field(plan, proved(plan, site, rules), sim, fleet, proxies)
        finally:
            life.cancel()
