"""A TAK server in virtual time: it tells each client what the others say, as servers do, and may come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dronectl.formats.tak.cot_stream import CotSplitter
from dronectl.formats.tak.cot_xml import read_cot
from dronectl.model.tak.cot import CotEvent

PORT = 8087
BASE = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


def virtual_now() -> datetime:
    """The calendar's time of the loop."""
    return BASE + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass
class VirtualTak:
    """``heard``: all that came, with when."""

    heard: list[tuple[datetime, CotEvent, bytes]] = field(default_factory=list)
    connections: int = 0
    reads: bool = True
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @asynccontextmanager
    async def serve(self, port: int = PORT) -> AsyncIterator[None]:
        """There within."""
        server = await asyncio.start_server(self._client, "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()
            for writer in self._writers:
                writer.close()
            self._writers.clear()

    def say(self, data: bytes) -> None:
        """To every client."""
        for writer in self._writers:
            writer.write(data)

    def of(self, uid: str) -> list[tuple[datetime, CotEvent]]:
        return [(when, event) for when, event, _ in self.heard if event.uid == uid]

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        splitter = CotSplitter()
        with suppress(asyncio.CancelledError):
            while data := await reader.read(65_536):
                for one in splitter.feed(data):
                    event = read_cot(one)
                    assert event is not None, one
                    self.heard.append((virtual_now(), event, one))
