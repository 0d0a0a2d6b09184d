"""Telemetry kept flowing: asked for once a vehicle is there, and again when it stopped coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.events import Listener, Note, ignore
from dronectl.protocol.liveness import LOST_AFTER_S

LOOK_EVERY_S = 0.5
STALE_S = 3.0
"""A vehicle that is heard but tells no position for so long has forgotten what it was asked for (it was restarted, its
link came back on another port, another ground station changed the rates)."""


@asynccontextmanager
async def kept_streams(
    vehicles: Sequence[VehicleLink], rate_hz: float, listener: Listener = ignore
) -> AsyncIterator[None]:
    """Within: every vehicle that is heard streams its telemetry at ``rate_hz``, also after it was away.

    Nobody is waited for. ``listener`` is told of who is silent, who is heard (again), and who does not answer.
    """
    tasks = [asyncio.create_task(_keep(vehicle, rate_hz, listener)) for vehicle in vehicles]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(vehicle: VehicleLink, rate_hz: float, listener: Listener) -> None:
    loop = asyncio.get_running_loop()
    heard_at_s = loop.time()
    asked_at_s: float | None = None
    told_silent = False
    told_error = ""
    while True:
        now_s = loop.time()
        if is_heard(vehicle):
            if told_silent:
                listener(Note("heard", vehicle.name))
            told_silent, heard_at_s = False, now_s
            latest_s = max(asked_at_s or 0.0, vehicle.state.position_s or 0.0)
            if asked_at_s is None or now_s - latest_s > max(STALE_S, 3.0 / rate_hz):
                asked_at_s = now_s
                try:
                    await vehicle.request_streams(rate_hz)
                    told_error = ""
                except DronectlError as error:
                    if error.message != told_error:
                        listener(Note(error.message, vehicle.name, "warning"))
                    told_error = error.message
        elif not told_silent and now_s - heard_at_s > LOST_AFTER_S:
            told_silent = True
            listener(Note(f"not heard on {vehicle.url}", vehicle.name, "warning"))
        await asyncio.sleep(LOOK_EVERY_S)


def is_heard(vehicle: VehicleLink) -> bool:
    """Its heartbeat came within the last seconds."""
    silent_s = vehicle.silent_s
    return silent_s is not None and silent_s <= LOST_AFTER_S
