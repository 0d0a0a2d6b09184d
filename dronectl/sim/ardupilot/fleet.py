"""ArduPilot's own simulator as the fleet: one process per drone, on the ports of the built-in one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from dronectl.sim.ardupilot.binary import find_binary
from dronectl.sim.ardupilot.process import SERIAL1_ABOVE, SitlProcess, free_instance, ports_of
from dronectl.sim.ardupilot.shared_port import SharedPort
from dronectl.sim.fleet.background import is_port_free
from dronectl.sim.fleet.server import port_in_use
from dronectl.sim.vehicle.settings import LinkFaults, VehicleSettings

_LOOK_EVERY_S = 0.5


class SitlFleet:
    """``async with SitlFleet(...)``: the processes run inside the block, each in ``folder/NAME`` (its logs stay), each
    behind the drone's own port, whichever that is, for any number of clients.

    ``binaries``: the program by drone name, of those that were named; ``say``: is told of a drone whose simulator ends,
    which the others survive.

    Raises:
        InputError: no binary, or a port that is taken. DronectlError: a process ended at once.
    """

    def __init__(
        self,
        vehicles: Sequence[VehicleSettings],
        *,
        speedup: float,
        folder: Path,
        binaries: Mapping[str, str] | None = None,
        faults: LinkFaults | None = None,
        seed: int = 0,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._vehicles = tuple(vehicles)
        self._speedup = speedup
        self._folder = folder
        self._named = binaries or {}
        self._faults = faults or LinkFaults()
        self._seed = seed
        self._say = say
        self._processes: dict[str, SitlProcess] = {}
        self._shared: dict[str, list[SharedPort]] = {}

    @property
    def ports(self) -> dict[str, int]:
        return {vehicle.name: vehicle.port for vehicle in self._vehicles}

    @staticmethod
    def firmware_of(vehicle: VehicleSettings) -> str | None:
        """The release that a vehicle was asked to fly; None: whichever the program is."""
        return vehicle.firmware.series if vehicle.firmware else None

    async def __aenter__(self) -> SitlFleet:
        binaries = {one.name: find_binary(one.firmware, self._named.get(one.name)) for one in self._vehicles}
        for vehicle in self._vehicles:
            for port, _ in _ports_of(vehicle):
                if not is_port_free(vehicle.host, port):
                    raise port_in_use(vehicle.name, vehicle.host, port)
        taken = frozenset(port for vehicle in self._vehicles for port, _ in _ports_of(vehicle))
        try:
            for vehicle in self._vehicles:
                instance = free_instance(vehicle.port, taken)
                taken |= {*ports_of(instance)}
                folder = self._folder / vehicle.name
                process = SitlProcess(vehicle, binaries[vehicle.name], instance, folder, speedup=self._speedup)
                self._processes[vehicle.name] = process
                process.start()
            for number, process in enumerate(self._processes.values()):
                await process.wait_until_it_listens()
                await self._share(process, self._seed + number)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _share(self, process: SitlProcess, seed: int) -> None:
        vehicle = process.vehicle
        opened = self._shared[vehicle.name] = []
        for port, above in (*_ports_of(vehicle), *self._where_simulators_have_it(vehicle)):
            shared = SharedPort(vehicle.name, vehicle.host, port, process.port + above, self._faults, seed=seed)
            await shared.open()
            opened.append(shared)

    def _where_simulators_have_it(self, vehicle: VehicleSettings) -> list[tuple[int, int]]:
        """The second serial port where SITL itself would listen for it, unless the workspace names another one, or
        somebody has that."""
        port = vehicle.port + SERIAL1_ABOVE
        named = {port for one in self._vehicles for port, _ in _ports_of(one)}
        is_there = vehicle.serial1_port is None and port not in named and is_port_free(vehicle.host, port)
        return [(port, SERIAL1_ABOVE)] if is_there else []

    async def run_forever(self) -> None:
        """Wait until cancelled. A drone whose simulator ends is gone, as one that crashed: its clients are cut off.

        Raises:
            DronectlError: the last of them ended.
        """
        while True:
            for name, shared in list(self._shared.items()):
                process = self._processes[name]
                if process.exit_code is not None:
                    del self._shared[name]
                    for one in shared:
                        await one.close()
                    if not self._shared:
                        raise process.ended()
                    self._say(f"{process.ended().message}; the others fly on")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _end(self) -> None:
        for shared in self._shared.values():
            for one in shared:
                await one.close()
        await asyncio.gather(*(process.end() for process in self._processes.values()))


def _ports_of(vehicle: VehicleSettings) -> list[tuple[int, int]]:
    """The drone's ports, each with how far the simulator's own is above its first."""
    second = [] if vehicle.serial1_port is None else [(vehicle.serial1_port, SERIAL1_ABOVE)]
    return [(vehicle.port, 0), *second]
