"""The dashboard while it runs: an open fleet, its picture, the keys and the screen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.cli.common.alarm_lines import alarm_line
from dronectl.cli.common.app import App
from dronectl.cli.common.keyboard import OrderKeys
from dronectl.cli.common.picture_lines import picture_lines
from dronectl.cli.common.traffic_lines import traffic_lines
from dronectl.cli.vehicle.dashboard.frame import Frame
from dronectl.cli.vehicle.dashboard.keyed_orders import KeyedOrders
from dronectl.cli.vehicle.dashboard.map_view import MapView
from dronectl.cli.vehicle.dashboard.messages import Messages
from dronectl.cli.vehicle.dashboard.screen import FullScreen, PlainScreen
from dronectl.cli.vehicle.flown_plan import FlownPlan
from dronectl.errors import DronectlError, IdentityError
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.model.picture import FleetPicture
from dronectl.model.site import Site
from dronectl.model.text.shown_time import clock, now
from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import AlarmEvent, Event, Note
from dronectl.ops.common.operator import operator
from dronectl.ops.control.lost_control import watched_control
from dronectl.ops.picture.live import LivePicture, loop_clock
from dronectl.ops.publishing.publish import Publish
from dronectl.ops.telemetry.forwarding import Forward
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.ops.telemetry.watched_identity import watched_identities
from dronectl.protocol.vehicle.statustext import WARNING_SEVERITY, StatusText, StatusTextAssembler

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console
    from rich.text import Text

ROWS_EVERY_S = 10.0
"""On a terminal that cannot move its cursor."""


@dataclass(frozen=True)
class Watched:
    """What the command was asked for."""

    app: App
    drones: Sequence[Drone]
    zone: ZoneInfo
    flown: FlownPlan
    rate_hz: float
    duration_s: float | None
    forward: Forward
    publish: Publish

    def title(self, site: Site | None) -> str:
        plan = self.flown.plan
        flown = "" if plan is None else f" · plan {plan.name}, sortie {self.flown.sortie}"
        return f"{site.name if site is not None else 'dronectl'}{flown}"


async def run_dashboard(watched: Watched) -> None:
    """Until Ctrl-C, ``q`` or the end of the duration.

    Raises:
        IdentityError: at the end, when what was shown under a name is another aircraft's.
    """
    dashboard = Dashboard(watched)
    vehicles_uids = {drone.name: drone.uid for drone in watched.drones}
    async with open_fleet(watched.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        for vehicle in vehicles:
            dashboard.listen(vehicle)
        async with (
            watched_identities(vehicles, vehicles_uids) as doubts,
            kept_streams(vehicles, max(1.0, watched.rate_hz), dashboard.say),
            watched.publish.of(dashboard.say) as heard,
            watched_control(vehicles, heard),
            LivePicture(
                vehicles,
                watched.flown.expected(),
                heard,
                dashboard.read_site,
                shows=watched.publish.is_on,
            ) as live,
            watched.forward.of(fleet, dashboard.say),
            watched.app.black_box(fleet, dashboard.say),
        ):
            with (
                first_interrupt(dashboard.end),  # how one leaves a dashboard: nothing is interrupted
                watched.app.audit_trail(lambda text: dashboard.say(Note(text, level="warning"))) as trail,
                KeyedOrders(
                    watched.app,
                    fleet,
                    dashboard.keys,
                    dashboard.stop,
                    dashboard.say,
                    trail,
                    see=lambda names: live.see(names, operator()),
                    pressed=dashboard.wake.set,
                ) as given,
            ):
                await dashboard.show(live, doubts)
                await given.finished()
                dashboard.leave(live.now())


class Dashboard:
    """What is shown, and where: on the whole terminal, or as lines where there is none."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._loop = asyncio.get_running_loop()
        self._console: Console = watched.app.out()
        self.keys = OrderKeys([drone.name for drone in watched.drones])
        self.stop = asyncio.Event()
        self.wake = asyncio.Event()
        self._at = loop_clock(watched.zone)
        self._messages = Messages(lambda: clock(now(), watched.zone, seconds=True))
        is_full = self._console.is_terminal and not (self._console.is_dumb_terminal or self._console.legacy_windows)
        self._full = FullScreen(self._console) if is_full else None
        self._plain = PlainScreen(self._console, every_s=ROWS_EVERY_S if self._console.is_terminal else None)
        self.site: Site | None = None
        self._fault: DronectlError | None = None
        try:
            self.site = watched.app.site_to_show()
        except DronectlError as error:
            self._fault = error
        if self._full is None:
            names = ", ".join(drone.name for drone in watched.drones)
            self._plain.say(f"watching {names}; Ctrl-C ends it")

    def read_site(self) -> Site:
        """
        Raises:
            DronectlError: why it cannot be read.
        """
        if self.site is None:
            raise self._fault or DronectlError("the workspace was not read")
        return self.site

    def end(self) -> None:
        self.stop.set()
        self.wake.set()

    # What is told

    def say(self, event: Event) -> None:
        if isinstance(event, AlarmEvent) and event.news:
            alarm = event.alarm
            level = "info" if not alarm.is_active else "error" if alarm.is_critical else "warning"
            if self._full is None or not alarm.is_active:  # those that stand are in the picture
                self._add(alarm_line(alarm).plain, None, level)
            if alarm.is_active:
                (self._full or self._plain).bell()
            self.wake.set()
        if isinstance(event, Note):
            self._add(event.text, event.drone, event.level)

    def listen(self, vehicle: VehicleLink) -> None:
        """What the vehicle says is told."""
        assembler = StatusTextAssembler()

        def on_message(message: Message) -> None:
            if message.name == "STATUSTEXT":
                for status in assembler.feed(message):
                    self._add(status.text, vehicle.name, _level(status))

        vehicle.subscribe(on_message)

    def _add(self, text: str, drone: str | None, level: str) -> None:
        line = self._messages.add(text, drone, level)
        if self._full is None:
            self._plain.say(line)

    # What is shown

    async def show(self, live: LivePicture, doubts: Mapping[str, IdentityError]) -> None:
        """Frame after frame, and one at once for each key."""
        watched = self._watched
        map_view = MapView(watched.drones, self.site, watched.flown.plan, watched.flown.sortie)
        frame = Frame(
            watched.title(self.site), self._console, self._at, self._messages, map_view,
            ascii_only=not self._console.encoding.lower().startswith("utf"),
        )  # fmt: skip
        ends_s = self._loop.time() + (watched.duration_s or float("inf"))
        with ExitStack() as shown:
            shown.enter_context(self._full or nullcontext())
            while not self.stop.is_set() and self._loop.time() < ends_s:
                picture = live.now()
                map_view.remember(picture)
                self._draw(frame, picture, [doubt.message for doubt in doubts.values()])
                self.wake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(1.0 / watched.rate_hz):
                        await self.wake.wait()

    def _draw(self, frame: Frame, picture: FleetPicture, doubts: Sequence[str]) -> None:
        now_s = self._loop.time()
        prompt = self.keys.prompt(now_s) if sys.stdin.isatty() else ""
        if self._full is None:
            self._plain.show(self._rows(picture), prompt, now_s)
            return
        is_question = self.keys.is_asking(now_s)
        chosen = self.keys.chosen
        self._full.show(
            frame.lines(picture, self._full.size, prompt=prompt, chosen=chosen, doubts=doubts, is_question=is_question)
        )

    def _rows(self, picture: FleetPicture) -> list[Text]:
        rows = [line for lines in picture_lines(picture, self._console.width) for line in lines]
        return [*rows, *traffic_lines(picture, self._console.width)]

    def leave(self, picture: FleetPicture) -> None:
        """How things were at the end stays on the terminal, or in the log."""
        self._plain.rows([*self._rows(picture), *(alarm_line(alarm, self._at) for alarm in picture.alarms)])


def _level(status: StatusText) -> str:
    if status.severity > WARNING_SEVERITY:
        return "info"
    return "warning" if status.severity == WARNING_SEVERITY else "error"
