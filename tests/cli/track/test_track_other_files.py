"""What lies among recordings and is none, is packed, or has no stamps: told for what it is, within limits."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from plain_flights import flown
from repository import DATA

from dronectl.cli.main import run

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(capsys: Capture, *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(["track", *arguments]) == code
    seen = capsys.readouterr()
    return seen.out + seen.err


def document(capsys: Capture, *arguments: str) -> Any:
    capsys.readouterr()
    assert run(["track", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.skipif(sys.platform == "win32", reason="has no FIFOs")
def test_a_fifo_is_refused_and_not_waited_for(capsys: Capture) -> None:
    os.mkfifo("x.tlog")
    assert "x.tlog: is a pipe" in told(capsys, "info", "x.tlog", code=2)
    assert "x.tlog: is a pipe" in told(capsys, "list", ".")
    assert "x.tlog: is a pipe" in told(capsys, "export", "--all", ".", "-o", "out", code=2)


@pytest.mark.parametrize("name", ["folder", "/dev/zero", "/dev/null"])
def test_folders_and_devices_are_refused(name: str, capsys: Capture) -> None:
    Path("folder").mkdir()
    if Path(name).exists():
        assert "a file is wanted" in told(capsys, "info", name, code=2)


@pytest.mark.skipif(sys.platform == "win32", reason="takes no such names")
@pytest.mark.parametrize("name", ["\x1b[31mred.tlog", "a\x07\nb.tlog", "\u202ecod.tlog"])
def test_names_are_shown_escaped(name: str, capsys: Capture) -> None:
    Path(name).write_bytes(flown().data)
    for command in (["list", "."], ["info", name], ["export", name, "-o", "out.kml"]):
        seen = told(capsys, *command)
        assert not any(mark in seen for mark in "\x1b\x07\u202e"), command
    (flight,) = document(capsys, "list", ".")["flights"]
    assert flight["path"] == name


@pytest.mark.parametrize("name", ["sitl-drone1.tlog", "sitl-drone1.bin"])
def test_packed_recordings_are_read(name: str, capsys: Capture) -> None:
    Path(f"{name}.gz").write_bytes(gzip.compress((DATA / name).read_bytes(), 1))
    plain, packed = (document(capsys, "info", str(path)) for path in (DATA / name, f"{name}.gz"))
    assert packed["files"][0]["flights"] == plain["files"][0]["flights"]
    (listed,) = document(capsys, "list", ".")["flights"]
    assert listed["path"] == f"{name}.gz"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (gzip.compress(bytes(40 << 20), 9), "more than 200 times its size"),
        (gzip.compress(bytes(flown().data))[:-9], "the gzip file is cut"),
        (gzip.compress(b""), "holds nothing"),
        (gzip.compress(bytes(flown().data))[:50] + b"junk" * 50, "damaged gzip file"),
        (b"\x1f\x8b", "the gzip file is cut"),
        (gzip.compress(gzip.compress(bytes(flown().data))), "not a recording"),
    ],
    ids=["bomb", "cut", "empty", "damaged", "header", "twice"],
)
def test_a_gzip_file_that_is_no_recording_is_one_line(data: bytes, words: str, capsys: Capture) -> None:
    Path("x.tlog.gz").write_bytes(data)
    assert words in told(capsys, "info", "x.tlog.gz", code=2)


@pytest.mark.parametrize(
    ("name", "begin", "words"),
    [
        ("x.ulg", b"ULog\x01\x12\x35\x01", "a ULog of PX4"),
        ("x.bin", b"ULog\x01\x12\x35\x01", "a ULog of PX4"),
        ("x.bin", b"PK\x03\x04", "a ZIP archive"),
        ("x.tlog", b"\xd4\xc3\xb2\xa1", "captured network packets"),
        ("x.bin", b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        ("x.log", b"H Product:Blackbox flight data recorder\n", "a Betaflight blackbox log"),
    ],
)
def test_other_kinds_are_named(name: str, begin: bytes, words: str, capsys: Capture) -> None:
    Path(name).write_bytes(begin + bytes(200))
    assert words in told(capsys, "info", name, code=2)
    assert words in told(capsys, "list", ".")


def test_a_stream_needs_a_start_with_a_zone(capsys: Capture) -> None:
    data, at, frames = bytes(flown(clock_ahead_s=None).data), 0, b""
    while at < len(data):
        end = at + 20 + data[at + 9]
        frames, at = frames + data[at + 8 : end], end
    Path("x.rlog").write_bytes(frames)
    assert "without time stamps" in told(capsys, "info", "x.rlog", code=2)
    assert "x.rlog: a stream of MAVLink frames without time stamps" in told(capsys, "list", ".")
    assert "has no zone" in told(capsys, "info", "x.rlog", "--start", "2026-05-01T12:00:00", code=2)
    assert "is no time as" in told(capsys, "info", "x.rlog", "--start", "noon", code=2)
    start = ["--start", "2026-05-01T12:00:00+07:00"]
    (flight,) = document(capsys, "info", "x.rlog", *start)["files"][0]["flights"]
    assert (flight["start_utc"], flight["clock_quality"]["source"]) == ("2026-05-01T05:00:00.000Z", "given")
    told(capsys, "export", "x.rlog", "-o", "x.kml", *start)
    assert "times are from the start that was given" in Path("x.kml").read_text("utf-8")


def test_every_output_tells_how_good_the_clock_is(capsys: Capture) -> None:
    log = flown(flown(seconds=90, boot_s=10, clock_ahead_s=60.0, armed=False))
    Path("x.tlog").write_bytes(log.data)
    words = "the clock was 60.0 s ahead from 2026-09-21T14:13:30Z to 2026-09-21T14:14:59Z, which is put right"
    assert words in told(capsys, "info", "x.tlog")
    for suffix in ("kml", "gpx", "csv", "geojson"):
        told(capsys, "export", "x.tlog", "-o", f"x.{suffix}")
        text = Path(f"x.{suffix}").read_text("utf-8")
        assert words in text if suffix != "geojson" else '"ahead_s": 60.0' in text
