"""What commands do in the field when a drone is away, or a plan was touched."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_fleet import copy_workspace, demo_plan
from virtual_commands import pass_time, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.settings import VehicleFaults

pytestmark = pytest.mark.xdist_group("field work")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_workspace(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root, speedup=25.0) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def built(root: Path) -> Path:
    return demo_plan(root)


@pytest.fixture
def plan(built: Path, root: Path, tmp_path: Path) -> Path:
    """A copy that a test may edit."""
    folder = tmp_path / "plan"
    folder.mkdir()
    for file in built.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"


# One drone is away


def test_an_urgent_order_reaches_who_is_heard_although_one_is_away(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dronectl.ops.identity.identity.ALIVE_TIMEOUT_S", 2.0)
    assert run(["mode", "GUIDED", "--yes", "--workspace", str(root)]) == 0
    capsys.readouterr()
    assert run(["rtl", "--workspace", str(root), "--link", f"alpha={nobody()}", "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert sorted(error["done"]) == ["bravo", "charlie"]
    assert error["message"].endswith("done: bravo, charlie") or error["message"].endswith("done: charlie, bravo")
    assert fleet.vehicles["bravo"].copter.is_armed is False
    assert run(["fleet", "status", "--json", "--workspace", str(root)]) == 0
    modes = {d["name"]: d["state"]["mode"] for d in json.loads(capsys.readouterr().out)["drones"]}
    assert modes == {"alpha": "GUIDED", "bravo": "RTL", "charlie": "RTL"}


def test_what_may_move_goes_out_to_nobody_when_one_is_away(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "dronectl.ops.identity.identity.identify_fleet.__kwdefaults__", {"thorough": True, "timeout_s": 1.0}
    )
    assert run(["arm", "--yes", "--workspace", str(root), "--link", f"alpha={nobody()}"]) == 4
    assert "alpha: no link" in capsys.readouterr().err
    assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())


def test_the_others_are_recorded_when_one_is_away(
    root: Path, fleet: SimFleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.tlog"
    here = ["--workspace", str(root), "--link", f"bravo={nobody()}"]
    assert run(["telemetry", "record", "-o", str(out), "--duration", "1.5", *here]) == 4
    printed = capsys.readouterr()
    assert "never heard: bravo" in printed.err
    assert "alpha: 0 frames" not in printed.out
    assert sum(1 for _ in iter_frames(out)) > 50
    assert run(["telemetry", "record", "-o", str(out), "--duration", "1.5", *here, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "exists already" in error["message"]


def test_a_stream_goes_on_with_empty_samples_of_who_is_away(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root), "--link", f"bravo={nobody()}"]
    assert run(["telemetry", "stream", "--duration", "1", "--rate", "5", *here]) == 4
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert all(line["mode"] is None and line["lat_deg"] is None for line in lines if line["drone"] == "bravo")
    assert all(line["mode"] is not None for line in lines if line["drone"] == "alpha")
    assert {line["drone"]: line["phase"] for line in lines} == dict.fromkeys(("alpha", "charlie"), "standing") | {
        "bravo": "unheard"
    }
    assert "never heard: bravo" in printed.err


def test_the_dashboard_shows_who_is_there_and_who_is_not(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "--duration", "1.5", "--workspace", str(root), "--link", f"bravo={nobody()}"]) == 0
    shown = capsys.readouterr().out.splitlines()  # no terminal: the table once, at the end, and what vehicles said
    assert any("bravo" in line and "never" in line for line in shown)
    assert any("alpha" in line and "standing" in line and line.rstrip().endswith(" s") for line in shown)


def test_table_columns_stand_under_their_headings(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["telemetry", "stream", "--format", "table", "--duration", "0.6", "--workspace", str(root)]
    assert run(arguments) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert lines
    assert {len(line) for line in lines} == {len(heading)}


# Plans


def test_an_edited_plan_stays_on_the_ground_until_it_was_checked_again(
    root: Path, fleet: SimFleet, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root)]
    path = plan / "alpha.waypoints"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines) if n > 3 and line.split("\t")[3] == "16")
    cells = lines[number].split("\t")
    cells[10] = f"{float(cells[10]) - 0.5:.6f}"
    lines[number] = "\t".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for command in (["push", str(plan)], ["fleet", "ready", str(plan)], ["fly", str(plan), "--yes"]):
        assert run([*command, *here]) == 2, command
        err = capsys.readouterr().err
        assert "changed since it was checked last: alpha.waypoints" in err
        assert "plan check" in err
    assert run(["plan", "check", str(plan), *here]) == 0
    assert run(["push", str(plan), *here]) == 0


@pytest.mark.parametrize("command", [["push"], ["fly", "--yes"], ["fleet", "ready"]])
def test_what_is_no_plan_is_said_in_one_line(
    root: Path, tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path / "nowhere", tmp_path):
        assert run([*command, str(place), "--workspace", str(root), "--json"]) == 2
        error = json.loads(capsys.readouterr().out)["error"]
        assert str(place) in error["message"]


def test_a_plan_has_the_sorties_and_drones_it_has(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["push", str(plan), "--sortie", "7", "--workspace", str(root)]) == 2
    assert "no sortie 7" in capsys.readouterr().err
    for command in (["watch"], ["telemetry", "stream"]):
        arguments = [*command, "--duration", "0.2", "--plan", str(plan), "--sortie", "7", "--workspace", str(root)]
        assert run(arguments) == 2, command
        assert "no sortie 7" in capsys.readouterr().err
    assert run(["push", str(plan), "--drone", "delta", "--workspace", str(root)]) == 2
    assert "no drone 'delta'" in capsys.readouterr().err
    assert run(["push", str(plan), "--link", "alpha=tcp://", "--workspace", str(root)]) == 2
    assert "link 'tcp://'" in capsys.readouterr().err


def test_a_plan_for_another_fleet_is_not_taken(tmp_path: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other").mkdir()
    other = copy_workspace(tmp_path / "other")
    config = other / "dronectl.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("system_id = 2\n", "system_id = 7\n"), encoding="utf-8"
    )
    assert run(["push", str(plan), "--workspace", str(other)]) == 2
    assert "the plan knows bravo as system 2, dronectl.toml as 7" in capsys.readouterr().err


# Receipts and recordings


def test_a_receipt_that_cannot_be_written_says_what_is_on_board(
    root: Path, fleet: SimFleet, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dronectl.errors import StorageError

    def full(path: Path, _data: object) -> None:
        raise StorageError(f"{path}: No space left on device")

    monkeypatch.setattr("dronectl.ops.items.receipt.write_atomic", full)
    assert run(["push", str(plan), "--workspace", str(root)]) == 2
    assert "on board, read back and equal, but the receipt was not written" in capsys.readouterr().err


def test_an_override_is_kept_in_the_receipt_of_an_upload(
    root: Path, fleet: SimFleet, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["mission", "upload", str(plan / "bravo.waypoints"), "--drone", "bravo", "--workspace", str(root)]
    assert run([*arguments, "--allow", "ceiling", "--by", "Somchai", "--json"]) == 0
    receipt = json.loads(Path(json.loads(capsys.readouterr().out)["receipt"]).read_text(encoding="utf-8"))
    assert receipt["overrides"] == ["ceiling by Somchai"]
    assert receipt["operator"]
    assert receipt["drones"][0]["name"] == "bravo"


def test_a_second_attempt_keeps_the_recordings_of_the_first_and_needs_no_other_folder(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    fly = ["fly", str(plan), "--yes", "-o", str(tmp_path / "r"), "--workspace", str(root)]
    with virtual_fleet_behind(root, faults={"bravo": VehicleFaults(refuse_arm="Compass not healthy")}) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        capsys.readouterr()
        held = {}
        for attempt, ending in enumerate(("tlog", "2.tlog", "3.tlog")):
            assert run([*fly, "--json"] if attempt == 1 else fly) == 6
            out, err = capsys.readouterr()
            assert "bravo: pre-arm PreArm: Compass not healthy (wanted good)" in (out if attempt == 1 else err)
            names = [f"{drone}.{ending}" for drone in ("alpha", "bravo", "charlie")]
            assert ("recordings of an earlier attempt, which stay; this one goes to " in err) == (attempt > 0)
            assert all(f"{tmp_path / 'r' / name}" in (out if attempt == 1 else err) for name in names)
            assert {name: (tmp_path / "r" / name).read_bytes() for name in held} == held, "nothing is overwritten"
            held |= {name: (tmp_path / "r" / name).read_bytes() for name in names}
        assert len(list((tmp_path / "r").iterdir())) == len(held)
        assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())


# One document, one line


def test_a_flight_that_fails_is_one_json_document(
    tmp_path: Path, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "w").mkdir()
    root = copy_workspace(tmp_path / "w")
    with virtual_fleet_behind(root, faults={"bravo": VehicleFaults(gps_loss_at_s=250.0)}, speedup=20.0):
        here = ["--drone", "bravo", "--workspace", str(root)]
        assert run(["push", str(built), *here]) == 0
        capsys.readouterr()
        code = run(["fly", str(built), "--yes", "--wait", "20", "-o", str(tmp_path / "f"), *here, "--json"])
    document = json.loads(capsys.readouterr().out)["error"]
    assert code == document["code"] != 0
    assert document["completed"] is False
    assert [Path(path).name for path in document["recordings"]] == ["bravo.tlog"]


def test_enabling_the_fence_of_an_armed_drone_must_be_meant(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--drone", "charlie", "--workspace", str(root)]
    assert run(["takeoff", "15", "--yes", *here]) == 0
    assert run(["fence", "enable", *here]) == 6
    assert "charlie is armed" in capsys.readouterr().err
    assert run(["takeoff", "15", "--yes", *here]) == 6, "it flies already, and nothing is changed"
    assert "flying already" in capsys.readouterr().err
    assert fleet.vehicles["charlie"].copter.is_armed
    assert run(["land", "--yes", *here]) == 0
    pass_time(fleet, lambda: not fleet.vehicles["charlie"].copter.is_armed)
    assert run(["resume", "--yes", *here]) == 6, "on the ground it would take off"
