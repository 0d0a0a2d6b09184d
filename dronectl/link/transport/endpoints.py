"""Sockets and serial ports: bytes in and out, with the peer that they came from. Everything else is the router's.

An endpoint tells three things through its callbacks: bytes, "up", and "down, because". With ``reconnect`` it tries
again for ever; without, it stays down.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, cast

from dronectl.link.transport.url import LinkKind, LinkUrl

Peer = Hashable
"""Who is at the other end: the address of a UDP sender or TCP client; None where there can be only one."""

_RETRY_S = (0.3, 0.5, 1.0, 2.0)
_UDP_PEERS = 64
_READ_BYTES = 65_536
_MOST_UNSENT_BYTES = 1 << 20
"""A peer that does not read for so long is cut off: a mission half an hour late helps nobody."""


@dataclass(slots=True)
class Callbacks:
    """What an endpoint tells. Called on the event loop."""

    on_bytes: Callable[[bytes, Peer], None]
    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    on_peer_gone: Callable[[Peer], None]


class Endpoint(ABC):
    """One link's end on this machine."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        self.url = url
        self.is_up = False
        self.down_reason = "not opened yet"
        self._refused_since_s: float | None = None
        self._callbacks = callbacks
        self._reconnect = reconnect
        self._connect_timeout_s = connect_timeout_s
        self._task: asyncio.Task[None] | None = None
        self._first_attempt = asyncio.Event()

    @property
    def refused_for_s(self) -> float:
        """So long every attempt to connect has been refused: the computer is there, and nothing listens."""
        since_s = self._refused_since_s
        return 0.0 if since_s is None else asyncio.get_running_loop().time() - since_s

    async def open(self) -> None:
        """Returns after the first attempt, whether it is up or not (see ``is_up``, ``down_reason``)."""
        self._task = asyncio.create_task(self._run(), name=f"link {self.url}")
        self._task.add_done_callback(self._on_end)
        await self._first_attempt.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @abstractmethod
    def send(self, data: bytes, peer: Peer | None) -> None:
        """Queues bytes for a peer, for all peers when None. Silent when the link is down: frames get lost anyway."""

    @abstractmethod
    async def _serve(self) -> str:
        """Opens, calls ``_up``, works until the link falls and returns why.

        Raises:
            OSError: it could not be opened.
        """

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                reason = await self._serve()
                attempt = 0
            except TimeoutError:
                reason, self._refused_since_s = "no connection in time", None
            except (OSError, UnicodeError) as error:
                reason = _reason(error)
                self._note_refusal(error)
            finally:
                was_up, self.is_up = self.is_up, False
            self.down_reason = reason
            self._first_attempt.set()
            if was_up:
                self._callbacks.on_down(reason)
            if not self._reconnect:
                return
            await asyncio.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
            attempt += 1

    def _on_end(self, task: asyncio.Task[None]) -> None:
        """A fault of ours in a callback ends the link: nobody may wait for it, and it must be seen."""
        self._first_attempt.set()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.down_reason = f"fault in dronectl: {error!r}"
            self._callbacks.on_down(self.down_reason)
            context = {"message": f"fault on link {self.url}", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)

    def _note_refusal(self, error: Exception) -> None:
        if not isinstance(error, ConnectionRefusedError):
            self._refused_since_s = None
        elif self._refused_since_s is None:
            self._refused_since_s = asyncio.get_running_loop().time()

    def _up(self) -> None:
        self.is_up = True
        self._refused_since_s = None
        self.down_reason = ""
        self._first_attempt.set()
        self._callbacks.on_up()


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


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, on_datagram: Callable[[bytes, Any], None]) -> None:
        self._on_datagram = on_datagram
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._on_datagram(data, addr)

    def error_received(self, exc: Exception) -> None:
        """ "Port unreachable": the vehicle is not there yet. UDP stays open, it may come."""

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(str(exc) if exc else "closed")


class Udp(Endpoint):
    """``udpin://`` learns its peers from what they send; ``udpout://`` sends to one address from the start."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        super().__init__(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        self._transport: asyncio.DatagramTransport | None = None
        self._peers: dict[Peer, None] = {}
        """In the order in which they were last heard."""

    async def _serve(self) -> str:
        loop = asyncio.get_running_loop()
        address = (self.url.host, self.url.port)
        outgoing = self.url.kind is LinkKind.UDP_OUT
        async with asyncio.timeout(self._connect_timeout_s):
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._on_datagram),
                local_addr=None if outgoing else address,
                remote_addr=address if outgoing else None,
            )
        self._transport = transport
        try:
            self._up()
            return await protocol.closed
        finally:
            self._transport = None
            transport.close()

    def _on_datagram(self, data: bytes, address: Any) -> None:
        peer = None if self.url.kind is LinkKind.UDP_OUT else cast(Peer, address)
        if peer is not None:
            self._peers.pop(peer, None)
            self._peers[peer] = None
            if len(self._peers) > _UDP_PEERS:
                del self._peers[next(iter(self._peers))]
        self._callbacks.on_bytes(data, peer)

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._transport is None:
            return
        if self.url.kind is LinkKind.UDP_OUT:
            self._transport.sendto(data)
            return
        for address in (peer,) if peer is not None else tuple(self._peers):
            self._transport.sendto(data, cast("tuple[Any, ...]", address))


class Serial(Endpoint):
    """``serial:``: asyncio has no serial ports on Windows, so a thread reads and another writes."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        super().__init__(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        self._outgoing: queue.SimpleQueue[bytes | None] | None = None

    async def _serve(self) -> str:
        import serial

        loop = asyncio.get_running_loop()
        port = await asyncio.to_thread(
            serial.serial_for_url, self.url.device, baudrate=self.url.baud, timeout=0.2, write_timeout=2.0
        )
        closed: asyncio.Future[str] = loop.create_future()
        stop = threading.Event()
        outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

        def fell(reason: str) -> None:
            if not closed.done():
                closed.set_result(reason)

        def tell(call: Callable[..., None], *arguments: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(call, *arguments)

        def read() -> None:
            try:
                while not stop.is_set():
                    if data := port.read(max(1, port.in_waiting)):
                        tell(self._callbacks.on_bytes, bytes(data), None)
            except (OSError, TypeError) as error:  # TypeError: pyserial's answer to a port closed under its read
                tell(fell, _reason(error))

        def write() -> None:
            try:
                while (data := outgoing.get()) is not None:
                    port.write(data)
            except OSError as error:
                tell(fell, _reason(error))

        threads = [threading.Thread(target=work, name=f"serial {self.url}", daemon=True) for work in (read, write)]
        for thread in threads:
            thread.start()
        self._outgoing = outgoing
        try:
            self._up()
            return await closed
        finally:
            self._outgoing = None
            stop.set()
            outgoing.put(None)
            for thread in threads:
                await asyncio.shield(asyncio.to_thread(thread.join, 3.0))
            port.close()

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._outgoing is not None:
            self._outgoing.put(data)


_CLASSES: dict[LinkKind, type[Endpoint]] = {
    LinkKind.TCP: TcpClient,
    LinkKind.TCP_IN: TcpServer,
    LinkKind.UDP_IN: Udp,
    LinkKind.UDP_OUT: Udp,
    LinkKind.SERIAL: Serial,
}


def endpoint_for(url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> Endpoint:
    """The endpoint of a URL, not opened yet."""
    return _CLASSES[url.kind](url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)


async def _read_all(reader: asyncio.StreamReader, on_bytes: Callable[[bytes], None]) -> str:
    """Until the other side ends; returns why."""
    try:
        while data := await reader.read(_READ_BYTES):
            on_bytes(data)
    except OSError as error:
        return _reason(error)
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


def _reason(error: BaseException) -> str:
    """``connection refused`` rather than ``[Errno 111] Connect call failed ('127.0.0.1', 5760)``."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, socket.gaierror):
        return f"unknown host ({error.strerror})"
    if isinstance(error, FileNotFoundError) or getattr(error, "errno", None) == 2:
        return "no such port"
    strerror = getattr(error, "strerror", None)
    return str(strerror or error)
