"""``track calibrate`` and ``track batteries``: from recordings to dronectl.toml and the book."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hidden_powers import Aircraft, flight
from repository import DATA
from running_fleet import copy_workspace

from dronectl.analysis.calibration.drone_calibration import Flown, calibrated
from dronectl.cli.main import run
from dronectl.formats.recordings.batteries import read_batteries
from dronectl.ops.recordings.battery_book import Book, entries_of, read_book, with_flights, write_book

TLOG, BIN = DATA / "sitl-drone1.tlog", DATA / "sitl-drone1.bin"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = copy_workspace(tmp_path)
    monkeypatch.chdir(root)
    return root


def document(capsys: Capture, *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run(["track", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_both_logs_of_a_flight_tell_the_same_battery() -> None:
    of_link, on_board = read_batteries(TLOG)[1], read_batteries(BIN)[1]
    assert np.ptp(of_link.consumed_ah) == pytest.approx(np.ptp(on_board.consumed_ah), abs=0.002)
    for at_us in np.linspace(of_link.utc_us[100], of_link.utc_us[-100], 9):
        one, other = (np.interp(at_us, s.utc_us, s.consumed_ah) for s in (of_link, on_board))
        assert one == pytest.approx(other, abs=0.02)  # two seconds of flight
    assert np.nanmax(of_link.current_a) == pytest.approx(np.nanmax(on_board.current_a), rel=0.05)


def test_powers_are_shown_and_written_when_asked_for(root: Path, capsys: Capture) -> None:
    before = (root / "dronectl.toml").read_text(encoding="utf-8")
    shown = document(capsys, "calibrate", str(TLOG), str(BIN))
    (drone,) = shown["drones"]
    assert (drone["name"], drone["flights"]) == ("alpha", 1)  # one flight, in two files
    values = {one["key"]: one for one in drone["values"]}
    cruise = values["battery.cruise_power_w"]
    assert cruise["flown"] == pytest.approx(12.6 * 30.45, rel=0.02)  # what the power module showed all the way
    assert cruise["stands"] == 290.0
    assert cruise["proposed"] == round(cruise["flown"])
    assert "hardly fell" in values["battery.capacity_wh"]["why_not"]
    assert shown["written"] is None
    assert (root / "dronectl.toml").read_text(encoding="utf-8") == before
    assert not (root / "batteries.jsonl").exists()

    written = document(capsys, "calibrate", str(TLOG), "--write")["written"]
    assert written["book_flights"] == 1
    after = (root / "dronectl.toml").read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert all(a.split("=")[0] == b.split("=")[0] and "#" not in a.split("=")[1] for a, b in changed)
    assert run(["zones", "check"]) == 0  # the workspace is as valid as before
    again = document(capsys, "calibrate", str(BIN), "--write")  # the same flight by its other log
    assert again["written"]["book_flights"] == 0


def test_the_table_tells_what_stands_and_what_was_flown(root: Path, capsys: Capture) -> None:
    assert run(["track", "calibrate", str(BIN)]) == 0
    told = capsys.readouterr()
    assert "battery.cruise_power_w" in told.out
    assert "nothing was written: --write does it" in told.err


def test_files_without_a_battery_or_a_flight_are_refused(root: Path, capsys: Capture) -> None:
    empty = root / "empty.tlog"
    empty.write_bytes(TLOG.read_bytes()[:20_000])
    assert run(["track", "calibrate", str(empty)]) == 2
    assert "no flight with a battery monitor in 1 file" in capsys.readouterr().err
    assert document(capsys, "calibrate", str(BIN), "nowhere.tlog", code=2)["failures"][0]["path"] == "nowhere.tlog"


def test_the_book_tells_which_battery_to_retire(root: Path, capsys: Capture) -> None:
    book = Book()
    for first, capacity_ah in ((0, 5.8), (20, 5.8 * 0.75)):
        aircraft = replace(Aircraft(), capacity_ah=capacity_ah)
        flights = [Flown(*flight(aircraft, number, minutes=8.0)) for number in range(first, first + 3)]
        book, new = with_flights(book, entries_of(timed(flights), "pack 7"))
        assert new == 3
    write_book(root, book)
    with (root / "batteries.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"battery": "torn')  # by a kill
    (battery,) = document(capsys, "batteries")["batteries"]
    assert battery["flights"] == 6
    assert battery["kept_pct"] == pytest.approx(75.0, abs=3.0)
    assert battery["cycles"] == pytest.approx(battery["drawn_wh"] / battery["capacity_wh"], rel=0.3)
    assert battery["advice"] == "retire it"
    assert document(capsys, "batteries", "--retire", "pack 7")["batteries"][0]["advice"] == "retired"
    assert document(capsys, "batteries", "--retire", "pack 7")["batteries"][0]["is_retired"]
    assert len(read_book(root).retired) == 1
    assert run(["track", "batteries", "--retire", "pack 8"]) == 2
    assert "there are: pack 7" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["[]", "{}", "nothing", '{"battery": 1, "drone": "a", "start_utc": "yesterday"}'])
def test_a_line_that_is_none_is_told(root: Path, capsys: Capture, line: str) -> None:
    (root / "batteries.jsonl").write_text(f"{line}\n", encoding="utf-8")
    assert run(["track", "batteries"]) == 2
    assert "batteries.jsonl: line 1: no line of a battery book" in capsys.readouterr().err


def test_an_empty_book_says_how_to_fill_it(root: Path, capsys: Capture) -> None:
    assert run(["track", "batteries"]) == 0
    assert "'dronectl track calibrate FILE... --write'" in capsys.readouterr().err


def timed(flights: list[Flown]) -> Any:
    """Their calibration, the time of day taken for known."""
    told = calibrated("alpha", 1, None, flights)
    return replace(told, pack_flights=tuple(replace(one, has_time=True) for one in told.pack_flights))
