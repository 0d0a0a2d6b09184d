"""Bare frames to a URL, for replays: no fleet, no protocol, no heartbeat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dronectl.errors import NoAnswer
from dronectl.link.transport.endpoint import Callbacks, Peer
from dronectl.link.transport.endpoints import endpoint_for
from dronectl.link.transport.url import parse_link


@asynccontextmanager
async def open_sender(url: str, *, connect_timeout_s: float = 5.0) -> AsyncIterator[Callable[[bytes], None]]:
    """Gives a function that sends bytes to the other end; on ``tcpin`` and ``udpin`` to all who have come.

    Raises:
        InputError: a wrong URL. NoAnswer: the other end cannot be reached.
    """

    def ignore_bytes(_data: bytes, _peer: Peer) -> None:
        """What the other end says is of no interest."""

    callbacks = Callbacks(ignore_bytes, lambda: None, lambda _reason: None, lambda _peer: None)
    endpoint = endpoint_for(parse_link(url), callbacks, reconnect=False, connect_timeout_s=connect_timeout_s)
    try:
        await endpoint.open()
        if not endpoint.is_up:
            raise NoAnswer(f"no link to {url}: {endpoint.down_reason}")
        yield lambda data: endpoint.send(data, None)
    finally:
        await endpoint.close()
