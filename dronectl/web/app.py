"""The routes. Pages and pictures are read by whoever reaches them; reports need LINE's signature or a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Collection, Mapping
from importlib import resources
from typing import Any, Protocol

from dronectl.errors import DronectlError, InputError
from dronectl.web.background_routes import Tiles, background_routes
from dronectl.web.map_library import map_library

try:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Route
    from starlette.types import ASGIApp

    from dronectl.web.guard import Guard, body_of, own_names
    from dronectl.web.orders import OrderRoom, order_routes
except ImportError as error:
    raise InputError(
        "the page needs a web server, which is not installed", hint="pip install 'dronectl[serve]'"
    ) from error

MOST_BODY_BYTES = 1_000_000
BODY_WITHIN_S = 10.0
MOST_STREAMS = 100
"""So many screens at once."""
_PARTS = (
    ("names.js", "backgrounds.js", "map.js", "words.js", "panels.js", "orders.js", "page.js"),
    ("page.css", "map.css", "orders.css"),
)
"""Scripts and styles of the page, in this order; all of them are one scope."""


class Room(Protocol):
    """What the routes ask."""

    def picture(self) -> bytes:
        """All that the page shows, as one JSON document in one line; made once, whoever asks."""

    async def changed(self, after: int) -> int:
        """Returns the number of the latest picture once it is another than ``after``."""

    @property
    def ground(self) -> Mapping[str, Any]:
        """What lies on the site, for the page's map."""

    @property
    def tiles(self) -> Tiles:
        """What lies below the site."""

    def trails(self) -> Mapping[str, Any]:
        """Where each drone was: for a page that was just opened, which goes on by itself."""

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        """What LINE is answered."""

    async def take_report(self, body: bytes, token: str) -> tuple[int, Mapping[str, Any]]:
        """The status and document that another program is answered."""


def make_app(
    room: Room, title: str, orders: OrderRoom | None = None, *, names: Collection[str] = own_names("")
) -> ASGIApp:
    """The application. ``orders`` None: it has no route that moves anything; ``names``: host names that it goes by."""
    page, policy = _page(title, may_order=orders is not None)
    files_of_leaflet = map_library()
    streams = 0

    async def index(_request: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def nothing(_request: Request) -> Response:
        """The icon that every browser asks for."""
        return Response(status_code=204)

    async def ground(_request: Request) -> Response:
        return JSONResponse(room.ground)

    async def trails(_request: Request) -> Response:
        return JSONResponse(room.trails())

    async def library(request: Request) -> Response:
        body, kind = files_of_leaflet[request.url.path]
        return Response(body, media_type=kind, headers={"Cache-Control": "max-age=3600"})

    async def picture(_request: Request) -> Response:
        return Response(room.picture(), media_type="application/json")

    async def stream(_request: Request) -> Response:
        if streams >= MOST_STREAMS:
            return PlainTextResponse("too many screens", 503, headers={"Retry-After": "10"})

        async def pictures() -> AsyncIterator[bytes]:
            """One at a time, and the newest when the last one is away: who reads slowly is shown fewer of them."""
            nonlocal streams
            streams += 1
            try:
                number = -1
                while True:
                    number = await room.changed(number)
                    yield b"id: %d\ndata: %b\n\n" % (number, room.picture())
            finally:
                streams -= 1

        return StreamingResponse(pictures(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def line(request: Request) -> Response:
        body = await body_of(request, MOST_BODY_BYTES, BODY_WITHIN_S)
        if body is None:
            return PlainTextResponse("too large", 413)
        status = room.take_webhook(body, request.headers.get("x-line-signature"))
        return PlainTextResponse("" if status == 200 else "refused", status)

    async def report(request: Request) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return JSONResponse({"error": {"message": "no token"}}, 401, headers={"WWW-Authenticate": "Bearer"})
        body = await body_of(request, MOST_BODY_BYTES, BODY_WITHIN_S)
        if body is None:
            return JSONResponse({"error": {"message": f"more than {MOST_BODY_BYTES} bytes, or too slow"}}, 413)
        status, document = await room.take_report(body, token.strip())
        return JSONResponse(document, status)

    routes = Starlette(
        routes=[
            Route("/", index),
            Route("/favicon.ico", nothing),
            Route("/api/ground", ground),
            Route("/api/trails", trails),
            *(Route(path, library) for path in files_of_leaflet),
            *background_routes(room.tiles),
            Route("/api/picture", picture),
            Route("/api/stream", stream),
            Route("/api/incidents", report, methods=["POST"]),
            Route("/line", line, methods=["POST"]),
            *(order_routes(orders) if orders is not None else ()),
        ]
    )
    return Guard(routes, names)


def error_document(error: DronectlError) -> dict[str, Any]:
    """As ``--json`` tells it."""
    return {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}


def same(a: str, b: str) -> bool:
    """Whether two secrets are one, in a time that tells nothing."""
    return hmac.compare_digest(a.encode("utf-8", "replace"), b.encode("utf-8", "replace"))


def _page(title: str, *, may_order: bool) -> tuple[str, str]:
    """The page, whole, and what a browser is to allow it: its own scripts and styles, this server, and nothing else."""
    files = resources.files("dronectl.web") / "page"
    script, style = ("\n".join((files / name).read_text(encoding="utf-8") for name in names) for names in _PARTS)
    html = (files / "page.html").read_text(encoding="utf-8")
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    page = html.replace("{{title}}", shown).replace("{{style}}", style).replace("{{script}}", script)
    page = page.replace("{{orders}}", "yes" if may_order else "no")
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src '{_hash(script)}' 'self'; "
        f"style-src '{_hash(style)}' 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
