"""MAVLink FTP: what the vehicle answers, and that our client reads, writes and lists through it."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from expectations import Expected
from flying import DO_CHANGE_SPEED, HOME_ITEM, NAV_RETURN_TO_LAUNCH, NAV_TAKEOFF, NAV_WAYPOINT, waypoint
from ftp_write import FtpWrite
from raw_client import Item, RawClient
from repository import REPOSITORY
from vehicles import VehicleAddress

from dronectl.errors import Refused
from dronectl.formats.missions.mission_dat import read_mission_dat
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.ops.parameters.parameter_table import read_table
from dronectl.protocol.ftp.directory import FtpList
from dronectl.protocol.ftp.read import FtpRead
from dronectl.protocol.param.parameters import ParameterList
from dronectl.site.workspace import load_drones

CHANGE = ("STAT_", "COMPASS_DEC")
"""The vehicle counts, and looks the declination up once it knows where it is."""
ACK, NAK = 128, 129
TERMINATE, LIST, OPEN, READ, BURST = 1, 3, 4, 5, 15
FAIL, FILE_NOT_FOUND = 1, 10


class Files:
    """One question at a time through the plain client."""

    def __init__(self, client: RawClient) -> None:
        self.client = client
        self.seq = 100

    def ask(self, opcode: int, session: int, *, data: bytes = b"", offset: int = 0, size: int | None = None) -> Any:
        """(opcode, offset, data) of the first reply to it."""
        self.seq += 10
        talk = self.client.talk()
        head = self.seq.to_bytes(2, "little") + bytes([session, opcode, len(data) if size is None else size, 0, 0, 0])
        payload = (head + offset.to_bytes(4, "little") + data).ljust(251, b"\0")
        self.client.send("FILE_TRANSFER_PROTOCOL", target_network=0, payload=list(payload))
        expected = (self.seq + 1).to_bytes(2, "little")
        reply = talk.wait_until(
            lambda m: m.get_type() == "FILE_TRANSFER_PROTOCOL" and bytes(m.payload[:2]) == expected, f"reply {opcode}"
        )
        raw = bytes(reply.payload)
        return raw[3], int.from_bytes(raw[8:12], "little"), raw[12 : 12 + raw[4]]


def test_a_file_is_open_for_one_session_and_refusals_have_their_reason(client: RawClient, expected: Expected) -> None:
    files = Files(client)
    assert files.ask(OPEN, 7, data=b"@PARAM/nothing") == (NAK, 0, bytes([FILE_NOT_FOUND]))
    assert files.ask(READ, 7, size=10) == (NAK, 0, bytes([FILE_NOT_FOUND]))
    opcode, _, size = files.ask(OPEN, 7, data=b"@PARAM/param.pck")
    count = client.talk()
    client.send("PARAM_REQUEST_READ", param_id=b"FENCE_ENABLE", param_index=-1)
    assert (opcode, int.from_bytes(size, "little")) == (ACK, 12 * count.expect("PARAM_VALUE").param_count)
    assert files.ask(OPEN, 7, data=b"@PARAM/param.pck") == (NAK, 0, bytes([FAIL]))
    assert files.ask(READ, 8, size=10) == (NAK, 0, bytes([expected.other_session]))
    assert files.ask(READ, 7, size=100)[2][:2] == b"\x1b\x67"
    assert files.ask(READ, 7, size=100, offset=10_000_000)[0] == NAK
    assert files.ask(TERMINATE, 7)[0] == ACK


@pytest.mark.parametrize(("kind", "name"), [(0, "mission"), (1, "fence"), (2, "rally")])
def test_items_are_files_that_can_be_read_before_any_upload_too(client: RawClient, kind: int, name: str) -> None:
    files = Files(client)
    path = f"@MISSION/{name}.dat".encode()
    assert files.ask(OPEN, 3, data=path) == (ACK, 0, (1024 * 1024).to_bytes(4, "little"))
    assert files.ask(READ, 3, size=80)[2] == struct.pack("<5H", 0x763D, kind, 0, 0, 0)
    assert files.ask(TERMINATE, 3)[0] == ACK


@pytest.mark.every_firmware
def test_a_mission_on_board_is_a_file(client: RawClient, expected: Expected) -> None:
    speed, home = Item(DO_CHANGE_SPEED, p1=1.0, p2=4.0), Item(NAV_RETURN_TO_LAUNCH)
    places = (waypoint(0.0, 0.0, 20.0, command=NAV_TAKEOFF), waypoint(50.0, 0.0, 30.12, p1=3.0))
    client.upload([HOME_ITEM, *places, speed, home])
    files = Files(client)
    assert files.ask(OPEN, 3, data=b"@MISSION/mission.dat")[0] == ACK
    _, _, content = files.ask(READ, 3, size=220)
    assert files.ask(READ, 3, size=200, offset=220)[0] == NAK
    files.ask(TERMINATE, 3)
    assert struct.unpack_from("<5H", content) == (0x763D, 0, 0, 0, 5)
    *numbers, seq, command, _, _, frame, _, goes_on, kind = struct.unpack_from("<4f2if2H6B", content, 10 + 2 * 38)
    target = waypoint(50.0, 0.0)
    assert numbers == pytest.approx([3.0, 0.0, 0.0, 0.0, target.x, target.y, 30.12])
    assert (seq, command, frame, goes_on) == (2, NAV_WAYPOINT, 3, 1)
    assert kind == 0 or not expected.type_in_mission_files_is_set
    ours = read_mission_dat(content, source="mission.dat").items
    assert [(one.command, one.params) for one in ours[3:]] == [(178, (1.0, 4.0, 0.0, 0.0)), (20, (0.0, 0.0, 0.0, 0.0))]
    assert [(one.lat_e7, one.lon_e7, one.altitude_m) for one in ours[3:]] == [(0, 0, 0.0)] * 2


def test_what_is_listed_and_is_not_there_is_not_opened(client: RawClient) -> None:
    files = Files(client)
    listed = files.ask(LIST, 3, data=b"@SYS")[2]
    for name in (b"threads.txt", b"tasks.txt", b"uarts.txt", b"crash_dump.bin", b"storage.bin"):
        assert b"F" + name + b"\t" in listed
    assert files.ask(OPEN, 3, data=b"@SYS/crash_dump.bin") == (NAK, 0, bytes([FILE_NOT_FOUND]))
    assert files.ask(LIST, 3, data=b"@MISSION")[0] == NAK


def on_vehicle(address: VehicleAddress, use: Callable[[VehicleLink], Coroutine[Any, Any, None]]) -> None:
    drone = replace(load_drones(REPOSITORY)[0], link=f"tcp://127.0.0.1:{address.port}")

    async def main() -> None:
        async with open_fleet([drone]) as fleet:
            vehicle = fleet.vehicles[drone.name]
            await vehicle.wait_alive(30)
            await use(vehicle)

    asyncio.run(main())


@pytest.fixture
def free(connection: RawClient, address: VehicleAddress) -> VehicleAddress:
    """The vehicle, booted; its port is served to whoever comes after the module's own connection has gone."""
    connection.close()
    return address


def test_our_client_reads_writes_and_lists(free: VehicleAddress) -> None:
    """Last in this module: it ends the module's own connection."""

    async def use(vehicle: VehicleLink) -> None:
        table = await read_table(vehicle)
        assert table.source == "ftp"
        one_by_one = await vehicle.run(ParameterList())
        assert list(table.parameters) == list(one_by_one)
        for name, parameter in one_by_one.items():
            assert table.parameters[name].type == parameter.type
            assert table.parameters[name].value == pytest.approx(parameter.value, rel=1e-7) or name.startswith(CHANGE)
        content = random.Random(4).randbytes(20_001)
        assert await vehicle.run(FtpWrite("dronectl-test.bin", content, session=11)) == len(content)
        assert await vehicle.run(FtpRead("dronectl-test.bin", session=12)) == content
        have = content[:9_000]
        assert await vehicle.run(FtpRead("dronectl-test.bin", session=13, have=have)) == content
        assert await vehicle.run(FtpRead("@SYS/tasks.txt", session=14, verify=False)) == b"TasksV2\n"
        system = await vehicle.run(FtpList("@SYS", session=15))
        assert {"tasks.txt", "storage.bin"} <= {entry.name for entry in system}
        with pytest.raises(Refused, match="file not found"):
            await vehicle.run(FtpRead("no-such-file", session=16))
        with pytest.raises(Refused):
            await vehicle.run(FtpWrite("@SYS/tasks.txt", b"x", session=17))

    on_vehicle(free, use)
