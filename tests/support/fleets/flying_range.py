"""Where scripted flights are flown: three drones behind radios that can fall silent, built in or ArduPilot SITL.

Commands run in this process as people type them. Built in, all of it is in virtual time, but for scripts that kill
programs; SITL lives in the wall's time, faster than real.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from cutting_proxy import CuttingProxy
from running_fleet import NAMES, copy_workspace, fly_at_any_hour, relink
from second_port import SecondPort
from timed_terminal import Said, Terminal
from virtual_commands import beside_commands, in_between, in_virtual_time

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.formats.recordings.tlog import files
from dronectl.model.plan.plan import Plan
from dronectl.ops.demo.simulated_fleet import SimulatedFleet
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import load_settings
from dronectl.site.workspace import load_site

T = TypeVar("T")

PATROL = """\
name = "exercise: once around the city hall, at three heights"
pattern = "perimeter"
zones = ["city_hall"]
[altitude]
relative_m = 25.0
layer_step_m = 12.0
[camera]
action = "none"
[perimeter]
inset_m = 20.0
"""
_FIRST_PORT, _FIRST_RADIO = 2_000, 2_500
_GCS_TIMEOUT_S = 5.0
_PACK_MAH = 11_700
"""The 130 Wh of dronectl.toml: SITL's own pack is a small one."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Who flies. ``speedup``: own seconds of a vehicle in one of ours; in virtual time they are the same."""

    kind: str
    firmware: str | None = None
    speedup: float = 10.0
    first_port: int = 6_060

    @property
    def is_sitl(self) -> bool:
        return self.kind == "sitl"

    def __str__(self) -> str:
        return f"{self.kind}-{self.firmware}" if self.firmware else self.kind


@dataclass
class Range:
    """Three drones on the ground, the plan that they are to fly, and hands that reach past dronectl."""

    root: Path
    backend: Backend
    is_virtual: bool
    plan: Plan
    radios: dict[str, CuttingProxy]
    hands: dict[str, SecondPort]
    speedup: float
    said: list[Said] = field(default_factory=list)
    disk_is_full: bool = False

    @property
    def plan_folder(self) -> Path:
        return self.root / "plans" / "exercise"

    @property
    def flight_folder(self) -> Path:
        return self.root / "flights" / "scripted"

    def dronectl(self, *words: str) -> tuple[int, str]:
        """A command of this process: its exit code and what it wrote on stdout."""
        out, err = Terminal(), Terminal()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([*words, "--workspace", str(self.root)])
        self.said += err.lines
        out.seek(0)
        return code, out.read()

    def fly(self, beside: Callable[[], Coroutine[Any, Any, None]]) -> tuple[int, dict[str, Any]]:
        """``fly --json`` with something that goes on beside it: its exit code and its document."""
        failed: list[BaseException] = []

        async def noted() -> None:
            try:
                await beside()
            except Exception as error:  # noqa: BLE001 - told when the flight is over
                failed.append(error)

        with beside_commands(noted):
            words = ("fly", str(self.plan_folder), "--yes", "--wait", "200", "-o", str(self.flight_folder), "--json")
            code, out = self.dronectl(*words)
        if failed:
            raise failed[0]
        return code, json.loads(out.splitlines()[-1] if out.count("\n{") else out)

    async def order(self, *words: str) -> int:
        """A command of another hand, in the middle of a flight."""
        if self.is_virtual:
            return await in_between(lambda: self.dronectl(*words)[0])
        return (await self.program(*words)).returncode or 0

    async def program(self, *words: str) -> asyncio.subprocess.Process:
        """The same as a program of its own, at its end."""
        process = await self.started(*words)
        await process.wait()
        return process

    async def started(self, *words: str, **streams: Any) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dronectl", *words, "--workspace", str(self.root)), **streams
        )

    @asynccontextmanager
    async def in_hand(self) -> AsyncIterator[dict[str, SecondPort]]:
        async with AsyncExitStack() as stack:
            for hand in self.hands.values():
                await stack.enter_async_context(hand)
            yield self.hands


def _workspace(folder: Path) -> Path:
    root = copy_workspace(folder)
    fly_at_any_hour(root)
    return root


@functools.cache
def _plan_files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        root = _workspace(Path(folder))
        (root / "missions" / "exercise.toml").write_text(PATROL, encoding="utf-8")
        out = root / "plans" / "exercise"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert run(["plan", "build", "exercise", "-o", str(out), "--workspace", str(root), "--budget", "50ms"]) == 0
        return {path.name: path.read_bytes() for path in out.iterdir()}


@contextmanager
def flying_range(folder: Path, backend: Backend, *, programs: bool = False) -> Iterator[Range]:
    """``programs``: the script starts programs, which have no virtual time."""
    root = _workspace(folder)
    plan_folder = root / "plans" / "exercise"
    plan_folder.mkdir(parents=True)
    for name, data in _plan_files().items():
        (plan_folder / name).write_bytes(data)
    is_virtual = not backend.is_sitl and not programs
    speedup = 1.0 if is_virtual else backend.speedup
    _set_failsafes(root, speedup)
    first = backend.first_port if backend.is_sitl or programs else _FIRST_PORT
    ports = {name: first + 10 * number for number, name in enumerate(NAMES)}
    radios = {
        name: CuttingProxy(port, port - _FIRST_PORT + _FIRST_RADIO if is_virtual else port + 5)
        for name, port in ports.items()
    }
    relink(root, {name: f"tcp://127.0.0.1:{radio.port}" for name, radio in radios.items()})
    hands = {
        name: SecondPort(name, number, ports[name] + 2, asks_for_streams=backend.is_sitl)
        for number, name in enumerate(NAMES, start=1)
    }
    field_ = Range(root, backend, is_virtual, read_plan(plan_folder), radios, hands, speedup)
    with contextlib.ExitStack() as stack:
        services: list[Any] = list(radios.values())
        if backend.is_sitl:
            stack.enter_context(_sitl(root, backend, ports))
            # What waits by our clock and is long for a vehicle that lives faster.
            stack.enter_context(patch("dronectl.ops.flight.follow.SILENCE_S", 180.0 / backend.speedup))
            stack.enter_context(patch("dronectl.ops.flight.mission_watch.LOOKS_EVERY_S", 60.0 / backend.speedup))
            stack.enter_context(patch("dronectl.ops.flight.mission_watch.ITEM_EVERY_S", 2.0 / backend.speedup))
        else:
            services.insert(0, _builtin(root, backend, ports, speedup))
        together = _Together(services)
        stack.enter_context(in_virtual_time(together) if is_virtual else _in_real_time(together))  # type: ignore[arg-type]
        stack.enter_context(_small_disk(field_))
        yield field_


def _set_failsafes(root: Path, speedup: float) -> None:
    """On as on real aircraft; who lives faster than our heartbeats come waits longer for one."""
    path = root / "sim" / "copter.parm"
    text = re.sub(r"FS_GCS_ENABLE +0", "FS_GCS_ENABLE 1", path.read_text(encoding="utf-8"))
    own = {
        "FS_GCS_TIMEOUT": min(120.0, _GCS_TIMEOUT_S * speedup),
        "DISARM_DELAY": min(127.0, 10.0 * speedup),
        "BATT_CAPACITY": _PACK_MAH,
    }
    lines = [text, *(f"{name} {value:g}" for name, value in own.items()), ""]
    path.write_text("\n".join(lines), encoding="utf-8")


class _Together:
    """Several asynchronous contexts as one, entered anew for each command."""

    def __init__(self, services: Sequence[Any]) -> None:
        self._services = services

    async def __aenter__(self) -> None:
        self._stack = AsyncExitStack()
        for service in self._services:
            await self._stack.enter_async_context(service)

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()


def _builtin(root: Path, backend: Backend, ports: dict[str, int], speedup: float) -> SimFleet:
    site = load_site(root)
    settings = load_settings(root, site.drones)
    firmware = FIRMWARES[backend.firmware] if backend.firmware else None
    vehicles = [
        replace(one, port=ports[one.name], serial1_port=ports[one.name] + 2, firmware=firmware)
        for one in settings.vehicles
    ]
    return SimFleet(vehicles, speedup=speedup, seed=1, wind=settings.wind)


@contextmanager
def _sitl(root: Path, backend: Backend, ports: dict[str, int]) -> Iterator[None]:
    firmwares = (backend.firmware,) if backend.firmware else ()
    site = load_site(root)
    drones = [replace(drone, link=f"tcp://127.0.0.1:{ports[drone.name]}") for drone in site.drones]
    with SimulatedFleet("ardupilot", backend.speedup, firmwares=firmwares).running(replace(site, drones=tuple(drones))):
        yield


@contextmanager
def _in_real_time(services: _Together) -> Iterator[None]:
    real = asyncio.run

    async def beside_the_services(main: Coroutine[Any, Any, T]) -> T:
        async with services:
            return await main

    with patch("asyncio.run", lambda main, **how: real(beside_the_services(main), **how)):
        yield


@contextmanager
def _small_disk(field_: Range) -> Iterator[None]:
    """Every recording lies on a disk that may become full."""

    class Disk(io.FileIO):
        def write(self, data: Any, /) -> int:
            if field_.disk_is_full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    original = files.TlogWriter.__init__

    def on_it(self: files.TlogWriter, path: Path, *, stream: io.RawIOBase | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        original(self, path, stream=stream or Disk(path, "xb"))

    with patch.object(files.TlogWriter, "__init__", on_it):
        yield
