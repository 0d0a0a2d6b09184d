"""Listening to a fleet until Ctrl-C: its picture, and its recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import Event, Listener, Note
from dronectl.ops.recordings.black_box.box import BoxOf, no_box
from dronectl.ops.telemetry.forwarding import NOBODY, Forward

if TYPE_CHECKING:
    from dronectl.link.fleet_link import FleetLink
    from dronectl.model.fleet import Drone
    from dronectl.model.picture import FleetPicture
    from dronectl.model.site import Site
    from dronectl.ops.alarms.expected import ExpectedFlight


async def stream_pictures(
    drones: Sequence[Drone],
    rate_hz: float,
    duration_s: float | None,
    write: Callable[[FleetPicture], None],
    listener: Listener,
    forward: Forward = NOBODY,
    *,
    site: Callable[[], Site],
    expected: Mapping[str, ExpectedFlight] | None = None,
    black_box: BoxOf = no_box,
) -> None:
    """Gives the picture of the fleet to ``write`` until Ctrl-C, or for ``duration_s``. ``site``: reads the workspace;
    ``expected``: what the plan that is flown makes one expect.

    Raises:
        NoAnswer, IdentityError: see :func:`_heard_fleet`.
    """
    from dronectl.ops.picture.live import LivePicture
    from dronectl.ops.telemetry.sampling import pictures

    async with (
        _heard_fleet(drones, rate_hz, listener) as fleet,
        forward.of(fleet, listener),
        black_box(fleet, listener),
    ):
        vehicles = list(fleet.vehicles.values())

        async def write_all() -> None:
            async for picture in pictures(live, rate_hz=rate_hz):
                write(picture)

        async with LivePicture(vehicles, expected, listener, site) as live:
            await _until_stopped(write_all(), duration_s)


async def record_fleet(
    drones: Sequence[Drone],
    files: dict[str, Path],
    rate_hz: float,
    duration_s: float | None,
    listener: Listener,
    frames: dict[str, int],
    forward: Forward = NOBODY,
) -> None:
    """Records until Ctrl-C, ``duration_s`` or a full disk; ``frames`` counts those of each drone.

    Raises:
        NoAnswer, IdentityError: see :func:`_heard_fleet`. StorageError: the disk is full.
    """
    from dronectl.ops.recordings.record import Recorder

    full = asyncio.Event()

    def on_event(event: Event) -> None:
        listener(event)
        if recorder.failures:
            full.set()

    async def record_until_full() -> None:
        listener(Note("recording; Ctrl-C ends it" if duration_s is None else f"recording for {duration_s:g} s"))
        await full.wait()

    async with _heard_fleet(drones, rate_hz, listener) as fleet, forward.of(fleet, listener):
        recorder = Recorder(fleet, files, on_event, frames)
        with recorder:
            await _until_stopped(record_until_full(), duration_s)
        if recorder.failure is not None:
            raise recorder.failure


@asynccontextmanager
async def _heard_fleet(drones: Sequence[Drone], rate_hz: float, listener: Listener) -> AsyncIterator[FleetLink]:
    """The open fleet with its telemetry kept flowing, once somebody is heard.

    Raises:
        NoAnswer: nobody is there; at the end: somebody never was. IdentityError: at the end: somebody is another
            aircraft than dronectl.toml records.
    """
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.identity.identity import ALIVE_TIMEOUT_S
    from dronectl.ops.telemetry.sampling import require_all_heard, wait_for_any
    from dronectl.ops.telemetry.streams import kept_streams
    from dronectl.ops.telemetry.watched_identity import watched_identities

    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        uids = {drone.name: drone.uid for drone in drones}
        async with watched_identities(vehicles, uids, listener):
            async with kept_streams(vehicles, rate_hz, listener):
                await wait_for_any(vehicles, ALIVE_TIMEOUT_S)
                yield fleet
            require_all_heard(vehicles)


async def _until_stopped(work: Coroutine[Any, Any, None], duration_s: float | None) -> None:
    """Runs ``work`` until Ctrl-C, which is how one ends it and no fault, or for ``duration_s``."""
    task = asyncio.create_task(work)
    with first_interrupt(task.cancel):
        await asyncio.wait({task}, timeout=duration_s)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled():
        task.result()
