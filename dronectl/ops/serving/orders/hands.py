"""What giving an order needs: the open fleet, the workspace, the book, the logs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.model.fleet import Drone
from dronectl.model.site import Site
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.common.events import Listener
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.serving.access.sessions import Clock


@dataclass
class Hands:
    """``load``: reads and checks the whole workspace, which takes a while; it is called apart from the loop.

    ``seen``: the site as names and pictures want it, which measures no shape.
    """

    fleet: FleetLink
    drones: Sequence[Drone]
    load: Callable[[], Site]
    seen: Site
    book: IncidentBook
    trail: AuditTrail
    listener: Listener
    clock: Clock
    on_incident: Callable[[], None] = lambda: None
    _airspace: asyncio.Task[Airspace] | None = field(default=None, repr=False)

    @property
    def root(self) -> Path:
        return self.seen.root

    @property
    def vehicles(self) -> Mapping[str, VehicleLink]:
        return self.fleet.vehicles

    @property
    def uids(self) -> dict[str, str | None]:
        return {drone.name: drone.uid for drone in self.drones}

    def named(self, names: Sequence[str]) -> list[VehicleLink]:
        return [self.vehicles[name] for name in names]

    async def airspace_now(self) -> Airspace:
        """Of the workspace as it is now: what was closed or allowed a moment ago counts.

        Raises:
            InputErrors: it is not valid.
        """
        return await asyncio.to_thread(self.load_airspace)

    async def airspace_known(self) -> Airspace:
        """Read once, for what is foretold of orders that nothing holds up."""
        if self._airspace is None or (self._airspace.done() and self._airspace.exception() is not None):
            self._airspace = asyncio.create_task(self.airspace_now())
        return await asyncio.shield(self._airspace)

    def load_airspace(self) -> Airspace:
        """Apart from the loop."""
        airspace = Airspace.of(self.load())
        airspace.ground.relief  # noqa: B018 - nobody is to wait for it later
        return airspace

    async def written_down(self) -> None:
        """Returns when what was told to the audit log is on the disk, or cannot be brought there in time. The loop, on
        which other orders are given, does not wait for the disk."""
        await asyncio.to_thread(self.trail.flush)
