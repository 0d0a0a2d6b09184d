"""The routes of the page, without sockets."""

from __future__ import annotations

import asyncio
import re
from importlib import resources
from typing import Any

import httpx
import pytest
from quiet_rooms import QuietRoom

from dronectl.web.app import MOST_BODY_BYTES, make_app


@pytest.fixture
def room() -> QuietRoom:
    return QuietRoom()


def ask(room: QuietRoom, method: str, path: str, **how: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(room, "ร้อยเอ็ด <Roi Et>", names=["page"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.request(method, path, **how)

    return asyncio.run(main())


def test_the_page_is_whole_and_may_reach_nothing_but_this_server(room: QuietRoom) -> None:
    page = ask(room, "GET", "/")
    assert "ร้อยเอ็ด &lt;Roi Et>" in page.text
    assert not re.search(r"{{|https?://(?!www\.w3\.org/2000/svg)", page.text)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'sha256-")
    assert "unsafe" not in policy


def test_picture_ground_and_trails(room: QuietRoom) -> None:
    assert ask(room, "GET", "/api/picture").json()["clock"] == "12:00:00 UTC+7"
    assert ask(room, "GET", "/api/ground").json() == {"name": "ร้อยเอ็ด"}
    assert ask(room, "GET", "/api/trails").json() == {"alpha": [[16.0, 103.6]]}


@pytest.mark.parametrize(("name", "kind"), [("leaflet.js", "text/javascript"), ("leaflet.css", "text/css")])
def test_the_map_library_comes_from_its_package(room: QuietRoom, name: str, kind: str) -> None:
    answer = ask(room, "GET", f"/lib/{name}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.content == (resources.files("xstatic.pkg.leaflet") / "data" / name).read_bytes()
    assert f"/lib/{name}" in ask(room, "GET", "/").text


def test_tiles(room: QuietRoom) -> None:
    assert ask(room, "GET", "/api/backgrounds").json()[0]["name"] == "streets"
    tile = ask(room, "GET", "/tiles/0/15/25819/14893?theme=light")
    assert (tile.text, tile.headers["content-type"]) == ("0/15/25819/14893/light", "image/svg+xml")
    assert tile.headers["content-security-policy"] == "default-src 'none'"  # an SVG may be opened by itself
    assert ask(room, "GET", "/names/0/15/25819/14893").json() == []
    assert ask(room, "GET", "/tiles/7/15/1/1").status_code == 204
    damaged = ask(room, "GET", "/tiles/0/9/1/1")
    assert (damaged.status_code, damaged.json()["error"]["message"]) == (422, "maps/x.pmtiles: a tile is damaged")
    assert damaged.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/tiles/0/15/1/a", "/tiles/0/15/1", "/tiles/-1/1/1/1"])
def test_an_address_that_is_none(room: QuietRoom, path: str) -> None:
    assert ask(room, "GET", path).status_code == 404


def test_line_is_answered_by_what_the_desk_says_of_the_raw_body(room: QuietRoom) -> None:
    sent = b'{"events": [ ]}\n'
    assert ask(room, "POST", "/line", content=sent, headers={"x-line-signature": "good"}).status_code == 200
    assert ask(room, "POST", "/line", content=sent).status_code == 401
    assert room.asked == [(sent, "good"), (sent, None)]


def test_a_report_needs_a_token(room: QuietRoom) -> None:
    assert ask(room, "POST", "/api/incidents", content=b"{}").status_code == 401
    assert ask(room, "POST", "/api/incidents", content=b"{}", headers={"authorization": "Basic x"}).status_code == 401
    assert room.asked == []
    answer = ask(room, "POST", "/api/incidents", content=b"{}", headers={"authorization": "Bearer abc"})
    assert (answer.status_code, answer.json()) == (201, {"number": "1201-01"})


@pytest.mark.parametrize("path", ["/line", "/api/incidents"])
def test_a_body_without_end_is_not_read_to_it(room: QuietRoom, path: str) -> None:
    huge = b"x" * (MOST_BODY_BYTES + 1)
    assert ask(room, "POST", path, content=huge, headers={"authorization": "Bearer abc"}).status_code == 413
    assert room.asked == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/line"), ("DELETE", "/api/incidents")])
def test_nothing_else_is_there(room: QuietRoom, method: str, path: str) -> None:
    assert ask(room, method, path).status_code == 405
