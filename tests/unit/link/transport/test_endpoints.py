"""What becomes of a link's own sockets: how they end, and that a fault of ours is seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from fake_vehicle import free_port
from waiting import until

from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.serial_port import Serial
from dronectl.link.transport.tcp import TcpServer
from dronectl.link.transport.url import parse_link


@dataclass
class Told:
    """What an endpoint has told."""

    data: list[bytes] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    gone: list[Peer] = field(default_factory=list)

    def callbacks(self) -> Callbacks:
        return Callbacks(lambda data, _peer: self.data.append(data), int, self.down.append, self.gone.append)


def test_a_server_that_closes_lets_go_of_its_clients_and_of_its_port() -> None:
    async def main() -> None:
        told, url = Told(), parse_link(f"tcpin://127.0.0.1:{free_port()}")
        endpoint = TcpServer(url, told.callbacks(), reconnect=False, connect_timeout_s=5.0)
        await endpoint.open()
        reader, writer = await asyncio.open_connection(endpoint.url.host, endpoint.url.port)
        writer.write(b"here")
        await until(lambda: told.data)
        await endpoint.close()
        assert await reader.read() == b"", "the client is told"
        assert told.gone == [writer.get_extra_info("sockname")]
        assert told.down == [], "closed by ourselves: nothing fell"
        writer.close()
        with pytest.raises(OSError, match=r"."):
            await asyncio.open_connection(endpoint.url.host, endpoint.url.port)

    asyncio.run(main())


class _Faulty(Endpoint):
    """Its work ends by a mistake of ours, before it is up or after."""

    opens = True

    async def _serve(self) -> str:
        if self.opens:
            self._up()
        raise ZeroDivisionError("a mistake")

    def send(self, data: bytes, peer: Peer | None) -> None:
        """Nowhere."""


@pytest.mark.parametrize("opens", [True, False])
def test_a_fault_of_ours_ends_the_link_and_is_seen(opens: bool) -> None:
    async def main() -> None:
        told, seen = Told(), list[dict[str, Any]]()
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context))
        endpoint = _Faulty(parse_link("tcp://127.0.0.1:1"), told.callbacks(), reconnect=True, connect_timeout_s=5.0)
        endpoint.opens = opens
        await endpoint.open()
        await until(lambda: seen)
        assert told.down[-1] == endpoint.down_reason == "fault in dronectl: ZeroDivisionError('a mistake')"
        assert [type(context["exception"]) for context in seen] == [ZeroDivisionError]

    asyncio.run(main())


class _Port:
    """A serial port at which nothing has come yet."""

    in_waiting = 0

    def __init__(self) -> None:
        self.asked: list[int] = []

    def read(self, count: int) -> bytes:
        self.asked.append(count)
        raise OSError("unplugged")

    def write(self, data: bytes) -> None:
        """Nowhere."""

    def close(self) -> None:
        """Nothing to do."""


def test_a_serial_port_without_bytes_is_waited_at_not_asked_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read of nothing returns at once: the thread would take a whole processor."""
    port, told = _Port(), Told()
    monkeypatch.setattr("serial.serial_for_url", lambda *_given, **_named: port)

    async def main() -> None:
        endpoint = Serial(parse_link("serial:///dev/ttyX"), told.callbacks(), reconnect=False, connect_timeout_s=5.0)
        await endpoint.open()
        await until(lambda: told.down)
        await endpoint.close()

    asyncio.run(main())
    assert port.asked == [1]
    assert told.down == ["unplugged"]
