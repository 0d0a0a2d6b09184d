"""Who may reach what: every route of the page, with and without orders."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from quiet_rooms import QuietOrders, QuietRoom
from starlette.routing import Route

from dronectl.errors import NotReady
from dronectl.web.app import make_app
from dronectl.web.guard import is_known_host
from dronectl.web.orders import COOKIE, order_routes

HOST = "http://localhost:8080"
SENT = {"origin": HOST, "x-dronectl": "1", "content-type": "application/json"}
MOVES = [("POST", "/api/orders"), ("POST", "/api/orders/x"), ("DELETE", "/api/orders/x")]
CHANGES = [*MOVES, ("POST", "/api/seen"), ("POST", "/api/logout")]


def ask(orders: QuietOrders | None, method: str, path: str, *, base: str = HOST, **how: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(QuietRoom(), "x", orders), client=("10.0.0.5", 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **how)

    return asyncio.run(main())


def routes(orders: QuietOrders | None) -> dict[str, set[str]]:
    guard = make_app(QuietRoom(), "x", orders)
    found: dict[str, set[str]] = {}
    for route in guard._app.routes:  # type: ignore[attr-defined]
        assert isinstance(route, Route)
        found.setdefault(route.path, set()).update(route.methods or ())
    return found


def test_without_orders_no_route_takes_anything_but_reports() -> None:
    """All routes, enumerated: whatever a later one adds has to be thought of here."""
    plain = routes(None)
    assert {path for path, methods in plain.items() if methods - {"GET", "HEAD"}} == {"/line", "/api/incidents"}
    more = routes(QuietOrders())
    assert {path for path in more if path not in plain} == {route.path for route in order_routes(QuietOrders())}


@pytest.mark.parametrize(("method", "path"), [*CHANGES, ("POST", "/api/login"), ("GET", "/api/me")])
def test_without_orders_the_routes_of_orders_are_not_there(method: str, path: str) -> None:
    answer = ask(None, method, path, headers={**SENT, "cookie": f"{COOKIE}=good"}, content=b"{}")
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize(
    ("spoiled", "status"),
    [
        ({"cookie": ""}, 401),
        ({"cookie": f"{COOKIE}=forged"}, 401),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:9090"}, 403),
        ({"origin": None}, 403),
        ({"x-dronectl": None}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_is_not_asked_by_the_page_itself_reaches_nobody(
    method: str, path: str, spoiled: Mapping[str, str | None], status: int
) -> None:
    orders = QuietOrders()
    headers = {**SENT, "cookie": f"{COOKIE}=good", **spoiled}
    answer = ask(orders, method, path, headers={k: v for k, v in headers.items() if v is not None}, content=b"{}")
    assert answer.status_code == status
    assert orders.asked == []


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_who_is_logged_in_reaches_the_desk(method: str, path: str) -> None:
    orders = QuietOrders()
    answer = ask(orders, method, path, headers={**SENT, "cookie": f"{COOKIE}=good"}, content=b"{}")
    assert answer.status_code in (200, 201, 202)
    assert len(orders.asked) == 1


def test_a_login_sets_a_cookie_that_no_script_and_no_other_site_has() -> None:
    orders = QuietOrders()
    answer = ask(orders, "POST", "/api/login", headers=SENT, content=b"good")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert "secure" not in cookie, "a browser keeps none of a page without TLS otherwise"
    by_proxy = ask(orders, "POST", "/api/login", headers={**SENT, "origin": "https://localhost:8080"}, content=b"good")
    assert "secure" in by_proxy.headers["set-cookie"].lower()
    assert orders.asked == [("login", b"good", "10.0.0.5")] * 2
    refused = ask(orders, "POST", "/api/login", headers=SENT, content=b"bad")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "4")
    assert "set-cookie" not in refused.headers
    elsewhere = ask(orders, "POST", "/api/login", headers={**SENT, "origin": "http://evil.example"}, content=b"good")
    assert elsewhere.status_code == 403


def test_what_went_wrong_is_told_as_by_json() -> None:
    orders = QuietOrders(NotReady("alpha: no", hint="look"))
    answer = ask(orders, "POST", "/api/orders", headers={**SENT, "cookie": f"{COOKIE}=good"}, content=b"{}")
    assert answer.status_code == 409
    assert answer.json()["error"] == {"code": 6, "kind": "not_ready", "message": "alpha: no", "hint": "look"}


def test_a_body_that_is_too_large_is_not_read() -> None:
    orders = QuietOrders()
    headers = {**SENT, "cookie": f"{COOKIE}=good"}
    assert ask(orders, "POST", "/api/orders", headers=headers, content=b"x" * 20_000).status_code == 413
    assert orders.asked == []


@pytest.mark.parametrize("path", ["/", "/api/picture", "/api/ground", "/api/me", "/api/login", "/no"])
def test_a_name_of_elsewhere_is_refused_and_an_address_is_not(path: str) -> None:
    """A page of elsewhere whose name leads here is not taken for ours (DNS rebinding)."""
    method = "POST" if path == "/api/login" else "GET"
    evil = ask(QuietOrders(), method, path, base="http://evil.example:8080", headers=SENT)
    assert evil.status_code == 421
    for base in ("http://192.168.1.7:8080", "http://[fe80::1]:8080", "http://LOCALHOST."):
        assert ask(QuietOrders(), method, path, base=base).status_code != 421


def test_line_and_reports_come_by_any_name() -> None:
    for path in ("/line", "/api/incidents"):
        assert ask(None, "POST", path, base="https://control-room.example").status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/picture", "/api/ground", "/lib/leaflet.js", "/no", "/api/orders"])
def test_every_answer_has_its_headers(path: str) -> None:
    answer = ask(QuietOrders(), "GET", path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert re.search("no-store|max-age", answer.headers["cache-control"])


def test_the_page_says_by_its_policy_who_may_frame_it_and_what_runs() -> None:
    policy = ask(QuietOrders(), "GET", "/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        ("localhost", True), ("localhost:80", True), ("127.0.0.1:8080", True), ("[::1]:8080", True), ("::1", True),
        ("", False), ("evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example:80", False),
        ("[::1", True), ("127.0.0.1:80:80", False), ("0x7f.1", False),
    ],
)  # fmt: skip
def test_hosts(host: str, is_known: bool) -> None:
    assert is_known_host(host, {"localhost"}) is is_known
