"""A vehicle's second serial port in somebody else's hands: its faults are switched there, and its own words are heard.

Built-in copter and ArduPilot SITL alike. Nothing here is dronectl's: what is heard is held against what dronectl says.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import MissionItem
from dronectl.protocol.vehicle.modes import mode_name
from dronectl.sim.vehicle.firmware import for_any_release

mavlink: Any = ardupilotmega
SYSTEM_ID = 250
AGAIN_S = 0.5
_WANTED = ("GLOBAL_POSITION_INT", "MISSION_CURRENT", "SYS_STATUS", "ATTITUDE")
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that the vehicle told: ``at_s`` in its own seconds since it booted, ``loop_s`` in ours."""

    at_s: float
    loop_s: float
    what: str


@dataclass
class SecondPort:
    """``async with`` it. The vehicle's own seconds are those of its last position."""

    name: str
    system_id: int
    port: int
    asks_for_streams: bool = False
    """ArduPilot's ports have rates of their own; those of the built-in copter are one."""
    now_s: float = 0.0
    mode: str = ""
    armed: bool = False
    was_armed: bool = False
    up_m: float = 0.0
    place: GeoPoint | None = None
    tilt_deg: float = 0.0
    item: int = 0
    voltage_v: float = 0.0
    modes: list[Happened] = field(default_factory=list)
    texts: list[Happened] = field(default_factory=list)
    clock: list[tuple[float, float]] = field(default_factory=list)
    """Our seconds and its own, as they went on together."""
    took_off_at_s: float | None = None
    disarmed: Happened | None = None
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def __aenter__(self) -> SecondPort:
        self._codec = mavlink.MAVLink(None, srcSystem=SYSTEM_ID, srcComponent=190)
        self._codec.robust_parsing = True
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._hearing = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hearing.cancel()
        self._writer.transport.abort()

    async def set(self, parameters: Mapping[str, float]) -> None:
        """Parameters of 4.5, under whatever names this release has for them; returns once it says that it has them."""
        for name, value in parameters.items():
            every = for_any_release({name: value})
            has_it = False
            while not has_it:
                got = self._expect("PARAM_VALUE")
                for own, own_value in every.items():
                    self._send(mavlink.MAVLink_param_set_message(self.system_id, 1, own.encode(), own_value, 9))
                await asyncio.wait({got}, timeout=AGAIN_S)
                has_it = got.done() and got.result().param_id in every

    async def upload(self, items: Sequence[MissionItem]) -> None:
        """A mission, one item at a time, as any ground station does it."""
        self._send(mavlink.MAVLink_mission_count_message(self.system_id, 1, len(items), 0))
        while True:
            message = await self._expect("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
            if message.get_type() == "MISSION_ACK":
                assert message.type == 0, f"{self.name} refuses the mission: {message.type}"
                return
            item = items[message.seq]
            place = (item.lat_e7, item.lon_e7, item.altitude_m)
            head = (self.system_id, 1, message.seq, int(item.frame), int(item.command), 0, 1)
            self._send(mavlink.MAVLink_mission_item_int_message(*head, *item.params, *place, 0))

    async def until(self, shown: Callable[[], object]) -> None:
        while not shown():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)

    async def in_flight_for(self, seconds: float) -> None:
        """Until so many of its own seconds after it was armed."""
        await self.until(lambda: self.took_off_at_s is not None and self.now_s >= self.took_off_at_s + seconds)

    async def own_seconds(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        await self.until(lambda: self.now_s >= end_s)

    def own_between(self, begin_loop_s: float, end_loop_s: float) -> float:
        """Its own seconds between two moments of our clock."""
        ours, own = zip(*self.clock, strict=True)
        begin_s, end_s = np.interp((begin_loop_s, end_loop_s), ours, own)
        return float(end_s - begin_s)

    def from_m(self, home: GeoPoint) -> float:
        """Metres along the ground from a place; not a number before it has told where it is."""
        if self.place is None:
            return math.nan
        north = (self.place.lat_deg - home.lat_deg) * _METRES_PER_DEGREE
        east = (self.place.lon_deg - home.lon_deg) * _METRES_PER_DEGREE * math.cos(math.radians(home.lat_deg))
        return math.hypot(north, east)

    def _send(self, message: Any) -> None:
        self._writer.write(message.pack(self._codec))

    def _expect(self, *names: str) -> asyncio.Future[Any]:
        """The next message of one of these names."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting = dict.fromkeys(names, future)
        return future

    async def _hear(self) -> None:
        asked_s = -math.inf
        while data := await self._reader.read(4096):
            for message in self._codec.parse_buffer(data) or ():
                if message.get_srcSystem() == self.system_id and message.get_srcComponent() == 1:
                    self._take(message)
            now_s = asyncio.get_running_loop().time()
            if self.asks_for_streams and now_s - asked_s > 5.0:
                asked_s = now_s
                for name in _WANTED:
                    number = getattr(mavlink, f"MAVLINK_MSG_ID_{name}")
                    self._send(
                        mavlink.MAVLink_command_long_message(self.system_id, 1, 511, 0, number, 250_000, 0, 0, 0, 0, 0)
                    )

    def _take(self, message: Any) -> None:
        match message.get_type():
            case "HEARTBEAT":
                self._on_heartbeat(message)
            case "GLOBAL_POSITION_INT":
                self.now_s, self.up_m = message.time_boot_ms / 1000.0, message.relative_alt / 1000.0
                self.clock.append((asyncio.get_running_loop().time(), self.now_s))
                self.place = GeoPoint(message.lat / 1e7, message.lon / 1e7)
            case "MISSION_CURRENT":
                self.item = message.seq
            case "ATTITUDE":
                self.tilt_deg = math.degrees(max(abs(message.roll), abs(message.pitch)))
            case "SYS_STATUS":
                self.voltage_v = message.voltage_battery / 1000.0
            case "STATUSTEXT":
                self.texts.append(self._happened(message.text))
        future = self._waiting.pop(message.get_type(), None)
        if future is not None and not future.done():
            future.set_result(message)

    def _on_heartbeat(self, message: Any) -> None:
        mode, armed = mode_name(message.custom_mode), bool(message.base_mode & 128)
        if mode != self.mode:
            self.mode = mode
            self.modes.append(self._happened(mode))
        if armed and not self.armed:
            self.took_off_at_s, self.was_armed = self.now_s, True
        if self.armed and not armed:
            self.disarmed = self._happened("disarmed")
        self.armed = armed

    def _happened(self, what: str) -> Happened:
        return Happened(self.now_s, asyncio.get_running_loop().time(), what)
