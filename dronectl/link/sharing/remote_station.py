"""A station on another computer, as a port: ``shared://HOST:PORT``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dronectl.errors import DronectlError
from dronectl.link.sharing.guest import Guest
from dronectl.link.sharing.holder import Holder, holder_from_json
from dronectl.link.sharing.joiner import FROZEN_AFTER_S
from dronectl.link.sharing.records import (
    PROTOCOL,
    BadRecord,
    Kind,
    Record,
    RecordReader,
    frame_body,
    frame_of_body,
    packed,
)
from dronectl.link.sharing.tokens import own_secret, proof
from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.url import LinkUrl

_READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class RemoteCallbacks:
    """What it tells besides what a port does."""

    on_sent: Callable[[bytes, str], None]
    on_denied: Callable[[int, str], None]
    """A frame to this system was not sent, and why."""


class RemoteStation(Endpoint):
    """The station signs, judges and beats. ``drones`` and ``us`` are told it."""

    def __init__(
        self, url: LinkUrl, callbacks: Callbacks, remote: RemoteCallbacks, us: Holder, *, reconnect: bool,
        connect_timeout_s: float,
    ) -> None:  # fmt: skip
        super().__init__(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        self.drones: Sequence[Guest] = ()
        self.station: Holder | None = None
        self._remote = remote
        self._us = us
        self._writer: asyncio.StreamWriter | None = None

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._writer is not None and not self._writer.transport.is_closing():
            self._writer.write(packed(Kind.FRAME, frame_body(data, "")))

    async def _serve(self) -> str:
        found = RecordReader()
        waiting: list[Record] = []
        async with asyncio.timeout(self._connect_timeout_s):
            reader, writer = await asyncio.open_connection(self.url.host, self.url.port)
        try:
            while True:
                try:
                    async with asyncio.timeout(FROZEN_AFTER_S):
                        data = await reader.read(_READ_BYTES)
                except TimeoutError:
                    return f"the station has said nothing for {FROZEN_AFTER_S:g} s"
                if not data:
                    return "the station closed it"
                waiting += found.feed(data)
                for record in waiting:
                    if why := self._take(record, writer):
                        return why
                waiting.clear()
        except BadRecord:
            return "what answers there is no dronectl station"
        except DronectlError as error:
            return error.message
        finally:
            self._writer = None
            writer.close()

    def _take(self, record: Record, writer: asyncio.StreamWriter) -> str:
        """Empty; or why the connection ends."""
        match record.kind:
            case Kind.CHALLENGE:
                hello = {
                    **self._us.as_json(),
                    "protocol": PROTOCOL,
                    "proof": proof(own_secret(), record.text()),
                    "drones": [guest.as_json() for guest in self.drones],
                }
                writer.write(packed(Kind.HELLO, hello))
            case Kind.WELCOME:
                self.station, self._writer = holder_from_json(record.json()), writer
                self._up()
            case Kind.REFUSED:
                return record.text()
            case Kind.FRAME:
                self._callbacks.on_bytes(frame_of_body(record.body)[0], None)
            case Kind.SENT:
                raw, who, _age_s = frame_of_body(record.body)
                self._remote.on_sent(raw, who)
            case Kind.DENIED:
                self._remote.on_denied(*record.of_drone("why"))
        return ""
