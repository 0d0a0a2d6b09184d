"""A ground station of pymavlink messages for a vehicle without sockets: everything happens in simulated time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import VehicleSettings, Wind

HOME = GeoPoint(16.0538, 103.652)
HOME_AMSL_M = 148.0
GCS = 255
READY_S = 9.0
"""Simulated seconds from power-on to a usable position."""

WAYPOINT, LOITER_TIME, RTL_ITEM, LAND_ITEM, TAKEOFF = 16, 19, 20, 21, 22
STABILIZE, AUTO, GUIDED, LOITER, RTL, LAND, BRAKE = 0, 3, 4, 5, 6, 9, 17


def settings(**changes: Any) -> VehicleSettings:
    """A copter as 4.5, in whose terms its parts are written; what later releases do otherwise: ``test_firmware.py``."""
    values: dict[str, Any] = {"name": "alpha", "system_id": 1, "home": HOME, "home_amsl_m": HOME_AMSL_M}
    parameters = {"AUTO_OPTIONS": 3.0, **changes.pop("parameters", {})}
    changes.setdefault("firmware", FIRMWARES["4.5"])
    return VehicleSettings(**{**values, "parameters": parameters, **changes})


def place(north_m: float, east_m: float) -> tuple[int, int]:
    """Degrees x 1e7 of a point by metres from home."""
    lat = HOME.lat_deg + north_m / 110_660.0
    lon = HOME.lon_deg + east_m / (111_320.0 * math.cos(math.radians(HOME.lat_deg)))
    return round(lat * 1e7), round(lon * 1e7)


class GroundStation:
    """Sends messages to one vehicle and keeps all it says, with the simulated time."""

    def __init__(self, vehicle: Vehicle | None = None, **changes: Any) -> None:
        wind = changes.pop("wind", Wind())
        seed = changes.pop("seed", 1)
        self.vehicle = vehicle or Vehicle(settings(**changes), wind=wind, seed=seed, boot_unix_s=1.8e9)
        self.vehicle.connect(True)
        self._encoder = mavlink.MAVLink(None, srcSystem=GCS, srcComponent=190)
        self._decoder = mavlink.MAVLink(None)
        self.heard: list[tuple[float, Any]] = []
        self.raw = bytearray()

    def send(self, message: Any) -> list[Any]:
        """The messages that answer at once."""
        return self._take(self.vehicle.receive(bytes(message.pack(self._encoder))))

    def run(self, seconds: float) -> list[Any]:
        """Let time pass; what was said meanwhile."""
        start = len(self.heard)
        for _ in range(round(seconds / 0.1)):
            self._take(self.vehicle.step(0.1))
        return [message for _, message in self.heard[start:]]

    def run_until(self, condition: Callable[[], bool], at_most_s: float) -> None:
        end_s = self.vehicle.now_s + at_most_s
        while not condition():
            assert self.vehicle.now_s < end_s, f"not within {at_most_s} s; texts {self.texts()}"
            self.run(0.5)

    def command(self, number: int, *parameters: float) -> int:
        """The MAV_RESULT of a COMMAND_LONG."""
        values = [*parameters, *[0.0] * (7 - len(parameters))]
        answers = self.send(mavlink.MAVLink_command_long_message(1, 1, number, 0, *values))
        (ack,) = [message for message in answers if message.get_type() == "COMMAND_ACK"]
        assert (ack.command, ack.target_system) == (number, GCS)
        return int(ack.result)

    def mode(self, number: int) -> int:
        return self.command(176, 1, number)

    def arm(self) -> int:
        return self.command(400, 1)

    def stream(self, rate_hz: int = 4) -> None:
        self.send(mavlink.MAVLink_request_data_stream_message(1, 1, 0, rate_hz, 1))

    def item(self, seq: int, command: int, *, p: Iterable[float] = (), x: int = 0, y: int = 0, z: float = 0.0,
             frame: int = 3, kind: int = 0) -> list[Any]:  # fmt: skip
        values = [*p, *[0.0] * (4 - len(list(p)))]
        return self.send(
            mavlink.MAVLink_mission_item_int_message(1, 1, seq, frame, command, 0, 1, *values, x, y, z, kind)
        )

    def count(self, count: int, kind: int = 0) -> list[Any]:
        return self.send(mavlink.MAVLink_mission_count_message(1, 1, count, kind))

    def upload(self, items: list[dict[str, Any]], kind: int = 0) -> int:
        """The final MAV_MISSION_RESULT of a pipelined upload."""
        answers = self.count(len(items), kind)
        for seq, fields in enumerate(items):
            answers += self.item(seq, kind=kind, **fields)
        return next(int(m.type) for m in answers if m.get_type() == "MISSION_ACK")

    def download(self, kind: int = 0) -> list[Any]:
        (count,) = self.send(mavlink.MAVLink_mission_request_list_message(1, 1, kind))
        assert count.get_type() == "MISSION_COUNT"
        return [
            self.send(mavlink.MAVLink_mission_request_int_message(1, 1, seq, kind))[0] for seq in range(count.count)
        ]

    def texts(self) -> list[str]:
        return [message.text for _, message in self.heard if message.get_type() == "STATUSTEXT"]

    def all_of(self, name: str) -> list[Any]:
        return [message for _, message in self.heard if message.get_type() == name]

    def last(self, name: str) -> Any:
        return self.all_of(name)[-1]

    def _take(self, frames: list[bytes]) -> list[Any]:
        said = []
        for frame in frames:
            self.raw += frame
            said += self._decoder.parse_buffer(frame) or []
        self.heard += [(self.vehicle.now_s, message) for message in said]
        return said


def names(messages: Iterable[Any]) -> list[str]:
    return [message.get_type() for message in messages]


def square(side_m: float = 60.0, altitude_m: float = 20.0) -> list[dict[str, Any]]:
    """Home, take-off, three corners, RTL."""
    corners = [place(side_m, 0.0), place(side_m, side_m), place(0.0, side_m)]
    return [
        {"command": WAYPOINT, "frame": 0},
        {"command": TAKEOFF, "z": altitude_m},
        *({"command": WAYPOINT, "x": x, "y": y, "z": altitude_m} for x, y in corners),
        {"command": RTL_ITEM},
    ]
