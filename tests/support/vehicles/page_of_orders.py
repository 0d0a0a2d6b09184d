"""The control room's page with orders, over the simulated fleet of a workspace, in virtual time and without sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from running_fleet import built_fleet, relink
from waiting import until

from dronectl.formats.maps.ground.document import ground_document
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.sharing.tokens import Token
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.background.desk import TileDesk
from dronectl.ops.common.events import Event
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import IntakeDesk, LineChannel
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.serving.access.people import PEOPLE_FILE, add_person
from dronectl.ops.serving.room import ControlRoom
from dronectl.ops.serving.serve import Ordering, Serving, orders_by_page
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.site.workspace import load_site
from dronectl.web.app import make_app

FIRST_PORT = 1_000
HOST = "http://localhost:8080"
SENT = {"origin": HOST, "x-dronectl": "1", "content-type": "application/json"}
"""What a browser adds to what the page itself sends."""


@dataclass
class Page:
    """What somebody at a browser does; each has cookies of their own."""

    sim: SimFleet
    fleet: FleetLink
    root: Path
    app: Any
    trail: AuditTrail
    intake: IntakeDesk
    zone: ZoneInfo
    told: list[Event] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def browser(self, place: str = "192.168.1.5") -> Browser:
        transport = httpx.ASGITransport(self.app, client=(place, 50_000))
        return Browser(self, httpx.AsyncClient(transport=transport, base_url=HOST))

    async def person(self, name: str = "somchai", place: str = "192.168.1.5") -> Browser:
        """Somebody who is logged in."""
        browser = self.browser(place)
        answer = await browser.post("/api/login", {"name": name, "token": self.tokens[name]})
        assert answer.status_code == 200, answer.text
        return browser

    def audit(self) -> list[dict[str, Any]]:
        self.trail.flush()
        log = AuditLog(audit_folder(self.root))
        assert log.verify().defect is None
        return [dict(line) for line in log.lines()]


@dataclass
class Browser:
    page: Page
    client: httpx.AsyncClient

    async def post(self, path: str, document: object | None = None, **headers: str) -> httpx.Response:
        return await self.client.post(
            path, content=json.dumps({} if document is None else document), headers={**SENT, **headers}
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def asked(self, **wanted: object) -> dict[str, Any]:
        """The question that follows a wish."""
        answer = await self.post("/api/orders", wanted)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def confirmed(self, question: dict[str, Any], choice: str = "") -> int:
        """The number of the order."""
        answer = await self.post(f"/api/orders/{question['id']}", {"choice": choice})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["number"])

    async def ended(self, number: int, *, stage: str = "done") -> dict[str, Any]:
        """The order once nothing of it is on its way."""
        found: dict[str, Any] = {}

        while not found or any(drone["stage"] == "going" for drone in found["drones"]):
            await asyncio.sleep(0.5)
            told = (await self.get("/api/picture")).json()["orders"]
            found = next((one for one in told if one["number"] == number), {})  # in the next picture at the latest
        assert {drone["stage"] for drone in found["drones"]} == {stage}, found
        return found


@asynccontextmanager
async def page_of(
    root: Path,
    *,
    orders: bool = True,
    people: tuple[str, ...] = ("somchai", "malee"),
    line: LineChannel | None = None,
    tokens_of: Sequence[Token] = (),
) -> AsyncIterator[Page]:
    """``root``: a copy of the workspace, whose links are changed. ``line``, ``tokens_of``: who may report."""
    sim = built_fleet(root, speedup=1.0, first_port=FIRST_PORT)
    relink(root, {name: f"tcp://127.0.0.1:{FIRST_PORT + number}" for number, name in enumerate(sim.servers)})
    site = load_site(root)
    tokens = {name: add_person(root / PEOPLE_FILE, name) for name in people}
    told: list[Event] = []
    book = IncidentBook(root, ZoneInfo(site.time_zone))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sim)
        fleet = await stack.enter_async_context(open_fleet(site.drones))
        vehicles = list(fleet.vehicles.values())
        await stack.enter_async_context(kept_streams(vehicles, 4.0))
        trail = stack.enter_context(AuditTrail(AuditLog(audit_folder(root)), "dronectl serve --orders", print))
        live = await stack.enter_async_context(LivePicture(vehicles, None, told.append, lambda: site))
        desk = stack.enter_context(IntakeDesk(site, book, line, b"salt", say=lambda _words: None))
        room = ControlRoom(site, live, book, desk, tokens_of, ground_document(site), TileDesk(site.root, site.map))
        asked = Serving(site.drones, site, book, "127.0.0.1", 8080)
        ordering = Ordering(root / PEOPLE_FILE, lambda: load_site(root), trail)
        by_page = orders_by_page(asked, ordering, fleet, live, room, told.append) if orders else None
        looking = asyncio.create_task(room.keep_looking())
        await until(lambda: all(vehicle.state.position is not None for vehicle in vehicles))
        await until(lambda: room.picture() != b"{}")
        try:
            yield Page(sim, fleet, root, make_app(room, site.name, by_page), trail, desk, book.zone, told, tokens)
        finally:
            if by_page is not None:
                await by_page.desk.finished()
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
