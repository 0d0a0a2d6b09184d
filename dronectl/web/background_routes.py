"""The routes of what lies below the page's map: tiles as they are shown, and the names in them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dronectl.errors import DronectlError
from dronectl.model.ground.tiles import Tile

_KEPT_S = 86_400
"""By the browser: an address has the file's version in it."""


class Tiles(Protocol):
    """What these routes ask."""

    def document(self) -> Sequence[Mapping[str, Any]]:
        """Of each file, bottom to top."""

    async def picture(self, number: int, zoom: int, x: int, y: int, theme: str) -> Tile | None:
        """One tile."""

    async def names(self, number: int, zoom: int, x: int, y: int) -> Tile | None:
        """What is written in it."""


def background_routes(tiles: Tiles) -> list[Route]:
    """``/api/backgrounds``, ``/tiles/NUMBER/ZOOM/X/Y?theme=dark`` and ``/names/NUMBER/ZOOM/X/Y``."""

    async def backgrounds(_request: Request) -> Response:
        return JSONResponse(list(tiles.document()))

    async def picture(request: Request) -> Response:
        theme = request.query_params.get("theme", "dark")
        return await _answer(tiles.picture(*_address(request), theme))

    async def names(request: Request) -> Response:
        return await _answer(tiles.names(*_address(request)))

    address = "{number:int}/{zoom:int}/{x:int}/{y:int}"
    return [
        Route("/api/backgrounds", backgrounds),
        Route(f"/tiles/{address}", picture),
        Route(f"/names/{address}", names),
    ]


def _address(request: Request) -> tuple[int, int, int, int]:
    number, zoom, x, y = (int(request.path_params[key]) for key in ("number", "zoom", "x", "y"))
    return number, min(zoom, 99), x, y


async def _answer(asked: Awaitable[Tile | None]) -> Response:
    try:
        tile = await asked
    except DronectlError as error:
        document = {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}
        return JSONResponse(document, 422)
    kept = {"Cache-Control": f"private, max-age={_KEPT_S}"}
    if tile is None:
        return Response(status_code=204, headers=kept)
    policy = {"Content-Security-Policy": "default-src 'none'"}
    return Response(tile.data, media_type=tile.media_type, headers={**kept, **policy})
