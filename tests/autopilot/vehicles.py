"""The vehicles of the suite, behind one face: the built-in copter, and ArduPilot's own as SITL, of each release.

All speak MAVLink 2 and stand at the same home. SITL listens on TCP port 5760 + 10 x instance, the built-in copter
wherever is room.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from repository import REPOSITORY

if TYPE_CHECKING:
    from dronectl.sim.vehicle.settings import VehicleSettings

HOME_LAT_DEG = 16.0529000
HOME_LON_DEG = 103.6503000
HOME_AMSL_M = 145.0
PARAMETER_FILE = REPOSITORY / "sim" / "copter.parm"
"""The workspace's parameter file: the same that ``dronectl sim start --backend ardupilot`` gives to SITL."""
HOW_TO_GET_SITL = (
    "no ArduCopter SITL here: build it (./waf configure --board sitl && ./waf copter, branch Copter-4.5 or later) and "
    "set DRONECTL_ARDUCOPTER to the binary, or put it on the PATH as 'arducopter'; further ones by release in "
    "DRONECTL_ARDUCOPTER_4_5, _4_6 and _4_7"
)
BUILTIN = "builtin"
SITL = "sitl"
_FIRST_INSTANCE = int(os.environ.get("DRONECTL_TEST_INSTANCE", "10"))
"""Away from 5760, where a developer may have a fleet running; set it where two runs go on at once."""
_INSTANCES_PER_WORKER = 4
"""A test needs three at most; each worker of a parallel run has ports of its own."""
START_S = 120.0
SPEEDUP = {BUILTIN: 30.0, SITL: 15.0}


@dataclass(frozen=True, slots=True)
class UnderTest:
    """One vehicle of the suite. ``firmware`` (``4.7``) None: whichever release DRONECTL_ARDUCOPTER is."""

    kind: str
    firmware: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}-{self.firmware}" if self.firmware else self.kind

    @property
    def options(self) -> list[str]:
        """Of ``dronectl sim start``."""
        backend = ["--backend", "ardupilot" if self.kind == SITL else "builtin"]
        return [*backend, *(["--firmware", self.firmware] if self.firmware else [])]


@dataclass(frozen=True, slots=True)
class VehicleAddress:
    """Where a started vehicle answers."""

    kind: str
    system_id: int
    speedup: float
    port: int
    serial1_port: int
    """The second serial port: signing is enforced there."""


def tcp_port(instance: int) -> int:
    """The port of SITL's SERIAL0 for ``-I instance``."""
    return 5760 + 10 * instance


def first_instance() -> int:
    """The lowest instance number that this worker of a parallel run may use."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return _FIRST_INSTANCE + worker * _INSTANCES_PER_WORKER


def sitl_binary(firmware: str | None = None) -> str | None:
    """The binary that DRONECTL_ARDUCOPTER names, else ``arducopter`` on the PATH, else None; of one release, that of
    DRONECTL_ARDUCOPTER_4_7 and so on."""
    if firmware:
        return os.environ.get(f"DRONECTL_ARDUCOPTER_{firmware.replace('.', '_')}")
    return os.environ.get("DRONECTL_ARDUCOPTER") or shutil.which("arducopter")


def builtin_settings(
    parameters: Mapping[str, float], firmware: str | None = None, system_id: int = 1
) -> VehicleSettings:
    """The built-in copter at HOME, on the ports of SITL's first instance."""
    from dronectl.model.geo import GeoPoint
    from dronectl.sim.vehicle.firmware import FIRMWARES
    from dronectl.sim.vehicle.parameter_file import read_parameter_file
    from dronectl.sim.vehicle.settings import VehicleSettings

    return VehicleSettings(
        name="vehicle",
        system_id=system_id,
        home=GeoPoint(HOME_LAT_DEG, HOME_LON_DEG),
        home_amsl_m=HOME_AMSL_M,
        port=tcp_port(0),
        serial1_port=tcp_port(0) + 2,
        firmware=FIRMWARES[firmware] if firmware else None,
        parameters={**read_parameter_file(PARAMETER_FILE), **parameters},
    )


@contextlib.contextmanager
def running(
    kind: str,
    folder: Path,
    *,
    firmware: str | None = None,
    parameters: Mapping[str, float] | None = None,
    system_id: int = 1,
    speedup: float | None = None,
    simulates: str | None = None,
) -> Iterator[VehicleAddress]:
    """One vehicle of this kind at HOME, until the block is left. ``folder`` is its own; so is each system id's port.

    ``parameters`` are named as in 4.5, whatever the release. ``simulates``: what SITL has on its sixth serial port.
    """
    rate = speedup or SPEEDUP[kind]
    own = parameters or {}
    if kind == SITL:
        running_one = _running_sitl(folder, own, firmware, system_id, rate, simulates)
    else:
        running_one = _running_builtin(folder, own, firmware, system_id, rate)
    with running_one as address:
        yield address


@contextlib.contextmanager
def _running_sitl(
    folder: Path,
    parameters: Mapping[str, float],
    firmware: str | None,
    system_id: int,
    speedup: float,
    simulates: str | None,
) -> Iterator[VehicleAddress]:
    from dronectl.sim.vehicle.firmware import for_any_release
    from dronectl.sim.vehicle.parameter_file import read_parameter_file

    binary = sitl_binary(firmware)
    assert binary is not None, HOW_TO_GET_SITL
    own, every = folder / "own.parm", for_any_release({**read_parameter_file(PARAMETER_FILE), **parameters})
    own.write_text("".join(f"{name} {value:.9g}\n" for name, value in every.items()), encoding="utf-8")
    instance = first_instance() + system_id - 1
    command = [
        *(binary, "-S", "--model", "+", "--speedup", f"{speedup:g}"),
        *("--home", f"{HOME_LAT_DEG},{HOME_LON_DEG},{HOME_AMSL_M},0"),
        *("--defaults", str(own)),
        *("-I", str(instance), "--sysid", str(system_id)),
        *((f"--serial5=sim:{simulates}",) if simulates else ()),
    ]
    with (folder / "console.txt").open("wb") as console:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
        )
    try:
        yield VehicleAddress(SITL, system_id, speedup, tcp_port(instance), tcp_port(instance) + 2)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _running_builtin(
    _folder: Path, parameters: Mapping[str, float], firmware: str | None, system_id: int, speedup: float
) -> Iterator[VehicleAddress]:
    """The copter on free ports, on an event loop of its own, in a thread, so that tests may block."""
    from dronectl.sim.fleet.fleet import SimFleet

    settings = replace(builtin_settings(parameters, firmware, system_id), port=0, serial1_port=0)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="built-in fleet", daemon=True)
    thread.start()
    fleet = SimFleet([settings], speedup=speedup, seed=7)
    try:
        asyncio.run_coroutine_threadsafe(fleet.__aenter__(), loop).result(START_S)
        try:
            ports = fleet.servers[settings.name].port, fleet.serial1[settings.name].port
            yield VehicleAddress(BUILTIN, system_id, speedup, *ports)
        finally:
            asyncio.run_coroutine_threadsafe(fleet.__aexit__(None, None, None), loop).result(START_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_S)
        loop.close()
