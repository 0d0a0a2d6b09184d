"""The two vehicles of the suite, behind one face: the built-in copter and ArduPilot's own ArduCopter as SITL.

Either listens on TCP port 5760 + 10 x instance, speaks MAVLink 2 and stands at the same home.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOME_LAT_DEG = 16.0529000
HOME_LON_DEG = 103.6503000
HOME = (HOME_LAT_DEG, HOME_LON_DEG)
HOME_AMSL_M = 145.0
SITL_PARAMETERS = Path(__file__).parents[2] / "sim" / "copter.parm"
"""The workspace's parameter file: the same that ``dronectl sim start --backend ardupilot`` gives to SITL."""
HOW_TO_GET_SITL = (
    "no ArduCopter SITL here: build it (./waf configure --board sitl && ./waf copter, branch Copter-4.5) and set "
    "DRONECTL_ARDUCOPTER to the binary, or put it on the PATH as 'arducopter'"
)
BUILTIN = "builtin"
SITL = "sitl"
_FIRST_INSTANCE = 10
"""Away from 5760, where a developer may have a fleet running."""
_INSTANCES_PER_WORKER = 4
"""A test needs three at most; each worker of a parallel run has ports of its own."""
_SPEEDUP = {BUILTIN: 30.0, SITL: 15.0}


@dataclass(frozen=True, slots=True)
class VehicleAddress:
    """Where a started vehicle answers."""

    kind: str
    instance: int
    system_id: int
    speedup: float
    home: tuple[float, float]
    """Latitude and longitude in degrees."""

    @property
    def port(self) -> int:
        return tcp_port(self.instance)


def tcp_port(instance: int) -> int:
    """The port of SITL's SERIAL0 for ``-I instance``."""
    return 5760 + 10 * instance


def sitl_binary() -> str | None:
    """The binary that DRONECTL_ARDUCOPTER names, else ``arducopter`` on the PATH, else None."""
    return os.environ.get("DRONECTL_ARDUCOPTER") or shutil.which("arducopter")


@contextlib.contextmanager
def running(
    kind: str,
    folder: Path,
    *,
    homes: Sequence[tuple[float, float]] = (HOME,),
    parameters: Mapping[str, float] | None = None,
    with_gps: bool = True,
) -> Iterator[list[VehicleAddress]]:
    """Vehicles of one kind, one at each home, system ids from 1; they end when the block is left."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST_INSTANCE + worker * _INSTANCES_PER_WORKER
    addresses = [VehicleAddress(kind, first + k, k + 1, _SPEEDUP[kind], home) for k, home in enumerate(homes)]
    start = _running_sitl if kind == SITL else _running_builtin
    with start(addresses, folder, parameters or {}, with_gps):
        yield addresses


@contextlib.contextmanager
def _running_sitl(
    addresses: Sequence[VehicleAddress], folder: Path, parameters: Mapping[str, float], with_gps: bool
) -> Iterator[None]:
    binary = sitl_binary()
    assert binary is not None, HOW_TO_GET_SITL
    own = folder / "own.parm"
    values = {**parameters, "SIM_GPS_DISABLE": 0 if with_gps else 1}
    own.write_text("".join(f"{name} {value:g}\n" for name, value in values.items()), encoding="utf-8")
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for address in addresses:
            working_folder = folder / f"sitl-{address.instance}"
            working_folder.mkdir()
            with (working_folder / "console.txt").open("wb") as console:
                command = [
                    *(binary, "-S", "--model", "+", "--speedup", f"{address.speedup:g}"),
                    *("--home", f"{address.home[0]},{address.home[1]},{HOME_AMSL_M},0"),
                    *("--defaults", f"{SITL_PARAMETERS},{own}"),
                    *("-I", str(address.instance), "--sysid", str(address.system_id)),
                ]
                processes.append(
                    subprocess.Popen(
                        command,
                        cwd=working_folder,
                        stdin=subprocess.DEVNULL,
                        stdout=console,
                        stderr=subprocess.STDOUT,
                    )
                )
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def _running_builtin(
    addresses: Sequence[VehicleAddress], _folder: Path, parameters: Mapping[str, float], with_gps: bool
) -> Iterator[None]:
    """The fleet on an event loop of its own, in a thread, so that tests may block."""
    from dronectl.model.geo import GeoPoint
    from dronectl.sim.fleet import SimFleet
    from dronectl.sim.parameter_file import read_parameter_file
    from dronectl.sim.settings import LinkFaults, VehicleSettings, Wind

    settings = [
        VehicleSettings(
            name=f"vehicle {address.system_id}",
            system_id=address.system_id,
            home=GeoPoint(*address.home),
            home_amsl_m=HOME_AMSL_M,
            port=address.port,
            parameters={**read_parameter_file(SITL_PARAMETERS), **parameters},
            gps_lock_s=4.0 if with_gps else 1e9,
        )
        for address in addresses
    ]
    started, failed = threading.Event(), []
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        done = asyncio.Event()
        async with SimFleet(settings, speedup=addresses[0].speedup, seed=7, faults=LinkFaults(), wind=Wind()):
            stop.append((asyncio.get_running_loop(), done))
            started.set()
            await done.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except OSError as error:
            failed.append(error)
            started.set()

    thread = threading.Thread(target=run, name="built-in fleet", daemon=True)
    thread.start()
    assert started.wait(20), "the built-in fleet did not start"
    if failed:
        raise failed[0]
    try:
        yield
    finally:
        loop, done = stop[0]
        loop.call_soon_threadsafe(done.set)
        thread.join(timeout=10)
