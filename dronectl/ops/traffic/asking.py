"""Drones are asked for the aircraft that they hear, and for the air pressure, by which heights of others are known."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import NoReturn

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.ops.traffic.sky import PRESSURE_MESSAGE
from dronectl.protocol.vehicle import adsb
from dronectl.protocol.vehicle.streams import RequestStreams, Stream

FIRST_AFTER_S = 8.0
"""What the fleet is flown by is asked for first."""
LOOK_EVERY_S = 30.0
_PRESSURE = Stream(PRESSURE_MESSAGE, 29, 0.2)
_AIRCRAFT = Stream(adsb.MESSAGE, adsb.MESSAGE_ID, 2.0)


async def ask_for_traffic(vehicle: VehicleLink, *, has_receiver: bool) -> NoReturn:
    """Until cancelled, and again after it was away: while it says the pressure, it does what it was asked."""
    pressure_told_s = float("-inf")
    loop = asyncio.get_running_loop()

    def on_message(message: Message) -> None:
        nonlocal pressure_told_s
        if message.name == PRESSURE_MESSAGE:
            pressure_told_s = loop.time()

    unsubscribe = vehicle.subscribe(on_message)
    wanted = (_PRESSURE, _AIRCRAFT) if has_receiver else (_PRESSURE,)
    asked = False
    try:
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            is_told = loop.time() - pressure_told_s < LOOK_EVERY_S
            if vehicle.state.is_alive(loop.time()) and not (is_told and (asked or not has_receiver)):
                with suppress(NoAnswer):  # its link fell, and may come back
                    await vehicle.run(RequestStreams(wanted))
                    asked = True
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        unsubscribe()
