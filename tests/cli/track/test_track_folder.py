"""``track export --all``: a folder of recordings, some damaged, some of one name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import geopandas
import pytest
from programs import wait_for
from repository import DATA
from running_fleet import copy_workspace

from dronectl.cli.main import run

TLOG, BIN = DATA / "sitl-drone1.tlog", DATA / "sitl-drone1.bin"
MANY = 1_000
"""So many recordings are not read before somebody has typed Ctrl-C."""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as it comes off a card: two recordings of one name, two damaged files, one without a flight."""
    monkeypatch.chdir(tmp_path)
    card = tmp_path / "การ์ด"
    (card / "sub").mkdir(parents=True)
    shutil.copy(TLOG, card / "a.tlog")
    shutil.copy(BIN, card / "a.bin")
    shutil.copy(TLOG, card / "sub" / "a.tlog")
    (card / "empty.tlog").touch()
    (card / "sub" / "junk.bin").write_bytes(b"\xa3\x95 no log " * 50)
    (card / "short.TLOG").write_bytes(TLOG.read_bytes()[:300])
    (card / "notes.txt").write_text("not looked at")
    return card


@pytest.mark.usefixtures("own_processes")
def test_the_rest_goes_on_and_every_file_is_told(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "kml"]) == 2
    told = capsys.readouterr()
    rows = [line.split() for line in told.out.splitlines()]
    for row in (
        ["a.bin", "system", "1", "1", "1090"],
        ["a.tlog", "system", "1", "1", "920"],
        ["empty.tlog", "failed"],
        ["short.TLOG", "0", "0"],
        ["sub/a.tlog", "system", "1", "1", "920"],
        ["sub/junk.bin", "failed"],
    ):
        assert any(line[: len(row)] == row for line in rows), row
    assert told.err.count("error:") == 2
    assert "3 of 6 recordings exported" in told.err
    written = sorted(path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file())
    assert written == ["a.bin.kml", "a.tlog.kml", "sub/a.tlog.kml"]


@pytest.mark.parametrize("suffix", ["kml", "csv"])
def test_each_file_is_what_its_recording_alone_gives(card: Path, suffix: str) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", suffix, "--simplify", "0.5"]) == 2
    for name in ("a.tlog", "a.bin"):
        assert run(["track", "export", str(card / name), "-o", f"alone.{suffix}", "--simplify", "0.5"]) == 0
        assert Path(f"alone.{suffix}").read_bytes() == Path(f"out/{name}.{suffix}").read_bytes()


def test_json_tells_each_file(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "csv", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    files = {Path(file["path"]).relative_to(card).as_posix(): file for file in told["files"]}
    assert list(files) == ["a.bin", "a.tlog", "empty.tlog", "short.TLOG", "sub/a.tlog", "sub/junk.bin"]
    (written,) = files["a.tlog"]["outputs"]
    assert written["sha256"] == hashlib.sha256(Path(written["path"]).read_bytes()).hexdigest()
    assert files["a.tlog"]["sha256"] == hashlib.sha256(TLOG.read_bytes()).hexdigest()
    assert files["a.tlog"]["fixes"] == 920
    assert files["short.TLOG"]["outputs"] == []
    assert files["empty.tlog"]["error"]["code"] == 2


def test_one_manifest_proves_them_all(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["track", "export", "--all", str(card), "-o", str(card / "out"), "--format", "csv", "--manifest"]
    assert run(arguments) == 2
    card.rename("moved")
    manifest = Path("moved/out/tracks.manifest.json")
    assert run(["track", "verify", str(manifest)]) == 0
    assert "6 files as they were" in capsys.readouterr().out
    sources = {source["path"] for source in json.loads(manifest.read_text("utf-8"))["sources"]}
    assert sources == {"../a.bin", "../a.tlog", "../sub/a.tlog"}
    Path("moved/out/sub/a.tlog.csv").write_text("changed")
    assert run(["track", "verify", str(manifest)]) == 2


def test_the_same_folder_gives_the_same_bytes(card: Path) -> None:
    made = []
    for zone, seed, jobs in (("Asia/Bangkok", "1", "1"), ("America/New_York", "2", "3")):
        command = ["track", "export", "--all", str(card), "-o", "out", "--format", "kmz", "--manifest", "--jobs", jobs]
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-m", "dronectl", *command], env=environment, capture_output=True)
        assert done.returncode == 2
        made.append({path: path.read_bytes() for path in sorted(Path("out").rglob("*")) if path.is_file()})
        shutil.rmtree("out")
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--all", "nowhere", "-o", "out"], "nowhere: no folder of this name"),
        (["--all", ".", "-o", "out"], "no recording in this folder"),
        (["--all", ".", "-o", "-"], "standard output has no place"),
        (["--all", ".", "a.tlog", "-o", "out"], "not both"),
        (["a.tlog", "-o", "out.kml", "--jobs", "2"], "--jobs is for --all"),
        (["-o", "out.kml"], "Missing argument 'FILE...'"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["track", "export", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_file_in_the_folders_place_is_left_alone(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").write_text("mine")
    assert run(["track", "export", "--all", str(card), "-o", "out"]) == 2
    assert "out is a file" in capsys.readouterr().err
    assert Path("out").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal to a group of processes")
def test_ctrl_c_leaves_whole_files_only(card: Path) -> None:
    for number in range(MANY):
        os.link(card / "a.bin", card / f"{number}.bin")
    command = [sys.executable, "-m", "dronectl", "track", "export", "--all", str(card), "-o", "out", "--format", "kml"]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True) as running:
        wait_for(lambda: any(Path("out").glob("*.kml")))
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process at once
        _, said = running.communicate()
    assert running.returncode == 130
    assert said.splitlines()[0].startswith("error: stopped by the user: ")
    assert "Traceback" not in said
    written = [path for path in Path("out").rglob("*") if path.is_file()]
    assert 0 < len(written) < MANY
    assert all(path.suffix == ".kml" and path.read_bytes().rstrip().endswith(b"</kml>") for path in written)


def test_in_a_workspace_with_a_plan_each_file_is_what_its_recording_alone_gives(
    card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path("site")
    root.mkdir()
    copy_workspace(root)
    workspace = ["--workspace", str(root)]
    assert run(["plan", "build", *workspace, "tower_orbit", "-o", "plan"]) == 0
    options = [*workspace, "--plan", "plan"]
    capsys.readouterr()
    assert run(["track", "export", "--all", str(card), "-o", "out", *options]) == 2
    notes = {line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")}
    assert run(["track", "export", str(card / "a.tlog"), "-o", "alone.kml", *options]) == 0
    alone = {line.removeprefix("note: ") for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")}
    assert {f"note: {card / 'a.tlog'}: {words}" for words in alone} <= notes
    assert Path("alone.kml").read_bytes() == Path("out/a.tlog.kml").read_bytes()


def test_parquet_is_a_data_set_by_day_that_others_read_as_one(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "parquet", "--manifest"]) == 2
    written = sorted(path.relative_to("out").as_posix() for path in Path("out").rglob("*.parquet"))
    day = "flight_date=2026-11-23"
    assert written == [f"{day}/tracks-{name}.parquet" for name in ("a.bin", "a.tlog", "sub-a.tlog")]
    with duckdb.connect() as database:
        asked = database.execute(
            "SELECT flight_date, filename LIKE '%.bin.parquet', count(*) "
            "FROM read_parquet('out/**/*.parquet', hive_partitioning=true, filename=true) GROUP BY ALL ORDER BY ALL"
        )
        assert asked.fetchall() == [(date(2026, 11, 23), False, 2 * 920), (date(2026, 11, 23), True, 1090)]
    frame = geopandas.read_parquet("out")
    assert len(frame) == 2 * 920 + 1090
    assert set(frame["flight_date"].astype(str)) == {"2026-11-23"}
    capsys.readouterr()
    assert run(["track", "verify", "out/_tracks.manifest.json"]) == 0
    assert "6 files as they were" in capsys.readouterr().out


def test_parquet_without_its_extra_is_told_before_anything_is_read(
    card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", "parquet"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == ["error: Parquet needs pyarrow", "hint: pip install 'dronectl[parquet]'"]
    assert not Path("out").exists()
