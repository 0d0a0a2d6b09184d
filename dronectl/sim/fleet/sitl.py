"""ArduPilot's own simulator as the fleet: one process per drone, on the ports of the built-in one."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from dronectl.errors import DronectlError, InputError
from dronectl.sim.fleet.background import is_port_free
from dronectl.sim.fleet.server import port_in_use
from dronectl.sim.vehicle.firmware import Firmware, for_any_release
from dronectl.sim.vehicle.settings import VehicleSettings
from dronectl.storage.files import real_path, write_atomic

BINARY_VARIABLE = "DRONECTL_ARDUCOPTER"
_FIRST_PORT = 5760
_PORT_STEP = 10
_READY_S = 20.0


def binary_variable(firmware: Firmware | None) -> str:
    """The environment variable that names the program: DRONECTL_ARDUCOPTER, of one release DRONECTL_ARDUCOPTER_4_7."""
    return f"{BINARY_VARIABLE}_{firmware.series.replace('.', '_')}" if firmware else BINARY_VARIABLE


def find_binary(firmware: Firmware | None = None) -> Path:
    """The ``arducopter`` program: named by DRONECTL_ARDUCOPTER, else on the path; of one release, named for it.

    Raises:
        InputError: there is none.
    """
    variable = binary_variable(firmware)
    named = os.environ.get(variable)
    found = shutil.which(named or "arducopter") if named or firmware is None else None
    if found:
        return real_path(Path(found))
    if named:
        where = f"{variable} names '{named}', which is no program"
    else:
        where = f"{variable} is not set" if firmware else "no 'arducopter' on the PATH"
    raise InputError(
        f"ArduPilot SITL {firmware.series + ' ' if firmware else ''}was not found: {where}",
        hint=f"build it ('./waf configure --board sitl && ./waf copter') and set {variable} to the binary",
    )


class SitlFleet:
    """``async with SitlFleet(...)``: the processes run inside the block, each in ``folder/NAME`` (its logs stay).

    Raises:
        InputError: no binary, a port that SITL cannot listen on, or one that is taken.
        DronectlError: a process ended at once.
    """

    def __init__(self, vehicles: Sequence[VehicleSettings], *, speedup: float, folder: Path) -> None:
        self._vehicles = tuple(vehicles)
        self._speedup = speedup
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def ports(self) -> dict[str, int]:
        return {vehicle.name: vehicle.port for vehicle in self._vehicles}

    @staticmethod
    def firmware_of(vehicle: VehicleSettings) -> str | None:
        """The release that a vehicle was asked to fly; None: whichever the program is."""
        return vehicle.firmware.series if vehicle.firmware else None

    async def __aenter__(self) -> SitlFleet:
        binaries = {vehicle.name: find_binary(vehicle.firmware) for vehicle in self._vehicles}
        for vehicle in self._vehicles:
            if not is_port_free("127.0.0.1", vehicle.port):
                raise port_in_use(vehicle.name, "127.0.0.1", vehicle.port)
        try:
            for vehicle in self._vehicles:
                self._processes[vehicle.name] = self._start(binaries[vehicle.name], vehicle)
            for vehicle in self._vehicles:
                await self._wait_for(vehicle)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def run_forever(self) -> None:
        """Wait until cancelled.

        Raises:
            DronectlError: one of the processes ended.
        """
        while True:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise self._ended(name, process.returncode)
            await asyncio.sleep(0.5)

    def command(self, binary: Path, vehicle: VehicleSettings, defaults: Path) -> list[str]:
        """The command line for one vehicle.

        Raises:
            InputError: its port is none of 5760, 5770, 5780, …
        """
        instance, odd = divmod(vehicle.port - _FIRST_PORT, _PORT_STEP)
        if instance < 0 or odd:
            raise InputError(
                f"drone '{vehicle.name}': ArduPilot SITL cannot listen on port {vehicle.port}",
                hint="it uses 5760, 5770, 5780, …: change the drone's link",
            )
        home = vehicle.home
        place = f"{home.lat_deg:.7f},{home.lon_deg:.7f},{vehicle.home_amsl_m:.2f},{vehicle.heading_deg:.0f}"
        return [
            str(binary), "-S", "--model", "+", "--speedup", f"{self._speedup:g}", "--home", place,
            "--defaults", str(defaults), "-I", str(instance), "--sysid", str(vehicle.system_id),
        ]  # fmt: skip

    def _start(self, binary: Path, vehicle: VehicleSettings) -> subprocess.Popen[bytes]:
        folder = self._folder / vehicle.name
        defaults = folder / "defaults.parm"
        parameters = for_any_release(vehicle.parameters)
        lines = "".join(f"{name} {value:.9g}\n" for name, value in parameters.items())
        write_atomic(defaults, lines)
        # Yesterday's parameters and mission must not fly today.
        (folder / "eeprom.bin").unlink(missing_ok=True)
        with (folder / "console.log").open("wb") as output:
            return subprocess.Popen(
                self.command(binary, vehicle, Path("defaults.parm")),
                cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip

    async def _wait_for(self, vehicle: VehicleSettings) -> None:
        """Until the port is listened on. It is not connected to: the first client starts the simulation."""
        process = self._processes[vehicle.name]
        for _ in range(int(_READY_S / 0.1)):
            if process.poll() is not None:
                raise self._ended(vehicle.name, process.returncode)
            if not is_port_free("127.0.0.1", vehicle.port):
                return
            await asyncio.sleep(0.1)
        raise DronectlError(
            f"drone '{vehicle.name}': ArduPilot SITL does not listen on port {vehicle.port} after {_READY_S:.0f} s",
            hint=f"see {self._folder / vehicle.name / 'console.log'}",
        )

    def _ended(self, name: str, exit_code: int) -> DronectlError:
        return DronectlError(
            f"drone '{name}': ArduPilot SITL ended (exit code {exit_code})",
            hint=f"see {self._folder / name / 'console.log'}",
        )

    async def _end(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self._processes.values():
            try:
                await asyncio.to_thread(process.wait, 5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
