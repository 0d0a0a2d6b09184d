"""The routes by which orders are given; a page without orders has none of them.

Who asks is known by a cookie that no script reads and no other site sends (HttpOnly, SameSite=Strict). What changes
something is taken only from a page of this very server, as JSON, under a heading that a form of elsewhere cannot send.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dronectl.errors import DronectlError
from dronectl.web.guard import body_of, is_same_origin

COOKIE = "dronectl_session"
HEADING = "x-dronectl"
MOST_BODY_BYTES = 16_000
BODY_WITHIN_S = 10.0
LASTS_S = 12 * 3600
STATUS = {1: 500, 2: 400, 3: 409, 4: 504, 5: 409, 6: 409, 130: 503}
"""Of an answer, by the exit code of what is told."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """``secret``: what the browser is to keep; empty: it was refused; ``wait_s``: until it may be tried again."""

    secret: str = ""
    person: str = ""
    wait_s: float = 0.0


class OrderRoom(Protocol):
    """What the routes ask. ``who`` is whatever :meth:`who` gave; bodies come as they are. Each raises a
    :class:`~dronectl.errors.DronectlError`, which is told."""

    def log_in(self, body: bytes, place: str) -> LoggedIn: ...

    def log_out(self, who: Any) -> None: ...

    def who(self, secret: str) -> Any | None:
        """Who may order; None: nobody."""

    def person(self, who: Any) -> str: ...

    async def offer(self, who: Any, body: bytes) -> Mapping[str, Any]: ...

    def look(self, who: Any, id_: str) -> Mapping[str, Any]: ...

    async def take_back(self, who: Any, id_: str) -> None: ...

    def confirm(self, who: Any, id_: str, body: bytes) -> Mapping[str, Any]: ...

    def see(self, who: Any, body: bytes) -> None: ...


def order_routes(room: OrderRoom) -> list[Route]:
    """All that can move something, and logging in and out."""

    async def me(request: Request) -> Response:
        who = room.who(request.cookies.get(COOKIE, ""))
        return JSONResponse({"person": None if who is None else room.person(who)})

    async def login(request: Request) -> Response:
        if (refused := _refused(request)) is not None:
            return refused
        body = await body_of(request, MOST_BODY_BYTES, BODY_WITHIN_S)
        if body is None:
            return _told(413, "too large", "")
        entry = room.log_in(body, place_of(request))
        if not entry.secret:
            wait_s = math.ceil(entry.wait_s)
            words = f"wait {wait_s} s" if wait_s else "name or token are wrong"
            return _told(429 if wait_s else 401, words, "", {"Retry-After": str(wait_s)} if wait_s else {})
        answer = JSONResponse({"person": entry.person})
        is_safe = request.headers.get("origin", "").startswith("https:")
        answer.set_cookie(
            COOKIE, entry.secret, max_age=LASTS_S, path="/", httponly=True, samesite="strict", secure=is_safe
        )
        return answer

    async def logout(_request: Request, who: Any, _body: bytes) -> Response:
        room.log_out(who)
        answer = JSONResponse({"person": None})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    async def offer(_request: Request, who: Any, body: bytes) -> Response:
        return JSONResponse(await room.offer(who, body), 201)

    async def look(request: Request) -> Response:
        who = room.who(request.cookies.get(COOKIE, ""))
        if who is None:
            return _told(401, "nobody is logged in", "log in")
        try:
            return JSONResponse(room.look(who, request.path_params["id"]))
        except DronectlError as error:
            return told_error(error)

    async def confirm(request: Request, who: Any, body: bytes) -> Response:
        return JSONResponse(room.confirm(who, request.path_params["id"], body), 202)

    async def take_back(request: Request, who: Any, _body: bytes) -> Response:
        await room.take_back(who, request.path_params["id"])
        return JSONResponse({})

    async def seen(_request: Request, who: Any, body: bytes) -> Response:
        room.see(who, body)
        return JSONResponse({})

    def by_a_person(do: Callable[[Request, Any, bytes], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        """Only for who is logged in, and asks from a page of this server."""

        async def handle(request: Request) -> Response:
            if (refused := _refused(request)) is not None:
                return refused
            who = room.who(request.cookies.get(COOKIE, ""))
            if who is None:
                return _told(401, "nobody is logged in", "log in")
            body = await body_of(request, MOST_BODY_BYTES, BODY_WITHIN_S)
            if body is None:
                return _told(413, "too large", "")
            try:
                return await do(request, who, body)
            except DronectlError as error:
                return told_error(error)

        return handle

    return [
        Route("/api/me", me),
        Route("/api/login", login, methods=["POST"]),
        Route("/api/logout", by_a_person(logout), methods=["POST"]),
        Route("/api/orders", by_a_person(offer), methods=["POST"]),
        Route("/api/orders/{id}", look),
        Route("/api/orders/{id}", by_a_person(confirm), methods=["POST"]),
        Route("/api/orders/{id}", by_a_person(take_back), methods=["DELETE"]),
        Route("/api/seen", by_a_person(seen), methods=["POST"]),
    ]


def told_error(error: DronectlError) -> Response:
    """As ``--json`` tells it."""
    return JSONResponse({"error": error.as_json()}, STATUS.get(error.exit_code, 500))


def place_of(request: Request) -> str:
    """From where somebody asks."""
    return "unknown" if request.client is None else request.client.host


def _refused(request: Request) -> Response | None:
    """What does not come from a page of this server."""
    if not is_same_origin(request):
        return _told(403, "this comes from another page", "open the page itself")
    if request.headers.get(HEADING) != "1":
        return _told(403, f"without the heading {HEADING}", "open the page itself")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        return _told(415, "what is sent here is JSON", "")
    return None


def _told(status: int, message: str, hint: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"message": message, "hint": hint}}, status, headers=headers)
