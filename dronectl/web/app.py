"""The routes. Pages and pictures are read by whoever reaches them; reports need LINE's signature or a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from importlib import resources
from typing import Any, Protocol

from dronectl.errors import DronectlError, InputError
from dronectl.web.map_library import map_library

try:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Route
except ImportError as error:
    raise InputError(
        "the page needs a web server, which is not installed", hint="pip install 'dronectl[serve]'"
    ) from error

MOST_BODY_BYTES = 1_000_000
_PARTS = (("names.js", "backgrounds.js", "map.js", "page.js"), ("page.css", "map.css"))
"""Scripts and styles of the page, in this order; all of them are one scope."""
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


class Room(Protocol):
    """What the routes ask."""

    def picture(self) -> Mapping[str, Any]:
        """All that the page shows, as one document."""

    async def changed(self, after: int) -> int:
        """Returns the number of the latest picture once it is another than ``after``."""

    @property
    def ground(self) -> Mapping[str, Any]:
        """What lies on the site, for the page's map."""

    def trails(self) -> Mapping[str, Any]:
        """Where each drone was: for a page that was just opened, which goes on by itself."""

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        """What LINE is answered."""

    async def take_report(self, body: bytes, token: str) -> tuple[int, Mapping[str, Any]]:
        """The status and document that another program is answered."""


def make_app(room: Room, title: str) -> Starlette:
    """The application."""
    page, policy = _page(title)
    files_of_leaflet = map_library()

    async def index(_request: Request) -> Response:
        return HTMLResponse(page, headers={**_HEADERS, "Content-Security-Policy": policy, "Cache-Control": "no-store"})

    async def ground(_request: Request) -> Response:
        return JSONResponse(room.ground, headers=_HEADERS)

    async def trails(_request: Request) -> Response:
        return JSONResponse(room.trails(), headers={**_HEADERS, "Cache-Control": "no-store"})

    async def library(request: Request) -> Response:
        body, kind = files_of_leaflet[request.url.path]
        return Response(body, media_type=kind, headers={**_HEADERS, "Cache-Control": "max-age=3600"})

    async def picture(_request: Request) -> Response:
        return JSONResponse(room.picture(), headers={**_HEADERS, "Cache-Control": "no-store"})

    async def stream(_request: Request) -> Response:
        async def pictures() -> AsyncIterator[str]:
            number = -1
            while True:
                number = await room.changed(number)
                yield f"id: {number}\ndata: {json.dumps(room.picture(), ensure_ascii=False)}\n\n"

        headers = {**_HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(pictures(), media_type="text/event-stream", headers=headers)

    async def line(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        status = room.take_webhook(body, request.headers.get("x-line-signature"))
        return PlainTextResponse("" if status == 200 else "refused", status)

    async def report(request: Request) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return JSONResponse({"error": {"message": "no token"}}, 401, headers={"WWW-Authenticate": "Bearer"})
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": {"message": f"more than {MOST_BODY_BYTES} bytes"}}, 413)
        status, document = await room.take_report(body, token.strip())
        return JSONResponse(document, status, headers=_HEADERS)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/api/ground", ground),
            Route("/api/trails", trails),
            *(Route(path, library) for path in files_of_leaflet),
            Route("/api/picture", picture),
            Route("/api/stream", stream),
            Route("/api/incidents", report, methods=["POST"]),
            Route("/line", line, methods=["POST"]),
        ]
    )


def error_document(error: DronectlError) -> dict[str, Any]:
    """As ``--json`` tells it."""
    return {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}


def same(a: str, b: str) -> bool:
    """Whether two secrets are one, in a time that tells nothing."""
    return hmac.compare_digest(a.encode("utf-8", "replace"), b.encode("utf-8", "replace"))


async def _body(request: Request) -> bytes | None:
    """None: it is too large, and was not read to its end."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > MOST_BODY_BYTES:
            return None
    return bytes(read)


def _page(title: str) -> tuple[str, str]:
    """The page, whole, and what a browser is to allow it: its own scripts and styles, this server, and nothing else."""
    files = resources.files("dronectl.web") / "page"
    script, style = ("\n".join((files / name).read_text(encoding="utf-8") for name in names) for names in _PARTS)
    html = (files / "page.html").read_text(encoding="utf-8")
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    page = html.replace("{{title}}", shown).replace("{{style}}", style).replace("{{script}}", script)
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src 'self'; script-src '{_hash(script)}' 'self'; "
        f"style-src '{_hash(style)}' 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
