"""Devices of one network that hear each other without a server: multicast UDP, on this computer alone."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cot_schema import assert_valid
from mosquitto import free_port
from waiting import until

from dronectl.formats.tak.cot_xml import cot_bytes
from dronectl.link.tak.tak_link import LONGEST_DATAGRAM, TakCallbacks, tak_link
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent
from dronectl.model.tak.settings import TakSettings, TakTransport

GROUP, HERE = "239.2.3.1", "127.0.0.1"
NOON = datetime(2026, 12, 1, tzinfo=UTC)
EVENT = cot_bytes(
    CotEvent("a", "a-f-G-U-C", "m-g", NOON, NOON, NOON + timedelta(seconds=9), GeoPoint(16.0, 103.0))
)  # fmt: skip
VERSION_1 = b"\xbf\x01\xbf\x12\x00"


@pytest.fixture
def device() -> Iterator[socket.socket]:
    """Another program of this computer in the group."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("", free_port()))
        own = socket.inet_aton(HERE)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton(GROUP), own))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        made.settimeout(20.0)
    except OSError as error:
        made.close()
        pytest.skip(f"no multicast here: {error}")
    with made:
        yield made


def in_group(device: socket.socket, due: list[bytes], then: Any, interface: str = HERE) -> dict[str, list[Any]]:
    heard: dict[str, list[Any]] = {"events": [], "changes": [], "strange": []}

    def take() -> list[bytes]:
        taken, due[:] = list(due), []
        return taken

    async def main() -> None:
        settings = TakSettings(TakTransport.UDP, GROUP, device.getsockname()[1], "R", interface=interface)
        callbacks = TakCallbacks(
            take, heard["events"].append, lambda up, why: heard["changes"].append((up, why)), heard["strange"].append
        )
        running = asyncio.create_task(tak_link(settings, callbacks, None).run())
        try:
            await until(lambda: heard["changes"])
            await then(heard)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    return heard


def test_an_event_a_datagram_in_both_directions(device: socket.socket) -> None:
    async def then(heard: dict[str, list[Any]]) -> None:
        data = await asyncio.to_thread(device.recv, 65_536)
        assert_valid(data)
        device.sendto(EVENT, (GROUP, device.getsockname()[1]))
        device.sendto(VERSION_1, (GROUP, device.getsockname()[1]))
        device.sendto(b"\xbf\x02\xbf\x12\x00", (GROUP, device.getsockname()[1]))
        await until(lambda: {EVENT, VERSION_1} <= set(heard["events"]) and heard["strange"])

    heard = in_group(device, [b"<event>" + b" " * LONGEST_DATAGRAM + b"</event>", EVENT], then)
    assert heard["changes"] == [(True, "")]
    assert heard["strange"] == ["devices there speak protocol version 2, which is not read"]


def test_an_interface_that_is_not_there_is_said(device: socket.socket) -> None:
    async def then(_heard: dict[str, list[Any]]) -> None:
        """It was said."""

    heard = in_group(device, [], then, interface="203.0.113.9")
    assert heard["changes"][0][0] is False
    assert heard["changes"][0][1]
