"""A small vehicle on real sockets, encoded by pymavlink: heartbeat, version, commands, parameters, missions.

Not a simulator: just enough of an autopilot for the links' tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drone(name: str, system_id: int, link: str) -> Drone:
    return Drone(
        name, system_id, link, GeoPoint(16.0529, 103.6503), Battery(100, 200, 200), Camera(6.3, 4.7, 4.4, 4000, 3000, 2)
    )


class FakeVehicle:
    def __init__(self, system_id: int, *, uid: int = 0, beat_s: float = 0.05, component_id: int = 1) -> None:
        self.mav = dialect.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        self.mav.robust_parsing = True
        self.parser = dialect.MAVLink(None)
        self.parser.robust_parsing = True
        self.system_id = system_id
        self.uid2 = [uid or system_id] * 18
        self.beat_s = beat_s
        self.armed = False
        self.custom_mode = 0
        self.items: list[Any] = []
        self.count = 0
        self.heard: list[Any] = []
        self.mute_items_from = 10_000
        self.refuse: dict[int, str] = {}
        self.boot_ms = 0

    def frame(self, message: Any) -> bytes:
        raw = bytes(message.pack(self.mav))
        self.mav.seq = (self.mav.seq + 1) % 256
        return raw

    def beat(self) -> bytes:
        self.boot_ms += 50
        base_mode = 81 | (128 if self.armed else 0)
        frames = self.frame(self.mav.heartbeat_encode(2, 3, base_mode, self.custom_mode, 4 if self.armed else 3, 3))
        place = (160_529_000, 1_036_503_000, 145_000, 0, 0, 0, 0, 9000)
        return frames + self.frame(self.mav.global_position_int_encode(self.boot_ms, *place))

    def take(self, data: bytes) -> bytes:
        answers = b""
        for message in self.parser.parse_buffer(data) or []:
            if message.get_type() == "BAD_DATA" or getattr(message, "target_system", 0) not in (0, self.system_id):
                continue
            self.heard.append(message)
            handler: Callable[[Any], bytes] | None = getattr(self, f"on_{message.get_type().lower()}", None)
            answers += handler(message) if handler else b""
        return answers

    def on_command_long(self, message: Any) -> bytes:
        answer, text = 0, b""
        if message.command in self.refuse:
            answer = 4
            text = self.frame(self.mav.statustext_encode(2, self.refuse[message.command].encode()))
        elif message.command == 400:
            self.armed = message.param1 == 1
        elif message.command == 176:
            self.custom_mode = int(message.param2)
        ack = self.frame(self.mav.command_ack_encode(message.command, answer, 0, 0, 255, 190))
        if message.command == 512 and message.param1 == 148:
            version = self.mav.autopilot_version_encode(
                64495, 0x040506FF, 0, 0, 0, [0x31] * 8, [0] * 8, [0] * 8, 0, 0, 0, self.uid2
            )
            return ack + self.frame(version)
        return ack + text

    def on_timesync(self, message: Any) -> bytes:
        return self.frame(self.mav.timesync_encode(1 + self.boot_ms, message.ts1)) if message.tc1 == 0 else b""

    def on_param_request_list(self, _message: Any) -> bytes:
        return self.frame(self.mav.param_value_encode(b"FENCE_ENABLE", 1.0, 2, 1, 0))

    def on_mission_count(self, message: Any) -> bytes:
        self.items, self.count = [], message.count
        return self.ask() if message.count else self.frame(self.mav.mission_ack_encode(255, 190, 0))

    def ask(self) -> bytes:
        return self.frame(self.mav.mission_request_encode(255, 190, len(self.items)))

    def on_mission_item_int(self, message: Any) -> bytes:
        if message.seq >= self.mute_items_from:
            return b""
        if message.seq != len(self.items):
            return self.frame(self.mav.mission_ack_encode(255, 190, 13))
        self.items.append(message)
        return self.ask() if len(self.items) < self.count else self.frame(self.mav.mission_ack_encode(255, 190, 0))

    def on_mission_request_list(self, _message: Any) -> bytes:
        return self.frame(self.mav.mission_count_encode(255, 190, len(self.items)))

    def on_mission_request_int(self, message: Any) -> bytes:
        item = self.items[message.seq]
        copy = self.mav.mission_item_int_encode(
            255, 190, item.seq, item.frame, item.command, 0, 1,
            item.param1, item.param2, item.param3, item.param4, item.x, item.y, item.z,
        )  # fmt: skip
        return self.frame(copy)


class TcpFleet:
    """Vehicles behind one TCP server (as a radio with several aircraft on it); one client at a time."""

    def __init__(self, *vehicles: FakeVehicle) -> None:
        self.vehicles = vehicles
        self.port = free_port()
        self.url = f"tcp://127.0.0.1:{self.port}"
        self.writers: set[asyncio.StreamWriter] = set()
        self.connections = 0
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
        self.cut()
        self.server = None

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.add(writer)
        beat = asyncio.create_task(self._beat(writer))
        try:
            while data := await reader.read(65536):
                for vehicle in self.vehicles:
                    writer.write(vehicle.take(data))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            beat.cancel()
            self.writers.discard(writer)
            writer.close()

    async def _beat(self, writer: asyncio.StreamWriter) -> None:
        while True:
            for vehicle in self.vehicles:
                writer.write(vehicle.beat())
            await asyncio.sleep(self.vehicles[0].beat_s)


@contextlib.asynccontextmanager
async def tcp_fleet(*vehicles: FakeVehicle) -> AsyncIterator[TcpFleet]:
    fleet = TcpFleet(*vehicles)
    await fleet.start()
    try:
        yield fleet
    finally:
        await fleet.stop()


class _UdpSide(asyncio.DatagramProtocol):
    def __init__(self, vehicle: FakeVehicle) -> None:
        self.vehicle = vehicle
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if answers := self.vehicle.take(data):
            self.transport.sendto(answers)


@contextlib.asynccontextmanager
async def udp_vehicle(vehicle: FakeVehicle, port: int) -> AsyncIterator[None]:
    """A vehicle that sends to our ``udpin`` port from an address of its own."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _UdpSide(vehicle), remote_addr=("127.0.0.1", port))

    async def beat() -> None:
        while True:
            transport.sendto(vehicle.beat())
            await asyncio.sleep(vehicle.beat_s)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        transport.close()
