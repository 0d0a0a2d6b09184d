"""The black box of a fleet: all that passes is in it, nothing waits for it, a kill takes the last moment at most."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually
from waiting import until

from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.link.fleet_link import FleetLink
from dronectl.model.recorder import RecorderSettings
from dronectl.ops.common.events import Event, Note
from dronectl.ops.recordings.black_box import box as box_module
from dronectl.ops.recordings.black_box.box import black_box
from dronectl.ops.recordings.black_box.tracks import Frame, OpenTracks


def recorded(root: Path, drone: str) -> list[bytes]:
    return [frame for path in sorted(root.rglob(f"{drone}-*.tlog")) for _, frame in iter_frames(path)]


def test_everything_that_passes_is_in_it_both_ways(tmp_path: Path) -> None:
    passed: list[tuple[str, bytes]] = []

    async def main() -> None:
        async with virtual_fleet(2, seed=5, one_radio=True) as (fleet, _):
            async with black_box(fleet, tmp_path, RecorderSettings()) as box:
                untap = fleet.add_tap(lambda drone, frame, _t, _out: passed.append((drone, frame)))
                for vehicle in fleet.vehicles.values():
                    await vehicle.request_streams(4.0)
                await asyncio.sleep(20.0)
                untap()
            assert box.dropped == 0
            await asyncio.sleep(5.0)  # what passes afterwards is not recorded

    run_virtually(main(), limit_s=300.0)
    for name in ("drone1", "drone2"):
        own = [frame for drone, frame in passed if drone == name]
        assert len(own) > 100
        assert recorded(tmp_path, name) == own


@pytest.fixture
def fleet() -> FleetLink:
    return FleetLink({}, [], [])


def say(fleet: FleetLink, count: int, drone: str = "alpha") -> None:
    for number in range(count):
        for tap in fleet._taps:
            tap(drone, b"\xfd" + number.to_bytes(8, "big"), 1_790_000_000.0 + number * 1e-3, False)


def test_a_disk_that_hangs_holds_nobody_up_and_what_is_dropped_is_counted_and_told(
    fleet: FleetLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    hangs = threading.Event()
    write = OpenTracks.write

    def hang(tracks: OpenTracks, frames: Iterable[Frame], now_s: float) -> None:
        hangs.wait()
        write(tracks, frames, now_s)

    monkeypatch.setattr(OpenTracks, "write", hang)
    monkeypatch.setattr(box_module, "MOST_WAITING", 50)

    async def main() -> None:
        async with black_box(fleet, tmp_path, RecorderSettings(), told.append) as box:
            await until(lambda: box._thread.is_alive())
            say(fleet, 200)
            assert box.dropped >= 100, "one batch may have been taken already"
            hangs.set()
            await until(lambda: told)

    asyncio.run(main())
    (note,) = told
    assert isinstance(note, Note)
    assert "the black box has dropped 1" in note.text


def test_frames_are_on_the_disk_while_it_goes_on(
    fleet: FleetLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(box_module, "WRITE_EVERY_S", 0.001)
    monkeypatch.setattr(box_module, "SYNC_EVERY_S", 0.01)
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(descriptor) or fsync(descriptor))

    async def main() -> None:
        async with black_box(fleet, tmp_path, RecorderSettings()):
            for _ in range(2):
                synced.clear()
                say(fleet, 3)
                await until(lambda: synced)

    asyncio.run(main())


def test_with_no_quota_nothing_is_recorded(fleet: FleetLink, tmp_path: Path) -> None:
    async def main() -> None:
        async with black_box(fleet, tmp_path, RecorderSettings(quota_mb=0.0)):
            assert fleet._taps == []

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_it_is_told_and_nothing_else(fleet: FleetLink, tmp_path: Path) -> None:
    told: list[Event] = []
    (tmp_path / "flights").write_text("in the way")

    async def main() -> None:
        async with black_box(fleet, tmp_path, RecorderSettings(), told.append) as box:
            say(fleet, 3)
            await until(lambda: len(told) == 2)
            assert box.dropped == 3

    asyncio.run(main())
    assert [isinstance(note, Note) and note.text.partition(":")[0] for note in told] == [
        "the black box does not record alpha",
        "the black box has dropped 3 frames so far",
    ]


PROGRAM = """
import asyncio, sys
from pathlib import Path
from dronectl.link.fleet_link import FleetLink
from dronectl.model.recorder import RecorderSettings
from dronectl.ops.recordings.black_box.box import black_box

async def main():
    fleet = FleetLink({}, [], [])
    async with black_box(fleet, Path(sys.argv[1]), RecorderSettings()):
        number = 0
        while True:
            for tap in fleet._taps:
                tap("alpha", bytes.fromhex(sys.argv[2]) , 1_790_000_000.0 + number, False)
            number += 1
            await asyncio.sleep(0.001)

asyncio.run(main())
"""


def test_a_kill_leaves_a_recording_that_is_whole(tmp_path: Path) -> None:
    from tlog_builder import LogBuilder

    frame = bytes(LogBuilder().heartbeat(armed=False).data)[8:]
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), frame.hex()])
    try:
        while not any(path.stat().st_size > 20 * len(frame) for path in tmp_path.rglob("*.tlog")):
            assert program.poll() is None
    finally:
        program.kill()
        program.wait()
    (path,) = tmp_path.rglob("*.tlog")
    times = [t_us for t_us, _ in iter_frames(path)]
    assert times == [1_790_000_000_000_000 + number * 1_000_000 for number in range(len(times))]
    assert path.stat().st_size == len(times) * (8 + len(frame)), "nothing else is in it"
