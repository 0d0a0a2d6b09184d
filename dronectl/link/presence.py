"""Whether a vehicle is there, and who waits for it."""

from __future__ import annotations

import asyncio

from dronectl.link.vehicle_paths import VehiclePaths
from dronectl.protocol.vehicle.telemetry import VehicleState


class Presence:
    """A vehicle is there when its heartbeat has come since a link to it came up, and not long ago."""

    def __init__(self, state: VehicleState, paths: VehiclePaths) -> None:
        self._state = state
        self._paths = paths
        self._heard_since_up = False
        self._waiters: set[asyncio.Future[None]] = set()

    def is_there(self, now_s: float) -> bool:
        return self._heard_since_up and self._paths.is_up and self._state.is_alive(now_s)

    def on_heartbeat(self) -> None:
        self._heard_since_up = True
        self.wake()

    def on_lost(self) -> None:
        """The last link that surely leads to it is down."""
        self._heard_since_up = False

    async def changed(self, timeout_s: float) -> None:
        """Returns when something may have changed, or after ``timeout_s``."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        await asyncio.wait({waiter}, timeout=timeout_s)
        self._waiters.discard(waiter)

    def wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
