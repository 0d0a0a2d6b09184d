"""Waiting for what a vehicle says, woken by each of its messages: no polling, no sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.vehicle.command import CommandLong

HEARD_WITHIN_S = 6.0
ASK_AGAIN_S = 0.6
"""So long what was promised may take to come."""


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


async def until_asked(
    vehicle: VehicleLink,
    shown: Callable[[], bool],
    timeout_s: float,
    ask: Callable[[], Awaitable[object]],
    again_s: float,
) -> bool:
    """As :func:`until`, while ``ask`` is called, and again so long after each time it has returned: what a vehicle says
    once may be lost. That it does not answer is no error.

    Raises:
        DronectlError: what ``ask`` raises, but NoAnswer: its link may fall, and come back.
    """
    if shown():
        return True

    async def keep_asking() -> NoReturn:
        while True:
            with suppress(NoAnswer):
                await ask()
            await asyncio.sleep(again_s)

    asking, waiting = asyncio.create_task(keep_asking()), asyncio.create_task(until(vehicle, shown, timeout_s))
    try:
        await asyncio.wait({asking, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else waiting.result()
    finally:
        asking.cancel()
        waiting.cancel()
        await asyncio.gather(asking, waiting, return_exceptions=True)


async def ask_for(vehicle: VehicleLink, message_id: int, name: str) -> Message | None:
    """A message of this kind that came after it was asked for, in its own time or with the stream; None where none
    came.

    Raises:
        Refused: it does not know that message. IdentityError: another aircraft shows up.
    """
    came: list[Message] = []

    def on_message(message: Message) -> None:
        if message.name == name:
            came.append(message)

    unsubscribe = vehicle.subscribe(on_message)
    try:
        again_s = max(ASK_AGAIN_S, 2.0 * (vehicle.paths.round_trip_s or 0.0))

        async def ask() -> None:
            await vehicle.run(CommandLong(Command.REQUEST_MESSAGE, message_id))

        await until_asked(vehicle, lambda: bool(came), HEARD_WITHIN_S, ask, again_s)
    finally:
        unsubscribe()
    return came[-1] if came else None
