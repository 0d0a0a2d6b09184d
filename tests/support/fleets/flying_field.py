"""The built-in fleet for use cases without a command line: run it by ``run_virtually``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from cutting_proxy import CuttingProxy
from proofs import proved

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
    proxies: dict[str, CuttingProxy]

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
    """The simulated fleet of ``site``, each behind a way that can be cut, and the open links to it.

    ``changes``: other values of ``VehicleSettings`` by drone name. ``rules``: that the plan is proved with.
    """
    settings = load_settings(site.root, site.drones)
    own = changes or {}
    vehicles = [replace(v, port=0, **own.get(v.name, {})) for v in settings.vehicles]  # type: ignore[arg-type]
    async with SimFleet(vehicles, speedup=speedup, seed=1) as sim, AsyncExitStack() as ways:
        proxies = {name: await ways.enter_async_context(CuttingProxy(port)) for name, port in sim.ports.items()}
        drones = [replace(drone, link=f"tcp://127.0.0.1:{proxies[drone.name].port}") for drone in site.drones]
        async with open_fleet(drones) as fleet:
            for vehicle in fleet.vehicles.values():
                await vehicle.wait_alive(5.0)
            yield Field(plan, proved(plan, site, rules), sim, fleet, proxies)
