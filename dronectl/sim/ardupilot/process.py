"""One SITL process: started in a folder of its own, ended with us, and found again where we were killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import chain
from pathlib import Path

from dronectl.errors import DronectlError
from dronectl.model.text.plain_text import plain
from dronectl.sim.fleet.background import is_port_free
from dronectl.sim.vehicle.firmware import for_any_release
from dronectl.sim.vehicle.settings import VehicleSettings
from dronectl.storage.files import write_atomic

HOST = "127.0.0.1"
FIRST_PORT, PORT_STEP, SERIAL1_ABOVE = 5760, 10, 2
"""Instance N listens on 5760 + 10 N, and for its second and third serial port 2 and 3 above."""
FIRST_INSTANCE, LAST_INSTANCE = 20, 256
"""Away from those that a developer starts by hand; SITL keeps the number in eight bits."""
READY_S = 20.0
_END_S = 5.0
_MOST_SAID_BYTES = 4_000
_PID_FILE = "running.json"


def free_instance(port: int, taken: frozenset[int]) -> int:
    """An instance for the drone at ``port`` whose own ports nobody has: mostly the same for the same port, as what the
    simulator says of its board depends on it. ``taken``: ports that are spoken for.

    Raises:
        DronectlError: all are in use.
    """
    wanted = FIRST_INSTANCE + (port - FIRST_PORT) // PORT_STEP % (LAST_INSTANCE - FIRST_INSTANCE)
    for instance in chain(range(wanted, LAST_INSTANCE), range(FIRST_INSTANCE, wanted)):
        ports = ports_of(instance)
        if not taken.intersection(ports) and all(is_port_free(HOST, one) for one in ports):
            return instance
    raise DronectlError("no free ports for ArduPilot SITL", hint="end the simulators that run on this computer")


def ports_of(instance: int) -> tuple[int, ...]:
    """Those of its first three serial ports."""
    first = FIRST_PORT + PORT_STEP * instance
    return first, first + SERIAL1_ABOVE, first + 3


class SitlProcess:
    """``folder``: its logs stay there; parameters and mission of the last run do not."""

    def __init__(self, vehicle: VehicleSettings, binary: Path, instance: int, folder: Path, *, speedup: float) -> None:
        self.vehicle = vehicle
        self.port = FIRST_PORT + PORT_STEP * instance
        self._binary = binary
        self._instance = instance
        self._folder = folder
        self._speedup = speedup
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """
        Raises:
            DronectlError: it cannot be run.
        """
        end_orphan(self._folder)
        defaults = self._folder / "defaults.parm"
        parameters = for_any_release(self.vehicle.parameters)
        write_atomic(defaults, "".join(f"{name} {value:.9g}\n" for name, value in parameters.items()))
        (self._folder / "eeprom.bin").unlink(missing_ok=True)
        try:
            with (self._folder / "console.log").open("wb") as output:
                self._process = subprocess.Popen(
                    self.command(), cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
                )
        except OSError as error:
            raise DronectlError(
                f"{self._binary} cannot be run: {error.strerror or error}", hint="is it built for this computer?"
            ) from error
        told = {"pid": self._process.pid, "program": str(self._binary), "started_unix_s": time.time()}
        write_atomic(self._folder / _PID_FILE, json.dumps(told) + "\n")

    def command(self) -> list[str]:
        home = self.vehicle.home
        place = f"{home.lat_deg:.7f},{home.lon_deg:.7f},{self.vehicle.home_amsl_m:.2f},{self.vehicle.heading_deg:.0f}"
        return [
            str(self._binary), "-S", "--model", "+", "--speedup", f"{self._speedup:g}", "--home", place,
            "--defaults", "defaults.parm", "-I", str(self._instance), "--sysid", str(self.vehicle.system_id),
        ]  # fmt: skip

    async def wait_until_it_listens(self) -> None:
        """
        Raises:
            DronectlError: it ended, or does not listen in time.
        """
        for _ in range(int(READY_S / 0.1)):
            if self.exit_code is not None:
                raise self.ended()
            if not is_port_free(HOST, self.port):
                return
            await asyncio.sleep(0.1)
        raise DronectlError(
            f"drone '{self.vehicle.name}': ArduPilot SITL does not listen on port {self.port} after {READY_S:.0f} s",
            hint=self._last_words(),
        )

    def ended(self) -> DronectlError:
        how = "was not started" if self.exit_code is None else _how_it_ended(self.exit_code)
        return DronectlError(f"drone '{self.vehicle.name}': ArduPilot SITL {how}", hint=self._last_words())

    def _last_words(self) -> str:
        """Of its console, which may be gone with its folder before anybody reads the error."""
        path = self._folder / "console.log"
        try:
            lines = path.read_bytes()[-_MOST_SAID_BYTES:].decode("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        said = next((plain(line.strip(), 200) for line in reversed(lines) if line.strip()), "")
        return f"it said last: {said} (all of it, while it is kept: {path})" if said else "it said nothing: is it SITL?"

    async def end(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, _END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        (self._folder / _PID_FILE).unlink(missing_ok=True)


def end_orphan(folder: Path) -> bool:
    """Ends the process that a fleet left here when it was killed; True: there was one. Another program that has its
    number by now is left alone."""
    record = folder / _PID_FILE
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        pid, program = int(told["pid"]), str(told["program"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    is_ours = pid > 0 and Path(program).name in command_of(pid)
    if is_ours:
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)
        end_s = time.monotonic() + _END_S
        while Path(program).name in command_of(pid) and time.monotonic() < end_s:
            time.sleep(0.05)
    record.unlink(missing_ok=True)
    return is_ours


def command_of(pid: int) -> str:
    """The command line of a process; empty: there is none, or this system does not tell."""
    if sys.platform == "win32":
        asked = ["tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH"]
    else:
        asked = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=5.0).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if "<defunct>" in told else told


def _how_it_ended(exit_code: int) -> str:
    if exit_code < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-exit_code).name}"
    return f"ended (exit code {exit_code})"
