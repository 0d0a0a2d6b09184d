"""What ``watch`` costs: the share of a core that the picture and its frames take, and what is written to the terminal.

Run: ``python tests/bench/dashboard.py [DRONES…]``. Drones fly at 10 Hz over the shipped site for a minute that passes
at once; the picture is looked at twice a second, and each frame is drawn. Goal: 3 to 50 drones at most 15 %.
"""

from __future__ import annotations

import io
import sys
import time
from dataclasses import replace

import support_path  # noqa: F401
from repository import REPOSITORY
from rich.console import Console

from dronectl.cli.common.keyboard import OrderKeys
from dronectl.cli.vehicle.dashboard.frame import Frame
from dronectl.cli.vehicle.dashboard.map_view import MapView
from dronectl.cli.vehicle.dashboard.messages import Messages
from dronectl.cli.vehicle.dashboard.screen import FullScreen
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.message import Message
from dronectl.model.site import Site
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.picture.fold import FleetFold
from dronectl.ops.picture.surroundings import surroundings_of
from dronectl.protocol.vehicle.modes import mode_number
from dronectl.protocol.vehicle.telemetry import VehicleState
from dronectl.site.workspace import read_site

SECONDS = 60
MESSAGES_HZ, LOOKS_HZ = 10, 2
SIZES = ((80, 24), (200, 60))


class _Counted(io.StringIO):
    """A terminal that takes everything at once."""

    written = 0

    def write(self, text: str) -> int:
        self.written += len(text.encode())
        return len(text)


def _hear(folds: list[AlarmFold], plane: LocalPlane, tick: int, now_s: float) -> None:
    for number, fold in enumerate(folds):
        north_m = (number % 10) * 70.0 - 200.0 + (tick * 0.4) % 300.0
        lat_deg, lon_deg = plane.to_degrees((number // 10 * 60.0, north_m))
        state = fold.flight.state
        if tick % MESSAGES_HZ == 0:
            beat = {"autopilot": 3, "custom_mode": mode_number("GUIDED"), "base_mode": 0x80, "system_status": 4}
            state.apply(Message("HEARTBEAT", beat, number + 1, 1), now_s)
        place = {
            "lat": round(lat_deg * 1e7), "lon": round(lon_deg * 1e7), "alt": 0, "relative_alt": 40_000 + number * 1000,
            "vx": 400, "vy": 0, "vz": 0, "hdg": 0, "time_boot_ms": now_s * 1000,
        }  # fmt: skip
        state.apply(Message("GLOBAL_POSITION_INT", place, number + 1, 1), now_s)


def measure(site: Site, drones: int, size: tuple[int, int]) -> tuple[float, float, float]:
    """Shares of a core that the picture and that the frames take, in percent, and bytes a second."""
    fleet = [replace(site.drones[number % 3], name=f"drone{number:02d}") for number in range(drones)]
    folds = [AlarmFold(drone.name, VehicleState(system_id=number + 1)) for number, drone in enumerate(fleet)]
    fold, terminal, keys = FleetFold(folds, surroundings_of(site)), _Counted(), OrderKeys([d.name for d in fleet])
    console = Console(file=terminal, force_terminal=True, width=size[0], height=size[1], color_system="256")
    view = MapView(fleet, site)
    frame = Frame("bench", console, lambda moment_s: f"{moment_s:.0f}", Messages(str), view)
    picture_s = frames_s = 0.0
    with FullScreen(console) as screen:
        for tick in range(SECONDS * MESSAGES_HZ):
            now_s = 1000.0 + tick / MESSAGES_HZ
            _hear(folds, LocalPlane(site.home), tick, now_s)
            if tick % (MESSAGES_HZ // LOOKS_HZ):
                continue
            begun = time.process_time()
            fold.look(now_s)
            picture = fold.picture(now_s, "2026-01-01T00:00:00Z")
            looked = time.process_time()
            view.remember(picture)
            screen.show(frame.lines(picture, size, prompt=keys.prompt(now_s), chosen=keys.chosen))
            picture_s += looked - begun
            frames_s += time.process_time() - looked
    return 100.0 * picture_s / SECONDS, 100.0 * frames_s / SECONDS, terminal.written / SECONDS


def main(counts: list[int]) -> None:
    site = read_site(REPOSITORY)
    for drones in counts:
        for size in SIZES:
            picture, frames, written = measure(site, drones, size)
            print(
                f"{drones} drones, {size[0]} × {size[1]}: picture {picture:.1f} %, frames {frames:.1f} % of a core, "
                f"{written / 1000:.1f} kB/s to the terminal"
            )


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [3, 50])
