"""One TAK server on TCP or TLS, or a group of devices on multicast UDP: kept up for ever, events in and out.

It shares the loop that flies: nothing here waits for the other side but its own tasks. What is to be told is asked for
only while the other side takes it, so nothing piles up while it is away or slow.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from dronectl.formats.tak.cot_protobuf import VERSION, version_of
from dronectl.formats.tak.cot_stream import CotSplitter
from dronectl.link.transport.endpoint import reason_of
from dronectl.model.tak.settings import TakSettings, TakTransport

CONNECT_WITHIN_S = 10.0
TAKEN_WITHIN_S = 15.0
"""A server that takes nothing for so long is left, and tried again."""
PAUSE_S = (1.0, 30.0)
"""Between two attempts: at first, and after many in vain."""
STOOD_S = 20.0
"""A connection that stood for so long was a good one."""
LOOK_EVERY_S = 1.0
_READ_BYTES = 65_536
MOST_A_SECOND = 1_000
"""So many events are read: a server that sends more waits."""
LONGEST_DATAGRAM = 60_000
TTL = 8


@dataclass(frozen=True, slots=True)
class TakCallbacks:
    """``take``: what is due to be told, each event as bytes; ``on_event``: bytes that may be one; ``on_change``: it is
    up, or down and why; ``on_strange``: what is heard and not understood, in words. All on the loop."""

    take: Callable[[], list[bytes]]
    on_event: Callable[[bytes], None]
    on_change: Callable[[bool, str], None]
    on_strange: Callable[[str], None]


class TakLink(ABC):
    """Until :meth:`run` is cancelled."""

    def __init__(self, settings: TakSettings, callbacks: TakCallbacks) -> None:
        self._settings = settings
        self._callbacks = callbacks
        self._news = asyncio.Event()
        self._budget = _Budget()

    def wake(self) -> None:
        """There is something to be told."""
        self._news.set()

    async def run(self) -> NoReturn:
        loop, pause_s = asyncio.get_running_loop(), PAUSE_S[0]
        while True:
            began_s = loop.time()
            try:
                why = await self._serve()
            except TimeoutError:
                why = "no answer in time"
            except ssl.SSLError as error:
                why = f"TLS: {getattr(error, 'verify_message', '') or error.reason or error}"
            except (OSError, UnicodeError) as error:
                why = reason_of(error)
            self._callbacks.on_change(False, why)
            if loop.time() - began_s >= STOOD_S:
                pause_s = PAUSE_S[0]
            await asyncio.sleep(pause_s)
            pause_s = min(2.0 * pause_s, PAUSE_S[1])

    @abstractmethod
    async def _serve(self) -> str:
        """Opens, works until it falls, and returns why.

        Raises:
            OSError, TimeoutError: it could not be opened, or fell.
        """

    async def _due(self) -> list[bytes]:
        """What is to be told now; waits until there is something, or it is time to look."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._news.wait()
        self._news.clear()
        return self._callbacks.take()


class StreamLink(TakLink):
    """TCP, or TLS with ``context``."""

    def __init__(self, settings: TakSettings, callbacks: TakCallbacks, context: ssl.SSLContext | None) -> None:
        super().__init__(settings, callbacks)
        self._context = context

    async def _serve(self) -> str:
        told = self._settings
        more: dict[str, Any] = {}
        if self._context is not None:
            more = {"ssl": self._context, "server_hostname": told.server_name or told.host}
        async with asyncio.timeout(CONNECT_WITHIN_S):
            reader, writer = await asyncio.open_connection(told.host, told.port, **more)
        _notice_soon(writer)
        self._callbacks.on_change(True, "")
        reading = asyncio.create_task(self._read(reader))
        writing = asyncio.create_task(self._write(writer))
        try:
            done, _ = await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in (reading, writing):
                task.cancel()
            writer.transport.abort()
            await asyncio.gather(reading, writing, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader) -> str:
        splitter = CotSplitter()
        while data := await reader.read(_READ_BYTES):
            events = splitter.feed(data)
            for event in events:
                self._callbacks.on_event(event)
            await asyncio.sleep(self._budget.pause_s(len(events)))
        return "the other side closed it"

    async def _write(self, writer: asyncio.StreamWriter) -> str:
        while True:
            if due := await self._due():
                writer.write(b"".join(due))
                try:
                    async with asyncio.timeout(TAKEN_WITHIN_S):
                        await writer.drain()
                except TimeoutError:
                    return f"it took nothing for {TAKEN_WITHIN_S:.0f} s"


class GroupLink(TakLink):
    """Multicast UDP, an event a datagram."""

    async def _serve(self) -> str:
        told, loop = self._settings, asyncio.get_running_loop()
        transport, group = await loop.create_datagram_endpoint(
            lambda: _Group(self._heard), sock=_group_socket(told.host, told.port, told.interface)
        )
        self._callbacks.on_change(True, "")
        try:
            while not group.closed.done():
                for event in await self._due():
                    if len(event) <= LONGEST_DATAGRAM:
                        transport.sendto(event, (told.host, told.port))
            return group.closed.result()
        finally:
            transport.abort()

    def _heard(self, data: bytes) -> None:
        version = version_of(data)
        if version not in (None, VERSION):
            self._callbacks.on_strange(f"devices there speak protocol version {version}, which is not read")
        elif self._budget.allows():
            self._callbacks.on_event(data)


class _Group(asyncio.DatagramProtocol):
    def __init__(self, on_datagram: Callable[[bytes], None]) -> None:
        self._on_datagram = on_datagram
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._on_datagram(data)

    def error_received(self, exc: Exception) -> None:
        """The network is away, say: it may come back, and ``sendto`` of the next event tries it."""

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(str(exc) if exc else "closed")


class _Budget:
    """How much may be read in this second."""

    def __init__(self) -> None:
        self._began_s = float("-inf")
        self._count = 0

    def pause_s(self, count: int) -> float:
        """So long the next read has to wait after ``count`` more events."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._began_s >= 1.0:
            self._began_s, self._count = now_s, 0
        self._count += count
        return 0.0 if self._count < MOST_A_SECOND else max(0.0, self._began_s + 1.0 - now_s)

    def allows(self) -> bool:
        """Whether one more may be read now; datagrams that come too fast are lost."""
        return self.pause_s(1) == 0.0


def tak_link(settings: TakSettings, callbacks: TakCallbacks, context: ssl.SSLContext | None) -> TakLink:
    """``context``: for TLS."""
    if settings.transport is TakTransport.UDP:
        return GroupLink(settings, callbacks)
    return StreamLink(settings, callbacks, context)


def _group_socket(group: str, port: int, interface: str | None) -> socket.socket:
    """Bound, in the group, on an interface. Other programs of this computer may listen too.

    Raises:
        OSError: there is no such interface, or no network.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "darwin":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        own = socket.inet_aton(interface or "0.0.0.0")
        made.bind(("", port))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton(group), own))
        if interface is not None:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TTL)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
    except OSError:
        made.close()
        raise
    return made


def _notice_soon(writer: asyncio.StreamWriter) -> None:
    """A server that vanished is noticed in seconds, where the system can."""
    sock = writer.get_extra_info("socket")
    if sock is None:
        return
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(TAKEN_WITHIN_S * 1000))
