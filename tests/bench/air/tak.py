"""How long an event takes from our loop to a second client of a TAK server that is not ours (taky), and what it costs.

    python tests/bench/air/tak.py [SECONDS [DRONES]]

Every second each drone is somewhere else; a device counts what comes, holds each event against the schema, and measures
its way by the time that is written in it (one computer, one clock). Goal: every event within a second. Processor time
is that of our loop and of the device. Beside it a beat at 20 Hz shows whether anything held the loop up.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip  # noqa: F401

from cot_schema import assert_valid
from repository import REPOSITORY
from taky_server import Device, taky
from waiting import until

from dronectl.model.picture import DroneIdentity, DronePicture, FleetPicture, FlightPhase
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.model.telemetry import TelemetrySample
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.common.events import PictureEvent
from dronectl.ops.tak.session import TakSources, tak_session
from dronectl.site.workspace import load_site

GOAL_S = 1.0


def picture(number: int, drones: int, now_s: float) -> FleetPicture:
    told = []
    for index in range(drones):
        sample = TelemetrySample(
            iso_z(now()), f"drone{index}", index + 1, "AUTO", True, 16.05 + index * 1e-4, 103.65 + number * 1e-5,
            200.0, 60.0, 8.0, 90.0, 73.0, 22.8, position_age_s=0.0,
        )  # fmt: skip
        phase = FlightPhase.PATROL
        told.append(DronePicture(sample, DroneIdentity(), phase, 1.0, phase, horizontal_error_m=0.9, course_deg=90.0))
    return FleetPicture(iso_z(now()), now_s, tuple(told))


async def fly(settings: TakSettings, root: Path, seconds: int, drones: int) -> tuple[float, list[float], int]:
    """Processor seconds, how late each beat was, and how many events were told of drones."""
    site = replace(load_site(REPOSITORY), root=root)
    loop, late = asyncio.get_running_loop(), list[float]()

    async def beat() -> None:
        while True:
            due_s = loop.time() + 0.05
            await asyncio.sleep(0.05)
            late.append(loop.time() - due_s)

    async with tak_session(settings, None, TakSources(root, lambda: site), lambda _event: None) as session:
        await until(lambda: session.is_up and session.is_ours)
        beating = asyncio.create_task(beat())
        began_s = time.process_time()
        for number in range(seconds):
            session.on_event(PictureEvent(picture(number, drones, loop.time())))
            await asyncio.sleep(1.0)
        used_s = time.process_time() - began_s
        beating.cancel()
        await asyncio.sleep(2.0)
    return used_s, late, seconds * drones


def main() -> None:
    seconds, drones = (int(text) for text in (sys.argv[1:] + ["30", "50"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        with taky(root / "taky") as server, Device(server.port) as device:
            settings = TakSettings(TakTransport.TCP, "127.0.0.1", server.port, "BENCH")
            used_s, late, told = asyncio.run(fly(settings, root, seconds, drones))
            heard = [(when, data, event) for when, data, event in device.heard if ".drone." in event.uid]
            all_of_them = list(device.heard)
    for _, data, _ in all_of_them:
        assert_valid(data)
    took = sorted(when - event.time.timestamp() for when, _, event in heard)
    within = sum(one <= GOAL_S for one in took)
    print(f"{drones} drones, {seconds} s: {told} events told, {len(heard)} heard, {within} within {GOAL_S:g} s")
    print(f"  on their way: median {1000 * median(took):.0f} ms, 99 % {1000 * took[int(0.99 * len(took))]:.0f} ms, "
          f"longest {1000 * took[-1]:.0f} ms")  # fmt: skip
    print(f"  {len(all_of_them)} events of all kinds, each valid by the schema")
    print(f"  processor: {100.0 * used_s / seconds:.1f} % of a core (ours and the device's)")
    print(f"  the loop's beat late by: median {1000 * median(late):.1f} ms, most {1000 * max(late):.0f} ms")
    if len(heard) != told or within != told:
        sys.exit("goal missed")


if __name__ == "__main__":
    main()
