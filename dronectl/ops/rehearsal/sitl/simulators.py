"""Which programs fly a rehearsal, so many of them side by side, each in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.recordings.worker_pool import default_processes
from dronectl.ops.rehearsal.sitl.flight import Seat
from dronectl.ops.rehearsal.stamp import simulated_fleet
from dronectl.sim.ardupilot.binary import binaries_of, find_binary
from dronectl.sim.ardupilot.process import FIRST_PORT, PORT_STEP, command_of, end_orphan, free_instance, ports_of

FULL_PACE = 100.0
"""More than a computer keeps up with: the simulator then goes as fast as it can."""
_FOLDER = "dronectl-rehearsal-"
_INSTANCES = 200


@dataclass(frozen=True)
class Programs:
    """What is flown with, by drone, and how many fly at a time."""

    by_drone: Mapping[str, Path]
    at_once: int


def programs_of(plan: Plan, site: Site, named: Sequence[str], at_once: int | None) -> Programs:
    """For the drones of the plan; ``named``: of ``--binary``.

    Raises:
        InputError: there is none for a drone.
    """
    vehicles = [one for one in simulated_fleet(site).vehicles if plan.drone(one.name) is not None]
    by_name = binaries_of(named, [one.name for one in vehicles])
    programs = {one.name: find_binary(one.firmware, by_name.get(one.name)) for one in vehicles}
    return Programs(programs, at_once or default_processes())


class Seats:
    """Places for so many simulators; :meth:`seat` waits for one."""

    def __init__(self, programs: Programs, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._free: asyncio.Queue[int] = asyncio.Queue()
        self._taken: dict[int, frozenset[int]] = {}
        for number in range(programs.at_once):
            self._free.put_nowait(number)

    @asynccontextmanager
    async def seat(self, drone: str) -> AsyncIterator[Seat]:
        """
        Raises:
            DronectlError: no ports are free.
        """
        number = await self._free.get()
        try:
            spoken_for = frozenset[int]().union(*self._taken.values())
            # Two rehearsals at a time look for ports from different places on.
            wanted = FIRST_PORT + PORT_STEP * ((os.getpid() * self._programs.at_once + number) % _INSTANCES)
            instance = free_instance(wanted, spoken_for)
            self._taken[number] = frozenset(ports_of(instance))
            folder = self._folder / f"{number}"
            yield Seat(self._programs.by_drone[drone], instance, folder, FULL_PACE)
        finally:
            self._taken.pop(number, None)
            self._free.put_nowait(number)


@asynccontextmanager
async def seats(programs: Programs) -> AsyncIterator[Seats]:
    """In a temporary folder that goes with them; what rehearsals left that were killed is ended and taken away."""
    await asyncio.to_thread(_clear_up)
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        yield Seats(programs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_up() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        owner = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if owner.isdigit() and not command_of(int(owner)):
            for one in folder.iterdir():
                end_orphan(one)
            shutil.rmtree(folder, ignore_errors=True)
