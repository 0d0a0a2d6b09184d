"""Telemetry samples at a steady rate, from what the vehicles said last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from dronectl.errors import DronectlError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.telemetry import TelemetrySample
from dronectl.ops.alarms.fleet import FleetAlarms
from dronectl.ops.common.parallel import joined, on_each
from dronectl.ops.common.waiting import until
from dronectl.ops.telemetry.status import utc_now

FIRST_SAMPLE_S = 2.0


async def samples(
    vehicles: Sequence[VehicleLink], *, rate_hz: float, alarms: FleetAlarms | None = None
) -> AsyncIterator[TelemetrySample]:
    """One sample of each drone, ``rate_hz`` times a second, without end. What is old is None, as what was never heard:
    what a drone said last is no sample of now. Its ages tell how long ago that was."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while True:
        for vehicle in vehicles:
            sample = vehicle.state.sample(vehicle.name, utc_now(), loop.time()).live()
            current = alarms.folds[vehicle.name].current_alarms if alarms is not None else ()
            yield replace(sample, alarms=tuple(alarm.as_json(loop.time()) for alarm in current))
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
