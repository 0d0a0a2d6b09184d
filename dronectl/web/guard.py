"""What every request has to pass, and what every answer carries."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""Of every answer; the page itself adds what a browser is to allow it."""
NOT_BY_BROWSERS = ("/line", "/api/incidents")
"""Each request there proves itself, by a signature or a token that no browser adds by itself: any host name will do."""


def own_names(listens: str, further: Collection[str] = ()) -> frozenset[str]:
    """Host names under which the page may be asked for: this computer's, and those that somebody gave it."""
    return frozenset(name.casefold() for name in ("localhost", socket.gethostname(), listens, *further) if name)


class Guard:
    """Refuses who asks under a strange name, and puts the headers on every answer.

    A page of elsewhere can make its own host name lead to this computer, and its browser then takes us for it (DNS
    rebinding); but it cannot make the browser ask for an address, or for our own name.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *(one for one in more if one[0] not in known)]
            await send(message)

        if scope["path"] not in NOT_BY_BROWSERS and not is_known_host(Request(scope).headers.get("host"), self._names):
            refusal = PlainTextResponse("this page is not known by that name; start it with --name", 421)
            await refusal(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)


def is_known_host(host: str | None, names: Collection[str]) -> bool:
    """Whether a Host header names this page: an address, or a name of its own."""
    name = _without_port(host or "")
    return name.casefold().rstrip(".") in names or _is_address(name)


def is_same_origin(request: Request) -> bool:
    """Whether a page of this very server asks: every browser says so of what changes something, and no other page can
    make it say so."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    return bool(host) and origin in (f"http://{host}", f"https://{host}")


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def body_of(request: Request, most_bytes: int, within_s: float) -> bytes | None:
    """None: it is too large, or comes too slowly, and was not read to its end."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most_bytes:
        return None
    read = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.stream():
                read += piece
                if len(read) > most_bytes:
                    return None
    except TimeoutError:
        return None
    return bytes(read)
