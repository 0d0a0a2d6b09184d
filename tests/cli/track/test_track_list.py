"""``track list``: the catalogue is true after every change, and never trusted when it is damaged."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from repository import DATA
from running_fleet import copy_workspace

from dronectl.cli.main import run

TLOG, BIN = DATA / "sitl-drone1.tlog", DATA / "sitl-drone1.bin"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def flights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``flights/`` of the Roi Et workspace: one flight twice, an empty file, junk."""
    monkeypatch.chdir(copy_workspace(tmp_path))
    flights = tmp_path / "flights"
    (flights / "การ์ด").mkdir(parents=True)
    shutil.copy(TLOG, flights / "a.tlog")
    shutil.copy(BIN, flights / "การ์ด" / "a.bin")
    (flights / "empty.tlog").touch()
    (flights / "junk.bin").write_bytes(b"junk" * 100)
    return flights


def told(capsys: Capture, *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert run(["track", "list", "--json", *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def paths(capsys: Capture, *arguments: str) -> list[str]:
    listed = told(capsys, *arguments)["flights"]
    assert isinstance(listed, list)
    return [path for flight in listed for path in flight["recorded_in"]]


@pytest.mark.usefixtures("own_processes")
def test_each_flight_has_its_day_drone_and_zones(flights: Path, capsys: Capture) -> None:
    document = told(capsys)
    first = document["flights"][0]  # type: ignore[index]
    assert first == {
        "path": "a.tlog",
        "kind": "tlog",
        "date": "2026-11-23",
        "start_local": "2026-11-23T08:29:31+07:00",
        "start_utc": "2026-11-23T01:29:31.088Z",
        "drone": "alpha",
        "system_id": 1,
        "zones": ["lake_park"],
        "duration_s": 229.75,
        "distance_m": 1280.48,
        "samples": 920,
        "max_relative_altitude_m": 30.164,
        "battery_begin_pct": 100.0,
        "battery_end_pct": 44.0,
        "clock_source": "gps",
        "clock_notes": [],
        "recorded_in": ["a.tlog", "การ์ด/a.bin"],
    }
    assert len(document["flights"]) == 1  # type: ignore[arg-type]
    assert document["damaged"] == [
        {"path": "empty.tlog", "message": "the file is empty"},
        {"path": "junk.bin", "message": document["damaged"][1]["message"]},  # type: ignore[index]
    ]
    assert document["time_zone"] == "Asia/Bangkok"


def test_the_table_names_what_is_damaged(flights: Path, capsys: Capture) -> None:
    assert run(["track", "list"]) == 0
    seen = capsys.readouterr()
    for word in ("start (Asia/Bangkok)", "2026-11-23 08:29 UTC+7", "alpha", "3:50", "1280", "lake_park", "การ์ด/a.bin"):
        assert word in seen.out
    assert "damaged: empty.tlog: the file is empty" in seen.err
    assert "1 flight of 4 recordings, 4 read now" in seen.err


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--since", "2026-11-23"], 2),
        (["--since", "2026-11-24"], 0),
        (["--until", "2026-11-23"], 2),
        (["--until", "2026-11-22"], 0),
        (["--drone", "alpha"], 2),
        (["--drone", "bravo"], 0),
        (["--drone", "bravo", "--drone", "alpha"], 2),
        (["--zone", "lake_park"], 2),
        (["--min-duration", "3.82"], 2),
        (["--min-duration", "4"], 0),
    ],
)
def test_filters(flights: Path, arguments: list[str], found: int, capsys: Capture) -> None:
    assert len(paths(capsys, *arguments)) == found


@pytest.mark.parametrize(
    ("time_zone", "start"),
    [("Asia/Bangkok", "2026-11-23 08:29 UTC+7"), ("America/St_Johns", "2026-11-22 21:59 UTC-3:30")],
)
def test_info_and_list_tell_times_alike(flights: Path, time_zone: str, start: str, capsys: Capture) -> None:
    config = Path("dronectl.toml")
    config.write_text(config.read_text("utf-8").replace("Asia/Bangkok", time_zone), "utf-8")
    listed = told(capsys)["flights"][0]  # type: ignore[index]
    assert run(["track", "info", "--json", str(flights / "a.tlog")]) == 0
    document = json.loads(capsys.readouterr().out)
    (told_by_info,) = document["files"][0]["flights"]
    assert document["time_zone"] == time_zone
    for key in ("date", "start_local", "start_utc"):
        assert told_by_info[key] == listed[key]
    for command in (["list"], ["info", str(flights / "a.tlog")]):
        assert run(["track", *command]) == 0
        out = capsys.readouterr().out
        assert f"start ({time_zone})" in out
        assert start in out


def test_days_are_the_sites_not_utc(flights: Path, capsys: Capture) -> None:
    """08:29 in Roi Et is 01:29 in UTC, and the evening before where the clock is 8 hours behind."""
    config = Path("dronectl.toml")
    text = config.read_text("utf-8")
    config.write_text(text.replace("Asia/Bangkok", "America/Los_Angeles"), "utf-8")
    assert len(paths(capsys, "--until", "2026-11-22")) == 2
    assert paths(capsys, "--since", "2026-11-23") == []


def test_only_what_changed_is_read_again(flights: Path, capsys: Capture) -> None:
    assert (told(capsys)["read"], told(capsys)["unchanged"]) == (4, 4)
    os.utime(flights / "a.tlog", (1, 1))
    shutil.copy(TLOG, flights / "b.tlog")
    (flights / "junk.bin").unlink()
    document = told(capsys)
    assert (document["read"], document["unchanged"], document["gone"]) == (2, 2, 1)
    assert paths(capsys) == ["a.tlog", "b.tlog", "การ์ด/a.bin"]
    (flights / "b.tlog").write_bytes(TLOG.read_bytes()[: TLOG.stat().st_size // 2])
    shorter = told(capsys)
    assert (shorter["read"], shorter["unchanged"]) == (1, 3)
    (flight,) = shorter["flights"]  # type: ignore[misc]
    assert (flight["path"], flight["samples"]) == ("a.tlog", 920)
    assert flight["recorded_in"] == ["a.tlog", "b.tlog", "การ์ด/a.bin"], "a cut copy is the same flight"
    (flights / "a.tlog").unlink()
    (flight,) = told(capsys)["flights"]  # type: ignore[misc]
    assert flight["recorded_in"] == ["การ์ด/a.bin", "b.tlog"]


def test_another_fleet_means_other_facts(flights: Path, capsys: Capture) -> None:
    assert len(paths(capsys, "--drone", "alpha")) == 2
    config = Path("dronectl.toml")
    config.write_text(config.read_text("utf-8").replace("system_id = 1\n", "system_id = 7\n"), "utf-8")
    assert paths(capsys, "--drone", "alpha") == []
    assert len(paths(capsys, "--drone", "system 1")) == 2


def test_other_programs_read_the_catalogue(flights: Path, capsys: Capture) -> None:
    assert len(paths(capsys)) == 2
    database = sqlite3.connect(flights / ".catalogue.sqlite")
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute("SELECT zone, sum(samples) FROM flight JOIN crossed USING (path, number) GROUP BY zone")
        assert rows.fetchall() == [("lake_park", 920 + 1090)]
    finally:
        database.close()


def test_a_damaged_catalogue_is_made_anew(flights: Path, capsys: Capture) -> None:
    right = told(capsys)["flights"]
    catalogue = flights / ".catalogue.sqlite"
    whole = catalogue.read_bytes()
    dice = random.Random(5)
    older = sqlite3.connect(flights / "older.sqlite")
    older.executescript("CREATE TABLE file (path TEXT); PRAGMA user_version = 1;")
    older.close()
    wrongs = [b"\0" * 4096, whole[:5000], (flights / "older.sqlite").read_bytes()]
    for _ in range(2):
        torn = bytearray(whole)
        at = dice.randrange(len(torn))
        torn[at] ^= 1 << dice.randrange(8)
        wrongs.append(bytes(torn))
    for wrong in wrongs:
        catalogue.write_bytes(wrong)
        again = told(capsys)
        assert (again["flights"], again["read"]) == (right, 4)
    assert told(capsys)["read"] == 0
    assert told(capsys, "--anew")["read"] == 4


def test_two_at_once_are_safe(flights: Path, capsys: Capture) -> None:
    for number in range(2):
        shutil.copy(TLOG, flights / f"{number}.tlog")
    command = [sys.executable, "-m", "dronectl", "track", "list", "--json"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    answers = [json.loads(one.communicate()[0])["flights"] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    assert answers[0] == answers[1]
    assert len(answers[0]) == 1
    assert len(answers[0][0]["recorded_in"]) == 4
    assert told(capsys)["read"] == 0


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that cannot be written to")
def test_a_folder_that_cannot_be_written_to_is_listed(flights: Path, capsys: Capture) -> None:
    flights.chmod(0o500)
    try:
        assert run(["track", "list"]) == 0
    finally:
        flights.chmod(0o700)
    assert "the catalogue is not kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: no folder of this name"),
        (["--since", "yesterday"], "no date as 2026-11-23"),
        (["--until", "9999-12-31"], "no drone flew then"),
        (["--zone", "atlantis"], "no zone 'atlantis'"),
        (["--min-duration", "nan"], "nan is no number"),
    ],
)
def test_what_cannot_be_meant_is_one_line(flights: Path, arguments: list[str], words: str, capsys: Capture) -> None:
    assert run(["track", "list", *arguments]) == 2
    seen = capsys.readouterr().err
    assert words in seen
    assert "Traceback" not in seen


def test_without_a_workspace_days_are_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(TLOG, tmp_path / "a.tlog")
    document = told(capsys, ".")
    assert document["time_zone"] == "UTC"
    assert document["flights"][0]["drone"] == "system 1"  # type: ignore[index]
    assert run(["track", "list"]) == 2


def test_a_table_of_many_rows_is_aligned_without_rich(
    flights: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert run(["track", "list"]) == 0
    short = [line.split() for line in capsys.readouterr().out.splitlines() if "a.tlog" in line]
    monkeypatch.setattr("dronectl.cli.track.catalogue._LONG", 0)
    assert run(["track", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if "a.tlog" in line] == short
    assert lines[0].split()[:3] == ["start", "(Asia/Bangkok)", "drone"]
