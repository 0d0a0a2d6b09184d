"""Clients that talk slowly, read nothing, or come by the hundred."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from virtual_network import run_virtually

from dronectl.web.connections import MOST_OF_ONE_PLACE, READ_WITHIN_S, REQUEST_WITHIN_S, PatientProtocol


class Wire(asyncio.Transport):
    """A transport to nowhere."""

    def __init__(self, place: str = "192.168.1.5") -> None:
        super().__init__({"peername": (place, 4711), "sockname": ("10.0.0.1", 80)})
        self.is_gone = False

    def abort(self) -> None:
        self.is_gone = True

    def close(self) -> None:
        self.is_gone = True

    def is_closing(self) -> bool:
        return self.is_gone

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """An application that never answers."""
    await asyncio.Event().wait()


def connected(state: ServerState, place: str = "192.168.1.5") -> tuple[PatientProtocol, Wire]:
    config = uvicorn.Config(silent, http=PatientProtocol, lifespan="off", log_config=None)
    config.load()
    protocol, wire = PatientProtocol(config, state, {}), Wire(place)
    protocol.connection_made(wire)
    return protocol, wire


@pytest.mark.parametrize("dribbled", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_who_does_not_come_to_the_point_is_left(dribbled: bytes) -> None:
    async def main() -> None:
        protocol, wire = connected(ServerState())
        for byte in dribbled:
            protocol.data_received(bytes([byte]))
        await asyncio.sleep(REQUEST_WITHIN_S - 1.0)
        assert not wire.is_gone
        await asyncio.sleep(2.0)
        assert wire.is_gone

    run_virtually(main())


def test_who_has_asked_may_wait_for_the_answer_for_hours() -> None:
    async def main() -> None:
        protocol, wire = connected(ServerState())
        protocol.data_received(b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(3_600.0)
        assert not wire.is_gone

    run_virtually(main(), limit_s=4_000.0)


def test_who_reads_nothing_is_left_and_who_reads_again_is_not() -> None:
    async def main() -> None:
        protocol, wire = connected(ServerState())
        protocol.data_received(b"GET /api/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        protocol.pause_writing()
        await asyncio.sleep(READ_WITHIN_S - 1.0)
        protocol.resume_writing()
        await asyncio.sleep(2.0)
        assert not wire.is_gone
        protocol.pause_writing()
        await asyncio.sleep(READ_WITHIN_S + 1.0)
        assert wire.is_gone
        protocol.connection_lost(None)

    run_virtually(main())


def test_one_place_takes_no_more_connections_than_its_share() -> None:
    async def main() -> None:
        state = ServerState()
        wires = [connected(state)[1] for _ in range(MOST_OF_ONE_PLACE + 1)]
        assert [wire.is_gone for wire in wires] == [False] * MOST_OF_ONE_PLACE + [True]
        assert not connected(state, "192.168.1.6")[1].is_gone

    run_virtually(main())
