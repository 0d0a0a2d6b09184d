"""Telemetry: asked for until what is needed has come, or kept flowing. It is never waited for beyond that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until_asked
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S

LOOK_EVERY_S = 0.5
STALE_S = 3.0
"""A vehicle that is heard but tells no position for so long has forgotten what it was asked for (it was restarted, its
link came back on another port, another ground station changed the rates)."""

FULL_S = 2.5
"""Answers that take so long wait in a queue: more is sent than the radio carries."""
LOOK_AGAIN_AFTER_S = 12.0
"""Until a lower rate shows in what answers take."""
SLOWEST_HZ = 0.5


async def request_until(
    vehicle: VehicleLink, shown: Callable[[], bool], timeout_s: float, *, rate_hz: float = 4.0
) -> bool:
    """True as soon as ``shown()`` holds; until then the vehicle is asked for its telemetry. False after ``timeout_s``.

    Raises:
        IdentityError: another aircraft shows up.
    """
    return await until_asked(vehicle, shown, timeout_s, lambda: vehicle.request_streams(rate_hz), STALE_S)


@asynccontextmanager
async def kept_streams(
    vehicles: Sequence[VehicleLink], rate_hz: float, listener: Listener = ignore
) -> AsyncIterator[None]:
    """Within: every vehicle that is heard streams its telemetry at ``rate_hz``, also after it was away; at a lower rate
    where its radio, which others may share, does not carry that.

    Nobody is waited for. ``listener`` is told of who is silent, who is heard (again), and who does not answer.
    """
    tasks = [asyncio.create_task(_keep(vehicle, rate_hz, listener)) for vehicle in vehicles]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))


async def _keep(vehicle: VehicleLink, rate_hz: float, listener: Listener) -> None:
    loop = asyncio.get_running_loop()
    heard_at_s = loop.time()
    asked_at_s: float | None = None
    slower_at_s = heard_at_s
    is_slower = False
    told_silent = False
    told_before = ""
    while True:
        now_s = loop.time()
        if is_heard(vehicle):
            if told_silent:
                listener(Note("heard", vehicle.name))
            told_silent, heard_at_s = False, now_s
            took_s = vehicle.paths.round_trip_s or 0.0
            if took_s > FULL_S and rate_hz > SLOWEST_HZ and now_s - slower_at_s > LOOK_AGAIN_AFTER_S:
                rate_hz, slower_at_s, asked_at_s = max(rate_hz / 2, SLOWEST_HZ), now_s, None
                is_slower = True
                text = (
                    f"answers take {took_s:.1f} s, its radio is full: telemetry {rate_hz:g} times a second from now on"
                )
                listener(Note(text, vehicle.name, "warning"))
            latest_s = max(asked_at_s or 0.0, vehicle.state.position_s or 0.0)
            if asked_at_s is None or now_s - latest_s > max(STALE_S, 3.0 / rate_hz):
                asked_at_s = now_s
                try:
                    missing = (await vehicle.request_streams(rate_hz, slower=is_slower)).missing
                    is_slower = False
                    told = f"asked for its telemetry, and does not send {', '.join(missing)}" if missing else ""
                except DronectlError as error:
                    told = error.message
                if told and told != told_before:
                    listener(Note(told, vehicle.name, "warning"))
                told_before = told
        elif not told_silent and now_s - heard_at_s > LOST_AFTER_S:
            told_silent = True
            listener(Note(f"not heard on {vehicle.url}", vehicle.name, "warning"))
        await asyncio.sleep(LOOK_EVERY_S)


def is_heard(vehicle: VehicleLink) -> bool:
    """Its heartbeat came within the last seconds."""
    silent_s = vehicle.silent_s
    return silent_s is not None and silent_s <= LOST_AFTER_S
