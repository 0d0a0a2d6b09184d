"""The fleet of SITL processes, with a program in SITL's place that answers on its port and takes one client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from dronectl.errors import DronectlError, InputError
from dronectl.model.geo import GeoPoint
from dronectl.sim.ardupilot.binary import binaries_of
from dronectl.sim.ardupilot.fleet import SitlFleet
from dronectl.sim.ardupilot.process import end_orphan
from dronectl.sim.vehicle.settings import LinkFaults, VehicleSettings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")

STAND_IN = """#!{python}
import os, pathlib, socket, sys, threading

def serve(port):
    server = socket.create_server(("127.0.0.1", port))
    while True:
        client, _ = server.accept()
        while data := client.recv(4096):
            if b"REBOOT" in data:
                break
            if b"CRASH" in data:
                os._exit(3)
            client.sendall(data)
        client.close()

first = 5760 + 10 * int(sys.argv[sys.argv.index("-I") + 1])
pathlib.Path("arguments.txt").write_text(" ".join(sys.argv[1:]))
threading.Thread(target=serve, args=(first + 2,)).start()
serve(first)
"""
FRAME = bytes(mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 3, 3).pack(mavlink.MAVLink(None, 7, 1)))
WORDS = {
    word: bytes(mavlink.MAVLink_statustext_message(6, word.encode(), 0, 0).pack(mavlink.MAVLink(None, 7, 1)))
    for word in ("REBOOT", "CRASH")
}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "arducopter"
    path.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    return path


def drones(*names: str) -> list[VehicleSettings]:
    return [
        VehicleSettings(name, number + 1, GeoPoint(16.05, 103.65), 145.0, port=free_port())
        for number, name in enumerate(names)
    ]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def echoed(reader: asyncio.StreamReader, data: bytes = FRAME) -> bytes:
    async with asyncio.timeout(20.0):
        return await reader.readexactly(len(data))


def test_any_number_of_clients_come_to_any_port_and_all_hear_whole_frames(program: Path, tmp_path: Path) -> None:
    async def main() -> None:
        vehicles = drones("alpha", "bravo")
        named = dict.fromkeys(["alpha", "bravo"], str(program))
        async with SitlFleet(vehicles, speedup=2.0, folder=tmp_path, binaries=named):
            clients = [await asyncio.open_connection("127.0.0.1", vehicles[0].port) for _ in range(3)]
            await asyncio.sleep(0.3)
            first, second = clients[0][1], clients[1][1]
            first.write(FRAME[:7])
            await asyncio.sleep(0.05)
            second.write(FRAME)
            first.write(FRAME[7:])
            for reader, _ in clients:
                assert await echoed(reader, FRAME * 2) == FRAME * 2, "no frame is torn by another client's"
            for _, writer in clients:
                writer.close()
            told = (tmp_path / "bravo" / "arguments.txt").read_text(encoding="utf-8")
            assert "--sysid 2" in told
            assert "--speedup 2" in told

    asyncio.run(main())


def test_a_simulator_that_is_restarted_keeps_its_clients(program: Path, tmp_path: Path) -> None:
    async def main() -> None:
        (vehicle,) = drones("alpha")
        async with SitlFleet([vehicle], speedup=1.0, folder=tmp_path, binaries={"alpha": str(program)}):
            reader, writer = await asyncio.open_connection("127.0.0.1", vehicle.port)
            await asyncio.sleep(0.3)
            writer.write(WORDS["REBOOT"])
            await asyncio.sleep(0.8)
            writer.write(FRAME)
            assert await echoed(reader) == FRAME
            writer.close()

    asyncio.run(main())


def test_the_loss_of_one_aircraft_is_told_and_the_others_fly_on(program: Path, tmp_path: Path) -> None:
    async def main() -> None:
        vehicles, told = drones("alpha", "bravo"), list[str]()
        named = dict.fromkeys(["alpha", "bravo"], str(program))
        async with SitlFleet(vehicles, speedup=1.0, folder=tmp_path, binaries=named, say=told.append) as fleet:
            watching = asyncio.create_task(fleet.run_forever())
            gone, crash = await asyncio.open_connection("127.0.0.1", vehicles[0].port)
            await asyncio.sleep(0.3)
            crash.write(WORDS["CRASH"])
            async with asyncio.timeout(20.0):
                with suppress(ConnectionError):
                    assert await gone.read() == b"", "its link falls"
            reader, writer = await asyncio.open_connection("127.0.0.1", vehicles[1].port)
            writer.write(FRAME)
            assert await echoed(reader) == FRAME
            assert told == ["drone 'alpha': ArduPilot SITL ended (exit code 3); the others fly on"]
            writer.write(WORDS["CRASH"])
            with pytest.raises(DronectlError, match=r"'bravo': ArduPilot SITL ended \(exit code 3\)") as ended:
                async with asyncio.timeout(20.0):
                    await watching
            assert "it said" in ended.value.hint

    asyncio.run(main())


@pytest.mark.parametrize("is_named", [True, False])
def test_the_second_serial_port_is_shared_too(program: Path, tmp_path: Path, is_named: bool) -> None:
    """Where the workspace has it, else where SITL itself does: 2 above the first."""

    async def main() -> None:
        vehicle = replace(drones("alpha")[0], serial1_port=free_port() if is_named else None)
        async with SitlFleet([vehicle], speedup=1.0, folder=tmp_path, binaries={"alpha": str(program)}):
            reader, writer = await asyncio.open_connection("127.0.0.1", vehicle.serial1_port or vehicle.port + 2)
            await asyncio.sleep(0.4)
            writer.write(FRAME)
            assert await echoed(reader) == FRAME
            writer.close()

    asyncio.run(main())


def test_link_faults_work_here_too(program: Path, tmp_path: Path) -> None:
    async def main() -> None:
        (vehicle,) = drones("alpha")
        faults = LinkFaults(loss=0.5)
        async with SitlFleet([vehicle], speedup=1.0, folder=tmp_path, binaries={"alpha": str(program)}, faults=faults):
            reader, writer = await asyncio.open_connection("127.0.0.1", vehicle.port)
            await asyncio.sleep(0.3)
            for _ in range(200):
                writer.write(FRAME)
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.5)
            writer.close()
            heard = len(await reader.read(100_000)) / len(FRAME)
            assert 20 < heard < 90, "half of them there, half of these back"

    asyncio.run(main())


def test_what_a_killed_fleet_left_is_ended_by_the_next(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "alpha"
    folder.mkdir()
    left = subprocess.Popen([str(program), "-I", "251"], cwd=folder)
    try:
        record = {"pid": left.pid, "program": str(program), "started_unix_s": time.time()}
        (folder / "running.json").write_text(json.dumps(record), encoding="utf-8")
        deadline = time.monotonic() + 20.0
        while not (folder / "arguments.txt").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert end_orphan(folder)
        assert left.wait(20.0) == -signal.SIGTERM
    finally:
        left.kill()
        left.wait()


def test_a_program_of_somebody_else_that_has_its_number_is_left_alone(tmp_path: Path) -> None:
    record = {"pid": os.getpid(), "program": "/x/arducopter", "started_unix_s": 0.0}
    (tmp_path / "running.json").write_text(json.dumps(record), encoding="utf-8")
    assert not end_orphan(tmp_path)


def test_a_program_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "arducopter"
    bad.write_bytes(b"\x7fELF no")
    bad.chmod(0o755)

    async def main() -> None:
        (vehicle,) = drones("alpha")
        async with SitlFleet([vehicle], speedup=1.0, folder=tmp_path / "run", binaries={"alpha": str(bad)}):
            pass

    with pytest.raises(DronectlError, match="cannot be run"):
        asyncio.run(main())


def test_binaries_are_named_for_one_or_for_all() -> None:
    assert binaries_of(["/b/copter", "alpha=/a/copter"], ["alpha", "bravo"]) == {
        "alpha": "/a/copter",
        "bravo": "/b/copter",
    }
    with pytest.raises(InputError, match="no drone 'delta'"):
        binaries_of(["delta=/a/copter"], ["alpha"])
