"""The process that owns the links is killed in the middle of what another one does: that one goes on."""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from effort import IS_THOROUGH
from programs import dronectl, read_until
from running_fleet import copy_workspace, demo_plan, fleet_behind

from dronectl.cli.main import run
from dronectl.link.sharing.joiner import Joiner
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.settings import LinkFaults

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")

_HEARD_EVERY_S = 2.0
"""ArduCopter takes its ground station for lost after five seconds (FS_GCS_TIMEOUT)."""


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """When each drone heard a ground station's heartbeat, in seconds of the wall."""
    heard: dict[str, list[float]] = {}
    dispatch = Vehicle._dispatch

    def noting(vehicle: Vehicle, packet: Any) -> None:
        if packet.get_type() == "HEARTBEAT":
            heard.setdefault(vehicle.settings.name, []).append(time.monotonic())
        dispatch(vehicle, packet)

    monkeypatch.setattr(Vehicle, "_dispatch", noting)
    return heard


class Joined(threading.Event):
    """That a command of this process is in at the owner's door, and since when in seconds of the wall."""

    at_s = 0.0

    def set(self) -> None:
        if not self.is_set():
            self.at_s = time.monotonic()
        super().set()


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Joined:
    event = Joined()
    welcome = Joiner.welcome

    def noting(joiner: Joiner, document: Any) -> None:
        event.set()
        welcome(joiner, document)

    monkeypatch.setattr(Joiner, "welcome", noting)
    return event


WORK = {
    "push": (["push", "plans/demo"], 3.0, 1.0),
    "log": (["log", "download", "latest", "--drone", "alpha"], 0.5, 10.0),
}
"""A command, about how long it takes, and how many times faster than real the vehicles live."""
if IS_THOROUGH:
    WORK["fly"] = (["fly", "plans/demo", "--yes"], 16.0, 20.0)


@pytest.mark.parametrize("seed", range(20 if IS_THOROUGH else 1))
@pytest.mark.parametrize("kind", WORK)
def test_whoever_joined_goes_on_and_no_drone_misses_our_heartbeat(
    kind: str,
    seed: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    beats: dict[str, list[float]],
    joined: Joined,
) -> None:
    words, takes_s, speedup = WORK[kind]
    root = copy_workspace(tmp_path)
    demo_plan(root)
    monkeypatch.chdir(root)
    with fleet_behind(root, speedup=speedup, link=LinkFaults()):
        if kind == "fly":
            assert run(["push", "plans/demo"]) == 0
        owner = dronectl("telemetry", "stream", "--rate", "2")
        read_until(owner.stdout, '"drone": "charlie"')
        if kind == "log":  # one begins when it is armed
            read_until(owner.stdout, '"gps_fix": 6')
            assert run(["arm", "--yes", "--drone", "alpha"]) == 0
            assert run(["disarm", "--drone", "alpha"]) == 0
        joined.clear()  # before that there is nobody who could go on
        killed_after_s = random.Random(f"{kind} {seed}").uniform(0.0, takes_s)

        def kill() -> None:
            joined.wait()
            time.sleep(killed_after_s)
            owner.send_signal(signal.SIGKILL)

        killed = threading.Thread(target=kill)
        killed.start()
        capsys.readouterr()
        code = run([*words, "--json"])
        told = capsys.readouterr()
        joined.set()
        killed.join()
        owner.communicate()
    assert code == 0, told.err
    assert "error" not in json.loads(told.out)
    for times_s in beats.values():
        gaps_s = [after - before for before, after in pairwise(times_s) if after >= joined.at_s]
        assert max(gaps_s, default=0.0) <= _HEARD_EVERY_S
