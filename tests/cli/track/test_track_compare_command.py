"""``dronectl track compare`` on a flight of ArduCopter, and on everything that is not one."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from kml_checks import K, check
from repository import DATA, REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import write_plan
from dronectl.formats.recordings.recording import read_recording
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.track.track import EventKind, Track

RECORDING = DATA / "sitl-drone1.tlog"
HERE = ["--workspace", str(REPOSITORY)]
ASIDE_E7 = 900
"""Some 9.6 m of longitude at Roi Et."""


def flight() -> Track:
    (track,) = read_recording(RECORDING).tracks
    return track


def item(command: Command, place: GeoPoint, altitude_m: float) -> MissionItem:
    return MissionItem(
        command,
        frame=Frame.GLOBAL_RELATIVE_ALT,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        altitude_m=altitude_m,
    )


def plan_of(track: Track, *, moved: int | None = None, drone: str = "alpha") -> Plan:
    """A plan whose waypoints lie where the autopilot said that it reached them; ``moved``: this one lies elsewhere."""
    home = GeoPoint(float(track.lat_deg[0]), float(track.lon_deg[0]))
    reached = {
        int(event.text.split()[1]): track.sample_at(event.time_utc)
        for event in track.events
        if event.kind is EventKind.WAYPOINT and float(track.relative_altitude_m[track.sample_at(event.time_utc)]) > 5.0
    }
    top_m = float(max(track.relative_altitude_m))
    items = [item(Command.NAV_WAYPOINT, home, 0.0), item(Command.NAV_TAKEOFF, home, top_m)]
    for seq in range(2, max(reached) + 1):
        if seq in reached:
            at = reached[seq]
            place = GeoPoint(float(track.lat_deg[at]), float(track.lon_deg[at]))
            waypoint = item(Command.NAV_WAYPOINT, place, round(float(track.relative_altitude_m[at]), 2))
            items.append(replace(waypoint, lon_e7=waypoint.lon_e7 + (ASIDE_E7 if seq == moved else 0)))
        else:
            items.append(MissionItem(Command.DO_CHANGE_SPEED, frame=Frame.GLOBAL, param1=1.0, param2=8.0))
    items.append(MissionItem(Command.NAV_RETURN_TO_LAUNCH))
    sortie = Sortie(1, "demo", Mission(tuple(items)), 0.0, 0.0, 0.0, 0.0)
    drones = (DronePlan(drone, 1, home, float(track.amsl_altitude_m[0]), (sortie,)),)
    return Plan("real", "2026-11-23T01:00:00Z", drones, {}, 0.0, None, None, None)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans") / "แผน จริง"
    write_plan(plan_of(flight()), folder, b"")
    return folder


def test_a_real_flight_passes_where_its_autopilot_says(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "compare", str(RECORDING), str(plan), "--json", *HERE]) == 0
    document = json.loads(capsys.readouterr().out)
    (found,) = document["flights"]
    assert (found["drone"], found["sortie"], found["only_auto"]) == ("alpha", 1, True)
    assert found["missed_items"] == []
    waypoints = [leg for leg in found["legs"] if leg["command"] == "NAV_WAYPOINT"]
    assert len(waypoints) >= 4
    assert all(leg["reported"] for leg in waypoints)
    assert all(leg["off_m"] < 0.5 for leg in waypoints)
    assert found["legs"][-1]["off_m"] < 1.0, "it landed where it took off"
    assert found["worst"]["time_utc"].startswith("2026-11-23T01:")
    assert document["not_planned"] == document["not_flown"] == document["photographed"] == []


def test_a_waypoint_that_was_not_reached_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_plan(plan_of(flight(), moved=3), tmp_path / "plan", b"")
    assert run(["track", "compare", str(RECORDING), str(tmp_path / "plan"), *HERE]) == 0
    out = capsys.readouterr()
    (row,) = [line for line in out.out.splitlines() if line.split()[:2] == ["3", "NAV_WAYPOINT"]]
    assert "missed" in row
    assert "alpha: the autopilot said that it reached 1 waypoint" in out.err
    assert run(["track", "compare", str(RECORDING), str(tmp_path / "plan"), "--within", "12", *HERE]) == 0
    assert "missed" not in capsys.readouterr().out


def test_several_recordings_of_one_flight_are_each_compared(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = [str(RECORDING), str(RECORDING.with_suffix(".bin"))]
    assert run(["track", "compare", *both, str(plan), "--json", *HERE]) == 0
    first, second = json.loads(capsys.readouterr().out)["flights"]
    assert first["sortie"] == second["sortie"] == 1
    assert first["cross_track"]["mean_m"] == pytest.approx(second["cross_track"]["mean_m"], abs=0.1)
    assert second["flown_duration_s"] == pytest.approx(first["flown_duration_s"], abs=2.0)


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.tlog").write_bytes(b"GIF89a" * 10)
    assert run(["track", "compare", str(tmp_path / "bad.tlog"), str(RECORDING), str(plan), *HERE]) == 2
    out = capsys.readouterr()
    assert "alpha, sortie 1" in out.out
    assert "bad.tlog" in out.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([str(RECORDING)], "FILE"),
        ([str(RECORDING), "nowhere"], "nowhere"),
        ([str(RECORDING), str(RECORDING)], "sitl-drone1.tlog"),
        ([str(RECORDING), "PLAN", "--drone", "bravo"], "no flight of bravo"),
        ([str(RECORDING), "PLAN", "--drone", "nobody"], "no drone 'nobody'"),
        ([str(RECORDING), "PLAN", "--within", "nan"], "--within"),
        ([str(RECORDING), "PLAN", "--within", "-1"], "--within"),
        (["nowhere.tlog", "PLAN"], "nowhere.tlog"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(plan) if word == "PLAN" else word for word in arguments]
    assert run(["track", "compare", *named, *HERE]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error


def test_a_plan_for_others_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_plan(plan_of(flight(), drone="charlie"), tmp_path / "plan", b"")
    assert run(["track", "compare", str(RECORDING), str(tmp_path / "plan"), *HERE]) == 2
    error = capsys.readouterr().err
    assert "plan 'real' has no mission for alpha" in error
    assert "it is for: charlie" in error


def test_export_marks_the_same_deviation_that_compare_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_plan(plan_of(flight(), moved=3), tmp_path / "plan", b"")
    assert run(["track", "compare", str(RECORDING), str(tmp_path / "plan"), "--json", *HERE]) == 0
    worst = json.loads(capsys.readouterr().out)["flights"][0]["worst"]
    assert worst["cross_track_m"] > 1.0
    for name, more in (("out.kml", []), ("out.kmz", ["--simplify", "2"])):
        out = tmp_path / name
        assert (
            run(["track", "export", str(RECORDING), "-o", str(out), "--plan", str(tmp_path / "plan"), *more, *HERE])
            == 0
        )
        content = out.read_bytes()
        if name.endswith("kmz"):
            content = zipfile.ZipFile(out).read("doc.kml")
        root = check(content)
        (mark,) = [m for m in root.iter(f"{K}Placemark") if " m off " in (m.findtext(f"{K}name") or "")]
        assert mark.findtext(f"{K}name") == f"alpha: {worst['cross_track_m']:.2f} m off {worst['leg']}"
        assert mark.findtext(f"{K}TimeStamp/{K}when") == worst["time_utc"]
        place = (mark.findtext(f".//{K}Point/{K}coordinates") or "").split(",")
        assert float(place[0]) == pytest.approx(worst["lon_deg"], abs=1e-7)
        assert float(place[1]) == pytest.approx(worst["lat_deg"], abs=1e-7)


def test_export_draws_a_plan_of_others_and_says_that_it_compares_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_plan(plan_of(flight(), drone="charlie"), tmp_path / "plan", b"")
    out = tmp_path / "out.kml"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--plan", str(tmp_path / "plan"), *HERE]) == 0
    assert "not compared with the plan: plan 'real' has no mission for alpha" in capsys.readouterr().err
    assert "<name>Plan real</name>" in out.read_text(encoding="utf-8")
    assert "Planned against" not in out.read_text(encoding="utf-8")
