"""How one leaves a command: a reader that goes away, Ctrl-C once and twice, keys of the dashboard."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from programs import dronectl, interrupted_once_it_shows
from running_fleet import copy_workspace, demo_plan, fleet_behind
from virtual_commands import beside_commands, virtual_fleet_behind
from waiting import until

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


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="terminals close otherwise there")
def test_a_closed_terminal_leaves_the_drones_and_the_flight_is_picked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    built, here = str(demo_plan(root)), ["-o", str(tmp_path / "f"), "--workspace", str(root)]
    with virtual_fleet_behind(root, speedup=50.0) as fleet:
        copters = [vehicle.copter for vehicle in fleet.vehicles.values()]

        async def close_it() -> None:
            await until(lambda: all(copter.airframe.up_m > 30 for copter in copters))
            signal.raise_signal(signal.SIGHUP)

        assert run(["push", built, *here[2:]]) == 0
        with beside_commands(close_it):
            assert run(["fly", built, "--yes", "--wait", "20", *here]) == 130
        assert all(copter.is_armed for copter in copters)
        assert {vehicle.pilot.mode.name for vehicle in fleet.vehicles.values()} == {"AUTO"}
        assert "left to their missions and failsafes: alpha, bravo, charlie" in capsys.readouterr().err

        async def type_it() -> None:
            await until(lambda: (tmp_path / "f" / "alpha.2.tlog").exists())
            await asyncio.sleep(2.0)
            signal.raise_signal(signal.SIGINT)

        with beside_commands(type_it):
            assert run(["fly", built, *here]) == 130, "nobody is asked: nobody is launched"
        assert not any(copter.is_armed for copter in copters)
    err = capsys.readouterr().err
    assert "alpha: flies this plan already (AUTO, item" in err
    assert "stopped by the user; every drone has landed" in err
    assert {path.name for path in (tmp_path / "f").glob("*.tlog")} == {
        f"{name}{number}.tlog" for name in ("alpha", "bravo", "charlie") for number in ("", ".2")
    }


def test_a_second_ctrl_c_leaves_the_drones_and_shows_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    built, here = str(demo_plan(root)), ["--workspace", str(root)]
    with virtual_fleet_behind(root) as fleet:
        copters = [vehicle.copter for vehicle in fleet.vehicles.values()]

        async def type_it_twice() -> None:
            await until(lambda: all(copter.airframe.up_m > 30 for copter in copters))
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(1.0)
            signal.raise_signal(signal.SIGINT)

        assert run(["push", built, *here]) == 0
        with beside_commands(type_it_twice):
            assert run(["fly", built, "--yes", "--wait", "20", "-o", str(tmp_path / "f"), *here]) == 130
        assert all(copter.is_armed for copter in copters)
    err = capsys.readouterr().err
    assert "press Ctrl-C again" in err
    assert "left to their missions and failsafes" in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals to test with")
def test_a_key_and_its_confirmation_on_the_dashboard_order_the_drone(root: Path, fleet: SimFleet) -> None:
    import fcntl
    import pty
    import struct
    import termios

    assert run(["mode", "GUIDED", "--yes", "--workspace", str(root)]) == 0
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown = bytearray()
    reader = threading.Thread(target=read_all, args=(ours, shown))
    command = [sys.executable, "-m", "dronectl", "watch", "--duration", "600", "--workspace", str(root)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True, env=environment)
    os.close(theirs)
    reader.start()
    while fleet.vehicles["bravo"].pilot.mode.name != "RTL":
        os.write(ours, b"2ry")
        time.sleep(0.3)  # it may not look at its keys yet
    os.write(ours, b"q")
    _, err = process.communicate()
    reader.join(10.0)
    os.close(ours)
    assert process.returncode == 0, err
    screen, left = shown.decode("utf-8", "replace").rsplit("\x1b[?1049l", 1)
    assert "\x1b[?1049h" in screen, "a screen of its own"
    assert "orders go to" in screen
    assert "m wide, north is up" in screen
    assert all(name in left for name in ("alpha", "bravo", "charlie")), "how it was at the end stays"
    assert fleet.vehicles["alpha"].pilot.mode.name == "GUIDED", "only the one that was chosen"


def read_all(terminal: int, into: bytearray) -> None:
    """Until nobody has its other end any more."""
    with suppress(OSError):
        while data := os.read(terminal, 65_536):
            into += data
