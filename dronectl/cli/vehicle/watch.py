"""``dronectl watch``: the fleet in one live table."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.cli.vehicle.give import airspace_of
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of
from dronectl.errors import DronectlError
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import clock, now
from dronectl.ops.common.events import AlarmEvent, Event, Listener, Note

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dronectl.cli.common.alarm_lines import AlarmLines
    from dronectl.cli.common.keyboard import KeyOrder, OrderKeys
    from dronectl.link.fleet_link import FleetLink, VehicleLink
    from dronectl.model.fleet import Drone
    from dronectl.model.message import Message
    from dronectl.ops.alarms.expected import ExpectedFlight
    from dronectl.ops.audit.trail import AuditTrail
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.publishing.publish import Publish
    from dronectl.ops.telemetry.forwarding import Forward

TEXT_LINES = 6


@click.command()
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.2, max=10),
    default=2.0,
    show_default=True,
    help="Redraws a second (Hz).",
)
@click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), help="Stop after so many seconds. Default: at Ctrl-C."
)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, file_okay=False),
    help="The plan that is flown: alarms then know its way, its fence and its battery.",
)
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@forward_options
@no_publish_option
@command_options(drones=True, links=True, json_=False)
def watch(
    app: App,
    rate_hz: float,
    duration_s: float | None,
    plan: Path | None,
    sortie: int,
    forward: Forward,
    no_publish: bool,
) -> None:
    """Live dashboard of the fleet until Ctrl-C or q: mode, position, battery, link, alarms, and what the vehicles say.

    An alarm stays on the screen while it stands; s marks what stands as seen. What is old is dim, with its age.

    On a terminal, keys give orders: h hold, r return to launch, l land, each to be confirmed with y; 1 to 9 choose one
    drone, a all of them. Otherwise it only watches. It keeps the ground station's heartbeat up while it runs.
    """
    from dronectl.ops.common import event_loop

    expected = expected_by(app, plan, sortie) if plan else {}
    event_loop.run(
        _watch(app, app.drones(), app.zone(), expected, rate_hz, duration_s, forward, publish_of(app, no_publish))
    )


def expected_by(app: App, folder: Path, sortie: int) -> dict[str, ExpectedFlight]:
    """What a plan that is being flown makes one expect of each drone, for its alarms.

    Raises:
        InputError: no plan there, or it has no such sortie.
    """
    from dronectl.errors import InputError
    from dronectl.formats.plans.plan_folder import read_plan
    from dronectl.ops.alarms.expected import expected_flight

    plan, rules = read_plan(folder), app.site().rules
    if sortie not in plan.sortie_numbers():
        numbers = ", ".join(map(str, plan.sortie_numbers()))
        raise InputError(f"{folder}: no sortie {sortie}", hint=f"it has: {numbers}")
    return {drone.name: expected_flight(drone, sortie, rules) for drone in plan.drones}


async def _watch(
    app: App,
    drones: Sequence[Drone],
    zone: ZoneInfo,
    expected: Mapping[str, ExpectedFlight],
    rate_hz: float,
    duration_s: float | None,
    forward: Forward,
    publish: Publish,
) -> None:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from dronectl.cli.common.alarm_lines import AlarmLines, alarm_line
    from dronectl.cli.common.keyboard import OrderKeys
    from dronectl.cli.common.picture_lines import picture_lines
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common.event_loop import first_interrupt
    from dronectl.ops.picture.live import LivePicture, loop_clock
    from dronectl.ops.telemetry.streams import kept_streams
    from dronectl.ops.telemetry.watched_identity import watched_identities

    loop = asyncio.get_running_loop()
    texts: deque[str] = deque(maxlen=TEXT_LINES)
    at = loop_clock(zone)
    alarms = AlarmLines(at)
    screen = app.out()

    def say(event: Event) -> None:
        if isinstance(event, AlarmEvent):
            alarms.take(event.alarm)
            if event.news:
                texts.append(alarm_line(event.alarm, at).plain)
                if event.alarm.is_active and screen.is_terminal:
                    screen.bell()
        if isinstance(event, Note):
            texts.append(f"{clock(now(), zone, seconds=True)} {f'{event.drone}: ' if event.drone else ''}{event.text}")

    stop = asyncio.Event()
    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        for vehicle in vehicles:
            _collect_texts(vehicle, texts, zone)
        keys = OrderKeys([vehicle.name for vehicle in vehicles])

        def view() -> Group:
            rows = [line for lines in picture_lines(live_picture.now(), screen.width) for line in lines]
            prompt = Text(keys.prompt(loop.time()), style="bold") if sys.stdin.isatty() else Text()
            others = Text("\n".join(plain(doubt.message) for doubt in doubts.values()), style="bold red")
            warned = [*([others] if doubts else []), *alarms.lines()]
            return Group(*rows, *warned, prompt, Text("\n".join(map(plain, texts))))

        uids = {drone.name: drone.uid for drone in drones}
        async with (
            watched_identities(vehicles, uids) as doubts,
            kept_streams(vehicles, max(1.0, rate_hz), say),
            publish.of(say) as heard,
            LivePicture(vehicles, expected, heard, app.site_to_show, shows=publish.is_on) as live_picture,
            forward.of(fleet, say),
            app.black_box(fleet, say),
        ):
            with (
                first_interrupt(stop.set),  # how one leaves a dashboard: nothing is interrupted
                app.audit_trail(lambda text: say(Note(text, level="warning"))) as trail,
                KeyedOrders(app, fleet, keys, stop, say, trail, alarms) as given,
                Live(console=screen, auto_refresh=False) as live,
            ):
                ends_s = loop.time() + (duration_s or float("inf"))
                while not stop.is_set() and loop.time() < ends_s:
                    live.update(view(), refresh=True)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1.0 / rate_hz):
                            await stop.wait()
                await given.finished()


class KeyedOrders:
    """Gives the orders that the keys amount to, while the dashboard runs on; what becomes of them is said there."""

    def __init__(
        self,
        app: App,
        fleet: FleetLink,
        keys: OrderKeys,
        stop: asyncio.Event,
        say: Listener,
        trail: AuditTrail,
        alarms: AlarmLines | None = None,
    ) -> None:
        self._app = app
        self._trail = trail
        self._alarms = alarms
        self._airspace: asyncio.Task[Airspace] | None = None
        self._fleet = fleet
        self._keys = keys
        self._stop = stop
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._given: set[asyncio.Task[None]] = set()
        self._looking: set[asyncio.Task[None]] = set()
        self._reading = ExitStack()

    def __enter__(self) -> KeyedOrders:
        from dronectl.cli.common.keyboard import keys_of

        def press(key: str) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self.press, key)

        if sys.stdin.isatty():
            self._start(self._warm_up(), self._looking)
            self._reading.enter_context(keys_of(sys.stdin, press))
        return self

    def __exit__(self, *_: object) -> None:
        self._reading.close()
        for task in self._looking:
            task.cancel()

    async def _warm_up(self) -> None:
        """No order is to compete with the import of the geometry engine."""
        with suppress(DronectlError):
            await self._load()

    async def _load(self) -> Airspace:
        """The workspace, read once, apart from the loop."""
        if self._airspace is None:
            self._airspace = self._loop.create_task(asyncio.to_thread(airspace_of, self._app))
        return await asyncio.shield(self._airspace)

    async def finished(self) -> None:
        """Returns when every order given has been confirmed or has failed."""
        if self._given:
            await asyncio.wait(self._given)

    def press(self, key: str) -> None:
        from dronectl.cli.common.keyboard import QUIT, SEEN

        order = self._keys.press(key, self._loop.time())
        if order is None:
            if (asked := self._keys.asked) is not None:
                self._start(self._look(asked), self._looking)
            return
        if order.name == QUIT:
            self._stop.set()
            return
        if order.name == SEEN:
            if self._alarms is not None:
                self._alarms.see(order.drones)
            return
        for task in self._looking:
            task.cancel()
        for name in order.drones:
            self._start(self._give(order.name, self._fleet.vehicles[name]), self._given)

    def _start(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = self._loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _look(self, asked: KeyOrder) -> None:
        """What the order will cross, into the question, if it is known before the answer."""
        from dronectl.ops.orders import immediate_order, ways

        vehicles = [self._fleet.vehicles[name] for name in asked.drones]
        found = await immediate_order.forecast_paths(vehicles, ways.OF_KEYS[asked.name], self._load)
        told = [f"{name}: {one.warning()}" for name, one in found.items() if one.proof is not None and one.warning()]
        self._keys.warn(asked, "; ".join(told))

    async def _give(self, order: str, vehicle: VehicleLink) -> None:
        from dronectl.ops.orders import immediate_order, orders, ways

        give = {"hold": orders.hold, "rtl": orders.rtl, "land": orders.land}[order]
        try:
            with self._trail.order(order, [vehicle.name], {"by": "key"}, at_once=True) as audited:
                await immediate_order.order_immediately(
                    [vehicle],
                    audited.given_to(give),
                    ways.OF_KEYS[order],
                    self._load,
                    listener=self._say,
                    on_done=lambda name, _motion: self._say(Note(f"{order}: done", name)),
                )
        except DronectlError as error:
            self._say(Note(f"{order}: {error.message}", vehicle.name, "error"))


def _collect_texts(vehicle: VehicleLink, texts: deque[str], zone: ZoneInfo) -> None:
    from dronectl.protocol.vehicle.statustext import StatusTextAssembler

    assembler = StatusTextAssembler()

    def on_message(message: Message) -> None:
        if message.name == "STATUSTEXT":
            heard = clock(now(), zone, seconds=True)
            texts.extend(f"{heard} {vehicle.name}: {status.text}" for status in assembler.feed(message))

    vehicle.subscribe(on_message)
