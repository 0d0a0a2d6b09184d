"""``track export --manifest`` and ``track verify``: what changed is told, whatever moved."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from repository import DATA

from dronectl.cli.main import run

RECORDING = DATA / "sitl-drone1.tlog"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a recording, its track and the manifest of both."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "เที่ยวบิน"
    place.mkdir()
    shutil.copy(RECORDING, place / "a.tlog")
    assert run(["track", "export", str(place / "a.tlog"), "-o", str(place / "a.csv"), "--manifest"]) == 0
    capsys.readouterr()
    return place


def manifest(folder: Path) -> Path:
    return folder / "a.csv.manifest.json"


def test_the_manifest_tells_digests_version_and_arguments(folder: Path) -> None:
    told = json.loads(manifest(folder).read_text("utf-8"))
    assert told["sources"] == [{"path": "a.tlog", "sha256": hashlib.sha256(RECORDING.read_bytes()).hexdigest()}]
    digest = hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    assert told["outputs"] == [{"path": "a.csv", "sha256": digest}]
    assert told["tool"]["version"]
    assert told["arguments"]["files"] == ["a.tlog"]
    assert told["arguments"]["output"] == "a.csv"
    assert told["arguments"]["source"] == "ekf"


def test_a_moved_folder_is_still_proved(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = folder.rename(tmp_path / "moved")
    assert run(["track", "verify", str(manifest(moved))]) == 0
    assert "2 files as they were" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "gone", "words"),
    [
        ("a.tlog", False, "a.tlog: changed source"),
        ("a.csv", False, "a.csv: changed output"),
        ("a.tlog", True, "a.tlog: missing source"),
        ("a.csv", True, "a.csv: missing output"),
    ],
)
def test_what_differs_is_one_line(
    folder: Path, name: str, gone: bool, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if gone:
        (folder / name).unlink()
    else:
        content = bytearray((folder / name).read_bytes())
        content[-1] ^= 1
        (folder / name).write_bytes(content)
    assert run(["track", "verify", str(manifest(folder))]) == 2
    assert capsys.readouterr().err.splitlines() == [f"error: {manifest(folder)}: {words}"]
    assert run(["track", "verify", "--json", str(manifest(folder))]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert len(told["manifests"][0]["differences"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "NaN",
        "[" * 100_000,
        '{"format": "dronectl-manifest"}',
        '{"format": "dronectl-manifest", "version": 1, "tool": {"version": "1"}, "sources": [], "outputs": []}',
        '{"format": "dronectl-manifest", "version": 1, "tool": {"version": "1"}, "sources": [{"path": 1}]}',
        '{"format": "dronectl-manifest", "version": 1, "tool": {"version": "1"}, "sources": [{"path": "a"}]}',
    ],
)
def test_what_is_no_manifest_is_told_and_the_rest_checked(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = folder / "bad.json"
    bad.write_text(text, "utf-8")
    assert run(["track", "verify", str(bad), str(manifest(folder))]) == 2
    told = capsys.readouterr()
    assert "bad.json" in told.err
    assert "Traceback" not in told.err
    assert "as they were" in told.out


def test_standard_output_has_no_manifest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "export", str(folder / "a.tlog"), "-o", "-", "--manifest"]) == 2
    assert "no place for a manifest" in capsys.readouterr().err


def test_a_damaged_recording_is_no_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder / "bad.tlog"
    bad.write_bytes(b"no recording")
    assert run(["track", "export", str(bad), str(folder / "a.tlog"), "-o", str(folder / "a.csv"), "--manifest"]) == 2
    told = json.loads(manifest(folder).read_text("utf-8"))
    assert [source["path"] for source in told["sources"]] == ["a.tlog"]


@pytest.mark.parametrize("suffix", ["kmz", "csv"])
def test_the_same_bytes_in_any_process(folder: Path, suffix: str) -> None:
    made = []
    for zone, seed in (("Asia/Bangkok", "1"), ("America/New_York", "2")):
        out = folder / f"out.{suffix}"
        command = ["track", "export", str(folder / "a.tlog"), "-o", str(out), "--manifest"]
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-m", "dronectl", *command], check=True, env=environment, capture_output=True)
        made.append((out.read_bytes(), (folder / f"out.{suffix}.manifest.json").read_bytes()))
    assert made[0] == made[1]
