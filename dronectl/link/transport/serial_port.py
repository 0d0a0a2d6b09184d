"""Serial ports, which a radio is plugged into."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable

from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer, reason_of
from dronectl.link.transport.url import LinkUrl


class Serial(Endpoint):
    """``serial:``: asyncio has no serial ports on Windows, so a thread reads and another writes."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        super().__init__(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        self._outgoing: queue.SimpleQueue[bytes | None] | None = None

    async def _serve(self) -> str:
        import serial

        loop = asyncio.get_running_loop()
        port = await asyncio.to_thread(
            serial.serial_for_url,
            self.url.device,
            baudrate=self.url.baud,
            timeout=0.2,
            write_timeout=2.0,
            exclusive=True,  # two programs on one port each get a part of what comes
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
                tell(fell, reason_of(error))

        def write() -> None:
            try:
                while (data := outgoing.get()) is not None:
                    port.write(data)
            except OSError as error:
                tell(fell, reason_of(error))

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
