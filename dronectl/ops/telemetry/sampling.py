"""The picture of a fleet at a steady rate, and whether anybody is there at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from dronectl.errors import DronectlError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.picture import FleetPicture
from dronectl.ops.common.parallel import joined, on_each
from dronectl.ops.common.waiting import until
from dronectl.ops.picture.live import LivePicture

FIRST_SAMPLE_S = 2.0


async def pictures(live: LivePicture, *, rate_hz: float) -> AsyncIterator[FleetPicture]:
    """The picture as it is, ``rate_hz`` times a second, without end."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while True:
        yield live.now()
        due_s = max(due_s + 1.0 / rate_hz, loop.time())
        await asyncio.sleep(due_s - loop.time())


async def wait_for_any(vehicles: Sequence[VehicleLink], timeout_s: float) -> None:
    """Returns once somebody is heard, and then gives everybody a moment for a first whole sample.

    Raises:
        NoAnswer, IdentityError: nobody is there.
    """
    waits = [asyncio.create_task(vehicle.wait_alive(timeout_s)) for vehicle in vehicles]
    failures: list[DronectlError] = []
    try:
        for wait in asyncio.as_completed(waits):
            try:
                await wait
                break
            except DronectlError as error:
                failures.append(error)
        else:
            raise joined(failures)
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def first_sample(vehicle: VehicleLink) -> bool:
        state = vehicle.state
        return await until(vehicle, lambda: None not in (state.position, state.battery_pct), FIRST_SAMPLE_S)

    await on_each(vehicles, first_sample)


def require_all_heard(vehicles: Sequence[VehicleLink]) -> None:
    """For the end of a stream or a recording that went on without some.

    Raises:
        NoAnswer: names the drones that were never heard.
    """
    never = [vehicle for vehicle in vehicles if not vehicle.state.heard]
    if never:
        listed = ", ".join(f"{vehicle.name} ({vehicle.url})" for vehicle in never)
        raise NoAnswer(f"never heard: {listed}", hint="is it on, and is its link right? See 'dronectl fleet status'")
