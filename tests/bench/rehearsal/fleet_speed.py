"""How much faster than the clock three drones fly in one process, with all that a fleet on ports does but the ports.

    python tests/bench/rehearsal/fleet_speed.py [HZ]

The demo's plan is uploaded and read back over the mission protocol, flown from the first take-off to the last landing
with position and attitude streamed HZ times a second (default 4) to a tlog for each drone; one mission is downloaded
again every half minute of flight. One core. The peer: the clock; ArduPilot's own tests say of themselves that they
average 25 times real time, 15 with two vehicles. Also shown: bare flights, as 'dronectl rehearse' flies them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from dronectl.api import build_plan
from dronectl.formats.recordings.tlog.files import TlogWriter
from dronectl.model.plan.mission import MissionType
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.ops.rehearsal.loading import boards_of
from dronectl.ops.rehearsal.virtual_station import VirtualStation
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.sim.rehearsal.conditions import draw_run
from dronectl.sim.rehearsal.flying import fly_sortie
from dronectl.sim.vehicle.settings import load_settings
from dronectl.site.workspace import load_site

ROOT = Path(__file__).parents[3]
POSITION, ATTITUDE, STATE = 33, 30, 1
SET_MESSAGE_INTERVAL, MISSION_START, ARM = 511, 300, 400
GUIDED = 4


def main(rate_hz: float) -> None:
    site = load_site(ROOT)
    plan = build_plan(site, ["demo"])
    vehicles = load_settings(ROOT, site.drones).vehicles
    vehicles = tuple(replace(one, parameters={**one.parameters, "FENCE_ENABLE": 1.0}) for one in vehicles)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        tlogs = {one.name: opened.enter_context(TlogWriter(Path(folder) / f"{one.name}.tlog")) for one in vehicles}
        frames = 0

        def tap(name: str, now_s: float, frame: bytes) -> None:
            nonlocal frames
            frames += 1
            tlogs[name].write(frame, 1_800_000_000.0 + now_s)

        began_s = time.process_time()
        station = VirtualStation(vehicles, tap=tap)
        station.wait(12.0)
        for drone in plan.drones:
            lists = (drone.sorties[0].mission, drone.fence, drone.rally)
            for mission in lists:
                station.run(drone.name, VerifiedUpload(mission))
            for message_id, hz in ((POSITION, rate_hz), (ATTITUDE, rate_hz), (STATE, 1.0)):
                station.send(
                    drone.name, "COMMAND_LONG", command=SET_MESSAGE_INTERVAL, param1=message_id, param2=1e6 / hz
                )
            station.send(drone.name, "SET_MODE", base_mode=1, custom_mode=GUIDED)
            station.send(drone.name, "COMMAND_LONG", command=ARM, param1=1.0)
            station.send(drone.name, "COMMAND_LONG", command=MISSION_START)
        fleet = [station.fleet.vehicles[drone.name].copter for drone in plan.drones]
        assert all(copter.is_armed for copter in fleet)
        until_s = 30.0
        while any(copter.is_armed for copter in fleet):
            station.wait(1.0)
            if fleet[0].now_s > until_s:
                until_s += 30.0
                station.run(plan.drones[0].name, ItemDownload(MissionType.MISSION))
        flown_s, spent_s = fleet[0].now_s, time.process_time() - began_s
        size = sum((Path(folder) / f"{name}.tlog").stat().st_size for name in tlogs)
        print(
            f"served and recorded: {flown_s:.0f} s of three drones in {spent_s:.2f} s of one core, "
            f"{flown_s / spent_s:.0f} times real time ({frames} frames, {size / 1e6:.1f} MB)"
        )
    settings = RehearsalSettings()
    boards = boards_of(plan, vehicles, site.rules, settings)
    run = draw_run(settings, 1, seed=1, wind_m_s=site.rules.wind_m_s, late_s=site.rules.separation_delay_s)
    began_s = time.process_time()
    flights = [fly_sortie(board, run.of(board.settings.name, board.sortie)) for board in boards]
    spent_s = time.process_time() - began_s
    flown_s = max(one.duration_s for one in flights if one is not None)
    print(f"rehearsed: {flown_s:.0f} s of three drones in {spent_s:.2f} s, {flown_s / spent_s:.0f} times real time")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
