"""Told while drones fly: control of one has changed hands."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.message import Message
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.control.control import knows_an_owner
from dronectl.ops.control.gate import others_may_command, tell_control
from dronectl.protocol.vehicle.operator_control import operator_control_of

_TOKENS = names_of(Setting.GCS_SYSTEM_ID)


@contextmanager
def told_who_takes_control(vehicles: Sequence[VehicleLink], listener: Listener) -> Iterator[None]:
    """Within: ArduPilot tells every ground station what one of them sets, so nothing has to be asked.

    The first that is heard is what go / no-go has asked for, and found right.
    """
    with ExitStack() as watching:
        for vehicle in vehicles:
            watching.callback(vehicle.subscribe(_teller(vehicle, listener)))
        yield


@asynccontextmanager
async def watched_control(vehicles: Sequence[VehicleLink], listener: Listener) -> AsyncIterator[None]:
    """Within: also who has control at the beginning is told where it is another one; drones are asked as soon as there
    is another one to be reckoned with."""
    with told_who_takes_control(vehicles, listener):
        looking = [asyncio.create_task(_look(vehicle, listener)) for vehicle in vehicles]
        try:
            yield
        finally:
            for task in looking:
                task.cancel()
            await to_the_end(asyncio.gather(*looking, return_exceptions=True))


async def _look(vehicle: VehicleLink, listener: Listener) -> None:
    await until(vehicle, lambda: vehicle.silent_s is not None and others_may_command(vehicle), math.inf)
    await tell_control([vehicle], listener)


def _teller(vehicle: VehicleLink, listener: Listener) -> Callable[[Message], None]:
    last: int | None = None

    def hear(message: Message) -> None:
        nonlocal last
        station_id = _station_told(message, by_owner=knows_an_owner(vehicle))
        if station_id is None:
            return
        is_news, last = last not in (None, station_id), station_id
        if is_news:
            words = f"{vehicle.station.name_of(station_id) if station_id else 'nobody'} has control now"
            listener(Note(words, vehicle.name, "warning"))

    return hear


def _station_told(message: Message, *, by_owner: bool) -> int | None:
    """Whose a message says that the vehicle is; None: it does not say. ``by_owner``: it knows an owner."""
    if by_owner:
        told = operator_control_of(message)
        return None if told is None else told.main
    if message.name != "PARAM_VALUE" or message["param_id"] not in _TOKENS:
        return None
    return round(float(message["param_value"]))
