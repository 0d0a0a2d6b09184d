"""Who has control of a drone, as the drone itself has it.

ArduCopter 4.5 to 4.7 know no owner. What they know is which ground station is theirs: the one, or since 4.7 the range
of those, whose heartbeats their failsafe counts (:attr:`Setting.GCS_SYSTEM_ID`). Every ground station can read and set
that, over whatever radio, and the failsafe makes it the one that must not fall silent: so dronectl takes it for the
token. The vehicle itself obeys the others as well, unless :attr:`Setting.GCS_ONLY` tells it not to. (ArduPilot's
``GCS::sysid_is_gcs`` and ``GCS_MAVLINK::accept_packet``;
https://ardupilot.org/copter/docs/parameters.html)
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dronectl.errors import UnknownName
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of, wires_of
from dronectl.model.ground_station import GroundStation
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.parameters.settings import read_setting, read_wire
from dronectl.protocol.vehicle.operator_control import CAPABILITY, ReadOperatorControl

HAS_RANGE: Final = names_of(Setting.GCS_SYSTEM_ID)[-1]
"""A vehicle that has this name for it may have a range."""


@dataclass(frozen=True, slots=True)
class Control:
    """Which ground stations a drone takes for its own: ``first`` to ``last``, mostly one. Read a moment ago."""

    drone: str
    station: GroundStation
    """This one."""
    parameter: str
    """The vehicle's own name for it."""
    first: int
    """0: nobody's, where the vehicle knows an owner."""
    last: int
    others: tuple[int, ...] = ()
    """Who may command besides, where the vehicle knows an owner."""

    @property
    def is_ours(self) -> bool:
        ours = self.station.system_id
        return self.first <= ours <= self.last or ours in self.others

    @property
    def is_shared(self) -> bool:
        return self.last > self.first or bool(self.others)

    @property
    def holder(self) -> str:
        """``ground station 250 (Control room)``; of a range ``ground stations 250 to 255``."""
        if self.last > self.first:
            return f"ground stations {self.first} to {self.last}"
        owner = self.station.name_of(self.first) if self.first else "nobody"
        return owner + (f" with {names_of_stations(self.station, self.others)}" if self.others else "")


@dataclass(frozen=True, slots=True)
class ControlStatus:
    """What ``control status`` tells of one drone."""

    control: Control
    heard: tuple[int, ...]
    """Other ground stations whose heartbeats came lately, over this station's links."""
    failsafe: bool
    """Whether the drone does something by itself when its ground station falls silent."""
    obeys_nobody_else: bool

    def as_json(self) -> dict[str, object]:
        control = self.control
        return {
            "name": control.drone,
            "ours": control.is_ours,
            "shared": control.is_shared,
            "holder": control.holder,
            "stations": [control.first, control.last],
            "our_station": control.station.system_id,
            "parameter": control.parameter,
            "heard": list(self.heard),
            "gcs_failsafe": self.failsafe,
            "obeys_nobody_else": self.obeys_nobody_else,
        }


def knows_an_owner(vehicle: VehicleLink) -> bool:
    """Whether it has MAVLink's operator control protocol, as far as it said so."""
    return bool(vehicle.identity.capabilities & CAPABILITY)


async def read_control(vehicle: VehicleLink, listener: Listener = ignore) -> Control:
    """Asks the drone.

    Raises:
        NoAnswer: it does not say; one that obeys its own ground station alone is silent to all others.
    """
    if not knows_an_owner(vehicle):
        return await read_failsafe_station(vehicle, listener)
    told = await vehicle.run(ReadOperatorControl())
    return Control(vehicle.name, vehicle.station, "CONTROL_STATUS", told.main, told.main, told.others)


async def read_failsafe_station(vehicle: VehicleLink, listener: Listener = ignore) -> Control:
    """Whose heartbeats its failsafe counts.

    Raises:
        NoAnswer: as :func:`read_control`.
    """
    reading = read_wire(vehicle, Setting.GCS_SYSTEM_ID, listener=listener)
    if [wire.name for wire in wires_of(Setting.GCS_SYSTEM_ID, vehicle.firmware)] == [HAS_RANGE]:
        (wire, held), last = await asyncio.gather(reading, _read_last(vehicle, listener))
    else:
        wire, held = await reading
        last = await _read_last(vehicle, listener) if wire.name == HAS_RANGE else 0
    first = round(held.value)
    return Control(vehicle.name, vehicle.station, wire.name, first, max(first, last))


async def _read_last(vehicle: VehicleLink, listener: Listener) -> int:
    """The last of a range; 0: it has none, as one made before 4.7 was released."""
    with suppress(UnknownName):
        return round(await read_setting(vehicle, Setting.GCS_SYSTEM_ID_MAX, listener))
    return 0


async def read_control_status(vehicle: VehicleLink, listener: Listener = ignore) -> ControlStatus:
    """
    Raises:
        NoAnswer: as :func:`read_control`.
    """
    control, failsafe, only = await asyncio.gather(
        read_control(vehicle, listener),
        read_setting(vehicle, Setting.GCS_FAILSAFE, listener),
        read_setting(vehicle, Setting.GCS_ONLY, listener),
    )
    return ControlStatus(control, tuple(sorted(vehicle.stations_heard)), failsafe != 0, bool(round(only) & 1))


def names_of_stations(station: GroundStation, system_ids: Collection[int]) -> str:
    return ", ".join(station.name_of(system_id) for system_id in sorted(system_ids))
