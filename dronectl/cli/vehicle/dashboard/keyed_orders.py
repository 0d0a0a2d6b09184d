"""What the keys of the dashboard do: orders, confirmed and told, while it runs on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from dronectl.cli.common.app import App
from dronectl.cli.vehicle.giving.give import airspace_of
from dronectl.errors import DronectlError
from dronectl.ops.common.events import Listener, Note

if TYPE_CHECKING:
    from dronectl.cli.common.keyboard import KeyOrder, OrderKeys
    from dronectl.link.fleet_link import FleetLink, VehicleLink
    from dronectl.ops.audit.trail import AuditTrail
    from dronectl.ops.orders.airspace import Airspace


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
        *,
        see: Callable[[Sequence[str]], None] = lambda _names: None,
        pressed: Callable[[], None] = lambda: None,
    ) -> None:
        """``see``: is told of whom a person has seen the alarms; ``pressed``: that a key changed what is shown."""
        self._app = app
        self._trail = trail
        self._see = see
        self._pressed = pressed
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
        self._take(key)
        self._pressed()

    def _take(self, key: str) -> None:
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
            self._see(order.drones)
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
        from dronectl.ops.orders import immediate_order
        from dronectl.ops.orders.order import AT_ONCE

        vehicles, way = [self._fleet.vehicles[name] for name in asked.drones], AT_ONCE[asked.name].way
        assert way is not None
        found = await immediate_order.forecast_paths(vehicles, way, self._load)
        told = [f"{name}: {one.warning()}" for name, one in found.items() if one.proof is not None and one.warning()]
        self._keys.warn(asked, "; ".join(told))
        self._pressed()

    async def _give(self, order: str, vehicle: VehicleLink) -> None:
        from dronectl.ops.orders.immediate_order import order_immediately
        from dronectl.ops.orders.order import AT_ONCE

        what = AT_ONCE[order]
        assert what.run is not None
        try:
            with self._trail.order(order, [vehicle.name], {"by": "key"}, at_once=True) as audited:

                def moved(name: str, motion: str) -> None:
                    audited.told_of(name, motion)
                    self._say(Note(f"{order}: done, {motion}" if motion else f"{order}: done", name))

                await order_immediately(
                    [vehicle],
                    audited.given_to(what.run),
                    what.way,
                    self._load,
                    words=order,
                    make_motion=what.motion,
                    listener=self._say,
                    on_done=moved,
                )
        except DronectlError as error:
            self._say(Note(f"{order}: {error.message}", vehicle.name, "error"))
