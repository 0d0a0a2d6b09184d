"""The live picture of an open fleet; its alarms are told as they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.link.traffic.receiver import TrafficReceiver
from dronectl.model.alarm import Alarm
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.message import Message
from dronectl.model.picture import DroneIdentity, FleetPicture, LinkPicture
from dronectl.model.site import Site
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text import shown_time
from dronectl.model.traffic import TrafficReport
from dronectl.ops.alarms.cause import Clock
from dronectl.ops.alarms.expected import ExpectedFlight, GcsFailsafe
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.common.events import AlarmEvent, Listener, Note, PictureEvent, ignore
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.parameters.settings import read_setting
from dronectl.ops.picture.fold import FleetFold
from dronectl.ops.tak.shared_officers import officers_now
from dronectl.ops.traffic.asking import ask_for_traffic
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat

if TYPE_CHECKING:
    from dronectl.ops.picture.surroundings import Surroundings

LOOK_EVERY_S = 0.5
A_MOMENT_S = 0.2
OFFICERS_EVERY_S = 1.0
TELL_EVERY_S = 1.0
"""So often the words of an alarm that stands are told anew, as its figures move."""
HEARD_WITHIN_S = 600.0
SETTINGS_WITHIN_S, ASK_AGAIN_S, ASK_TIMES = 6.0, 15.0, 4
GCS_ACTIONS = {
    1: "RTL",
    2: "RTL",
    3: "SMART_RTL or RTL",
    4: "SMART_RTL or LAND",
    5: "LAND",
    6: "the landing of its mission, or RTL",
    7: "BRAKE or LAND",
}
"""What is done by the value of the ground station failsafe (https://ardupilot.org/copter/docs/gcs-failsafe.html)."""


class LivePicture:
    """Within: every drone is watched, and ``listener`` is told of alarms as they come and go.

    ``expected``: what the plan makes one expect, by drone name; without it what needs a plan is not known. ``site``:
    reads the site for what the drones keep away from, which happens beside all else; where it cannot be read, the
    listener is told, and distances are not known. ``shows``: the listener is given the picture each time it changes.
    """

    def __init__(
        self,
        vehicles: Sequence[VehicleLink],
        expected: Mapping[str, ExpectedFlight] | None = None,
        listener: Listener = ignore,
        site: Callable[[], Site] | None = None,
        *,
        shows: bool = False,
    ) -> None:
        known = expected or {}
        self._vehicles = {vehicle.name: vehicle for vehicle in vehicles}
        self._listener = listener
        self._site = site
        self._shows = shows
        self._fold = FleetFold(
            [AlarmFold(vehicle.name, vehicle.state, known.get(vehicle.name)) for vehicle in vehicles]
        )
        self._unsubscribe: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._told: dict[tuple[str, str], tuple[str, float]] = {}
        self._looked_s = float("-inf")
        self._receivers: list[TrafficReceiver] = []
        self._listening = AsyncExitStack()

    async def __aenter__(self) -> LivePicture:
        for name, vehicle in self._vehicles.items():
            self._unsubscribe.append(vehicle.subscribe(partial(self._on_message, name)))
        self._tasks = [asyncio.create_task(self._learn(vehicle)) for vehicle in self._vehicles.values()]
        self._tasks.append(asyncio.create_task(self._keep_looking()))
        if self._site is not None:
            self._tasks.append(asyncio.create_task(self._learn_and_listen(self._site)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in self._tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*self._tasks, return_exceptions=True))
        await to_the_end(self._listening.aclose())

    @property
    def folds(self) -> Mapping[str, AlarmFold]:
        """Each drone's alarms."""
        return self._fold.folds

    @property
    def current_alarms(self) -> tuple[Alarm, ...]:
        """What is wrong now in the whole fleet, the gravest first."""
        return self._fold.current_alarms

    def now(self) -> FleetPicture:
        """The picture as it is now: looked at anew unless that was done a moment ago."""
        if asyncio.get_running_loop().time() - self._looked_s > A_MOMENT_S:
            self._look()
        identities = {name: identity_of(vehicle) for name, vehicle in self._vehicles.items()}
        time_utc = shown_time.iso_z(shown_time.now(), timespec="milliseconds")
        receivers = [receiver.picture() for receiver in self._receivers]
        return self._fold.picture(asyncio.get_running_loop().time(), time_utc, identities, receivers)

    def first(self) -> FleetPicture:
        """The picture of what was heard before anybody watched."""
        now_s = self._looked_s = asyncio.get_running_loop().time()
        for name, fold in self.folds.items():
            for text in self._vehicles[name].state.status_texts:
                fold.flight.on_text(text)
        self._fold.look(now_s)
        picture = self.now()
        first = {name: fold.snapshot(now_s) for name, fold in self.folds.items()}
        return replace(picture, drones=tuple(replace(one, alarms=first[one.name]) for one in picture.drones))

    def see(self, names: Collection[str], by: str) -> None:
        """A person, ``by``, has seen the alarms of these drones."""
        self._fold.see(names, asyncio.get_running_loop().time(), by)

    async def _learn(self, vehicle: VehicleLink) -> None:
        """What it does by itself, as soon as it is heard; one that does not say is left unknown."""
        flight, loop = self.folds[vehicle.name].flight, asyncio.get_running_loop()
        for _ in range(ASK_TIMES):
            await until(vehicle, lambda: vehicle.state.is_fresh(TelemetryKind.MODE, loop.time()), HEARD_WITHIN_S)
            try:
                async with asyncio.timeout(SETTINGS_WITHIN_S):
                    gcs, low_v = await failsafes_of(vehicle)
            except (DronectlError, TimeoutError):
                await asyncio.sleep(ASK_AGAIN_S)
            else:
                flight.expected = replace(flight.expected, gcs_failsafe=gcs, low_battery_v=low_v)
                return

    async def learn_site(self, site: Callable[[], Site]) -> Site | None:
        """What they keep away from; read apart from the loop: no order and no message waits for files. None: it cannot
        be read, which is told."""
        from dronectl.ops.picture.surroundings import surroundings_of

        def read() -> tuple[Site, Surroundings]:
            read = site()
            return read, surroundings_of(read)

        try:
            known, surroundings = await asyncio.to_thread(read)
        except DronectlError as error:
            text = f"distances to fence and keep-outs are not known: {error.message}"
            self._listener(Note(text, level="warning"))
            return None
        self._fold.know(surroundings)
        self._fold.sky.know_undulation(known.geoid_undulation_m)
        await self._look_for_officers(known)
        return known

    async def _learn_and_listen(self, site: Callable[[], Site]) -> None:
        """Also to the receivers of other aircraft that the site names."""
        known = await self.learn_site(site)
        if known is None:
            return
        if known.tak is not None and known.tak.officers:
            self._tasks.append(asyncio.create_task(self._keep_officers(known)))
        if not known.traffic.is_on:
            return
        for name, vehicle in self._vehicles.items():
            asking = ask_for_traffic(vehicle, has_receiver=name in known.traffic.aboard)
            self._tasks.append(asyncio.create_task(asking))
        for url in known.traffic.receivers:
            try:
                receiver = TrafficReceiver(url, self._on_report)
            except DronectlError as error:
                self._listener(Note(error.message, level="warning"))
                continue
            self._receivers.append(receiver)
            await self._listening.enter_async_context(receiver)

    async def _keep_officers(self, site: Site) -> NoReturn:
        """Where officers are, as whoever is connected to TAK writes it."""
        while True:
            await asyncio.sleep(OFFICERS_EVERY_S)
            await self._look_for_officers(site)

    async def _look_for_officers(self, site: Site) -> None:
        moment = shown_time.now()
        told = await asyncio.to_thread(officers_now, site.root, site.tak, moment)
        self._fold.people.know(told, moment, asyncio.get_running_loop().time())

    def _on_report(self, report: TrafficReport) -> None:
        self._fold.sky.on_report(report, asyncio.get_running_loop().time())

    def _on_message(self, name: str, message: Message) -> None:
        self._fold.hear(name, message, asyncio.get_running_loop().time())
        if message.component_id != AUTOPILOT_COMPONENT_ID:
            return
        self.folds[name].on_message(message)
        if is_autopilot_heartbeat(message):
            self._tell_all(self._fold.look_at(name, asyncio.get_running_loop().time()))

    async def _keep_looking(self) -> None:
        while True:
            self._look()
            if self._shows:
                self._listener(PictureEvent(self.now()))
            await asyncio.sleep(LOOK_EVERY_S)

    def _look(self) -> None:
        self._looked_s = asyncio.get_running_loop().time()
        self._tell_all(self._fold.look(self._looked_s))

    def _tell_all(self, changes: Sequence[Alarm]) -> None:
        now_s = asyncio.get_running_loop().time()
        for alarm in changes:
            self._tell(alarm, now_s, news=True)
        for alarm in self.current_alarms:
            words, told_s = self._told.get((alarm.drone, alarm.kind), ("", 0.0))
            if words != alarm.message and now_s - told_s >= TELL_EVERY_S:
                self._tell(alarm, now_s, news=False)

    def _tell(self, alarm: Alarm, now_s: float, *, news: bool) -> None:
        self._told[alarm.drone, alarm.kind] = (alarm.message, now_s)
        self._listener(AlarmEvent(alarm, news))


def identity_of(vehicle: VehicleLink) -> DroneIdentity:
    """Which aircraft it is, as far as it said so, and how well its links carry it."""
    links = (
        LinkPicture(link.url, link.heard, link.in_use, link.loss_pct, link.round_trip_ms) for link in vehicle.links
    )
    return DroneIdentity(vehicle.paths.uid, vehicle.firmware, tuple(links))


async def first_picture(
    vehicles: Sequence[VehicleLink], listener: Listener = ignore, site: Callable[[], Site] | None = None
) -> FleetPicture:
    """For who looks once: all that is known of these drones by now. Its alarms are what is wrong at first sight."""
    live = LivePicture(vehicles, None, listener, site)
    if site is not None:
        await live.learn_site(site)
    return live.first()


async def failsafes_of(vehicle: VehicleLink) -> tuple[GcsFailsafe, float]:
    """What the vehicle does when it hears no ground station, and below which voltage its battery failsafe acts.

    Raises:
        UnknownName, NoAnswer: it does not say.
    """
    action = await read_setting(vehicle, Setting.GCS_FAILSAFE)
    after_s = await read_setting(vehicle, Setting.GCS_FAILSAFE_TIMEOUT_S)
    low_v = await read_setting(vehicle, Setting.BATTERY_LOW_V)
    return GcsFailsafe(GCS_ACTIONS.get(round(action)), after_s), low_v


def loop_clock(zone: tzinfo) -> Clock:
    """Tells the time of day of a moment of the event loop: ``12:03:10 UTC+7``."""
    loop = asyncio.get_running_loop()

    def at(moment_s: float) -> str:
        ago = timedelta(seconds=loop.time() - moment_s)
        return shown_time.clock(shown_time.now() - ago, zone, seconds=True)

    return at
