"""``dronectl init`` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronectl.cli.main import run
from dronectl.geodesy.plane import LocalPlane
from dronectl.site.workspace import load_site


def test_init_makes_a_workspace_that_checks_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "พื้นที่ใหม่"
    assert run(["init", str(folder)]) == 0
    assert "created" in capsys.readouterr().out
    assert run(["zones", "check", "--workspace", str(folder)]) == 0
    assert "1 drone, 6 features, 2 patrols: no error" in capsys.readouterr().out


def test_init_a_second_time_keeps_everything_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", str(tmp_path)])
    (tmp_path / "dronectl.toml").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert run(["init", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["created"] == []
    assert "dronectl.toml" in answer["kept"]
    assert (tmp_path / "dronectl.toml").read_text(encoding="utf-8") == "mine"


def test_init_over_a_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["init", str(tmp_path / "file")]) == 2
    assert "allowed a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("home", "zone", "geoid_m"),
    [
        ("15.1186,104.3220", "Asia/Bangkok", -24.0),
        ("69.6496,18.9560", "Europe/Oslo", 31.0),
        ("-0.1807,-78.4678", "America/Guayaquil", 25.7),
        ("-43.5321,172.6362", "Pacific/Auckland", 11.2),
    ],
)
def test_init_at_a_home_makes_a_site_that_builds_and_checks_there(
    tmp_path: Path, home: str, zone: str, geoid_m: float, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "site"
    assert run(["init", str(root), "--home", home, "--name", 'เมือง "ใหม่"', "--elevation", "126"]) == 0
    assert "nobody said" not in capsys.readouterr().err
    site = load_site(root)
    assert (site.name, site.time_zone, site.ground_elevation_m) == ('เมือง "ใหม่"', zone, 126.0)
    assert f"{site.home.lat_deg:.4f},{site.home.lon_deg:.4f}" == home
    assert site.geoid_undulation_m == pytest.approx(geoid_m, abs=2.0)
    assert site.drones[0].home == site.home
    east_m, north_m = LocalPlane(site.home).to_xy(site.zones.rally_points[0].position)
    assert (east_m, north_m) == pytest.approx((-111.0, -82.0), abs=3.0)
    assert run(["plan", "build", "gate", "--workspace", str(root)]) == 0
    assert run(["plan", "check", str(root / "plans" / "gate"), "--workspace", str(root)]) == 0


def test_init_with_three_drones_makes_a_fleet_that_flies_the_example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "site"
    assert run(["init", str(root), "--home", "15.1186,104.3220", "--drones", "3"]) == 0
    drones = load_site(root).drones
    assert [(one.name, one.system_id, one.link[-4:]) for one in drones] == [
        ("one", 1, "5760"), ("two", 2, "5770"), ("three", 3, "5780"),
    ]  # fmt: skip
    assert len({one.colour for one in drones}) == len({one.home for one in drones}) == 3
    assert drones[1].battery == drones[0].battery
    capsys.readouterr()
    assert run(["zones", "check", "--workspace", str(root)]) == 0
    assert "no error, 1 warning" in capsys.readouterr().out  # nothing is surveyed
    assert run(["plan", "build", "example", "--budget", "50ms", "--workspace", str(root)]) == 0


def test_init_of_an_empty_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "x"), "--home", "15.1186,104.3220", "--json"]) == 0
    place = json.loads(capsys.readouterr().out)["place"]
    assert (place["time_zone"], place["ground_elevation_m"], place["name"]) == ("Asia/Bangkok", None, "x")
    assert place["geoid_undulation_m"] == -24.04
    root = tmp_path / "ศรีสะเกษ"
    assert run(["init", str(root), "--home", "15.1186,104.3220", "--empty"]) == 0
    assert "nobody said how high the ground is" in capsys.readouterr().err
    assert not (root / "geofences").exists()
    assert not (root / "missions").exists()
    assert 'name = "ศรีสะเกษ"' in (root / "dronectl.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--home", "15.1"), "is no place"),
        (("--home", "104.3220,15.1186"), "latitude 104.322 is not within"),
        (("--home", "15.1,104.3,126"), "LAT,LON is wanted"),
        (("--home", "88,10"), "up to 85° of latitude"),
        (("--home", "-17,179.9"), "antimeridian"),
        (("--home", "15.1,104.3", "--time-zone", "Bangkok"), "is no time zone"),
        (("--home", "15.1,104.3", "--name", " "), "a text that is not empty"),
        (("--name", "x"), "--name: needs --home"),
        (("--elevation", "0"), "--elevation: needs --home"),
        (("--drones", "2"), "--drones: needs --home"),
    ],
)
def test_what_is_no_new_site(
    tmp_path: Path, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path), *arguments]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_home_for_a_workspace_that_is_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path)]) == 0
    assert "'init --home LAT,LON' makes one around a place of yours" in capsys.readouterr().err
    assert run(["init", str(tmp_path), "--home", "15.1,104.3"]) == 2
    assert "--home is for a new workspace" in capsys.readouterr().err
