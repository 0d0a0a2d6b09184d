"""UDP links, whose peers are learned from what they send, or known from the start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.url import LinkKind, LinkUrl

_UDP_PEERS = 64


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
