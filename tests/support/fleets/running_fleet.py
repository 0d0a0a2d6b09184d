"""A copy of the Roi Et workspace and the built-in fleet behind it, in a thread of the test's process."""

from __future__ import annotations

import asyncio
import functools
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from repository import REPOSITORY

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import LinkFaults, VehicleFaults, VehicleSettings, load_settings
from dronectl.site.workspace import load_site

NAMES = ("alpha", "bravo", "charlie")
TOML_LINKS = {"alpha": "tcp://127.0.0.1:5760", "bravo": "tcp://127.0.0.1:5770", "charlie": "tcp://127.0.0.1:5780"}


def copy_workspace(folder: Path) -> Path:
    """The repository's workspace files, and nothing else, in ``folder``."""
    for name in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "dronectl.toml", folder / "dronectl.toml")
    return folder


def fly_at_any_hour(root: Path) -> None:
    """In this workspace: programs that a test starts ask the real clock."""
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[rules]\n", '[rules]\ndaylight = "off"\n', 1), encoding="utf-8")


@functools.cache
def _demo_files() -> dict[str, bytes]:
    """The files of the plan of missions/demo.toml, made once in each process: it takes seconds to search for."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        assert run(["plan", "build", "demo", "--workspace", str(REPOSITORY), "-o", str(out)]) == 0
        return {path.name: path.read_bytes() for path in out.iterdir()}


def demo_plan(root: Path) -> Path:
    """plans/demo in a copy of the workspace, as ``plan build demo`` makes it."""
    folder = root / "plans" / "demo"
    folder.mkdir(parents=True)
    for name, data in _demo_files().items():
        (folder / name).write_bytes(data)
    return folder


def relink(root: Path, links: Mapping[str, str]) -> None:
    """Writes other links into the workspace's dronectl.toml."""
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    for name, url in links.items():
        assert TOML_LINKS[name] in text
        text = text.replace(TOML_LINKS[name], url)
    path.write_text(text, encoding="utf-8")


def built_fleet(
    root: Path,
    *,
    speedup: float = 20.0,
    faults: Mapping[str, VehicleFaults] | None = None,
    link: LinkFaults | None = None,
    changes: Mapping[str, Mapping[str, object]] | None = None,
    release: str | None = None,
    first_port: int = 0,
) -> SimFleet:
    """The fleet of the workspace at ``root``, which would listen on ports of its own.

    ``faults`` by drone name; ``changes``: other values of ``VehicleSettings`` by drone name. ``release`` (``4.5``) of
    ArduCopter that all fly; None: as the workspace says, the newest. ``first_port``: of the first drone, the next ones
    have the next; 0: whichever are free.
    """
    site = load_site(root)
    settings = load_settings(root, site.drones)
    vehicles: list[VehicleSettings] = []
    for number, vehicle in enumerate(settings.vehicles):
        # Ten seconds of ours between arming and take-off, as in the field, not half a second at twenty times real time.
        patient = {**vehicle.parameters, "DISARM_DELAY": min(127.0, 10.0 * speedup)}
        port = first_port and first_port + number
        own: dict[str, object] = {"parameters": patient, "port": port, **(changes or {}).get(vehicle.name, {})}
        if release:
            own.setdefault("firmware", FIRMWARES[release])
        fault = (faults or {}).get(vehicle.name, vehicle.faults)
        vehicles.append(replace(vehicle, faults=fault, **own))  # type: ignore[arg-type]
    return SimFleet(vehicles, speedup=speedup, seed=1, faults=link or settings.link, wind=settings.wind)


@contextmanager
def fleet_behind(root: Path, **how: Any) -> Iterator[SimFleet]:
    """Runs the fleet of the workspace at ``root`` on free ports and points its dronectl.toml there; see
    :func:`built_fleet`."""
    fleet = built_fleet(root, **how)
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with fleet:
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="built-in fleet")
    thread.start()
    try:
        started.wait()
        relink(root, {name: f"tcp://127.0.0.1:{port}" for name, port in fleet.ports.items()})
        yield fleet
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
