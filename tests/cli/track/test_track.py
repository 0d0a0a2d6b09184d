"""``dronectl track``: what people and programs see, and how wrong files are told."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import made_up_town
import pytest
from kml_checks import GX, check
from repository import DATA, REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import write_plan
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie

RECORDING = DATA / "sitl-drone1.tlog"

FLIGHT_KEYS = {
    "system_id",
    "start_utc",
    "end_utc",
    "duration_s",
    "distance_m",
    "max_relative_altitude_m",
    "max_ground_speed_m_s",
    "samples",
    "bbox",
    "modes",
    "dropped",
}


@pytest.fixture(autouse=True)
def _outside_of_any_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_info_tells_each_flight(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "info", str(RECORDING)]) == 0
    out = capsys.readouterr().out
    for word in (
        "sitl-drone1.tlog",
        "system 1",
        "start (UTC)",
        "2026-11-23 01:29Z",
        "3:50",
        "1280",
        "30.2",
        "920",
        "AUTO",
    ):
        assert word in out


def test_info_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "info", "--json", str(RECORDING)]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["path"] == str(RECORDING)
    assert file["sha256"] == hashlib.sha256(RECORDING.read_bytes()).hexdigest()
    assert file["format"] == "tlog"
    (flight,) = file["flights"]
    assert flight.keys() >= FLIGHT_KEYS
    assert flight["samples"] == 920
    assert flight["distance_m"] == pytest.approx(1280.5, abs=0.1)
    assert flight["start_utc"] == "2026-11-23T01:29:31.088Z"
    assert flight["modes"] == ["AUTO"]


def test_names_come_from_the_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "info", "--json", "--workspace", str(REPOSITORY), str(RECORDING)]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["flights"][0]["drone"] == "alpha"


@pytest.mark.parametrize("suffix", ["kml", "kmz", "html", "gpx", "geojson", "csv"])
def test_export_by_suffix(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "ไฟล์" / f"out.{suffix}"
    assert run(["track", "export", str(RECORDING), "-o", str(out)]) == 0
    first = out.read_bytes()
    assert run(["track", "export", str(RECORDING), "-o", str(out)]) == 0
    assert out.read_bytes() == first
    assert len(first) > 10_000
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1 flight, 920 positions" in captured.err


def test_export_to_stdout_is_the_file_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["track", "export", str(RECORDING), "-o", "-"]) == 0
    out = capfdbinary.readouterr().out
    assert out.startswith(b"<?xml")
    assert out.endswith(b"</kml>\n")


def test_export_draws_zones_of_a_workspace_unless_told_not_to(tmp_path: Path) -> None:
    with_zones, without = tmp_path / "a.kml", tmp_path / "b.kml"
    workspace = ["--workspace", str(REPOSITORY)]
    assert run(["track", "export", str(RECORDING), "-o", str(with_zones), *workspace]) == 0
    assert run(["track", "export", str(RECORDING), "-o", str(without), "--no-zones", *workspace]) == 0
    assert "<name>Zones</name>" in with_zones.read_text(encoding="utf-8")
    assert "<name>Zones</name>" not in without.read_text(encoding="utf-8")
    assert "<name>alpha</name>" in without.read_text(encoding="utf-8")


def test_export_draws_a_plan_and_names_drones_by_it(tmp_path: Path) -> None:
    home = GeoPoint(16.0538, 103.652)
    items = (
        MissionItem(Command.NAV_WAYPOINT, lat_e7=home.lat_e7, lon_e7=home.lon_e7),
        MissionItem(Command.NAV_TAKEOFF, altitude_m=30.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160_550_000, lon_e7=1_036_530_000, altitude_m=30.0),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH),
    )
    sortie = Sortie(1, "lake", Mission(items), 0.0, 300.0, 60.0, 10.0, 30.0)
    drone = DronePlan("lookout", 1, home, 145.0, (sortie,))
    plan = Plan("morning", "2026-11-23T00:00:00Z", (drone,), {}, 60.0, None, None, None)
    write_plan(plan, tmp_path / "plan", None)
    out = tmp_path / "out.kml"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--plan", str(tmp_path / "plan")]) == 0
    content = out.read_text(encoding="utf-8")
    assert "<name>Plan morning</name>" in content
    assert "<name>lookout, flight 1</name>" in content
    assert "103.6530000,16.0550000,175.000" in content


def test_export_json_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.csv"
    assert run(["track", "export", "--json", "--source", "gps", str(RECORDING), "-o", str(out)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["output"], report["tracks"], report["bytes"]) == (str(out), 1, out.stat().st_size)
    assert report["files"][0]["flights"][0]["source"] == "gps"


def test_a_bad_file_among_good_ones_is_told_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, out = tmp_path / "bad.tlog", tmp_path / "out.kml"
    bad.write_bytes(b"no log at all")
    assert run(["track", "export", str(bad), str(RECORDING), "-o", str(out)]) == 2
    assert out.read_bytes().startswith(b"<?xml")
    assert "bad.tlog: not a recording" in capsys.readouterr().err
    assert run(["track", "info", "--json", str(bad), str(RECORDING)]) == 2
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert first["error"]["code"] == 2
    assert len(second["flights"]) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\xa3\x95\x80", "not a recording"), (b"GIF89a" * 9, "not a recording")],
)
@pytest.mark.parametrize("verb", ["info", "export"])
def test_one_bad_file_is_one_error(
    verb: str, content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.tlog"
    bad.write_bytes(content)
    out = tmp_path / "out.kml"
    assert run(["track", verb, str(bad), *(["-o", str(out)] if verb == "export" else [])]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert says in error
    assert "Traceback" not in error
    assert not out.exists()


def test_several_bad_files_are_all_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.tlog", "two.tlog"):
        (tmp_path / name).write_bytes(b"")
    assert run(["track", "info", "one.tlog", "two.tlog"]) == 2
    error = capsys.readouterr().err
    assert "one.tlog" in error
    assert "two.tlog" in error


def test_a_log_without_a_flight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ground = tmp_path / "ground.tlog"
    ground.write_bytes(RECORDING.read_bytes()[:100_000])
    assert run(["track", "info", str(ground)]) == 0
    assert "no flight" in capsys.readouterr().err
    assert run(["track", "export", str(ground), "-o", "out.kml"]) == 2
    assert "no flight in" in capsys.readouterr().err


def test_a_damaged_log_is_used_and_the_damage_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = RECORDING.read_bytes()
    damaged = tmp_path / "damaged.tlog"
    damaged.write_bytes(whole[:600_000] + b"garbage" + whole[600_100:-20])
    assert run(["track", "info", str(damaged)]) == 0
    notes = capsys.readouterr().err
    assert "left out" in notes
    assert "ends inside a frame" in notes


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", str(RECORDING), "-o", "out.docx"], ".docx"),
        (["export", str(RECORDING), "-o", "out"], "suffix"),
        (["export", str(RECORDING)], "--output"),
        (["export", str(RECORDING), "-o", str(RECORDING), "--format", "kml"], "one of the recordings"),
        (["export", str(RECORDING), "-o", "out.kml", "--source", "sonar"], "sonar"),
        (["export", str(RECORDING), "-o", "out.kml", "--plan", "nowhere"], "nowhere"),
        (["info"], "FILE"),
        (["info", "--workspace", "nowhere", str(RECORDING)], "nowhere"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = RECORDING.stat()
    assert run(["track", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert RECORDING.stat() == before


def test_a_broken_workspace_around_does_not_stop_the_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dronectl.toml").write_text("[site", encoding="utf-8")
    assert run(["track", "info", str(RECORDING)]) == 0
    captured = capsys.readouterr()
    assert "warning:" in captured.err
    assert "system 1" in captured.out


@pytest.mark.parametrize("colour_by", ["drone", "mode", "speed", "altitude", "battery"])
@pytest.mark.parametrize("heights", ["absolute", "relative"])
def test_export_in_colours_and_heights_is_good_kml(colour_by: str, heights: str, tmp_path: Path) -> None:
    out = tmp_path / "out.kml"
    look = ["--colour-by", colour_by, "--heights", heights, "--workspace", str(REPOSITORY)]
    assert run(["track", "export", str(RECORDING), "-o", str(out), *look]) == 0
    root = check(out.read_bytes())
    assert len(root.findall(f".//{GX}coord")) == 920


def test_looks_are_refused_where_nobody_would_see_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--colour-by", "mode"]) == 2
    assert "--colour-by is for .kml, .kmz, .html, not .csv" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("suffix", ["kml", "csv", "gpx", "geojson"])
def test_a_simplified_file_tells_its_tolerance_and_what_was_left_out(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"out.{suffix}"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--simplify", "0.5"]) == 0
    said = re.search(r"1 flight, (\d+) positions, (\d+) left out within 0.5 m", capsys.readouterr().err)
    assert said is not None
    kept, left_out = map(int, said.groups())
    assert kept + left_out == 920
    assert kept < 200
    words = {
        "csv": f",EGM96,0.5,{left_out}\n",
        "geojson": f'"simplified_within_m": 0.5, "fixes_left_out": {left_out}',
    }
    expected = words.get(suffix, f"each of {left_out} fixes left out is within 0.5 m of the line")
    assert expected in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("tolerance", ["-1", "nan", "x", "1e9"])
def test_a_bad_tolerance_is_refused(tolerance: str, tmp_path: Path) -> None:
    assert run(["track", "export", str(RECORDING), "-o", str(tmp_path / "a.kml"), "--simplify", tolerance]) == 2


def test_a_page_has_the_ground_of_a_workspace_and_what_lies_below_its_maps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace_with_streets(tmp_path)
    out = tmp_path / "out.html"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--workspace", str(root)]) == 0
    page = out.read_text(encoding="utf-8")
    for word in (
        'class="below"',
        "© OpenStreetMap",
        'class="keep-out"',
        'class="fence"',
        "alpha",
        "UTC+7",
        "within keep-out",
    ):
        assert word in page, word
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--no-zones", "--workspace", str(root)]) == 0
    assert 'class="keep-out"' not in out.read_text(encoding="utf-8")
    capsys.readouterr()
    out.unlink()
    (root / "town.pmtiles").write_bytes(b"<html>")
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--workspace", str(root)]) == 2
    assert "[map] files: town.pmtiles: is no PMTiles file" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_page_of_each_recording_and_of_all_of_them(tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for name in ("sitl-drone1.tlog", "sitl-drone1.bin"):
        shutil.copy(DATA / name, card / name)
    merged, each = tmp_path / "merged.html", tmp_path / "each"
    assert run(["track", "export", "--all", str(card), "--merge", "-o", str(merged)]) == 0
    assert merged.read_text(encoding="utf-8").count("<tbody data-flight=") == 1
    assert run(["track", "export", "--all", str(card), "--format", "html", "-o", str(each), "--jobs", "1"]) == 0
    assert sorted(path.name for path in each.iterdir()) == ["sitl-drone1.bin.html", "sitl-drone1.tlog.html"]


def test_a_page_has_colours_but_one_kind_of_heights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.html"
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--colour-by", "altitude"]) == 0
    assert "Height above home, m" in out.read_text(encoding="utf-8")
    assert run(["track", "export", str(RECORDING), "-o", str(out), "--heights", "relative"]) == 2
    assert "--heights is for .kml, .kmz, not .html" in capsys.readouterr().err


def workspace_with_streets(folder: Path) -> Path:
    """The site, with a file of streets below its maps."""
    root = folder / "site"
    root.mkdir()
    shutil.copytree(REPOSITORY / "geofences", root / "geofences")
    shutil.copytree(REPOSITORY / "missions", root / "missions")
    settings = (REPOSITORY / "dronectl.toml").read_text(encoding="utf-8")
    (root / "dronectl.toml").write_text(settings + '\n[map]\nfiles = ["town.pmtiles"]\n', encoding="utf-8")
    made_up_town.write_pmtiles(root / "town.pmtiles")
    return root
