"""How soon an emergency order is on the wire: from the key to the first byte, and to the last of three drones.

    python tests/bench/orders.py [ORDERS]

Three drones of the built-in fleet behind one port, as behind one shared radio. A program that has its links open gives
``rtl`` to all of them again and again, as ``watch`` does at a key: first as the owner of the link, then as a joiner of
another program's. Last, the whole command ``dronectl rtl``, from the start of the program. Goals, in median: 50 ms to
the first byte, 20 ms more for a joiner, a second to all drones.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE

import support_path  # isort: skip  # noqa: F401

from running_fleet import NAMES, copy_workspace, fleet_behind
from shared_radio import Hub

from dronectl.link.codec import FrameParser
from dronectl.link.fleet_link import open_fleet
from dronectl.model.plan.mission import Command
from dronectl.ops.orders import orders
from dronectl.ops.orders.immediate_order import order_immediately
from dronectl.site.workspace import load_drones

FIRST_MS, JOINER_MS, ALL_MS = 50.0, 20.0, 1000.0
_BETWEEN_S = 0.37


class TimedHub(Hub):
    """Notes when the order to each drone arrives."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(ports)
        self.orders: list[tuple[float, int]] = []

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parser, read = FrameParser(), reader.read

        async def timed_read(size: int) -> bytes:
            data = await read(size)
            now_s = time.monotonic()
            for one in parser.feed(data):
                message = one.message()
                if message is not None and message.get("command") == Command.DO_SET_MODE:
                    self.orders.append((now_s, int(message["target_system"])))
            if not data:
                raise ConnectionResetError  # ends what comes down too, for the next client
            return data

        reader.read = timed_read  # type: ignore[method-assign,assignment]
        await super()._carry(reader, writer)

    def after(self, begun_s: float) -> tuple[float, float]:
        """Milliseconds to the first and to the last drone."""
        first: dict[int, float] = {}
        for at_s, drone in self.orders:
            if at_s >= begun_s:
                first.setdefault(drone, (at_s - begun_s) * 1000.0)
        assert len(first) == len(NAMES), f"only {sorted(first)} were ordered"
        return min(first.values()), max(first.values())


async def give(root: Path, count: int) -> None:
    """Prints the moment of each order, on the clock that all processes of a computer share."""
    async with open_fleet(load_drones(root)) as fleet:
        vehicles = list(fleet.vehicles.values())
        await asyncio.gather(*(vehicle.wait_alive(20.0) for vehicle in vehicles))
        for _ in range(count):
            await asyncio.sleep(_BETWEEN_S)
            print(time.monotonic(), flush=True)
            await order_immediately(vehicles, orders.rtl, None, _nothing)


async def _nothing() -> object:  # type: ignore[misc]
    raise AssertionError("nothing is to be loaded")


async def own(root: Path) -> None:
    async with open_fleet(load_drones(root)) as fleet:
        await asyncio.gather(*(vehicle.wait_alive(20.0) for vehicle in fleet.vehicles.values()))
        print("up", flush=True)
        await asyncio.sleep(3600.0)


@contextmanager
def owner(root: Path) -> Iterator[None]:
    with subprocess.Popen([sys.executable, __file__, "own", str(root)], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        try:
            yield
        finally:
            process.terminate()


def at_keys(hub: TimedHub, root: Path, count: int) -> tuple[float, float]:
    done = subprocess.run([sys.executable, __file__, "give", str(root), str(count)], stdout=PIPE, text=True, check=True)
    times = [hub.after(float(line)) for line in done.stdout.split()]
    return median(first for first, _ in times), median(last for _, last in times)


def by_command(hub: TimedHub, root: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "dronectl", "rtl", "--workspace", str(root)]
    times = []
    for _ in range(3):
        begun_s = time.monotonic()
        subprocess.run(command, capture_output=True, check=True)
        times.append(hub.after(begun_s))
    return median(first for first, _ in times), median(last for _, last in times)


def main(count: int) -> None:
    root = copy_workspace(Path(tempfile.mkdtemp()))
    with fleet_behind(root, speedup=1.0) as fleet, TimedHub(list(fleet.ports.values())) as hub:
        text = (root / "dronectl.toml").read_text(encoding="utf-8")
        for port in fleet.ports.values():
            text = text.replace(f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{hub.port}")
        (root / "dronectl.toml").write_text(text, encoding="utf-8")
        alone, alone_all = at_keys(hub, root, count)
        command, command_all = by_command(hub, root)
        with owner(root):
            joined, joined_all = at_keys(hub, root, count)
            at_owner, at_owner_all = by_command(hub, root)
    print(f"key, own link      first byte {alone:6.1f} ms, all three {alone_all:6.1f} ms")
    print(f"key, joined link   first byte {joined:6.1f} ms, all three {joined_all:6.1f} ms")
    print(f"whole command      first byte {command:6.0f} ms, all three {command_all:6.0f} ms")
    print(f"… beside an owner  first byte {at_owner:6.0f} ms, all three {at_owner_all:6.0f} ms")
    late = alone > FIRST_MS or joined > alone + JOINER_MS or max(alone_all, joined_all) > ALL_MS
    print("TOO LATE" if late else f"within {FIRST_MS:g} ms, {JOINER_MS:g} ms more for a joiner, {ALL_MS:g} ms to all")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["give", root, count]:
            asyncio.run(give(Path(root), int(count)))
        case ["own", root]:
            asyncio.run(own(Path(root)))
        case arguments:
            main(int(arguments[0]) if arguments else 20)
