"""Clients that upload a mission, each run as a process of its own so that one that hangs can be given up.

``python tests/bench/uploads/clients.py CLIENT ITEMS PORT [PORT …]`` prints the seconds from the first frame of the
upload to the client's own belief that it is done. Vehicles have the system ids 1, 2, …; ports that are equal share a
link.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

os.environ["MAVLINK20"] = "1"  # for pymavlink's and DroneKit's own connections

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

HOME = GeoPoint(16.0529, 103.6503)
ANSWER_S = 1.5
CONNECT_S = 30.0


def patrol(count: int) -> Mission:
    """Home and waypoints: ``count`` items."""
    home = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=HOME.lat_e7, lon_e7=HOME.lon_e7)
    waypoint = replace(home, frame=Frame.GLOBAL_RELATIVE_ALT, altitude_m=40.0)
    ring = (
        replace(
            waypoint,
            lat_e7=HOME.lat_e7 + round(30_000 * math.sin(index / 10)),
            lon_e7=HOME.lon_e7 + round(30_000 * math.cos(index / 10)),
        )
        for index in range(1, count)
    )
    return Mission((home, *ring))


def with_dronectl(ports: Sequence[int], mission: Mission, *, window: int | None = None, verify: bool = False) -> float:
    from dronectl.link.fleet_link import open_fleet
    from dronectl.model.fleet import Battery, Camera, Drone
    from dronectl.protocol.mission.upload import ItemUpload
    from dronectl.protocol.mission.verified_upload import VerifiedUpload
    from dronectl.protocol.mission.window import FIRST_WINDOW

    camera = Camera(13.2, 8.8, 8.8, 5472, 3648, 2)
    drones = [
        Drone(f"drone{index}", index, f"tcp://127.0.0.1:{port}", HOME, Battery.from_endurance(1200.0), camera)
        for index, port in enumerate(ports, start=1)
    ]

    async def upload() -> float:
        async with open_fleet(drones) as fleet:
            await asyncio.gather(*(link.wait_alive(CONNECT_S) for link in fleet.vehicles.values()))
            start = time.perf_counter()
            async with asyncio.TaskGroup() as uploads:
                for link in fleet.vehicles.values():
                    if verify:
                        uploads.create_task(link.run(VerifiedUpload(mission)))
                    else:
                        uploads.create_task(link.run(ItemUpload(mission, window=window or FIRST_WINDOW)))
            return time.perf_counter() - start

    return asyncio.run(upload())


def with_read_back(ports: Sequence[int], mission: Mission) -> float:
    return with_dronectl(ports, mission, verify=True)


def one_at_a_time(ports: Sequence[int], mission: Mission) -> float:
    return with_dronectl(ports, mission, window=1)


def with_pymavlink(ports: Sequence[int], mission: Mission) -> float:
    """The loop that most scripts have: say how many, send what is asked for, stop at the acknowledgement."""
    from pymavlink import mavutil

    link = mavutil.mavlink_connection(f"tcp:127.0.0.1:{ports[0]}", source_system=255)
    link.wait_heartbeat()
    start = time.perf_counter()
    link.mav.mission_count_send(1, 1, len(mission), 0)
    asked = False
    while True:
        message = link.recv_match(
            type=["MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK"], blocking=True, timeout=ANSWER_S
        )
        if message is None:
            if not asked:
                link.mav.mission_count_send(1, 1, len(mission), 0)
        elif message.get_type() == "MISSION_ACK":
            return time.perf_counter() - start
        else:
            asked = True
            item = mission.items[message.seq]
            place = (item.lat_e7, item.lon_e7, item.altitude_m)
            link.mav.mission_item_int_send(1, 1, message.seq, item.frame, item.command, 0, 1, *item.params, *place, 0)


def with_dronekit(ports: Sequence[int], mission: Mission) -> float:
    import dronekit

    logging.getLogger("autopilot").setLevel(logging.ERROR)  # where it repeats the vehicle's words
    link = dronekit.connect(f"tcp:127.0.0.1:{ports[0]}", wait_ready=False, heartbeat_timeout=CONNECT_S)
    with contextlib.suppress(dronekit.TimeoutError):
        link.commands.download()
        link.commands.wait_ready(timeout=3)
    # It uploads only after a download, which has no way back from a loss: what is measured is the upload.
    link._wp_loaded = True
    link.commands.clear()
    for item in mission.items[1:]:
        place = (item.lat_e7 / 1e7, item.lon_e7 / 1e7, item.altitude_m)
        link.commands.add(dronekit.Command(1, 1, 0, item.frame, item.command, 0, 1, *item.params, *place))
    start = time.perf_counter()
    link.commands.upload()
    return time.perf_counter() - start


def with_mavsdk(ports: Sequence[int], mission: Mission) -> float:
    from mavsdk.asyncio import Mavsdk
    from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
    from mavsdk.component_type import ComponentType
    from mavsdk.mavsdk import Configuration
    from mavsdk.plugins.mission_raw import MissionItem as RawItem

    raw_items = [
        RawItem(
            *(seq, int(item.frame), int(item.command), 1 if seq == 0 else 0, 1, *item.params),
            *(item.lat_e7, item.lon_e7, item.altitude_m, 0),
        )
        for seq, item in enumerate(mission.items)
    ]

    async def upload() -> float:
        async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as sdk:
            await sdk.add_any_connection(f"tcpout://127.0.0.1:{ports[0]}")
            raw = MissionRawAsync(await sdk.first_autopilot(timeout_s=CONNECT_S))
            start = time.perf_counter()
            await raw.upload_mission(raw_items)
            return time.perf_counter() - start

    return asyncio.run(upload())


CLIENTS: dict[str, Callable[[Sequence[int], Mission], float]] = {
    "dronectl": with_dronectl,
    "dronectl + read-back": with_read_back,
    "dronectl, window 1": one_at_a_time,
    "pymavlink loop": with_pymavlink,
    "DroneKit": with_dronekit,
    "MAVSDK": with_mavsdk,
}

if __name__ == "__main__":
    name, items, *ports = sys.argv[1:]
    print(CLIENTS[name]([int(port) for port in ports], patrol(int(items))), flush=True)
    os._exit(0)  # DroneKit's and MAVSDK's threads would linger
