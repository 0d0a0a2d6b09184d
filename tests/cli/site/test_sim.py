"""``dronectl sim`` as it is typed."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository import REPOSITORY

from dronectl.cli.main import run


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """The Roi Et workspace on ports of its own; whatever fleet a test leaves running is ended."""
    for name in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    text = (REPOSITORY / "dronectl.toml").read_text(encoding="utf-8")
    for port in (5760, 5770, 5780):
        text = text.replace(f":{port}", f":{free_port()}")
    (tmp_path / "dronectl.toml").write_text(text, encoding="utf-8")
    yield tmp_path
    run(["sim", "stop", "--workspace", str(tmp_path)])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_detached_fleet_answers_is_shown_is_not_started_twice_and_is_stopped(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--workspace", str(workspace))
    code, started = answer(capsys, "sim", "start", "--detach", "--speedup", "20", *where)
    assert (code, started["running"], started["speedup"]) == (0, True, 20.0)
    assert [drone["name"] for drone in started["drones"]] == ["alpha", "bravo", "charlie"]
    for drone in started["drones"]:
        with socket.create_connection((drone["host"], drone["port"]), timeout=60) as client:
            assert client.recv(1)[0] == 0xFD
    assert answer(capsys, "sim", "status", *where) == (0, started)
    code, error = answer(capsys, "sim", "start", "--detach", *where)
    assert (code, error["error"]["kind"]) == (2, "input")
    assert "sim stop" in error["error"]["hint"]
    assert answer(capsys, "sim", "stop", *where) == (0, {"stopped": True})
    assert answer(capsys, "sim", "status", *where) == (0, {"running": False, "drones": []})
    assert answer(capsys, "sim", "stop", *where) == (0, {"stopped": False})


def test_a_taken_port_is_named_also_by_a_detached_start(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        link = f"alpha=tcp://127.0.0.1:{port}"
        where = ("--workspace", str(workspace), "--drone", "alpha", "--link", link)
        for extra in ((), ("--detach",)):
            code, error = answer(capsys, "sim", "start", *where, *extra)
            assert code == 2
            assert str(port) in error["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--speedup", "0"), "speedup"),
        (("--link-loss", "1.5"), "link-loss"),
        (("--fault", "bravo:rain"), "rain"),
        (("--fault", "delta:battery=3"), "delta"),
        (("--drone", "delta"), "delta"),
        (("--link", "serial:///dev/ttyUSB0"), "serial"),
        (("--backend", "ardupilot", "--binary", "delta=/x/arducopter"), "delta"),
    ],
)
def test_wrong_usage_exits_2_and_says_what(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str
) -> None:
    code, error = answer(capsys, "sim", "start", "--workspace", str(workspace), *arguments)
    assert code == 2
    assert part in error["error"]["message"]


def test_without_the_sitl_binary_it_says_how_to_get_it(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRONECTL_ARDUCOPTER", str(workspace / "nothing-here"))
    code, error = answer(capsys, "sim", "start", "--backend", "ardupilot", "--workspace", str(workspace))
    assert code == 2
    assert "DRONECTL_ARDUCOPTER" in error["error"]["message"]
    assert "waf" in error["error"]["hint"]


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_ends_a_foreground_fleet_with_130_and_leaves_no_state(workspace: Path) -> None:
    command = [sys.executable, "-m", "dronectl", "sim", "start", "--json", "--workspace", str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["running"] is True
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert not (workspace / "flights" / ".sim.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_fleet_runs_no_more(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--workspace", str(workspace))
    command = [sys.executable, "-m", "dronectl", "sim", "start", "--json", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not answer(capsys, "sim", "status", *where)[1]["running"]:
            time.sleep(0.05)
        process.kill()
        process.wait()
    assert (workspace / "flights" / ".sim.json").exists()
    assert answer(capsys, "sim", "status", *where) == (0, {"running": False, "drones": []})
    assert answer(capsys, "sim", "stop", *where) == (0, {"stopped": False})


def test_a_state_file_of_a_crash_is_no_running_fleet(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "flights").mkdir()
    (workspace / "flights" / ".sim.json").write_text("{broken", encoding="utf-8")
    assert answer(capsys, "sim", "status", "--workspace", str(workspace))[1] == {"running": False, "drones": []}
