"""What it costs to listen: the fleet link beside pymavlink's ``recv_match`` loop, on the same bytes at the same pace.

    python tests/bench/runner.py [SECONDS]

Two loads over TCP on this machine: three drones with position, attitude, speeds and local position at 50 Hz and the
slow messages at 2 Hz, and a hundred vehicles with the same at 10 Hz. A process of its own sends; shown are the messages
that arrived of those sent, gaps in the sequence numbers, and the share of one core that the listener used.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from dronectl.link.fleet_link import open_fleet
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint

SLOW_HZ = 2
QUIET_S = 1.0


@dataclass(frozen=True)
class Load:
    vehicles: int
    rate_hz: int
    seconds: int

    @property
    def title(self) -> str:
        return f"{self.vehicles} vehicles at {self.rate_hz} Hz"


@dataclass(frozen=True)
class Heard:
    messages: int
    lost: int
    cpu_s: float


def ticks(load: Load) -> list[bytes]:
    """What all vehicles send at each tick, one tick after the other."""
    codecs = [mavlink.MAVLink(None, srcSystem=number, srcComponent=1) for number in range(1, load.vehicles + 1)]
    all_ticks = []
    for tick in range(load.rate_hz * load.seconds):
        ms = tick * 1000 // load.rate_hz
        messages = [
            mavlink.MAVLink_global_position_int_message(
                ms, 160529000 + tick, 1036503000, 145000, 30000, 100, 20, 0, 9000
            ),
            mavlink.MAVLink_attitude_message(ms, 0.01, 0.02, 1.5, 0.0, 0.0, 0.0),
            mavlink.MAVLink_vfr_hud_message(8.0, 8.0, 90, 30, 145.0, 0.1),
            mavlink.MAVLink_local_position_ned_message(ms, 1.0, 2.0, -30.0, 1.0, 0.2, 0.0),
        ]
        if tick % (load.rate_hz // SLOW_HZ) == 0:
            messages += [
                mavlink.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3),
                mavlink.MAVLink_sys_status_message(0, 0, 0, 100, 12600, 500, 80, 0, 0, 0, 0, 0, 0),
                mavlink.MAVLink_gps_raw_int_message(
                    ms * 1000, 3, 160529000, 1036503000, 145000, 80, 120, 800, 9000, 14
                ),
                mavlink.MAVLink_mission_current_message(3),
                mavlink.MAVLink_ekf_status_report_message(831, 0.1, 0.1, 0.1, 0.1, 0.0),
            ]
        data = bytearray()
        for codec in codecs:
            for message in messages:
                data += message.pack(codec)
                codec.seq = (codec.seq + 1) % 256
        all_ticks.append(bytes(data))
    return all_ticks


def send(load: Load, ports: Connection) -> None:
    """Serves one client after the other, each with the same bytes in real time."""
    everything = ticks(load)
    server = socket.create_server(("127.0.0.1", 0))
    ports.send(server.getsockname()[1])
    while True:
        client, _ = server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin_s = time.perf_counter() + 0.3  # the listener is to be ready
        try:
            for number, data in enumerate(everything):
                time.sleep(max(0.0, begin_s + number / load.rate_hz - time.perf_counter()))
                client.sendall(data)
            while client.recv(65_536):  # until the listener has had enough
                pass
        except OSError:
            pass
        client.close()


def dronectl_listens(port: int, load: Load) -> Heard:
    home = GeoPoint(16.0529, 103.6503)
    battery, camera = Battery(99.0, 250.0, 230.0), Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
    url = f"tcp://127.0.0.1:{port}"
    drones = [Drone(f"d{n}", n, url, home, battery, camera) for n in range(1, load.vehicles + 1)]

    async def listen() -> Heard:
        heard, heard_at_s = 0, time.perf_counter()

        def count(_message: object) -> None:
            nonlocal heard, heard_at_s
            heard += 1
            heard_at_s = time.perf_counter()

        async with open_fleet(drones, reconnect=False) as fleet:
            vehicles = list(fleet.vehicles.values())
            for vehicle in vehicles:
                vehicle.subscribe(count)
            began_s = time.process_time()
            while time.perf_counter() - heard_at_s < QUIET_S:  # noqa: ASYNC110 - nothing tells that nothing comes
                await asyncio.sleep(0.05)
            used_s = time.process_time() - began_s
            return Heard(heard, sum(vehicle.state.loss.lost for vehicle in vehicles), used_s)

    return asyncio.run(listen())


def recv_match_listens(port: int, _load: Load) -> Heard:
    """The loop of pymavlink's examples: no state, no routing, nothing but decoded messages."""
    link = mavutil.mavlink_connection(f"tcp:127.0.0.1:{port}", autoreconnect=False, retries=1)
    began_s = time.process_time()
    heard, heard_at_s = 0, time.perf_counter()
    while time.perf_counter() - heard_at_s < QUIET_S:
        message = link.recv_match(blocking=True, timeout=0.5)
        if message is not None and message.get_type() != "BAD_DATA":
            heard += 1
            heard_at_s = time.perf_counter()
    used_s = time.process_time() - began_s
    link.close()
    return Heard(heard, link.mav_loss, used_s)


def main(seconds: int = 10) -> None:
    for load in (Load(3, 50, seconds), Load(100, 10, seconds)):
        slow = load.seconds * SLOW_HZ
        sent = load.vehicles * (4 * load.rate_hz * load.seconds + 5 * slow)
        mine, theirs = multiprocessing.Pipe()
        sender = multiprocessing.Process(target=send, args=(load, theirs), daemon=True)
        sender.start()
        port = mine.recv()
        print(f"{load.title}, {load.seconds} s: {sent} messages, {sent / load.seconds:.0f}/s")
        for name, listen in (("dronectl", dronectl_listens), ("pymavlink recv_match", recv_match_listens)):
            heard = listen(port, load)
            share = 100 * heard.cpu_s / load.seconds
            each = 1e6 * heard.cpu_s / max(1, heard.messages)
            print(
                f"  {name:<21} heard {heard.messages:6} lost {heard.lost:4}  {share:5.1f} % of a core, "
                f"{each:5.1f} µs a message",
                flush=True,
            )
        sender.kill()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
