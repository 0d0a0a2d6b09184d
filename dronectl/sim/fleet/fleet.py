"""The built-in fleet: several vehicles, each behind TCP ports of its own, in one asyncio program."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from dronectl.sim.fleet.server import VehicleServer
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.flight.aircraft import STEP_S
from dronectl.sim.vehicle.firmware import DEFAULT
from dronectl.sim.vehicle.settings import FleetSettings, LinkFaults, VehicleSettings, Wind

_TICK_S = 0.01
"""No oftener than this, nor than there is a step to take."""
_ROUNDING = 1e-6
"""Of a step: so much is missing at most where moments add up to one, but for the last digits of a float."""
_MOST_BEHIND_S = 0.25
"""On a machine that is too slow, simulated time slows down: no more wall time than this is made up for."""


class SimFleet:
    """``async with SimFleet(...)``: the ports answer inside the block. Simulated time runs ``speedup`` times as fast.

    Vehicle ``n`` draws its gusts and link faults from ``seed + n``; ``start_unix_s`` (default: now) is the
    simulated UTC at power-on.

    Raises:
        InputError: a port is taken.
    """

    def __init__(
        self,
        vehicles: Sequence[VehicleSettings],
        *,
        speedup: float = 1.0,
        seed: int = 1,
        faults: LinkFaults | None = None,
        wind: Wind | None = None,
        start_unix_s: float | None = None,
    ) -> None:
        boot_unix_s = time.time() if start_unix_s is None else start_unix_s
        self.speedup = speedup
        self.vehicles = {
            settings.name: Vehicle(settings, wind=wind, seed=seed + number, boot_unix_s=boot_unix_s)
            for number, settings in enumerate(vehicles)
        }
        self.servers = {
            name: VehicleServer(vehicle, faults or LinkFaults(), seed=seed + number)
            for number, (name, vehicle) in enumerate(self.vehicles.items())
        }
        self.serial1: dict[str, VehicleServer] = {}
        for number, (name, vehicle) in enumerate(self.vehicles.items()):
            if vehicle.settings.serial1_port is not None:
                first, second = (
                    self.servers[name],
                    VehicleServer(vehicle, faults or LinkFaults(), seed=-number, channel=1),
                )
                first.others, second.others = [second], [first]
                second.ports = first.ports
                self.serial1[name] = second
        self._ticker: asyncio.Task[None] | None = None
        self.on_step: Callable[[], None] = lambda: None
        """Called whenever all of them have lived for a moment."""

    @classmethod
    def from_settings(cls, settings: FleetSettings) -> SimFleet:
        """The fleet that ``load_settings`` read."""
        return cls(
            settings.vehicles,
            speedup=settings.speedup,
            seed=settings.seed,
            faults=settings.link,
            wind=settings.wind,
        )

    @property
    def ports(self) -> dict[str, int]:
        """TCP port by drone name."""
        return {name: server.port for name, server in self.servers.items()}

    @staticmethod
    def firmware_of(vehicle: VehicleSettings) -> str | None:
        """The release that a vehicle flies, ``4.7.0``."""
        return (vehicle.firmware or DEFAULT).text

    async def __aenter__(self) -> SimFleet:
        try:
            for server in (*self.servers.values(), *self.serial1.values()):
                await server.open()
        except BaseException:
            await self._close_servers()
            raise
        self._ticker = asyncio.create_task(self._tick(), name="simulated fleet")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        await self._close_servers()

    async def run_forever(self) -> None:
        """Wait until cancelled; a fault inside the simulation is raised here."""
        assert self._ticker is not None
        await asyncio.shield(self._ticker)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        owed_s = 0.0
        while True:
            speedup = self.speedup  # one that is set meanwhile counts from then on, not for what has passed
            await asyncio.sleep(min(max((STEP_S - owed_s) / speedup, _TICK_S), _MOST_BEHIND_S))
            now_s = loop.time()
            owed_s += min(now_s - last_s, _MOST_BEHIND_S) * speedup
            last_s = now_s
            steps = int(owed_s / STEP_S + _ROUNDING)
            owed_s -= steps * STEP_S
            if steps:
                for server in self.servers.values():
                    server.step(steps * STEP_S)
                self.on_step()

    async def _close_servers(self) -> None:
        for server in (*self.servers.values(), *self.serial1.values()):
            await server.close()
