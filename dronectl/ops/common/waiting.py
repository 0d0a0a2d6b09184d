"""Waiting for what a vehicle says, woken by each of its messages: no polling, no sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.vehicle.command import CommandLong

HEARD_WITHIN_S = 6.0


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


async def ask_for(vehicle: VehicleLink, message_id: int, name: str) -> Message | None:
    """A message of this kind that came after it was asked for; None where none came."""
    came: list[Message] = []

    def on_message(message: Message) -> None:
        if message.name == name:
            came.append(message)

    unsubscribe = vehicle.subscribe(on_message)
    try:
        with suppress(NoAnswer):  # it may come with the stream
            await vehicle.run(CommandLong(Command.REQUEST_MESSAGE, message_id))
        await until(vehicle, lambda: bool(came), HEARD_WITHIN_S)
    finally:
        unsubscribe()
    return came[-1] if came else None
