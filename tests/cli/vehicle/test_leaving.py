"""How one leaves a command: a reader that goes away, Ctrl-C once and twice, keys of the dashboard. Real programs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import dronectl, interrupted_once_it_shows, read_until, wait_for
from running_fleet import copy_workspace, demo_plan, fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet

pytestmark = pytest.mark.xdist_group("leaving")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_workspace(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with fleet_behind(root) as fleet:
        yield fleet


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
@pytest.mark.parametrize("command", [["zones", "list"], ["telemetry", "stream", "--rate", "20"]])
def test_a_reader_that_goes_away_ends_the_command_quietly(root: Path, fleet: SimFleet, command: list[str]) -> None:
    process = dronectl(*command, "--workspace", str(root))
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait() == 0, err
    assert "Traceback" not in err
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
@pytest.mark.parametrize("command", [["telemetry", "stream"], ["watch"]])
def test_ctrl_c_is_how_one_leaves_what_runs_until_ctrl_c(root: Path, fleet: SimFleet, command: list[str]) -> None:
    code, told, err = interrupted_once_it_shows(*command, "--workspace", str(root), stream="stdout")
    assert code == 0, told + err
    assert "Traceback" not in told + err


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_a_second_ctrl_c_leaves_the_drones_and_shows_no_traceback(tmp_path: Path) -> None:
    root = copy_workspace(tmp_path)
    built = demo_plan(root)
    with fleet_behind(root, speedup=15.0) as fleet:
        assert run(["push", str(built), "--workspace", str(root)]) == 0
        folder = str(tmp_path / "f")
        process = dronectl("fly", str(built), "--yes", "--wait", "20", "-o", folder, "--workspace", str(root))
        wait_for(lambda: all(vehicle.copter.airframe.up_m > 30 for vehicle in fleet.vehicles.values()), 60)
        process.send_signal(signal.SIGINT)
        err = read_until(process.stderr, "press Ctrl-C again")
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate()
        err += rest
    assert process.returncode == 130, err
    assert "left to their missions and failsafes" in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals to test with")
def test_a_key_and_its_confirmation_on_the_dashboard_order_the_drone(root: Path, fleet: SimFleet) -> None:
    import pty

    assert run(["mode", "GUIDED", "--yes", "--workspace", str(root)]) == 0
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dronectl", "watch", "--duration", "600", "--workspace", str(root)]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    while fleet.vehicles["bravo"].pilot.mode.name != "RTL":
        os.write(ours, b"2ry")
        time.sleep(0.3)  # it may not look at its keys yet
    os.write(ours, b"q")
    _, err = process.communicate()
    os.close(ours)
    assert process.returncode == 0, err
    assert fleet.vehicles["alpha"].pilot.mode.name == "GUIDED", "only the one that was chosen"
