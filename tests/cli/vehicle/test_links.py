"""Links as pilots meet them: how good they are, through the real entry point and the built-in fleet."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from decoded import decode_all
from planning_sites import drones
from running_fleet import copy_workspace
from virtual_commands import beside_commands, virtual_fleet_behind

from dronectl.cli.common.app import App
from dronectl.cli.main import run
from dronectl.sim.vehicle.settings import LinkFaults


def test_status_tells_loss_and_round_trip_of_every_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_workspace(tmp_path)
    with virtual_fleet_behind(root, link=LinkFaults(latency_ms=60.0)):
        assert run(["fleet", "status", "--json", "--workspace", str(root), "--drone", "alpha", "--drone", "bravo"]) == 0
        drones = json.loads(capsys.readouterr().out)["drones"]
        assert [drone["name"] for drone in drones] == ["alpha", "bravo"]
        for drone in drones:
            (link,) = drone["links"]
            assert link["url"].startswith("tcp://127.0.0.1:")
            assert (link["up"], link["heard"], link["in_use"]) == (True, True, True)
            assert link["loss_pct"] == 0.0
            assert 120 <= link["round_trip_ms"] < 150  # 60 ms each way
        assert run(["fleet", "status", "--workspace", str(root), "--drone", "alpha"]) == 0
        table = capsys.readouterr().out
        assert "answers in" in table
        assert " ms" in table


def test_links_given_by_name_are_several_and_come_before_those_for_all() -> None:
    fleet = [replace(one, name=name) for one, name in zip(drones(2), ("alpha", "bravo"), strict=True)]
    given = ("tcp://all:1", "alpha=tcp://one:1", "alpha=serial:COM7?baud=57600", "tcp://all:2")
    alpha, bravo = App(links=given)._relinked(fleet)
    assert alpha.links == ("tcp://one:1", "serial:COM7?baud=57600")
    assert bravo.links == ("tcp://all:1", "tcp://all:2")
    assert App(links=("alpha=tcp://one:1",))._relinked(fleet)[1].links == fleet[1].links


class Station(asyncio.DatagramProtocol):
    """Another ground station that listens to datagrams."""

    PORT = 14_550

    def __init__(self) -> None:
        self.heard: set[tuple[int, str]] = set()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.update((message.system_id, message.name) for message in decode_all(data))

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.PORT))


def test_another_station_sees_what_is_streamed_and_recorded(tmp_path: Path) -> None:
    root, station = copy_workspace(tmp_path), Station()
    where = ["--workspace", str(root), "--forward", f"udpout://127.0.0.1:{station.PORT}"]
    with virtual_fleet_behind(root), beside_commands(station.listen):
        for command in (["stream"], ["record", "-o", str(tmp_path / "flight.tlog"), "--forward-commands"]):
            station.heard.clear()
            assert run(["telemetry", *command, "--duration", "1.5", *where]) == 0
            assert {(1, "GLOBAL_POSITION_INT"), (2, "HEARTBEAT"), (3, "ATTITUDE")} <= station.heard, command
        station.heard.clear()
        assert run(["watch", "--duration", "1.5", "--drone", "bravo", *where]) == 0
        assert {system_id for system_id, _ in station.heard} == {2}


def test_a_station_that_cannot_be_is_said_before_anything_happens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    with virtual_fleet_behind(root) as fleet:
        own = f"tcp://127.0.0.1:{fleet.ports['alpha']}"
        assert run(["watch", "--duration", "1", "--workspace", str(root), "--forward", own]) == 2
        assert "leads back to the fleet's own link" in capsys.readouterr().err
        assert run(["watch", "--duration", "1", "--workspace", str(root), "--forward-commands"]) == 2
        assert "nobody is forwarded to" in capsys.readouterr().err
