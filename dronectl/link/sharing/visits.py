"""Who came in at a door: each has a task of its own, and none holds the others up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dronectl.link.sharing.holder import Holder
from dronectl.link.sharing.records import BadRecord, Kind, packed

STILL_HERE_EVERY_S = 0.5
_MOST_UNSENT_BYTES = 1 << 20


@dataclass(eq=False)
class Visitor:
    """One who came in."""

    writer: asyncio.StreamWriter
    who: Holder

    def tell(self, record: bytes) -> None:
        """One that reads nothing for so long is cut off: it comes again, and holds nobody up meanwhile."""
        transport = self.writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
            transport.abort()
        else:
            self.writer.write(record)


class Visits:
    """``serve`` is given each who comes, until they leave; what is no record of theirs ends their visit, and is told
    them."""

    def __init__(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # A handler's task that ends cancelled, or with a reset connection, would be logged as a fault.
            with contextlib.suppress(asyncio.CancelledError, OSError):
                try:
                    await self._serve(reader, writer)
                except BadRecord as error:
                    writer.write(packed(Kind.REFUSED, f"what was said there is not understood: {error}"))
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
