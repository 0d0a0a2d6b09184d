"""A connection to TAK around an open fleet: the fleet is told, officers are heard, and what becomes of it is said.

Of several processes of a workspace the first one does it all; another tells what it alone knows (the routes of what it
flies), until it is its turn. All tasks share the loop that flies, and none of its work waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from dronectl.errors import DronectlError, StorageError
from dronectl.formats.tak.cot_protobuf import read_protobuf, version_of
from dronectl.formats.tak.cot_xml import read_cot
from dronectl.link.tak.tak_link import TakCallbacks, tak_link
from dronectl.model.incidents.errand import FlownErrand
from dronectl.model.incidents.incident import Incident
from dronectl.model.picture import DronePicture, FlightPhase
from dronectl.model.plan.flown_sortie import FlownSortie
from dronectl.model.site import Site
from dronectl.model.tak.settings import TakSettings, Told
from dronectl.model.text import shown_time
from dronectl.ops.common.events import Event, Listener, Note, PictureEvent
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.tak.fleet_events import drone_event, footprint_event, uid_of
from dronectl.ops.tak.ground_events import errand_events, incident_events, route_events, station_event, zone_events
from dronectl.ops.tak.officers import OfficersFold
from dronectl.ops.tak.shared_officers import last_written, write_known
from dronectl.sinks.tak_board import TakBoard
from dronectl.storage.file_lock import lock_file

if TYPE_CHECKING:
    import ssl

LOCK = Path("flights") / "outbox" / "tak.lock"
TURN_EVERY_S = 1.0
INCIDENTS_EVERY_S = 3.0
WRITTEN_EVERY_S = 1.0
SAID_EVERY_S = 5.0
"""That somebody listens is written so often, whether anybody was heard or not."""
_EARLY = 0.05
"""Pictures come at a pace of their own: one that is early by this share of the time between is taken."""


@dataclass(frozen=True, slots=True)
class TakSources:
    """Where what is told comes from. ``site``, ``incidents`` and ``errands``, those that are not over by the clock, are
    read in a thread."""

    root: Path
    site: Callable[[], Site]
    incidents: Callable[[Site], list[Incident]] = lambda _site: []
    errands: Callable[[], list[FlownErrand]] = list
    flown: FlownSortie | None = None
    now: Callable[[], datetime] = shown_time.now


@asynccontextmanager
async def tak_session(
    settings: TakSettings, context: ssl.SSLContext | None, sources: TakSources, listener: Listener
) -> AsyncIterator[TakSession]:
    """Within: connected, or trying to. ``context``: for TLS."""
    session = TakSession(settings, context, sources, listener)
    tasks = [asyncio.create_task(work, name=f"tak {settings.url}") for work in session.works()]
    for task in tasks:
        task.add_done_callback(session.on_end)
    try:
        yield session
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))
        await to_the_end(session.leave())


@dataclass
class TakSession:
    """One process's. :meth:`on_event` takes the pictures of the fleet."""

    settings: TakSettings
    context: ssl.SSLContext | None
    sources: TakSources
    listener: Listener
    is_up: bool = False
    why: str = "not connected yet"
    _site: Site | None = None
    _told_s: float = float("-inf")
    _said: str = ""
    _heard_anew: bool = False
    _drones: dict[str, DronePicture] = field(default_factory=dict)
    _over: dict[str, datetime] = field(default_factory=dict)
    """When a drone was seen on the ground last: what it was sent on before is over."""
    _lock: IO[bytes] | None = None
    _turn: asyncio.Event = field(default_factory=asyncio.Event)
    board: TakBoard = field(init=False)
    officers: OfficersFold = field(init=False)

    def __post_init__(self) -> None:
        self.board = TakBoard(self.sources.now)
        self.officers = OfficersFold(f"{uid_of(self.settings.callsign, '')}.")
        callbacks = TakCallbacks(self.board.take, self._on_event, self._on_change, self._say)
        self._link = tak_link(self.settings, callbacks, self.context)
        self.board.wake = self._link.wake

    @property
    def is_ours(self) -> bool:
        """Whether it is this process that tells all and listens."""
        return self._turn.is_set()

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What goes on until it is cancelled."""
        return [self._connect(), self._tell_ground(), self._share()]

    def on_event(self, event: Event) -> None:
        """A picture of the fleet; nothing waits."""
        if not isinstance(event, PictureEvent) or not self.is_ours:
            return
        picture = event.picture
        if picture.now_s - self._told_s < (1.0 - _EARLY) / self.settings.rate_hz:
            return
        self._told_s = picture.now_s
        moment = self.sources.now()
        for drone in picture.drones:
            self._drones[drone.name] = drone
            if drone.phase in (FlightPhase.LANDED, FlightPhase.STANDING):
                self._over[drone.name] = moment
            self._tell(drone, moment)

    def on_end(self, task: asyncio.Task[None]) -> None:
        """A fault of ours ends what it is in, and is said: the fleet flies on."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.listener(Note(f"TAK {self.settings.url}: nothing more is done: {error!r}", level="error"))

    async def leave(self) -> None:
        """Nobody listens any more, which is written at once."""
        if self._lock is None:
            return
        if self.is_ours and self.settings.officers:
            await self._write("dronectl ended")
        self._lock.close()

    # What goes on

    async def _connect(self) -> None:
        """Once there is something to be told by this process."""
        if self.sources.flown is None or Told.ROUTES not in self.settings.tells:
            await self._turn.wait()
        await self._link.run()

    async def _tell_ground(self) -> None:
        """Zones and routes once the site is read, incidents again and again."""
        try:
            self._site = site = await asyncio.to_thread(self.sources.site)
        except DronectlError as error:
            self._say(f"zones, routes and footprints are not told: {error.message}", "warning")
            return
        tells, callsign, flown = self.settings.tells, self.settings.callsign, self.sources.flown
        if flown is not None and Told.ROUTES in tells:
            self.board.keep("routes", list(route_events(flown.plan, flown.sortie, flown.drones, site, callsign)))
        await self._turn.wait()
        self.board.keep("station", [station_event(site, callsign)])
        if Told.ZONES in tells:
            self.board.keep("zones", list(zone_events(site, callsign)))
        while Told.INCIDENTS in tells or Told.ROUTES in tells:
            if Told.INCIDENTS in tells:
                await self._tell_incidents(site)
            if Told.ROUTES in tells:
                errands = [one for one in await asyncio.to_thread(self.sources.errands) if self._is_flown(one)]
                self.board.keep("errands", list(errand_events(errands, site, callsign)))
            await asyncio.sleep(INCIDENTS_EVERY_S)

    async def _tell_incidents(self, site: Site) -> None:
        try:
            incidents = await asyncio.to_thread(self.sources.incidents, site)
        except DronectlError as error:
            self._say(f"incidents are not told: {error.message}", "warning")
        else:
            self.board.keep("incidents", list(incident_events(incidents, site, self.settings.callsign)))

    def _is_flown(self, errand: FlownErrand) -> bool:
        """As far as is heard: one that is not heard flies it by itself."""
        if self._over.get(errand.drone, errand.began) > errand.began:
            return False
        drone = self._drones.get(errand.drone)
        mode = None if drone is None else drone.sample.live().mode
        return mode is None or mode == "AUTO"

    async def _share(self) -> None:
        """Takes its turn; then writes where officers are for the other commands of the workspace."""
        await self._take_turn()
        self.officers.remember(await asyncio.to_thread(last_written, self.sources.root))
        loop, written_s = asyncio.get_running_loop(), float("-inf")
        while self.settings.officers:
            if self._heard_anew or loop.time() - written_s >= SAID_EVERY_S:
                self._heard_anew, written_s = False, loop.time()
                await self._write("" if self.is_up else self.why)
            await asyncio.sleep(WRITTEN_EVERY_S)

    async def _take_turn(self) -> None:
        path = self.sources.root / LOCK
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = path.open("ab")
        except OSError as error:
            raise StorageError(f"{path}: cannot be made: {error}") from error
        while not lock_file(self._lock):
            self._say("another dronectl of this workspace is connected already")
            await asyncio.sleep(TURN_EVERY_S)
        self._turn.set()

    async def _write(self, why: str) -> None:
        moment = self.sources.now()
        known = self.officers.all(moment)
        try:
            await asyncio.to_thread(write_known, self.sources.root, self.settings.url, why, known, moment)
        except StorageError as error:
            self._say(f"other commands do not know where officers are: {error.message}", "warning")

    # What is told and heard

    def _tell(self, drone: DronePicture, moment: datetime) -> None:
        site, tells, callsign = self._site, self.settings.tells, self.settings.callsign
        undulation = None if site is None else site.geoid_undulation_m
        if Told.DRONES in tells and (event := drone_event(drone, moment, callsign, undulation)) is not None:
            self.board.tell(event)
        known = None if site is None else site.drone(drone.name)
        if Told.FOOTPRINTS in tells and site is not None and known is not None:
            ground_m = site.ground_elevation_m + site.geoid_undulation_m
            if (seen := footprint_event(drone, known, moment, callsign, ground_m)) is not None:
                self.board.tell(seen)

    def _on_event(self, data: bytes) -> None:
        if not (self.settings.officers and self.is_ours):
            return
        event = read_cot(data) if version_of(data) is None else read_protobuf(data)
        if event is not None:
            self._heard_anew |= self.officers.take(event, self.sources.now())

    def _on_change(self, is_up: bool, why: str) -> None:
        changed, self.is_up, self.why = is_up != self.is_up, is_up, why
        if is_up:
            self.board.tell_all_anew()
        self._heard_anew |= changed
        self._say("connected" if is_up else f"not connected: {why}; drones fly on, and it is tried again")

    def _say(self, text: str, level: str = "info") -> None:
        """Once, until something else is to be said."""
        if text != self._said:
            self._said = text
            self.listener(Note(f"TAK {self.settings.url}: {text}", level=level))
