"""Telemetry samples at a steady rate, from what the vehicles said last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.telemetry import TelemetrySample
from dronectl.ops.parallel import on_each
from dronectl.ops.status import utc_now
from dronectl.ops.waiting import until

FIRST_SAMPLE_S = 2.0


async def samples(vehicles: Sequence[VehicleLink], *, rate_hz: float) -> AsyncIterator[TelemetrySample]:
    """One sample of each drone, ``rate_hz`` times a second, without end. A silent drone's sample has Nones."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        for vehicle in vehicles:
            yield vehicle.state.sample(vehicle.name, utc_now())
        due += 1.0 / rate_hz
        await asyncio.sleep(max(0.0, due - loop.time()))


async def request_telemetry(vehicles: Sequence[VehicleLink], *, rate_hz: float, timeout_s: float) -> None:
    """Waits for each drone and asks it for its streams.

    Raises:
        NoAnswer: a drone is silent.
    """

    async def ask(vehicle: VehicleLink) -> None:
        await vehicle.wait_alive(timeout_s)
        await vehicle.request_streams(rate_hz)
        # So that the first sample is a whole one; a vehicle without a position has it as None.
        await until(vehicle, lambda: None not in (vehicle.state.position, vehicle.state.battery_pct), FIRST_SAMPLE_S)

    await on_each(vehicles, ask)
