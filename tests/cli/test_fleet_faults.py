"""What goes wrong in the field: each fault has its message, its exit code, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from running_fleet import copy_workspace, fleet_behind, relink

from dronectl.cli.main import run
from dronectl.formats.recording import read_recording
from dronectl.formats.tlog import iter_frames
from dronectl.sim.fleet import SimFleet
from dronectl.sim.settings import LinkFaults, VehicleFaults

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_workspace(tmp_path)


@pytest.fixture
def plan(root: Path) -> Path:
    folder = root / "plans" / "demo"
    assert run(["plan", "build", "demo", "--workspace", str(root), "-o", str(folder)]) == 0
    return folder


def on_board(root: Path, drone: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["mission", "download", "--drone", drone, "--workspace", str(root)]) == 0
    return capsys.readouterr().out


@contextmanager
def silent_server() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert isinstance(port, int)
        return port


# Nobody, the wrong one, or two of them


def test_no_drone_answering_is_exit_4_and_names_the_link(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relink(root, {name: f"tcp://127.0.0.1:{free_port()}" for name in ("alpha", "bravo", "charlie")})
    assert run(["push", str(plan), "--workspace", str(root)]) == 4
    err = capsys.readouterr().err
    assert err.count("no link to tcp://127.0.0.1:") == 3
    assert "hint:" in err


def test_a_silent_link_is_exit_4_and_says_how_long_it_was_waited_for(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with silent_server() as url:
        arguments = ["fleet", "status", "--drone", "alpha", "--link", url, "--timeout", "1"]
        assert run([*arguments, "--workspace", str(root)]) == 4
    assert "no heartbeat from system 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["fleet", "status", "--timeout", "2.5"],
        ["signing", "status", "--timeout", "2.5"],
        ["log", "list"],
        ["mission", "clear", "--yes"],
        ["param", "get", "RTL_ALT"],
        ["arm", "--yes"],
        ["hold"],
    ],
)
def test_who_is_waited_for_is_said_after_a_second(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("dronectl.ops.identity.identify_fleet.__kwdefaults__", {"timeout_s": 2.5})
    monkeypatch.setattr("dronectl.ops.identity.ALIVE_TIMEOUT_S", 2.5)
    with silent_server() as url:
        assert run([*command, "--drone", "alpha", "--link", url, "--workspace", str(root)]) == 4
    err = capsys.readouterr().err
    assert err.index(f"waiting for alpha on {url}") < err.index("error: alpha: no heartbeat")


def test_what_a_drone_says_nothing_of_is_said_to_be_waited_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fleet_behind(root):
        assert run(["param", "get", "NO_SUCH", "--drone", "bravo", "--workspace", str(root)]) == 4
    assert "waiting for what bravo says of NO_SUCH" in capsys.readouterr().err


def test_a_drone_with_another_system_id_is_not_addressed(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, changes={"bravo": {"system_id": 42}}) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 5
        assert "bravo: system 2 does not answer" in (err := capsys.readouterr().err)
        assert "heard there: system 42" in err
        assert on_board(root, "alpha", capsys).count("\n") <= 2, "nothing may be written to anyone"
        assert fleet.vehicles["bravo"].settings.system_id == 42


def test_two_drones_with_one_system_id_stop_everything(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, changes={"bravo": {"system_id": 1}}) as fleet:
        shared = Hub([fleet.ports["alpha"], fleet.ports["bravo"]])
        with shared:
            url = f"tcp://127.0.0.1:{shared.port}"
            arguments = ["push", str(plan), "--workspace", str(root), "--drone", "alpha"]
            assert run([*arguments, "--link", url]) == 5
        assert nothing_was_written(fleet)
    assert "two aircraft" in capsys.readouterr().err


def test_an_aircraft_with_another_uid_than_recorded_is_refused(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    with fleet_behind(root):
        assert run(["push", str(plan), "--workspace", str(root)]) == 5
    err = capsys.readouterr().err
    assert "dronectl.toml records abab" in err


def test_an_aircraft_that_tells_no_uid_is_refused_once_one_is_recorded(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    with fleet_behind(root, changes={"alpha": {"board": ""}}) as fleet:
        for command in (["push", str(plan)], ["arm", "--yes"], ["fly", str(plan), "--yes"]):
            assert run([*command, "--workspace", str(root)]) == 5
            assert "alpha: system id 1 tells no uid, but dronectl.toml records abab" in capsys.readouterr().err
        assert nothing_was_written(fleet)


def test_uids_are_recorded_once_and_a_swapped_aircraft_is_refused_from_then_on(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    here = ["--workspace", str(root)]
    before = path.read_text(encoding="utf-8")
    with fleet_behind(root):
        linked = path.read_text(encoding="utf-8")
        assert run(["fleet", "record", "--drone", "alpha", *here]) == 2
        assert path.read_text(encoding="utf-8") == linked  # nobody said yes
        assert run(["fleet", "record", "--yes", *here]) == 0
        after = path.read_text(encoding="utf-8")
        recorded = [line for line in after.splitlines() if line.startswith("uid = ")]
        assert [line for line in after.splitlines() if line not in recorded] == linked.splitlines()
        assert len(recorded) == 3
        assert run(["fleet", "record", "--yes", *here]) == 0
        assert path.read_text(encoding="utf-8") == after
        assert run(["push", str(plan), *here]) == 0
    # The boards, or the aircraft with their system ids: all that tells is the uid.
    uid_lines = iter(recorded)
    path.write_text(
        "".join(
            f"{line}{next(uid_lines)}\n" if line.startswith("system_id = ") else line
            for line in before.splitlines(keepends=True)
        ),
        encoding="utf-8",
    )
    capsys.readouterr()
    with fleet_behind(root, changes={"alpha": {"board": "bravo"}, "bravo": {"board": "alpha"}}) as fleet:
        for command in (["push", str(plan)], ["fly", str(plan), "--yes"], ["arm", "--yes"]):
            assert run([*command, *here]) == 5
            err = capsys.readouterr().err
            assert "alpha: system id 1 answers with uid" in err
            assert "bravo: system id 2 answers with uid" in err
            assert "charlie" not in err
        assert nothing_was_written(fleet)


def test_swapped_aircraft_are_noticed_by_the_last_receipt_where_no_uid_is_recorded(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With their system ids, so that nothing else tells."""
    here = ["--workspace", str(root)]
    linked_before = (root / "dronectl.toml").read_text(encoding="utf-8")
    with fleet_behind(root):
        assert run(["push", str(plan), *here]) == 0
        assert "no uid is recorded for alpha, bravo, charlie" in (err := capsys.readouterr().err)
        assert "'dronectl fleet record' records it" in err
    (root / "dronectl.toml").write_text(linked_before, encoding="utf-8")
    with fleet_behind(root, changes={"alpha": {"board": "bravo"}, "bravo": {"board": "alpha"}}) as fleet:
        for command in (["push", str(plan)], ["rally", "clear", "--yes", "--drone", "alpha"]) * 2:
            assert run([*command, *here]) == 5, "also the second time"
            err = capsys.readouterr().err
            assert "another aircraft than last time: alpha is the aircraft with uid" in err
            assert "--other-aircraft NAME" in err
        assert run(["push", str(plan), "--other-aircraft", "alpha", *here]) == 5
        assert "bravo is the aircraft" in capsys.readouterr().err
        assert run(["push", str(plan), "--other-aircraft", "nobody", *here]) == 2
        assert nothing_was_written(fleet)
        accepted = ["--other-aircraft", "alpha", "--other-aircraft", "bravo"]
        assert run(["push", str(plan), *accepted, *here]) == 0
        assert run(["push", str(plan), *here]) == 0, "said once, it is what the last receipt tells"
    capsys.readouterr()


# While items go up


def test_a_link_cut_during_upload_says_what_is_on_board(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dronectl.ops.transaction.RESTORE_PATIENCE_S", 2.0)
    with fleet_behind(root, faults={"bravo": VehicleFaults(link_cut_after_bytes=900)}):
        assert run(["push", str(plan), "--workspace", str(root), "--json"]) == 4
        document = json.loads(capsys.readouterr().out)["error"]
        assert document["code"] == 4
        assert document["committed"] is False
        assert "link to bravo closed" in document["message"]
        assert "NOT restored: bravo may hold a mixture" in document["message"]
        folder = Path(document["backup"])
        assert f"what was on board is kept in {folder}" in document["message"]
        assert document["hint"].startswith(f"'dronectl push --restore {folder}' puts it back once the drone answers")
        entries = json.loads((folder / "backup.json").read_text(encoding="utf-8"))["drones"]
        assert {entry["name"]: entry["open"] for entry in entries} == {"alpha": False, "bravo": True, "charlie": False}
        for drone in ("alpha", "charlie"):
            assert on_board(root, drone, capsys).count("\n") <= 2, f"{drone} must hold what it held: nothing"


def test_a_lossy_slow_radio_only_takes_longer(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fleet_behind(root, speedup=1.0, link=LinkFaults(loss=0.1, latency_ms=30, duplicate=0.05, reorder=0.05)):
        assert run(["push", str(plan), "--workspace", str(root), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["committed"] is True
    assert sum(drone[kind]["resent"] for drone in document["drones"] for kind in ("mission", "fence", "rally")) > 0


def test_an_item_that_the_vehicle_refuses_is_named_and_the_old_mission_is_back(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = plan / "alpha.waypoints"
    lines = good.read_text(encoding="utf-8").splitlines()
    cells = lines[5].split("\t")
    cells[3] = "195"  # DO_SET_ROI_LOCATION: refused in missions
    bad = tmp_path / "bad.waypoints"
    bad.write_text("\n".join([*lines[:5], "\t".join(cells), *lines[6:]]) + "\n", encoding="utf-8")
    here = ["--drone", "alpha", "--workspace", str(root)]
    with fleet_behind(root):
        assert run(["mission", "upload", str(good), *here]) == 0
        assert run(["mission", "upload", str(bad), *here]) == 3, "the check knows before the vehicle does"
        overridden = [rule for name in ("autopilot", "structure") for rule in ("--allow", name)]
        capsys.readouterr()
        assert run(["mission", "upload", str(bad), *here, *overridden, "--by", "Somchai"]) == 5
        err = capsys.readouterr().err
        assert "item 4" in err
        assert "every drone holds what it held before" in err
        assert run(["mission", "diff", str(good), *here]) == 0


# Before and in flight


def test_a_drone_that_refuses_to_arm_keeps_everybody_on_the_ground(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, faults={"charlie": VehicleFaults(refuse_arm="Compass not healthy")}) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        capsys.readouterr()
        code = run(["fly", str(plan), "--yes", "--wait", "3", "--workspace", str(root)])
        err = capsys.readouterr().err
        assert code in (5, 6)
        assert "Compass not healthy" in err
        time.sleep(0.5)
        assert all(vehicle.copter.airframe.up_m < 0.5 for vehicle in fleet.vehicles.values())
        statuses = status(root, capsys)
        assert not any(drone["state"]["armed"] for drone in statuses)


def test_a_full_disk_ends_a_recording_with_what_was_written_readable(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full_after(monkeypatch, 20_000)
    out = tmp_path / "flight.tlog"
    with fleet_behind(root):
        code = run(["telemetry", "record", "-o", str(out), "--duration", "30", "--workspace", str(root)])
    assert code == 2
    err = capsys.readouterr().err
    assert "No space left" in err
    assert "what was written before is readable" in err
    assert sum(1 for _ in iter_frames(out)) > 50


def test_a_full_disk_does_not_stop_a_flight(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with fleet_behind(root, speedup=30.0) as fleet:
        assert run(["push", str(plan), "--workspace", str(root), "--drone", "alpha"]) == 0
        full_after(monkeypatch, 100_000)
        arguments = ["fly", str(plan), "--yes", "--wait", "20", "--drone", "alpha", "-o", str(tmp_path / "f")]
        assert run([*arguments, "--workspace", str(root)]) == 2
        assert not fleet.vehicles["alpha"].copter.is_armed
    err = capsys.readouterr().err
    assert "landed and disarmed" in err
    assert "the flight itself was not affected" in err
    assert read_recording(tmp_path / "f" / "alpha.tlog").tracks


# Ctrl-C


def begin_push(root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], **how: Any) -> Pushing:
    """A push over slow links that has begun to write: every drone held an old mission of four items before."""
    old = root / "old.waypoints"
    lines = (plan / "alpha.waypoints").read_text(encoding="utf-8").splitlines()
    old.write_text("\n".join(lines[:5]) + "\n", encoding="utf-8")
    for drone in ("alpha", "bravo", "charlie"):
        overridden = ["--allow", "structure", "--by", "Somchai"]
        assert run(["mission", "upload", str(old), "--drone", drone, *overridden, "--workspace", str(root)]) == 0
    capsys.readouterr()
    for path in (root / "flights").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    process = dronectl("push", str(plan), "--workspace", str(root), **how)
    wait_for(lambda: any(len(vehicle.copter.mission) > 4 for vehicle in fleet.vehicles.values()), 20)
    assert process.poll() is None, "it was over before it could be disturbed"
    (document,) = (root / "flights").glob("backup-*/backup.json")
    return Pushing(process, old, document)


@dataclass(frozen=True)
class Pushing:
    process: subprocess.Popen[str]
    old: Path
    backup: Path

    def open_drones(self) -> list[str]:
        entries = json.loads(self.backup.read_text(encoding="utf-8"))["drones"]
        return [entry["name"] for entry in entries if entry["open"]]

    def is_old_everywhere(self, root: Path) -> bool:
        names = ("alpha", "bravo", "charlie")
        return all(run(["mission", "diff", str(self.old), "--drone", n, "--workspace", str(root)]) == 0 for n in names)


SLOW = LinkFaults(latency_ms=150)
INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name == "nt", reason="on Windows a signal to another process ends it at once")
@pytest.mark.parametrize("number", INTERRUPTS)
def test_an_interrupt_while_pushing_puts_the_old_items_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        pushing = begin_push(root, plan, fleet, capsys)
        assert pushing.open_drones() == ["alpha", "bravo", "charlie"]
        pushing.process.send_signal(number)
        _, err = pushing.process.communicate(timeout=60)
        assert pushing.process.returncode == 130, err
        assert "stopping: putting back what was on board" in err
        assert "stopped by the user; every drone holds what it held before" in err
        assert pushing.open_drones() == []
        assert pushing.is_old_everywhere(root)


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_that_is_closed_while_pushing_is_an_interrupt(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pty

    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        ours, theirs = pty.openpty()
        own = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        drain = threading.Thread(target=read_until_closed, args=(ours,), daemon=True)
        drain.start()
        pushing = begin_push(root, plan, fleet, capsys, **own)
        os.close(theirs)
        pushing.process.send_signal(signal.SIGHUP)
        os.close(ours)
        assert pushing.process.wait(timeout=60) == 130
        assert pushing.open_drones() == []
        assert pushing.is_old_everywhere(root)


def test_after_a_killed_push_the_next_one_says_so_and_the_old_state_comes_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        pushing = begin_push(root, plan, fleet, capsys)
        pushing.process.kill()
        pushing.process.communicate(timeout=20)
        folder, here = pushing.backup.parent, ["--workspace", str(root)]
        assert pushing.open_drones() == ["alpha", "bravo", "charlie"]
        assert not pushing.is_old_everywhere(root)
        capsys.readouterr()

        assert run(["rally", "clear", "--drone", "alpha", "--yes", *here]) == 0
        err = capsys.readouterr().err
        assert "did not come to its end: alpha, bravo, charlie may hold a mixture of old and new" in err
        assert f"'dronectl push --restore {folder}' puts back" in err

        assert run(["push", "--restore", str(folder), "--json", *here]) == 0
        out, err = capsys.readouterr()
        assert "did not come to its end" not in err
        restored = json.loads(out)
        assert restored["committed"] is True
        assert [drone["name"] for drone in restored["drones"]] == ["alpha", "bravo", "charlie"]
        assert restored["drones"][0]["mission"]["verified"] is True
        assert pushing.is_old_everywhere(root)
        assert pushing.open_drones() == []
        assert fleet.vehicles["alpha"].copter.parameters["RTL_ALT"] == 1500

        copter = fleet.vehicles["bravo"].copter
        own, copter.settings = copter.settings, replace(copter.settings, board="another")
        capsys.readouterr()
        assert run(["push", "--restore", str(folder), *here]) == 5
        assert "bravo: the backup is of the aircraft with uid" in capsys.readouterr().err
        copter.settings = own
        capsys.readouterr()
        assert run(["push", str(plan), *here]) == 0
        assert "did not come to its end" not in capsys.readouterr().err


def test_ctrl_c_in_flight_brings_every_drone_home(root: Path, plan: Path, tmp_path: Path) -> None:
    with fleet_behind(root, speedup=15.0) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        folder = tmp_path / "f"
        process = dronectl("fly", str(plan), "--yes", "--wait", "20", "-o", str(folder), "--workspace", str(root))
        wait_for(lambda: all(vehicle.copter.airframe.up_m > 30 for vehicle in fleet.vehicles.values()), 40)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=90)
        assert process.returncode == 130, err
        assert "every drone has landed" in err
        assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())
    for name in ("alpha", "bravo", "charlie"):
        (track,) = read_recording(folder / f"{name}.tlog").tracks
        assert "RTL" in track.modes()


def test_ctrl_c_ends_a_recording_in_order(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.tlog"
    with fleet_behind(root):
        process = dronectl("telemetry", "record", "-o", str(out), "--workspace", str(root))
        wait_for(lambda: out.exists() and out.stat().st_size > 20_000, 20)
        process.send_signal(signal.SIGINT)
        stdout, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "frames in" in stdout
    assert sum(1 for _ in iter_frames(out)) > 50


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX; TerminateProcess is what Windows has, used below there")
def test_a_killed_recording_keeps_every_whole_frame(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.tlog"
    with fleet_behind(root):
        process = dronectl("telemetry", "record", "-o", str(out), "--workspace", str(root))
        wait_for(lambda: out.exists() and out.stat().st_size > 20_000, 20)
        process.kill()
        process.communicate(timeout=20)
    frames = list(iter_frames(out))
    assert len(frames) > 50


def test_ctrl_c_while_planning_leaves_no_half_plan(root: Path) -> None:
    folder = root / "plans" / "x"
    process = dronectl("plan", "build", "lake_park_coverage", "-o", str(folder), "--workspace", str(root))
    time.sleep(0.8)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode in (0, 130)
    assert (process.returncode == 0) == (folder / "plan.json").exists()


# Helpers


def dronectl(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    """The program as people start it."""
    command = [sys.executable, "-m", "dronectl", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen(command, text=True, encoding="utf-8", **streams)


def nothing_was_written(fleet: SimFleet) -> bool:
    """Read past every protocol: no items but home, the stock parameters, nobody armed."""
    copters = [vehicle.copter for vehicle in fleet.vehicles.values()]
    items = [len(store) for c in copters for store in (c.mission, c.fence_store, c.rally)]
    return (
        max(items) <= 1
        and not any(c.is_armed for c in copters)
        and {c.parameters["RTL_ALT"] for c in copters} == {1500}
    )


def read_until_closed(descriptor: int) -> None:
    with suppress(OSError):
        while os.read(descriptor, 4096):
            pass


def wait_for(condition: object, seconds: float) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def status(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, dict[str, object]]]:
    capsys.readouterr()
    assert run(["fleet", "status", "--json", "--workspace", str(root)]) == 0
    drones = json.loads(capsys.readouterr().out)["drones"]
    assert isinstance(drones, list)
    return drones


def full_after(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Every tlog opened from now on lies on a disk with room for ``size`` bytes."""
    import errno
    import io

    from dronectl.formats import tlog

    class SmallDisk(io.FileIO):
        def write(self, data: object, /) -> int:
            if self.tell() + len(data) > size:  # type: ignore[arg-type]
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)  # type: ignore[arg-type]

    original = tlog.TlogWriter.__init__

    def on_small_disk(self: tlog.TlogWriter, path: Path, *, stream: io.RawIOBase | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        original(self, path, stream=stream or SmallDisk(path, "wb"))

    monkeypatch.setattr(tlog.TlogWriter, "__init__", on_small_disk)


class Hub:
    """One port that carries several vehicles, as one radio does: what the client says reaches all of them."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0

    def __enter__(self) -> Hub:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [await asyncio.open_connection("127.0.0.1", port) for port in self._ports]

        async def down(source: asyncio.StreamReader) -> None:
            while data := await source.read(4096):
                writer.write(data)

        async def up() -> None:
            while data := await reader.read(4096):
                for _, vehicle in ends:
                    vehicle.write(data)

        try:
            await asyncio.gather(up(), *(down(source) for source, _ in ends))
        except ConnectionError:
            pass
        finally:
            for _, vehicle in ends:
                vehicle.close()
            writer.close()
