"""DataFlash logs: what the vehicle answers about them, and that both ways of ours give its very file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flying import arm, come_down, disarm, take_off, wait_disarmed
from raw_client import RawClient
from repository import REPOSITORY
from vehicles import VehicleAddress

from dronectl.errors import NotReady
from dronectl.formats.recordings.dataflash.tables import BinaryLog
from dronectl.link.fleet_link import open_fleet
from dronectl.ops.logs.logs import download_logs, list_logs
from dronectl.site.workspace import load_drones

A_FEW_LINES = 1_000
"""Bytes: to a log that is done, ArduPilot still adds one message every half minute of its own time."""


def entries(client: RawClient, first: int = 0, last: int = 0xFFFF) -> list[tuple[int, int, int]]:
    """(id, num_logs, last_log_num) of the whole answer."""
    talk = client.talk()
    client.send("LOG_REQUEST_LIST", start=first, end=last)
    talk.wait_until(lambda m: m.get_type() == "LOG_ENTRY" and m.id == m.last_log_num, "the last entry")
    return [(m.id, m.num_logs, m.last_log_num) for m in talk.heard("LOG_ENTRY")]


def test_no_log_before_the_first_arming_and_none_anew_when_armed_again_at_once(ready: RawClient) -> None:
    assert entries(ready) == [(0, 0, 0)]
    for _ in range(2):
        assert arm(ready).result == 0
        disarm(ready)
        wait_disarmed(ready)
    assert entries(ready) == [(1, 1, 1)]
    assert entries(ready, 1, 1) == [(1, 1, 1)]


def test_ranges_blocks_and_what_is_past_the_end(ready: RawClient) -> None:
    def blocks(offset: int, count: int, until: int) -> list[tuple[int, int, int]]:
        talk = ready.talk()
        ready.send("LOG_REQUEST_DATA", id=1, ofs=offset, count=count)
        talk.wait_until(lambda m: m.get_type() == "LOG_DATA" and m.ofs == until, "the last block")
        return [(m.id, m.ofs, m.count) for m in talk.heard("LOG_DATA")]

    assert blocks(0, 200, 180) == [(1, 0, 90), (1, 90, 90), (1, 180, 20)]
    assert blocks(7, 10, 7) == [(1, 7, 10)]
    assert blocks(2**31 - 1, 90, 2**31 - 1) == [(1, 2**31 - 1, 0)]
    # Requests of one block, sent at once, are answered each: none is dropped.
    talk = ready.talk()
    for offset in range(0, 900, 90):
        ready.send("LOG_REQUEST_DATA", id=1, ofs=offset, count=90)
    talk.wait_until(lambda m: m.get_type() == "LOG_DATA" and m.ofs == 810, "the tenth block")
    assert [m.ofs for m in talk.heard("LOG_DATA")] == list(range(0, 900, 90))


def test_an_armed_vehicle_says_why_it_gives_nothing(ready: RawClient) -> None:
    take_off(ready)
    talk = ready.talk()
    ready.send("LOG_REQUEST_LIST", start=0, end=0xFFFF)
    talk.wait_until(lambda m: m.get_type() == "STATUSTEXT" and m.text == "Disarm for log download", "the refusal")
    assert not talk.heard("LOG_ENTRY")
    come_down(ready)
    ids = [log_id for log_id, _, _ in entries(ready)]
    assert ids == list(range(1, len(ids) + 1))


def test_both_ways_of_ours_give_the_same_log(connection: RawClient, address: VehicleAddress, tmp_path: Path) -> None:
    """Last in this module: it ends the module's own connection."""
    connection.close()
    drone = replace(load_drones(REPOSITORY)[0], link=f"tcp://127.0.0.1:{address.port}")

    async def main() -> None:
        async with open_fleet([drone]) as fleet:
            vehicle = fleet.vehicles[drone.name]
            await vehicle.wait_alive(30)
            identity = await vehicle.identify()
            logs, size_before = await list_logs(vehicle), 0
            while logs[-1].size_bytes - size_before > A_FEW_LINES:  # it goes on writing for 15 s after it has disarmed
                size_before = logs[-1].size_bytes
                await asyncio.sleep(2.0)
                logs = await list_logs(vehicle)
            newest = logs[-1].log_id
            assert [log.log_id for log in logs] == list(range(1, newest + 1))
            (by_file,) = await download_logs(vehicle, identity, ["latest"], tmp_path / "ftp", way="ftp")
            (by_blocks,) = await download_logs(vehicle, identity, [str(newest)], tmp_path / "log", way="log")
            assert (by_file.proof, by_blocks.proof) == ("crc32", "size")
            content = by_file.path.read_bytes()
            later = by_blocks.path.read_bytes()
            assert later.startswith(content)
            assert len(later) - len(content) < A_FEW_LINES
            assert len(content) == by_file.size_bytes > 10_000
            assert by_file.is_dataflash
            read = BinaryLog(np.frombuffer(content, np.uint8))
            assert {"POS", "GPS", "MODE", "PARM"} <= set(read.names())
            vehicle.state.armed = True
            with pytest.raises(NotReady):
                await list_logs(vehicle)

    asyncio.run(main())
