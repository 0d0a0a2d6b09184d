"""Timetables through ``plan build``: start times, rounds, daylight."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan

DATE = ("--date", "2026-03-01", "--budget", "10ms")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ตาราง")
    shutil.copy(REPOSITORY / "dronectl.toml", root)
    for folder in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    edge = (root / "missions/lake_perimeter.toml").read_text(encoding="utf-8")
    rounds = '\n[schedule]\nstart = "08:00"\nevery_min = 60\nrepeat = 3\nwindow = ["07:00", "11:00"]\n'
    (root / "missions/rounds.toml").write_text(edge + rounds, encoding="utf-8")
    late = '\n[schedule]\nstart = "18:10"\n'
    (root / "missions/late.toml").write_text(edge + late, encoding="utf-8")
    return root


def _build(workspace: Path, *argv: str) -> int:
    return run(["plan", "build", *argv, *DATE, "--workspace", str(workspace)])


def test_rounds_are_in_the_timetable_of_the_plan(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _build(workspace, "rounds", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    starts = [one["start_utc"] for one in document["timetable"]]
    assert starts == ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", "2026-03-01T03:00:00Z"]
    assert [one["round"] for one in document["timetable"]] == [1, 2, 3]
    kept = read_plan(workspace / "plans" / "rounds")
    assert [one.start.isoformat() for one in kept.timetable] == [start.replace("Z", "+00:00") for start in starts]


def test_start_gives_a_time_to_patrols_without_one(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _build(workspace, "lake_perimeter", "demo", "--start", "07:30") == 0
    out = capsys.readouterr().out
    assert "timetable of 2026-03-01, Asia/Bangkok" in out
    assert "07:30:00" in out


def test_a_flight_into_the_night_exits_3_and_says_when(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _build(workspace, "late") == 3
    assert "outside sunrise-sunset" in capsys.readouterr().out


def test_no_time_no_timetable(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _build(workspace, "lake_perimeter", "--json") == 0
    assert json.loads(capsys.readouterr().out)["timetable"] == []


def test_a_wrong_start_is_one_line(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _build(workspace, "demo", "--start", "25:00") == 2
    assert "no time of day as 07:30" in capsys.readouterr().err
