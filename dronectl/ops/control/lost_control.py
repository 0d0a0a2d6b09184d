"""Told while drones fly: control of one has changed hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.message import Message
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.control.control import knows_an_owner
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
