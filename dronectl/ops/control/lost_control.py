"""Told while drones fly: control of one has changed hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.message import Message
from dronectl.ops.common.events import Listener, Note

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
        if message.name != "PARAM_VALUE" or message["param_id"] not in _TOKENS:
            return
        station_id = round(float(message["param_value"]))
        is_news, last = last not in (None, station_id), station_id
        if is_news:
            words = f"{vehicle.station.name_of(station_id)} has control now: its failsafe counts that one's heartbeats"
            listener(Note(words, vehicle.name, "warning"))

    return hear
