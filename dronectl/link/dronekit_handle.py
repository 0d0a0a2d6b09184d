"""``dronekit.Vehicle`` objects over our own links: any drone of the fleet, several on one link too.

DroneKit's transport holds one vehicle per socket and filters by nothing. Here its Vehicle gets a handler that stands on
a :class:`~dronectl.link.fleet_link.VehicleLink` in an asyncio thread; scripts use the Vehicle as they know it::

    with dronekit_fleet(site.drones) as vehicles:
        vehicles["alpha"].simple_goto(...)

Uploads with ``vehicle.commands`` work but are not verified: use :mod:`dronectl.ops` for missions.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from typing import Any, cast

import dronekit
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.fleet import Drone
from dronectl.protocol.core.machine import GCS_COMPONENT_ID

log = logging.getLogger(__name__)

_LOOP_INTERVAL_S = 0.05
"""How often DroneKit's loop listeners are called, as its own transport does."""

Listener = Callable[..., Any]


class FleetThread:
    """An open fleet on an event loop in its own thread, for code that is not asynchronous."""

    def __init__(self, drones: Sequence[Drone], *, reconnect: bool = True) -> None:
        self._stack = AsyncExitStack()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="dronectl links", daemon=True)
        self._thread.start()
        try:
            opening = self._stack.enter_async_context(open_fleet(drones, reconnect=reconnect))
            self.fleet: FleetLink = asyncio.run_coroutine_threadsafe(opening, self.loop).result()
        except BaseException:
            self._stop()
            raise

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stack.aclose(), self.loop).result()
        self._stop()

    def call(self, function: Callable[[], None]) -> None:
        """Runs it soon on the loop."""
        self.loop.call_soon_threadsafe(function)

    def call_and_wait(self, function: Callable[[], None]) -> None:
        """Runs it on the loop and returns when it is done. Not for the loop's own thread."""

        async def run() -> None:
            function()

        asyncio.run_coroutine_threadsafe(run(), self.loop).result()

    def _stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class _Master(mavutil.mavfile):  # type: ignore[misc]
    """What DroneKit calls ``master``: pymavlink's helpers, with nothing of pymavlink's transport below."""

    def __init__(self, system_id: int, station_id: int, send: Callable[[Any], None]) -> None:
        super().__init__(None, "dronectl", source_system=station_id, source_component=GCS_COMPONENT_ID, input=False)
        self.mav = _Mav(station_id, send)
        self.target_system = system_id
        self.target_component = 1


class _Mav(dialect.MAVLink):  # type: ignore[misc]
    """Message factory and decoder in MAVLink 2; what it "sends" goes to our link, which encodes it itself."""

    def __init__(self, station_id: int, send: Callable[[Any], None]) -> None:
        super().__init__(None, srcSystem=station_id, srcComponent=GCS_COMPONENT_ID)
        self._send = send

    def send(self, mavmsg: Any, force_mavlink1: bool = False) -> None:
        self._send(mavmsg)


class DroneKitHandler:
    """What ``dronekit.Vehicle`` needs of its MAVConnection. Listeners run in one thread of its own, in order."""

    def __init__(self, thread: FleetThread, link: VehicleLink) -> None:
        self.target_system = link.system_id
        self.master = _Master(link.system_id, link.station.system_id, self._send)
        self._thread = thread
        self._link = link
        self._alive = False
        self._death_error: BaseException | None = None
        self._message_listeners: list[Listener] = []
        self._loop_listeners: list[Listener] = []
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"dronekit {link.name}")
        self._stopped = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name=f"dronekit {link.name} loop", daemon=True)
        self._untap: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Messages flow from now on."""
        if self._alive or self._stopped.is_set():
            return
        self._alive = True
        self._thread.call_and_wait(self._tap_in)
        self._ticker.start()

    def close(self) -> None:
        """Ends the listeners; the link itself belongs to the fleet and stays open."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._alive = False
        self._thread.call_and_wait(lambda: self._untap())
        if self._ticker.ident is not None:
            self._ticker.join()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def forward_message(self, function: Listener) -> None:
        """Decorator: ``function(handler, message)`` with every message of this vehicle, as pymavlink object."""
        self._message_listeners.append(function)

    def forward_loop(self, function: Listener) -> None:
        """Decorator: ``function(handler)`` some twenty times a second."""
        self._loop_listeners.append(function)

    def fix_targets(self, message: Any) -> None:
        """Addresses a message to this vehicle."""
        if hasattr(message, "target_system"):
            message.target_system = self.target_system

    def pipe(self, target: Any) -> Any:
        """Forwards everything between this vehicle and another DroneKit connection (a ground station, a proxy)."""
        target.target_system = self.target_system

        def to_target(_handler: Any, message: Any) -> None:
            target.out_queue.put(bytes(message.get_msgbuf()))

        def to_vehicle(_handler: Any, message: Any) -> None:
            self._send(copy.copy(message))

        self.forward_message(to_target)
        target.forward_message(to_vehicle)
        return target

    def _send(self, message: Any) -> None:
        if message.get_type() == "HEARTBEAT":
            return  # the link beats already
        fields = {name: getattr(message, name) for name in message.fieldnames}
        if "target_system" in fields:
            fields["target_system"] = self.target_system
        self._thread.call(lambda: self._link.send(message.get_type(), **fields))

    def _tap_in(self) -> None:
        self._untap = self._thread.fleet.add_tap(self._on_frame)

    def _on_frame(self, drone: str, frame: bytes, _t_unix_s: float, outgoing: bool) -> None:
        if drone == self._link.name and not outgoing and self._alive:
            self._submit(self._dispatch, frame)

    def _dispatch(self, frame: bytes) -> None:
        try:
            message = self.master.mav.decode(bytearray(frame))
        except dialect.MAVError:
            return  # a message that the dialect does not know
        self.master.post_message(message)
        for listener in tuple(self._message_listeners):
            # Each on its own: one that fails must not keep the message from the others.
            self._submit(listener, self, message)

    def _tick(self) -> None:
        while not self._stopped.wait(_LOOP_INTERVAL_S):
            for listener in tuple(self._loop_listeners):
                self._submit(listener, self, on_error=self._die)

    def _submit(self, work: Listener, *arguments: Any, on_error: Callable[[BaseException], None] | None = None) -> None:
        def finished(future: Future[Any]) -> None:
            error = None if future.cancelled() else future.exception()
            if error is not None:
                (on_error or self._complain)(error)

        with suppress(RuntimeError):  # the worker was shut down meanwhile
            self._worker.submit(work, *arguments).add_done_callback(finished)

    def _complain(self, error: BaseException) -> None:
        log.error("%s: a DroneKit listener failed", self._link.name, exc_info=error)

    def _die(self, error: BaseException) -> None:
        """DroneKit says by an exception of its loop listener that the heartbeat is gone for good."""
        self._alive = False
        self._death_error = error


@contextmanager
def dronekit_fleet(
    drones: Sequence[Drone],
    *,
    rate_hz: int = 4,
    heartbeat_timeout_s: float = 30.0,
    wait_ready: bool = False,
    ready_timeout_s: float = 60.0,
) -> Iterator[dict[str, dronekit.Vehicle]]:
    """One ``dronekit.Vehicle`` per drone, by name; closed at the end.

    Args:
        wait_ready: wait until parameters, GPS, mode and attitude have come, too.

    Raises:
        InputError: a wrong link. NoAnswer: a drone is silent, or not ready in time.
    """
    thread = FleetThread(drones)
    with ExitStack() as stack:
        stack.callback(thread.close)
        vehicles: dict[str, dronekit.Vehicle] = {}
        for drone in drones:
            handler = DroneKitHandler(thread, thread.fleet.vehicles[drone.name])
            stack.callback(handler.close)
            vehicle = vehicles[drone.name] = dronekit.Vehicle(cast(Any, handler))
            try:
                vehicle.initialize(rate=rate_hz, heartbeat_timeout=heartbeat_timeout_s)
                if wait_ready:
                    vehicle.wait_ready(True, timeout=ready_timeout_s)
            except (dronekit.APIException, dronekit.TimeoutError) as error:
                raise NoAnswer(f"{drone.name}: DroneKit on {drone.link}: {error}", hint="is the drone on?") from error
        yield vehicles
