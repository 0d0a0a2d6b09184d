"""Waiting for what a vehicle says, woken by each of its messages: no polling, no sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message


async def until(vehicle: VehicleLink, shown: Callable[[], bool], timeout_s: float) -> bool:
    """True as soon as ``shown()`` holds after a message of this vehicle; False when ``timeout_s`` passed first."""
    if shown():
        return True
    changed = asyncio.Event()

    def on_message(_message: Message) -> None:
        if shown():
            changed.set()

    unsubscribe = vehicle.subscribe(on_message)
    try:
        async with asyncio.timeout(timeout_s):
            await changed.wait()
    except TimeoutError:
        return False
    finally:
        unsubscribe()
    return True
