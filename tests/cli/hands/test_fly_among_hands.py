"""``fly`` on three drones behind one radio that takes one client and loses frames, while others watch, record and
order through its links: all in one virtual time."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from running_fleet import copy_workspace, demo_plan
from virtual_commands import FIRST_PORT, beside_commands, virtual_fleet_behind
from waiting import until

from dronectl.cli.main import run
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.picture import FleetPicture
from dronectl.ops.orders import orders
from dronectl.ops.orders.immediate_order import order_immediately
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.recordings.record import Recorder
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.vehicle.settings import LinkFaults
from dronectl.site.workspace import load_drones

RADIO_PORT = 2_000


class OneRadio:
    """Three drones behind one port for one client, within one band each way."""

    def __init__(self, ports: Sequence[int], faults: LinkFaults) -> None:
        self._ports = ports
        self._down, self._up = FaultyLine(faults, seed=1), FaultyLine(faults, seed=2)
        self._clients: list[asyncio.StreamWriter] = []
        self.turned_away = 0

    async def live(self) -> None:
        async with AsyncExitStack() as stack:
            ends = [await asyncio.open_connection("127.0.0.1", port) for port in self._ports]
            for _, writer in ends:
                stack.callback(writer.close)

            async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                if self._clients:
                    self.turned_away += 1
                    writer.close()
                    return
                self._clients.append(writer)
                try:
                    await self._pass_on(reader, self._up, lambda frame: [end.write(frame) for _, end in ends])
                finally:
                    self._clients.remove(writer)

            await asyncio.start_server(carry, "127.0.0.1", RADIO_PORT)
            await asyncio.gather(*(self._pass_on(reader, self._down, self._to_ground) for reader, _ in ends))

    def _to_ground(self, frame: bytes) -> None:
        for client in self._clients:
            client.write(frame)

    async def _pass_on(self, reader: asyncio.StreamReader, line: FaultyLine, to: Callable[[bytes], Any]) -> None:
        loop, buffer = asyncio.get_running_loop(), bytearray()
        while data := await reader.read(65_536):
            buffer += data
            for frame in split_frames(buffer):
                for arrival_s in line.send(frame, loop.time()):
                    loop.call_at(arrival_s, to, frame)


async def in_auto(fleet: FleetLink) -> None:
    await until(lambda: all(vehicle.state.mode == "AUTO" for vehicle in fleet.vehicles.values()))


async def hold(vehicle: VehicleLink) -> None:
    async def nothing() -> Any:
        raise AssertionError("nothing is to be loaded")

    await order_immediately([vehicle], orders.hold, None, nothing)


@pytest.mark.parametrize("loss", [0.05])
def test_all_hands_work_at_once_and_every_order_is_confirmed(
    loss: float, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_workspace(tmp_path / "site")
    demo_plan(root)
    monkeypatch.chdir(root)
    drones = ("alpha", "bravo", "charlie")
    radio = OneRadio(range(FIRST_PORT, FIRST_PORT + 3), LinkFaults(loss=loss, baud=57_600, latency_ms=20.0))
    pictures: list[FleetPicture] = []
    done: list[str] = []

    async def others() -> None:
        """A wall that watches, a recorder, and a person at a third terminal."""
        async with open_fleet(load_drones(root)) as wall, open_fleet(load_drones(root)) as terminal:
            assert not any(share.is_ours for fleet in (wall, terminal) for share in fleet.shares)
            vehicles = list(wall.vehicles.values())
            with Recorder(wall, {name: tmp_path / f"{name}.tlog" for name in drones}):
                async with kept_streams(vehicles, 2.0), LivePicture(vehicles) as live:
                    await in_auto(wall)
                    bravo = terminal.vehicles["bravo"]
                    await asyncio.sleep(20.0)
                    await hold(bravo)
                    done.append("hold")
                    await until(lambda: wall.vehicles["bravo"].state.mode == "BRAKE")
                    pictures.append(live.now())
                    await asyncio.sleep(5.0)
                    await orders.resume(bravo)
                    done.append("resume")
                    await asyncio.sleep(20.0)
                    pictures.append(live.now())
                    for vehicle in terminal.vehicles.values():
                        await orders.rtl(vehicle)
                    done.append("rtl")
                    await asyncio.sleep(600.0)

    with virtual_fleet_behind(root, speedup=1.0), beside_commands(radio.live):
        toml = root / "dronectl.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(re.sub(r"tcp://127\.0\.0\.1:\d+", f"tcp://127.0.0.1:{RADIO_PORT}", text), encoding="utf-8")
        assert run(["push", "plans/demo"]) == 0, capsys.readouterr().err

        capsys.readouterr()
        with beside_commands(lambda: _after(12.0, others)):
            code = run(["fly", "plans/demo", "--yes", "--json"])
        told = json.loads(capsys.readouterr().out)
    assert done == ["hold", "resume", "rtl"]
    # They came home early, because a person at another terminal said so: a person's word here, no fault of theirs.
    assert code == 5, told
    for drone in told["error"]["drones"]:
        assert re.search(r"landed early, item \d+ of \d+: RTL ordered by .* by pid \d+ at ", drone["end"]), drone["end"]
    assert radio.turned_away == 0
    phases = [{drone.name: drone.phase for drone in picture.drones} for picture in pictures]
    assert phases[0]["bravo"] == "holding", phases
    assert all((tmp_path / f"{name}.tlog").stat().st_size > 10_000 for name in drones)


async def _after(seconds: float, act: Callable[[], Any]) -> None:
    await asyncio.sleep(seconds)
    await act()
