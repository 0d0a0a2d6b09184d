"""The control room's page on the shared link, and the reports that come in by it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.signing.keys import write_private
from dronectl.model.fleet import Drone
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.alarms.expected import ExpectedFlight
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.background.desk import TileDesk
from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import IntakeDesk, LineChannel
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.publishing.publish import NOT_PUBLISHED, Publish
from dronectl.ops.recordings.black_box.box import BoxOf, no_box
from dronectl.ops.serving.access.door import Door
from dronectl.ops.serving.order_room import OrdersByPage
from dronectl.ops.serving.orders.desk import OrderDesk
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.room import ControlRoom
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.ops.telemetry.watched_identity import watched_identities
from dronectl.web.app import make_app
from dronectl.web.guard import own_names
from dronectl.web.server import serving

if TYPE_CHECKING:
    from dronectl.link.sharing.tokens import Token

SALT_FILE = Path("flights") / ".reporter-salt"
"""In the workspace: what makes the hashes by which reporters are told apart."""
RATE_HZ = 4.0


@dataclass(frozen=True, slots=True)
class Serving:
    """What the command was asked for. ``tokens``: who may report by JSON; ``names``: further host names of the page."""

    drones: Sequence[Drone]
    site: Site
    book: IncidentBook
    host: str
    port: int
    tokens: Sequence[Token] = ()
    line: LineChannel | None = None
    duration_s: float | None = None
    black_box: BoxOf = no_box
    publish: Publish = NOT_PUBLISHED
    names: Sequence[str] = ()
    plan: Plan | None = None
    """That is flown today."""
    expected: Mapping[str, ExpectedFlight] | None = None
    """What that makes one expect of each drone now."""
    orders: Ordering | None = None
    """None: nothing is ordered by the page."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """``people``: the file of who may log in; ``load``: reads the whole workspace, checked; ``trail``: the audit log,
    which is open."""

    people: Path
    load: Callable[[], Site]
    trail: AuditTrail


async def serve(asked: Serving, listener: Listener, on_open: Callable[[str], None]) -> None:
    """Until Ctrl-C, or for ``duration_s``. ``on_open``: told where the page is.

    Raises:
        InputError: nobody can listen there. NotReady: the web server is not installed.
    """
    from dronectl.formats.maps.ground.document import ground_document

    ground = ground_document(asked.site)
    ended = asyncio.Event()
    async with open_fleet(asked.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        uids = {drone.name: drone.uid for drone in asked.drones}
        with IntakeDesk(
            asked.site, asked.book, asked.line, _salt(asked.site.root), say=lambda text: listener(_warning(text))
        ) as desk:
            async with (
                watched_identities(vehicles, uids, listener),
                kept_streams(vehicles, RATE_HZ, listener),
                asked.publish.of(listener) as heard,
                LivePicture(vehicles, asked.expected, heard, lambda: asked.site, shows=asked.publish.is_on) as live,
                asked.black_box(fleet, listener),
                TileDesk(asked.site.root, asked.site.map) as tiles,
            ):
                for one in tiles.backgrounds:
                    if one.problem:
                        listener(_warning(f"[map] files: {one.problem}: the page goes on without it"))
                room = ControlRoom(asked.site, live, asked.book, desk, asked.tokens, ground, tiles, plan=asked.plan)
                by_page = (
                    None if asked.orders is None else orders_by_page(asked, asked.orders, fleet, live, room, listener)
                )
                names = own_names(asked.host, asked.names)
                app = make_app(room, asked.site.name, by_page, names=names)
                async with _beside(room.keep_looking(), None if by_page is None else by_page.desk) as looking:
                    async with serving(app, asked.host, asked.port) as port:
                        host = f"[{asked.host}]" if ":" in asked.host else asked.host
                        on_open(f"http://{host}:{port}/")
                        with first_interrupt(ended.set):
                            await _until(looking, ended, asked.duration_s)
                    if by_page is not None:
                        await by_page.desk.finished()


def orders_by_page(
    asked: Serving, ordering: Ordering, fleet: FleetLink, live: LivePicture, room: ControlRoom, listener: Listener
) -> OrdersByPage:
    clock = asyncio.get_running_loop().time
    hands = Hands(
        fleet,
        asked.drones,
        ordering.load,
        asked.site,
        asked.book,
        ordering.trail,
        listener,
        clock,
        room.look_at_book,
    )
    desk = OrderDesk(hands, live.see)
    room.orders = desk
    door = Door(ordering.people, ordering.trail, lambda text: listener(_warning(text)), clock)
    return OrdersByPage(door, desk)


@asynccontextmanager
async def _beside(looking: Coroutine[Any, Any, None], desk: OrderDesk | None) -> AsyncIterator[asyncio.Task[None]]:
    """Within: the picture is kept up, questions that nobody answers are dropped, and the geometry engine is loaded."""
    tasks = [asyncio.create_task(looking)]
    if desk is not None:
        tasks += [asyncio.create_task(desk.keep_clean()), asyncio.create_task(desk.warm_up())]
    try:
        yield tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))


async def _until(looking: asyncio.Task[None], ended: asyncio.Event, duration_s: float | None) -> None:
    """It was ended, or so much time has passed; a fault of the picture is raised."""
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait({looking, ending}, timeout=duration_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
    if looking.done():
        looking.result()


def _warning(text: str) -> Note:
    return Note(text, level="warning")


def _salt(root: Path) -> bytes:
    """Made once, and kept: the same reporter is the same tomorrow."""
    path = root / SALT_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_hex(32))
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
