"""TCP links: one that we open, and one to which any number of clients come."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import cast

from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer, reason_of
from dronectl.link.transport.url import LinkUrl

_READ_BYTES = 65_536
_MOST_UNSENT_BYTES = 1 << 20
"""A peer that does not read for so long is cut off: a mission half an hour late helps nobody."""


class TcpClient(Endpoint):
    """``tcp://host:port``."""

    _writer: asyncio.StreamWriter | None = None

    async def _serve(self) -> str:
        async with asyncio.timeout(self._connect_timeout_s):
            reader, writer = await asyncio.open_connection(self.url.host, self.url.port)
        self._writer = writer
        try:
            _no_delay(writer)
            self._up()
            return await _read_all(reader, lambda data: self._callbacks.on_bytes(data, None))
        finally:
            self._writer = None
            await _close(writer)

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._writer is not None:
            _write(self._writer, data)


class TcpServer(Endpoint):
    """``tcpin://address:port``: any number of clients."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        super().__init__(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        self._writers: dict[Peer, asyncio.StreamWriter] = {}
        self._clients: set[asyncio.Task[None]] = set()

    async def _serve(self) -> str:
        server = await asyncio.start_server(self._accept, self.url.host, self.url.port)
        try:
            self._up()
            await asyncio.get_running_loop().create_future()  # until cancelled
        finally:
            server.close()
            for task in list(self._clients):
                task.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)
        return "closed"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        peer = cast(Peer, writer.get_extra_info("peername"))
        self._writers[peer] = writer
        _no_delay(writer)
        try:
            await _read_all(reader, lambda data: self._callbacks.on_bytes(data, peer))
        except asyncio.CancelledError:
            pass  # the server closes; a handler's task that ends cancelled would be logged as a fault
        finally:
            del self._writers[peer]
            self._clients.discard(task)
            await _close(writer)
            self._callbacks.on_peer_gone(peer)

    def send(self, data: bytes, peer: Peer | None) -> None:
        for known, writer in list(self._writers.items()):
            if peer is None or peer == known:
                _write(writer, data)


async def _read_all(reader: asyncio.StreamReader, on_bytes: Callable[[bytes], None]) -> str:
    """Until the other side ends; returns why."""
    try:
        while data := await reader.read(_READ_BYTES):
            on_bytes(data)
    except OSError as error:
        return reason_of(error)
    return "the other side closed it"


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if writer.transport.is_closing():
        return
    if writer.transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
        writer.transport.abort()
        return
    writer.write(data)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(0.5):
            await writer.wait_closed()


def _no_delay(writer: asyncio.StreamWriter) -> None:
    """Small frames must not wait for each other's acknowledgements."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
