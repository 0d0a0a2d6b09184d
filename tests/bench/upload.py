"""How long 200 mission items take to a vehicle behind a slow radio: ours, ours one at a time, pymavlink's, DroneKit's.

Each client uploads to a fresh built-in vehicle whose link delays every frame by 50 ms each way and loses a share of
them. The clock runs from the first frame of the upload to the client's own belief that it is done; what the vehicle
then holds is printed with it, because sent is not done. A client that never comes to an end is given up after 90 s;
"no end" of DroneKit may also be that of the download which it wants before any upload.

Run: ``python tests/bench/upload.py [RUNS] [ITEMS]``. Goal: at 0 and at 5 % loss at least 5 times as fast as one by one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

os.environ["MAVLINK20"] = "1"  # for pymavlink's and DroneKit's own connections

import dronekit
from pymavlink import mavutil

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import open_fleet
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.mission import Command, Frame, Mission, MissionItem
from dronectl.protocol.item_upload import FIRST_WINDOW, ItemUpload
from dronectl.sim.fleet import SimFleet
from dronectl.sim.settings import LinkFaults, VehicleSettings

HOME = GeoPoint(16.0529, 103.6503)
LATENCY_MS = 50.0
GIVE_UP_S = 90.0
ANSWER_S = 1.5
PREPARATIONS = 8
mavlink = mavutil.mavlink


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


@contextlib.contextmanager
def vehicle(loss: float, seed: int) -> Iterator[SimFleet]:
    """A fresh vehicle on an event loop of its own."""
    settings = VehicleSettings("vehicle", 1, HOME, port=0)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    fleet = SimFleet([settings], seed=seed, faults=LinkFaults(loss=loss, latency_ms=LATENCY_MS))
    asyncio.run_coroutine_threadsafe(fleet.__aenter__(), loop).result()
    try:
        yield fleet
    finally:
        asyncio.run_coroutine_threadsafe(fleet.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def with_dronectl(port: int, mission: Mission, *, window: int = FIRST_WINDOW) -> float:
    drone = Drone(
        "vehicle",
        1,
        f"tcp://127.0.0.1:{port}",
        HOME,
        Battery.from_endurance(1200.0),
        Camera(13.2, 8.8, 8.8, 5472, 3648, 2),
    )

    async def upload() -> float:
        async with open_fleet([drone]) as fleet:
            link = fleet.vehicles["vehicle"]
            await link.wait_alive(20.0)
            start = time.perf_counter()
            await link.run(ItemUpload(mission, window=window))
            return time.perf_counter() - start

    return asyncio.run(upload())


def one_at_a_time(port: int, mission: Mission) -> float:
    return with_dronectl(port, mission, window=1)


def with_pymavlink(port: int, mission: Mission) -> float:
    """The loop that most scripts have: say how many, send what is asked for, stop at the acknowledgement."""
    link = mavutil.mavlink_connection(f"tcp:127.0.0.1:{port}", source_system=255)
    try:
        link.wait_heartbeat()
        start = time.perf_counter()
        link.mav.mission_count_send(1, 1, len(mission), 0)
        asked = False
        while time.perf_counter() - start < GIVE_UP_S:
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
                link.mav.mission_item_int_send(
                    1, 1, message.seq, item.frame, item.command, 0, 1, *item.params, *place, 0
                )
        raise TimeoutError
    finally:
        link.close()


def with_dronekit(port: int, mission: Mission) -> float:
    link = dronekit.connect(f"tcp:127.0.0.1:{port}", wait_ready=False, heartbeat_timeout=30)
    try:
        for _ in range(PREPARATIONS):  # DroneKit uploads only after a download, which has no way back from a loss
            with contextlib.suppress(dronekit.TimeoutError):
                link.commands.download()
                link.commands.wait_ready(timeout=3)
                break
        link.commands.clear()
        for item in mission.items[1:]:
            place = (item.lat_e7 / 1e7, item.lon_e7 / 1e7, item.altitude_m)
            link.commands.add(dronekit.Command(1, 1, 0, item.frame, item.command, 0, 1, *item.params, *place))
        start = time.perf_counter()
        link.commands.upload(timeout=GIVE_UP_S)
        return time.perf_counter() - start
    finally:
        link.close()


CLIENTS: dict[str, Callable[[int, Mission], float]] = {
    "dronectl": with_dronectl,
    "dronectl, window 1": one_at_a_time,
    "pymavlink loop": with_pymavlink,
    "DroneKit": with_dronekit,
}


def measured(client: Callable[[int, Mission], float], mission: Mission, loss: float, seed: int) -> tuple[float, int]:
    """(seconds, items on board); infinite seconds for an upload that failed."""
    with vehicle(loss, seed) as fleet:
        try:
            took_s = client(fleet.ports["vehicle"], mission)
        except (DronectlError, TimeoutError, dronekit.APIException, dronekit.TimeoutError):
            took_s = math.inf
        return took_s, len(fleet.vehicles["vehicle"].copter.mission)


def main(runs: int, items: int) -> None:
    logging.getLogger("autopilot").setLevel(logging.ERROR)  # where DroneKit repeats the vehicle's words
    mission = patrol(items)
    for loss in (0.0, 0.05):
        print(f"{items} items, {LATENCY_MS:g} ms each way, {loss:.0%} loss, {runs} runs")
        rows = [
            {name: measured(client, mission, loss, seed) for name, client in CLIENTS.items()} for seed in range(runs)
        ]
        for name in CLIENTS:
            seconds = statistics.median(row[name][0] for row in rows)
            ratio = statistics.median(row[name][0] / row["dronectl"][0] for row in rows)
            on_board = ", ".join(str(row[name][1]) for row in rows)
            took = f"{seconds:7.2f} s {ratio:7.1f} times dronectl" if math.isfinite(seconds) else "  no end"
            print(f"  {name:<20} {took:<32} on board: {on_board}", flush=True)


if __name__ == "__main__":
    main(*(int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 3), (2, 200))))
