"""What goes wrong in the field: each fault has its message, its exit code, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from programs import dronectl, interrupted_once_it_shows, wait_for
from running_fleet import fleet_behind
from virtual_commands import ctrl_c_once, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.sim.vehicle.settings import LinkFaults, VehicleFaults

pytestmark = pytest.mark.xdist_group("faults")


def on_board(root: Path, drone: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["mission", "download", "--drone", drone, "--workspace", str(root)]) == 0
    return capsys.readouterr().out


# While items go up


def test_a_link_cut_during_upload_says_what_is_on_board(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dronectl.ops.items.transaction.RESTORE_LIMIT_S", 2.0)
    with virtual_fleet_behind(root, faults={"bravo": VehicleFaults(link_cut_after_bytes=900)}):
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
    radio = LinkFaults(loss=0.1, latency_ms=30, duplicate=0.05, reorder=0.05)
    with virtual_fleet_behind(root, speedup=1.0, link=radio):
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
    cells[3] = "195"  # DO_SET_ROI_LOCATION: refused in missions before 4.6
    bad = tmp_path / "bad.waypoints"
    bad.write_text("\n".join([*lines[:5], "\t".join(cells), *lines[6:]]) + "\n", encoding="utf-8")
    here = ["--drone", "alpha", "--workspace", str(root)]
    with virtual_fleet_behind(root, release="4.5"):
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
    with virtual_fleet_behind(root, faults={"charlie": VehicleFaults(refuse_arm="Compass not healthy")}) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        capsys.readouterr()
        code = run(["fly", str(plan), "--yes", "--wait", "3", "--workspace", str(root)])
        err = capsys.readouterr().err
        assert code in (5, 6)
        assert "Compass not healthy" in err
        assert all(vehicle.copter.airframe.up_m < 0.5 for vehicle in fleet.vehicles.values())
        statuses = status(root, capsys)
        assert all(vehicle.copter.airframe.up_m < 0.5 for vehicle in fleet.vehicles.values())
        assert not any(drone["state"]["armed"] for drone in statuses)


def test_a_full_disk_ends_a_recording_with_what_was_written_readable(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full_after(monkeypatch, 20_000)
    out = tmp_path / "flight.tlog"
    with virtual_fleet_behind(root):
        code = run(["telemetry", "record", "-o", str(out), "--duration", "30", "--workspace", str(root)])
    assert code == 2
    err = capsys.readouterr().err
    assert "No space left" in err
    assert "what was written before is readable" in err
    assert sum(1 for _ in iter_frames(out)) > 50


def test_a_full_disk_does_not_stop_a_flight(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtual_fleet_behind(root, speedup=30.0) as fleet:
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


def test_ctrl_c_in_flight_brings_every_drone_home(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "f"
    with virtual_fleet_behind(root, speedup=15.0) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        copters = [vehicle.copter for vehicle in fleet.vehicles.values()]
        with ctrl_c_once(lambda: all(copter.airframe.up_m > 30 for copter in copters)):
            assert run(["fly", str(plan), "--yes", "--wait", "20", "-o", str(folder), "--workspace", str(root)]) == 130
        assert "every drone has landed" in capsys.readouterr().err
        assert not any(copter.is_armed for copter in copters)
    for name in ("alpha", "bravo", "charlie"):
        (track,) = read_recording(folder / f"{name}.tlog").tracks
        assert "RTL" in track.modes()


def test_ctrl_c_ends_a_recording_in_order(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.tlog"
    with fleet_behind(root):
        process = dronectl("telemetry", "record", "-o", str(out), "--workspace", str(root))
        wait_for(lambda: out.exists() and out.stat().st_size > 20_000)
        process.send_signal(signal.SIGINT)
        stdout, err = process.communicate()
    assert process.returncode == 0, err
    assert "frames in" in stdout
    assert sum(1 for _ in iter_frames(out)) > 50


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX; TerminateProcess is what Windows has, used below there")
def test_a_killed_recording_keeps_every_whole_frame(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.tlog"
    with fleet_behind(root):
        process = dronectl("telemetry", "record", "-o", str(out), "--workspace", str(root))
        wait_for(lambda: out.exists() and out.stat().st_size > 20_000)
        process.kill()
        process.communicate()
    frames = list(iter_frames(out))
    assert len(frames) > 50


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals to test with")
def test_ctrl_c_while_planning_ends_with_the_best_plan_found_and_a_whole_one(root: Path) -> None:
    folder = root / "plans" / "x"
    build = ["plan", "build", "lake_park_coverage", "-o", str(folder), "--budget", "10min", "--workspace", str(root)]
    code, told, _ = interrupted_once_it_shows(*build, stream="stderr")
    assert code == 0, told
    assert "stopped early: best plan found so far" in told
    search = read_plan(folder).search
    assert search is not None
    assert search.stopped_early


# Helpers


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

    from dronectl.formats.recordings.tlog import files

    class SmallDisk(io.FileIO):
        def write(self, data: object, /) -> int:
            if self.tell() + len(data) > size:  # type: ignore[arg-type]
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)  # type: ignore[arg-type]

    original = files.TlogWriter.__init__

    def on_small_disk(self: files.TlogWriter, path: Path, *, stream: io.RawIOBase | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        original(self, path, stream=stream or SmallDisk(path, "wb"))

    monkeypatch.setattr(files.TlogWriter, "__init__", on_small_disk)
