"""TCP, UDP and Unix sockets that are not there, between the tasks of one event loop whose time is virtual.

Nothing waits for a clock.

What asks asyncio for a connection, a server or datagrams gets them here, whatever the host: dronectl's own links, the
built-in fleet, vehicles and proxies of tests. Bytes arrive at once and in order. Who waits for a real socket or another
process (pymavlink, MAVSDK) cannot do so here: no time passes for them.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from virtual_time import Instant, VirtualLoop

T = TypeVar("T")
Address = tuple[str, int]
HOST = "127.0.0.1"
MOST_UNREAD_BYTES = 65_536
"""So much of a connection may wait for its reader; then the writer is told to wait."""


def run_virtually(work: Coroutine[Any, Any, T], *, limit_s: float = 600.0) -> T:
    """Runs ``work`` to its end in virtual time, with a network of its own.

    Raises:
        NeverEnds: it deadlocked, or took more than ``limit_s`` virtual seconds.
    """
    instant = Instant(limit_s=limit_s)
    loop = NetworkLoop(instant)
    try:
        return loop.run_until_complete(work)
    finally:
        instant.limit_s = float("inf")
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()


class NetworkLoop(VirtualLoop):
    """Every port of this computer, and every path of a Unix socket."""

    def __init__(self, instant: Instant) -> None:
        super().__init__(instant)
        self.servers: dict[int | str, Server] = {}
        self.datagrams: dict[int, Datagrams] = {}
        self._free_ports = count(49_152)

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        return await self._connect(protocol_factory, int(port))

    async def create_unix_connection(self, protocol_factory: Any, path: Any = None, **_: Any) -> Any:
        return await self._connect(protocol_factory, str(path))

    async def _connect(self, protocol_factory: Any, to: int | str) -> Any:
        await asyncio.sleep(0)
        server = self.servers.get(to)
        if server is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        ours, theirs = (HOST, next(self._free_ports)), (HOST, server.port)
        protocol, other = protocol_factory(), server.protocol_factory()
        here, there = Stream(self, protocol, ours, theirs), Stream(self, other, theirs, ours)
        here.other, there.other = there, here
        other.connection_made(there)
        protocol.connection_made(here)
        return here, protocol

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        number = int(port or next(self._free_ports))
        if number in self.servers:
            raise OSError(errno.EADDRINUSE, f"port {number} is in use")
        return Server(self, protocol_factory, number, number)

    async def create_unix_server(self, protocol_factory: Any, path: Any = None, **_: Any) -> Any:
        Path(path).touch()  # noqa: ASYNC240 - it is to be there
        return Server(self, protocol_factory, str(path), 0)

    async def create_datagram_endpoint(
        self, protocol_factory: Any, local_addr: Any = None, remote_addr: Any = None, **_: Any
    ) -> Any:
        number = int(local_addr[1]) if local_addr and local_addr[1] else next(self._free_ports)
        if number in self.datagrams:
            raise OSError(errno.EADDRINUSE, f"port {number} is in use")
        protocol = protocol_factory()
        transport = Datagrams(self, protocol, number, int(remote_addr[1]) if remote_addr else None)
        self.datagrams[number] = transport
        protocol.connection_made(transport)
        return transport, protocol


class Server(asyncio.AbstractServer):
    """Listens; it is its own socket, for who asks that for its port."""

    def __init__(self, loop: NetworkLoop, protocol_factory: Callable[[], Any], address: int | str, port: int) -> None:
        self.protocol_factory = protocol_factory
        self.port = port
        self.sockets = (self,)
        self._loop, self._address = loop, address
        loop.servers[address] = self

    def getsockname(self) -> Address:
        return (HOST, self.port)

    def close(self) -> None:
        if self._loop.servers.get(self._address) is self:
            del self._loop.servers[self._address]

    async def wait_closed(self) -> None:
        """It is."""


class Stream(asyncio.Transport):
    """One end of a TCP connection."""

    other: Stream

    def __init__(self, loop: NetworkLoop, protocol: Any, own: Address, peer: Address) -> None:
        super().__init__({"sockname": own, "peername": peer})
        self._loop, self._protocol = loop, protocol
        self._is_closing = self._is_paused = self._holds_up = False
        self._unread: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._is_closing:
            self._loop.call_soon(self.other._arrived, bytes(data))

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._loop.call_soon(self.other._ended)

    abort = close

    def is_closing(self) -> bool:
        return self._is_closing

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        unread, self._unread = self._unread, []
        if self._holds_up:
            self._holds_up = False
            self.other._protocol.resume_writing()
        for data in unread:
            self._arrived(data)

    def get_protocol(self) -> Any:
        return self._protocol

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol

    def _arrived(self, data: bytes) -> None:
        if self._is_paused:
            self._unread.append(data)
            if not self._holds_up and sum(map(len, self._unread)) > MOST_UNREAD_BYTES and not self.other._is_closing:
                self._holds_up = True
                self.other._protocol.pause_writing()
        elif not self._is_closing:
            self._protocol.data_received(data)

    def _ended(self) -> None:
        if not self._is_closing:
            self._protocol.eof_received()
            self.close()


class Datagrams(asyncio.DatagramTransport):
    """A UDP port; ``remote``: the only other one that it hears and speaks to."""

    def __init__(self, loop: NetworkLoop, protocol: Any, port: int, remote: int | None) -> None:
        super().__init__({"sockname": (HOST, port)})
        self._loop, self._protocol, self._port, self._remote = loop, protocol, port, remote

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._loop.call_soon(self._deliver, bytes(data), int(addr[1]) if addr else self._remote)

    def _deliver(self, data: bytes, port: int | None) -> None:
        there = self._loop.datagrams.get(port or 0)
        if there is not None and there._remote in (None, self._port):
            there._protocol.datagram_received(data, (HOST, self._port))

    def is_closing(self) -> bool:
        return self._loop.datagrams.get(self._port) is not self

    def close(self) -> None:
        if not self.is_closing():
            del self._loop.datagrams[self._port]
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close
