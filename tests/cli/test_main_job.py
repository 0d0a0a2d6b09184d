"""From missions to tracks on the built-in fleet, through the commands: what a pilot does on a quiet day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_fleet import copy_workspace, demo_plan
from virtual_commands import pass_time, virtual_fleet_behind

from dronectl.analysis.flown import flown_report
from dronectl.cli.main import run
from dronectl.formats.recordings.recording import read_recording
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.firmware import DEFAULT
from dronectl.site.workspace import load_site

pytestmark = pytest.mark.xdist_group("fleet")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_workspace(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module", autouse=True)
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root, speedup=25.0) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def plan(root: Path) -> Path:
    return demo_plan(root)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """The JSON document of a command that succeeds."""
    capsys.readouterr()
    code = run([*arguments, "--json"])
    out = capsys.readouterr()
    assert code == 0, out.out + out.err
    document = json.loads(out.out)
    assert isinstance(document, dict)
    return document


def test_a_plan_is_pushed_verified_and_not_sent_twice(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = answer(capsys, "push", str(plan), "--workspace", str(root))
    assert first["committed"] is True
    assert [drone["name"] for drone in first["drones"]] == ["alpha", "bravo", "charlie"]
    for drone in first["drones"]:
        for kind in ("mission", "fence", "rally"):
            assert drone[kind]["verified"] is True
            assert drone[kind]["items"] > 0
            assert drone[kind]["sent"] is True
        assert len(drone["uid"]) == 36
    again = answer(capsys, "push", str(plan), "--workspace", str(root))
    assert all(drone[kind]["sent"] is False for drone in again["drones"] for kind in ("mission", "fence", "rally"))
    assert again["plan_sha256"] == first["plan_sha256"]
    receipt = json.loads(Path(first["receipt"]).read_text(encoding="utf-8"))
    assert receipt["committed"] is True
    assert receipt["plan_sha256"] == first["plan_sha256"]


def test_a_mission_on_board_is_downloaded_compared_replaced_and_cleared(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root), "--drone", "bravo"]
    waypoints = plan / "bravo.waypoints"
    answer(capsys, "mission", "upload", str(waypoints), *here)
    assert answer(capsys, "mission", "diff", str(waypoints), *here)["equal"] is True
    copy = tmp_path / "on board.waypoints"
    assert run(["mission", "download", "-o", str(copy), *here]) == 0
    assert run(["mission", "diff", str(copy), *here]) == 0
    assert run(["mission", "clear", "--yes", *here]) == 0
    capsys.readouterr()
    assert run(["mission", "diff", str(waypoints), *here]) == 5
    assert "items on board instead of" in capsys.readouterr().out
    assert run(["fence", "upload", str(plan / "bravo.plan"), *here]) == 0
    assert run(["rally", "clear", "--yes", *here]) == 0
    assert run(["rally", "upload", str(plan / "bravo.plan"), *here]) == 0
    assert run(["fence", "enable", *here]) == 0
    assert answer(capsys, "param", "get", "fence_enable", *here)["drones"] == [
        {"name": "bravo", "parameter": "FENCE_ENABLE", "value": 1.0}
    ]
    assert run(["fence", "disable", "--yes", *here]) == 0


def test_status_tells_who_is_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drones = answer(capsys, "fleet", "status", "--workspace", str(root))["drones"]
    assert [drone["firmware"] for drone in drones] == [DEFAULT.text] * 3
    assert len({drone["uid"] for drone in drones}) == 3
    assert all(drone["state"]["battery_pct"] > 90 for drone in drones)


def test_ready_says_no_go_with_the_reason_when_another_mission_is_on_board(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["push", str(plan), "--workspace", str(root)]) == 0
    assert run(["mission", "clear", "--yes", "--drone", "alpha", "--workspace", str(root)]) == 0
    capsys.readouterr()
    assert run(["fleet", "ready", str(plan), "--workspace", str(root), "--json"]) == 6
    document = json.loads(capsys.readouterr().out)
    assert document["go"] is False
    noes = [(d["name"], c["name"]) for d in document["drones"] for c in d["checks"] if not c["ok"]]
    assert noes == [("alpha", "mission on board")]
    assert run(["fly", str(plan), "--yes", "--workspace", str(root)]) == 6
    assert "alpha: mission on board 0 items on board" in capsys.readouterr().err


def test_orders_move_a_drone_and_say_what_it_does(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root), "--drone", "charlie"]
    assert run(["takeoff", "20", *here]) == 2, "without --yes and without a person nothing may move"
    assert "add --yes" in capsys.readouterr().err
    assert run(["takeoff", "20", "--yes", *here]) == 0
    capsys.readouterr()
    assert run(["disarm", *here]) == 5, "in flight the vehicle refuses"
    assert run(["takeoff", "500", "--yes", *here]) == 2
    assert run(["goto", "16.0545,103.6520,40", "--straight", "--yes", *here]) == 3, "the tower is a keep-out"
    assert "tower" in capsys.readouterr().err
    assert run(["goto", "16.0524,103.6511,30", "--yes", *here]) == 0
    assert run(["hold", *here]) == 0
    assert run(["mode", "GUIDED", "--yes", *here]) == 0
    assert run(["mode", "NONSENSE", "--yes", *here]) == 2
    assert run(["rtl", *here]) == 0
    state = answer(capsys, "fleet", "status", *here)["drones"][0]["state"]
    assert state["mode"] == "RTL"
    assert state["armed"] is True


def test_telemetry_streams_what_the_contract_says(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    arguments = ["telemetry", "stream", "--duration", "1.2", "--rate", "4", "--workspace", str(root)]
    assert run([*arguments, "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["drone"] for line in lines} == {"alpha", "bravo", "charlie"}
    assert 3 * 3 <= len(lines) <= 3 * 6
    assert all(line["time_utc"].endswith("Z") for line in lines)
    assert lines[-1]["lat_deg"] == pytest.approx(16.05, abs=0.01)
    assert run([*arguments, "--format", "csv", "--fields", "drone,mode"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "drone,mode"
    assert run([*arguments, "--fields", "drone,mod"]) == 2
    assert "no field 'mod'" in capsys.readouterr().err


def test_the_plan_is_flown_recorded_and_lies_inside_the_rules(
    root: Path, fleet: SimFleet, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root)]
    wait_until_landed(fleet)
    assert run(["push", str(plan), *here]) == 0
    flown = answer(capsys, "fly", str(plan), "--yes", "--wait", "20", "-o", str(tmp_path / "flight"), *here)
    assert flown["completed"] is True
    assert [drone["landed"] for drone in flown["drones"]] == [True] * 3
    recordings = [Path(path) for path in flown["recordings"]]
    assert [path.name for path in recordings] == ["alpha.tlog", "bravo.tlog", "charlie.tlog"]
    site = load_site(root)
    names = {drone.system_id: drone.name for drone in site.drones}
    tracks = [track for path in recordings for track in read_recording(path, names=names).tracks]
    assert [track.name for track in tracks] == ["alpha", "bravo", "charlie"]
    assert all(track.clock_is_utc for track in tracks)
    report = flown_report(tracks, site)
    assert report.inside
    assert report.min_separation_m is not None
    assert report.min_separation_m > site.rules.separation_m
    kml = tmp_path / "tracks.kml"
    assert run(["track", "export", *map(str, recordings), "-o", str(kml), "--plan", str(plan), *here]) == 0
    assert kml.read_text(encoding="utf-8").count("<gx:Track") == 3
    *_, ordered, start_1, start_2, start_3, end_1, end_2, end_3 = answer(capsys, "audit", "show", *here)["entries"]
    assert (ordered["order"], len(ordered["plan_sha256"])) == ("fly", 64)
    assert {one["event"] for one in (start_1, start_2, start_3)} == {"started"}
    assert {(one["drone"], one["result"]) for one in (end_1, end_2, end_3)} == {
        (name, "done") for name in ("alpha", "bravo", "charlie")
    }
    compared = answer(capsys, "track", "compare", *map(str, recordings), str(plan), *here)
    assert [(one["drone"], one["sortie"], one["missed_items"]) for one in compared["flights"]] == [
        ("alpha", 1, []),
        ("bravo", 1, []),
        ("charlie", 1, []),
    ]
    assert compared["not_flown"] == compared["not_planned"] == []
    for one in compared["flights"]:
        assert one["only_auto"]
        assert one["cross_track"]["mean_m"] < 0.3
        assert one["cross_track"]["max_m"] < 3.0
        assert one["flown_duration_s"] == pytest.approx(one["planned_duration_s"], rel=0.05)
    (area,) = compared["photographed"]
    assert area["source"] == "camera"
    assert area["photographed_pct"] > 99.5


def wait_until_landed(fleet: SimFleet) -> None:
    """An earlier test may have left a drone on its way home."""
    pass_time(fleet, lambda: not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values()))


def test_arming_a_drone_that_landed_from_its_mission_does_not_fly_it_again(
    root: Path, fleet: SimFleet, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root), "--drone", "bravo"]
    wait_until_landed(fleet)
    assert run(["push", str(plan), *here]) == 0
    assert run(["mode", "AUTO", "--yes", *here]) == 0
    assert run(["arm", "--yes", *here]) == 0
    state = answer(capsys, "fleet", "status", *here)["drones"][0]["state"]
    assert state["mode"] == "GUIDED"
    assert state["relative_altitude_m"] < 0.5
    assert run(["disarm", *here]) in (0, 5)


def test_a_fence_with_the_default_circle_around_home_is_not_enabled(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root), "--drone", "alpha"]
    wait_until_landed(fleet)
    assert run(["param", "set", "FENCE_TYPE", "7", "--yes", *here]) == 0
    capsys.readouterr()
    assert run(["fence", "enable", *here]) == 6
    err = capsys.readouterr().err
    assert "adds a circle of" in err
    assert "param set FENCE_TYPE 5" in err
    assert answer(capsys, "param", "get", "FENCE_ENABLE", *here)["drones"][0]["value"] == 0
    assert run(["param", "set", "FENCE_TYPE", "5", "--yes", *here]) == 0
    assert run(["fence", "enable", *here]) == 0
    assert run(["fence", "disable", "--yes", *here]) == 0
