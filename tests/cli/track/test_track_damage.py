"""Recordings that are damaged in part: every command uses the rest, and tells what was lost. Exit code 0."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from repository import DATA
from running_fleet import copy_workspace

from dronectl.cli.main import run

TLOG = (DATA / "sitl-drone1.tlog").read_bytes()
LOST = "113 bytes outside of frames left out; ends inside a frame, all before it is used"
LOST_LINES = "2 lines without a message left out; ends inside a line, all before it is used"
TEXT_LOG = """\
FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns
FMT, 10, 35, POS, QLLfff, TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt
FMT, 12, 16, ARM, QBI, TimeUS,ArmState,ArmChecks
ARM, 1000000, 1, 0
POS, 1000000, 16.05, 103.65, 150, 2, 2
not a message
POS, 1100000, 16.0501, 103.65, 151, 3, 3
neither is this
POS, 1200000, 16.0502, 103.65, 152, 4, 4
ARM, 1300000, 0, 0
POS, 14000"""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whole recording, one with a hole and without its end, and a text log of the kind."""
    monkeypatch.chdir(tmp_path)
    card = tmp_path / "การ์ด"
    card.mkdir()
    shutil.copy(DATA / "sitl-drone1.tlog", card / "a.tlog")
    (card / "b.tlog").write_bytes(TLOG[:600_000] + b"garbage" + TLOG[600_100:-20])
    (card / "c.log").write_text(TEXT_LOG, "utf-8")
    return card


def notes(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("note: ") and "left out" in line]


def damage_of(file: dict[str, object]) -> tuple[object, ...]:
    return tuple(file[key] for key in ("damaged_frames", "skipped_bytes", "cut_tail"))


def test_info(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(card / name) for name in ("a.tlog", "b.tlog", "c.log")]
    assert run(["track", "info", *files]) == 0
    assert notes(capsys.readouterr().err) == [f"note: {files[1]}: {LOST}", f"note: {files[2]}: {LOST_LINES}"]
    assert run(["track", "info", "--json", *files]) == 0
    told = json.loads(capsys.readouterr().out)["files"]
    assert [damage_of(file) for file in told] == [(0, 0, False), (0, 113, True), (0, 2, True)]


def test_compare(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_workspace(card)
    workspace = ["--workspace", str(card)]
    assert run(["plan", "build", *workspace, "tower_orbit", "-o", "plan"]) == 0
    capsys.readouterr()
    assert run(["track", "compare", *workspace, str(card / "b.tlog"), "plan"]) == 0
    assert notes(capsys.readouterr().err) == [f"note: {card / 'b.tlog'}: {LOST}"]


@pytest.mark.parametrize("output", ["out.kml", "out.csv", "-"])
def test_export(output: str, card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(card / name) for name in ("a.tlog", "b.tlog", "c.log")]
    assert run(["track", "export", *files, "-o", output]) == 0
    assert notes(capsys.readouterr().err) == [f"note: {files[1]}: {LOST}", f"note: {files[2]}: {LOST_LINES}"]


def test_export_as_json(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(card / name) for name in ("a.tlog", "b.tlog", "c.log")]
    assert run(["track", "export", *files, "-o", "out.csv", "--json"]) == 0
    told = capsys.readouterr()
    assert [damage_of(file) for file in json.loads(told.out)["files"]] == [(0, 0, False), (0, 113, True), (0, 2, True)]
    assert told.err == ""


def test_export_of_files_that_cannot_be_read_too(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (card / "empty.tlog").touch()
    assert run(["track", "export", str(card / "empty.tlog"), str(card / "b.tlog"), "-o", "out.kml"]) == 2
    told = capsys.readouterr().err
    assert notes(told) == [f"note: {card / 'b.tlog'}: {LOST}"]
    assert "error: " in told


def test_export_of_a_folder(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "csv"]) == 0
    told = capsys.readouterr().err
    assert notes(told) == [f"note: {card / 'b.tlog'}: {LOST}", f"note: {card / 'c.log'}: {LOST_LINES}"]
    assert "3 of 3 recordings exported" in told
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "csv", "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [damage_of(file) for file in files] == [(0, 0, False), (0, 113, True), (0, 2, True)]


def test_list_tells_it_from_its_catalogue_too(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for read_now in (3, 0):
        assert run(["track", "list", str(card)]) == 0
        told = capsys.readouterr().err
        assert notes(told) == [f"note: b.tlog: {LOST}", f"note: c.log: {LOST_LINES}"]
        assert f"3 recordings, {read_now} read now" in told
        assert "damaged: " not in told
    assert run(["track", "list", str(card), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["damaged"] == []
    assert document["partly_damaged"] == [
        {"path": "b.tlog", "damaged_frames": 0, "skipped_bytes": 113, "cut_tail": True},
        {"path": "c.log", "damaged_frames": 0, "skipped_bytes": 2, "cut_tail": True},
    ]


def test_a_catalogue_of_before_is_made_anew(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an earlier version kept knows of no damage."""
    assert run(["track", "list", str(card)]) == 0
    catalogue = card / ".catalogue.sqlite"
    database = sqlite3.connect(":memory:")
    database.deserialize(catalogue.read_bytes()[:-32])
    database.execute("UPDATE file SET damaged_frames = 0, skipped_bytes = 0, cut_tail = 0")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    content = database.serialize()
    database.close()
    catalogue.write_bytes(content + hashlib.sha256(content).digest())
    capsys.readouterr()
    assert run(["track", "list", str(card)]) == 0
    told = capsys.readouterr().err
    assert "3 read now" in told
    assert f"note: b.tlog: {LOST}" in told


def test_a_file_that_is_mended_is_told_no_more(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "list", str(card)]) == 0
    (card / "b.tlog").write_bytes(TLOG)
    (card / "c.log").unlink()
    capsys.readouterr()
    assert run(["track", "list", str(card)]) == 0
    assert notes(capsys.readouterr().err) == []


def test_a_damaged_file_without_a_flight(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The damage may be why."""
    for name in ("a.tlog", "c.log"):
        (card / name).unlink()
    (card / "b.tlog").write_bytes(TLOG[:50_001])
    assert run(["track", "export", "--all", str(card), "-o", "out"]) == 0
    told = capsys.readouterr()
    assert "no flight" in told.out
    assert f"note: {card / 'b.tlog'}: ends inside a frame, all before it is used" in told.err
