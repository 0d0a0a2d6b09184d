"""A drone to an incident: proposed, confirmed by a person, sent, seen there; each step goes into the book."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, Interrupted
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.incidents.errand import FlownErrand
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.model.text.shown_time import file_stamp, iso_z, now
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.control.gate import identify_to_command
from dronectl.ops.dispatch.arrival import LATE_FACTOR, LATE_S, Arrival
from dronectl.ops.dispatch.look import Looked
from dronectl.ops.dispatch.options import Option, Proposal, Wish
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, Operator
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.incidents.flown_errands import keep_errand
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claims
from dronectl.ops.telemetry.streams import kept_streams

if TYPE_CHECKING:  # what only a sending needs is loaded while a person reads what is proposed
    from dronectl.ops.dispatch.kept import Kept
    from dronectl.ops.dispatch.sending import Sent
    from dronectl.ops.items.logbook import Logbook

STREAM_HZ = 4.0


@dataclass(frozen=True)
class Dispatched:
    """A drone that was sent. ``times``: when what was seen; ``seconds``: after the person's word."""

    sent: Sent
    times: Mapping[IncidentEvent, datetime]
    seconds: Mapping[IncidentEvent, float]
    kept: Kept | None

    def as_json(self) -> dict[str, object]:
        option = self.sent.option
        return {
            **option.as_json(),
            "motion": self.sent.motion,
            "times": {f"{event}_utc": iso_z(time, timespec="milliseconds") for event, time in self.times.items()},
            "seconds": {str(event): round(seconds, 3) for event, seconds in self.seconds.items()},
            "left": None if self.kept is None else self.kept.as_json(),
        }


@dataclass
class Dispatch:
    """One incident's. ``book`` None: nothing is written down of it, as in a trial."""

    incident: Incident
    book: IncidentBook
    wish: Wish
    airspace: Airspace
    listener: Listener
    operator: Operator = NOTHING_SAID
    logbook: Logbook | None = None
    times: dict[IncidentEvent, datetime] = field(default_factory=dict)
    seconds: dict[IncidentEvent, float] = field(default_factory=dict)
    _began_s: float = 0.0
    _loading: asyncio.Future[None] | None = None
    _confirming: dict[str, asyncio.Task[dict[str, Identity]]] = field(default_factory=dict)
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "book of incidents"))

    def confirm_who(self, proposal: Proposal, vehicles: Mapping[str, VehicleLink]) -> None:
        """Begins to look thoroughly whether those who can go are who they should be, and ours to command: it takes a
        heartbeat of each, while a person reads what is proposed. So long the sending is loaded, too."""
        uids = {drone.name: drone.uid for drone in self.airspace.site.drones}
        self._loading = asyncio.ensure_future(asyncio.to_thread(_load_sending))
        for option in proposal.options:
            if option.can_go:
                confirming = identify_to_command([vehicles[option.name]], uids, self.listener)
                self._confirming[option.name] = asyncio.create_task(confirming)

    async def _confirmed(self, name: str) -> dict[str, Identity]:
        """Who it is.

        Raises:
            IdentityError: another aircraft answers. NotReady: another ground station has control. NoAnswer.
        """
        own = self._confirming.pop(name)
        await self.close()
        return await own

    async def close(self) -> None:
        """Nobody, or nobody else, is sent: what was begun for that ends."""
        tasks = list(self._confirming.values())
        self._confirming.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def proposed(self, proposal: Proposal) -> None:
        best = proposal.best
        self._note(
            IncidentEvent.PROPOSED,
            "" if best is None else best.name,
            "nobody can go" if best is None else f"there in {best.arrives_s:.0f} s",
            options=[one.as_json() for one in proposal.options],
            cameras=list(proposal.cameras),
        )

    async def send(self, looked: Looked, option: Option, vehicles: Mapping[str, VehicleLink]) -> Sent:
        """
        Raises:
            DronectlError: see :func:`dronectl.ops.dispatch.sending.send`; the book tells of it.
        """
        self._began_s = asyncio.get_running_loop().time()
        self._note(IncidentEvent.CONFIRMED, option.name, option.allowed_words)
        self.arrival = _arrival(vehicles[option.name], option, self.stage)
        try:
            return await self._send(looked, option, vehicles)
        except DronectlError as error:
            if isinstance(error, Interrupted):
                error.message += f"; {option.name}: it is in {vehicles[option.name].state.mode}"
            self._note(IncidentEvent.FAILED, option.name, error.message)
            raise
        except asyncio.CancelledError:
            mode = vehicles[option.name].state.mode
            words = f"stopped by the user while {option.name} was sent: it is in {mode}"
            self._note(IncidentEvent.FAILED, option.name, words)
            hint = f"'dronectl patrol resume --drone {option.name}' gives its patrol back"
            raise Interrupted(words, hint=hint if mode == "BRAKE" else "") from None
        finally:
            await self.close()

    async def _send(self, looked: Looked, option: Option, vehicles: Mapping[str, VehicleLink]) -> Sent:
        if self._loading is None:
            self.confirm_who(looked.proposal, vehicles)
        assert self._loading is not None
        await self._loading
        from dronectl.ops.dispatch.sending import Errands, send

        site = self.airspace.site
        identities = await self._confirmed(option.name)
        looked.officers.listener = self.listener  # what it has told is not told again
        errands = Errands(
            self.wish,
            self.airspace,
            looked.fleet,
            vehicles,
            looked.officers,
            Claims(site.root, self.listener),
            self.incident.number,
            site.root / "flights" / f"{file_stamp(now())}-dispatch-{self.incident.number}",
            self.listener,
            self.logbook,
            self.operator,
            {drone.name: drone.uid for drone in site.drones},
            identities,
        )
        async with self.arrival.watched():
            vehicle = vehicles[option.name]
            try:
                sent = await send(errands, option, self.arrival)
            finally:
                await to_the_end(errands.claims.end([vehicle], obeyed=vehicle.state.mode == "AUTO"))
        self._keep_errand(errands.folder, sent.option, looked)
        return sent

    def _keep_errand(self, folder: Path, option: Option, looked: Looked) -> None:
        """For whoever tells others where it flies; no order waits for the disk."""
        assert option.errand is not None
        ground, now_there = self.airspace.ground, looked.fleet.drones[option.name]
        home = now_there.present.home if now_there.is_flying else self.airspace.drone(option.name).home
        home_m = ground.site.ground_elevation_m + ground.relief.known_at(*ground.frame.point_to_xy(home))
        began = now()
        ends = began + timedelta(seconds=LATE_FACTOR * option.lands_s + LATE_S)
        mission, place = option.errand.mission, self.incident.place.name
        flown = FlownErrand(option.name, self.incident.number, place, mission, home_m, began, ends)
        self._write(lambda: keep_errand(folder, flown), option.name, "others are not told of its way")

    async def keep(self, sent: Sent) -> Kept | None:
        """The patrol that it left becomes a plan of its own, and its promise is held against that. What goes wrong is
        told: the drone is on its way."""
        from dronectl.ops.dispatch.kept import keep_rest

        if sent.left is None:
            return None
        option = sent.option
        away_s = option.arrives_s + option.stay_s
        try:
            return await asyncio.to_thread(keep_rest, sent.left, self.airspace.site, away_s, option.lands_s)
        except (DronectlError, OSError) as error:
            self.listener(Note(f"the rest of its patrol was not written: {error}", option.name, "error"))
            return None

    async def until(self, event: IncidentEvent, sent: Sent, expected_s: float) -> None:
        """Returns when that is seen.

        Raises:
            Refused, NoAnswer: it is not. Interrupted: cancelled; the drone flies on.
        """
        vehicle, name = self.arrival.vehicle, sent.option.name
        try:
            async with self.arrival.watched(), kept_streams([vehicle], STREAM_HZ, self.listener):
                await self.arrival.until(event, expected_s)
        except DronectlError as error:
            self._note(IncidentEvent.FAILED, name, error.message)
            raise
        except asyncio.CancelledError:
            raise Interrupted(f"stopped by the user; {name} flies its errand by itself, and home") from None

    def stage(self, event: IncidentEvent, drone: str, words: str) -> None:
        self._note(event, drone, words)
        if event is IncidentEvent.AIRBORNE:
            self.listener(Note(f"in the air {self.seconds[event]:.0f} s after the word", drone))

    def _note(self, event: IncidentEvent, drone: str, words: str, **details: object) -> None:
        """Into the book, by a thread: no order waits for the disk."""
        loop, moment = asyncio.get_running_loop(), now()
        self.times.setdefault(event, moment)
        self.seconds.setdefault(event, loop.time() - self._began_s)

        def note() -> None:
            self.book.note(self.incident, event, at=moment, drone=drone, words=words, **details)

        self._write(note, drone, "the book of incidents is not written")

    def _write(self, write: Callable[[], object], drone: str, else_: str) -> None:
        loop = asyncio.get_running_loop()

        def try_it() -> None:
            try:
                write()
            except DronectlError as error:
                note = Note(f"{else_}: {error.message}", drone or None, "warning")
                loop.call_soon_threadsafe(self.listener, note)

        self._writer.submit(try_it)

    def written(self) -> None:
        """Returns when all that was told is in the book."""
        self._writer.submit(lambda: None).result()


def _arrival(vehicle: VehicleLink, option: Option, stage: Callable[[IncidentEvent, str, str], None]) -> Arrival:
    assert option.errand is not None
    errand = option.errand
    return Arrival(vehicle, errand.way.view, errand.view_item, errand.relative_altitude_m, stage)


def _load_sending() -> None:
    for name in ("kept", "sending"):
        import_module(f"dronectl.ops.dispatch.{name}")
