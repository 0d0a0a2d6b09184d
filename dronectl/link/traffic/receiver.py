"""One receiver that gives SBS text on TCP: connected to for ever, and its state told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dronectl.errors import InputError
from dronectl.formats.traffic.sbs import LONGEST_LINE_BYTES, read_sbs
from dronectl.link.transport.endpoint import Callbacks, Peer
from dronectl.link.transport.tcp import TcpClient
from dronectl.link.transport.url import LinkKind, parse_link
from dronectl.model.traffic import ReceiverPicture, TrafficReport

_CONNECT_TIMEOUT_S = 5.0
_STRANGE_LINES = 20
"""So many lines without one message of an aircraft are something else than SBS text."""


class TrafficReceiver:
    """``url``: ``tcp://host:30003``. Within, each report goes to ``on_report``; a receiver that is away is tried again.

    Raises:
        InputError: the URL is none, or of another kind.
    """

    def __init__(self, url: str, on_report: Callable[[TrafficReport], None]) -> None:
        link = parse_link(url)
        if link.kind is not LinkKind.TCP:
            raise InputError(f"traffic receiver {url}: not on TCP", hint="receivers give SBS text: tcp://host:30003")
        self.url = url
        self._on_report = on_report
        self._heard_s: float | None = None
        self._rest = b""
        self._understood = self._strange = 0
        callbacks = Callbacks(self._on_bytes, self._on_up, lambda _why: None, lambda _peer: None)
        self._endpoint = TcpClient(link, callbacks, reconnect=True, connect_timeout_s=_CONNECT_TIMEOUT_S)

    async def __aenter__(self) -> TrafficReceiver:
        await self._endpoint.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._endpoint.close()

    def picture(self) -> ReceiverPicture:
        """Whether it can be relied on now."""
        now_s = asyncio.get_running_loop().time()
        age_s = None if self._heard_s is None else now_s - self._heard_s
        if not self._endpoint.is_up:
            return ReceiverPicture(self.url, is_up=False, why=self._endpoint.down_reason, heard_age_s=age_s)
        is_strange = self._strange >= _STRANGE_LINES and not self._understood
        why = "what it says is no SBS text (port 30003 of most receivers)" if is_strange else ""
        return ReceiverPicture(self.url, is_up=True, why=why, heard_age_s=age_s)

    def _on_up(self) -> None:
        self._rest, self._understood, self._strange = b"", 0, 0

    def _on_bytes(self, data: bytes, _peer: Peer) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LONGEST_LINE_BYTES:]
        now_s = asyncio.get_running_loop().time()
        for line in lines:
            if line.strip():
                self._on_line(line[:LONGEST_LINE_BYTES].decode("ascii", "replace"), now_s)

    def _on_line(self, line: str, now_s: float) -> None:
        report = read_sbs(line, now_s, self.url)
        if report is None:
            self._strange += 1
            return
        self._understood += 1
        self._heard_s = now_s
        self._on_report(report)
