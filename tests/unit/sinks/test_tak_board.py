"""What is handed to TAK: the newest of each thing, nothing that is stale, what stands again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dronectl.formats.tak.cot_xml import read_cot
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent
from dronectl.sinks import tak_board
from dronectl.sinks.tak_board import HOLDS, TakBoard

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


def event(uid: str, heard_s: float, north: float = 0.0) -> CotEvent:
    heard = NOON + timedelta(seconds=heard_s)
    return CotEvent(uid, "a-f-A-M-H-Q", "m-g", heard, heard, heard + HOLDS, GeoPoint(16.0 + north, 103.0))


def taken(board: TakBoard) -> list[CotEvent]:
    found = [read_cot(data) for data in board.take()]
    assert None not in found
    return [one for one in found if one is not None]


def test_of_each_drone_the_newest_once_and_nothing_stale() -> None:
    clock = Clock()
    woken: list[int] = []
    board = TakBoard(clock, lambda: woken.append(1))
    board.tell(event("a", 0.0, 0.1))
    board.tell(event("a", 1.0, 0.2))
    board.tell(event("b", 0.5))
    assert len(woken) == 3
    assert [(one.uid, round(one.place.lat_deg, 1)) for one in taken(board)] == [("a", 16.2), ("b", 16.0)]
    assert taken(board) == [], "each once"
    board.tell(event("a", 1.0, 0.3))
    board.tell(event("a", 0.2, 0.3))
    assert taken(board) == [], "old data renews nothing"
    board.tell_all_anew()
    assert len(taken(board)) == 2, "to a server that has just come"
    clock.seconds = 10.6
    board.tell_all_anew()
    assert [one.uid for one in taken(board)] == ["a"], "b was heard ten seconds ago"
    clock.seconds = 600.0
    board.tell_all_anew()
    assert taken(board) == []


def test_what_stands_is_told_anew_before_it_is_stale_and_goes_when_it_is_no_more() -> None:
    clock = Clock()
    board = TakBoard(clock)
    zone, other = replace(event("zone", 0.0), type="u-d-f"), replace(event("other", 0.0), type="u-d-f")
    board.keep("zones", [zone, other])
    told: dict[str, list[CotEvent]] = {"zone": [], "other": []}
    for second in range(31):
        clock.seconds = float(second)
        if second == 16:
            board.keep("zones", [zone])
        for one in taken(board):
            told[one.uid].append(one)
    times = [one.time for one in told["zone"]]
    assert all(one.stale == one.time + HOLDS for one in told["zone"])
    assert max(after - before for before, after in pairwise(times)) < HOLDS / 2
    assert len(times) == 8
    assert told["other"][-1].stale < NOON + timedelta(seconds=26)
    board.keep("zones", [replace(zone, place=GeoPoint(17.0, 103.0))])
    assert taken(board)[0].place == GeoPoint(17.0, 103.0), "what changed is told at once"


def test_one_group_does_not_take_away_another() -> None:
    board = TakBoard(Clock())
    board.keep("zones", [event("zone", 0.0)])
    board.keep("incidents", [event("incident", 0.0)])
    board.keep("incidents", [])
    assert [one.uid for one in taken(board)] == ["zone"]


def test_it_is_bounded_and_counts_what_it_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_board, "MOST", 10)
    clock = Clock()
    board = TakBoard(clock)
    for number in range(30):
        board.tell(event(f"d{number}", 0.0))
    assert (len(taken(board)), board.dropped) == (10, 20)
    clock.seconds = 11.0
    board.tell(event("new", 11.0))
    assert [one.uid for one in taken(board)] == ["new"], "those that are stale make room"
