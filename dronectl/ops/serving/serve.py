"""The control room's page on the shared link, and the reports that come in by it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.link.fleet_link import open_fleet
from dronectl.link.signing.keys import write_private
from dronectl.model.fleet import Drone
from dronectl.model.site import Site
from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import IntakeDesk, LineChannel
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.recordings.black_box.box import BoxOf, no_box
from dronectl.ops.serving.room import ControlRoom
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.ops.telemetry.watched_identity import watched_identities
from dronectl.web.app import make_app
from dronectl.web.server import serving

if TYPE_CHECKING:
    from dronectl.link.sharing.tokens import Token

SALT_FILE = Path("flights") / ".reporter-salt"
"""In the workspace: what makes the hashes by which reporters are told apart."""
RATE_HZ = 4.0


@dataclass(frozen=True, slots=True)
class Serving:
    """What the command was asked for. ``tokens``: who may report by JSON."""

    drones: Sequence[Drone]
    site: Site
    book: IncidentBook
    host: str
    port: int
    tokens: Sequence[Token] = ()
    line: LineChannel | None = None
    duration_s: float | None = None
    black_box: BoxOf = no_box


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
                LivePicture(vehicles, None, listener, lambda: asked.site) as live,
                asked.black_box(fleet, listener),
            ):
                room = ControlRoom(asked.site, live, asked.book, desk, asked.tokens, ground)
                looking = asyncio.create_task(room.keep_looking())
                try:
                    async with serving(make_app(room, asked.site.name), asked.host, asked.port) as port:
                        host = f"[{asked.host}]" if ":" in asked.host else asked.host
                        on_open(f"http://{host}:{port}/")
                        with first_interrupt(ended.set):
                            await _until(looking, ended, asked.duration_s)
                finally:
                    looking.cancel()
                    await to_the_end(asyncio.gather(looking, return_exceptions=True))


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
