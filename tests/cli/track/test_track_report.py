"""``track report`` and ``track export --all --merge``: each flight once, whoever recorded it, added up and drawn."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kml_checks import check
from plain_flights import flown
from repository import DATA
from running_fleet import copy_workspace

from dronectl.cli.main import run

TLOG, BIN = DATA / "sitl-drone1.tlog", DATA / "sitl-drone1.bin"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def flights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Alpha's flight of 2026-11-23 three times (telemetry, the log on board, a cut copy), and bravo's two others."""
    monkeypatch.chdir(copy_workspace(tmp_path))
    flights = tmp_path / "flights"
    flights.mkdir()
    shutil.copy(TLOG, flights / "a.tlog")
    shutil.copy(BIN, flights / "a.bin")
    (flights / "cut.tlog").write_bytes(TLOG.read_bytes()[: TLOG.stat().st_size // 2])
    (flights / "b.tlog").write_bytes(flown(flown(system=2), boot_s=300, seconds=90, system=2).data)
    return flights


def document(capsys: Capture, *arguments: str) -> Any:
    capsys.readouterr()
    assert run(["track", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_report_adds_up_each_flight_once(flights: Path, capsys: Capture) -> None:
    report = document(capsys, "report")
    assert report["total"]["flights"] == 3
    assert report["total"]["hours"] == pytest.approx((229.75 + 59 + 89) / 3600, abs=1e-4)
    assert [(day["date"], day["flights"]) for day in report["days"]] == [("2026-09-21", 2), ("2026-11-23", 1)]
    assert [(drone["drone"], drone["flights"]) for drone in report["drones"]] == [("alpha", 1), ("bravo", 2)]
    assert "lake_park" in [zone["zone"] for zone in report["zones"]]
    alpha, bravo = report["batteries"]
    assert (alpha["drone"], alpha["flights"], alpha["used_pct"], alpha["lowest_pct"]) == ("alpha", 1, 56.0, 44.0)
    assert (bravo["flights"], bravo["untold"], bravo["minutes_per_10_pct"]) == (0, 2, None)
    assert report["damaged"] == []


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--since", "2026-11-01"], 1),
        (["--until", "2026-09-30"], 2),
        (["--drone", "bravo"], 2),
        (["--zone", "lake_park", "--drone", "alpha"], 1),
        (["--min-duration", "1.2"], 2),
        (["--min-duration", "60"], 0),
    ],
)
def test_a_report_has_the_filters_of_a_list(flights: Path, arguments: list[str], count: int, capsys: Capture) -> None:
    assert document(capsys, "report", *arguments)["total"]["flights"] == count
    assert len(document(capsys, "list", *arguments)["flights"]) == count


def test_a_report_is_written_as_page_table_and_json(flights: Path, capsys: Capture) -> None:
    for suffix in ("html", "csv", "json"):
        assert run(["track", "report", "-o", f"week.{suffix}"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("week.csv").read_text("utf-8"))))
    assert [(row["by"], row["what"], row["flights"]) for row in rows[:3]] == [
        ("total", "", "3"),
        ("day", "2026-09-21", "2"),
        ("day", "2026-11-23", "1"),
    ]
    assert json.loads(Path("week.json").read_text("utf-8")) == document(capsys, "report")
    page = Path("week.html").read_text("utf-8")
    for words in ("<h1>", "<h2>รายวัน · Days</h2>", "2026-11-23", "bravo", "<h2>แบตเตอรี่ · Batteries</h2>", "flights 3,"):
        assert words in page
    assert "<script" not in page
    assert run(["track", "report"]) == 0
    assert "3 flights, 0.10 h" in capsys.readouterr().out
    assert run(["track", "report", "-o", "week.pdf"]) == 2


def test_names_of_strangers_are_words_in_a_report(flights: Path, capsys: Capture) -> None:
    (flights / "<img src=x onerror=alert(1)>.tlog").write_bytes(b"junk" * 20)
    config = Path("dronectl.toml")
    config.write_text(config.read_text("utf-8").replace('name = "', 'name = "<b>&', 1), "utf-8")
    assert run(["track", "report", "-o", "week.html"]) == 0
    page = Path("week.html").read_text("utf-8")
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;.tlog" in page


def test_all_flights_are_merged_into_one_file_each_once(flights: Path, capsys: Capture) -> None:
    told = document(capsys, "export", "--all", "flights", "--merge", "-o", "week.kml", "--manifest")
    assert (told["tracks"], told["recorded_in"]) == (3, ["a.bin", "a.tlog", "b.tlog", "cut.tlog"])
    text = Path("week.kml").read_text("utf-8")
    check(text.encode())
    assert "recorded in a.tlog, a.bin, cut.tlog" in text
    assert run(["track", "verify", "week.kml.manifest.json"]) == 0
    told = document(capsys, "export", "--all", "flights", "--merge", "-o", "week.csv", "--drone", "bravo")
    assert (told["tracks"], told["recorded_in"]) == (2, ["b.tlog"])
    told = document(capsys, "export", "--all", "flights", "--merge", "-o", "week.geojson", "--source", "gps")
    assert told["tracks"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--all", "flights", "--merge", "-o", "week.kml", "--since", "2027-01-01"], "no such flight"),
        (["--all", "flights", "--merge", "-o", "-"], "no place"),
        (["--all", "flights", "--merge", "-o", "week"], "no track format"),
        (["--all", "flights", "-o", "out", "--since", "2027-01-01"], "are for --all DIR --merge"),
        (["flights/a.tlog", "-o", "a.kml", "--drone", "alpha"], "are for --all DIR --merge"),
        (["flights/a.tlog", "--merge", "-o", "a.kml"], "--merge is for --all DIR"),
    ],
)
def test_what_cannot_be_merged_is_told(flights: Path, arguments: list[str], words: str, capsys: Capture) -> None:
    assert run(["track", "export", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_files_of_one_flight_are_written_once(flights: Path, capsys: Capture) -> None:
    files = [f"flights/{name}" for name in ("a.bin", "cut.tlog", "a.tlog", "b.tlog")]
    assert run(["track", "export", *files, "-o", "all.kml"]) == 0
    seen = capsys.readouterr().err
    assert "all.kml: 3 flights" in seen
    assert "note: one flight, recorded in flights/a.tlog, flights/cut.tlog, flights/a.bin: it is written once" in seen


@pytest.mark.parametrize(
    "change",
    [
        lambda: flown(boot_s=100, clock_ahead_s=3600.0),
        lambda: flown(lat=160_638_000),
        lambda: flown(system=3),
        lambda: flown(boot_s=200),
    ],
    ids=["another boot", "another place", "another drone", "another time"],
)
def test_other_flights_are_not_taken_for_one(flights: Path, change: Callable[[], Any], capsys: Capture) -> None:
    for path in flights.iterdir():
        path.unlink()
    (flights / "one.tlog").write_bytes(flown().data)
    (flights / "two.tlog").write_bytes(change().data)
    assert len(document(capsys, "list")["flights"]) == 2
    (flights / "two.tlog").write_bytes(flown().data)
    (flight,) = document(capsys, "list")["flights"]
    assert flight["recorded_in"] == ["one.tlog", "two.tlog"]
