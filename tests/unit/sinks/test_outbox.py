"""Reports on the disk: in order, bounded, there again for the next process."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronectl.errors import StorageError
from dronectl.model.report import Report, ReportKind
from dronectl.sinks.outbox import Outbox


def position(number: int) -> Report:
    return Report(ReportKind.POSITION, "alpha", {"i": number})


def event(number: int) -> Report:
    return Report(ReportKind.EVENT, "alpha", {"i": number})


def kept(outbox: Outbox) -> list[tuple[str, object]]:
    return [(one.report.kind, one.report.body["i"]) for one in outbox.after(0, 1000)]


def test_what_was_not_delivered_is_there_for_the_next_process_in_order(tmp_path: Path) -> None:
    with Outbox(tmp_path / "out.sqlite", 100) as outbox:
        outbox.add(
            [position(1), event(2), Report(ReportKind.STATUS, None, {"i": 3, "name": "ร้อยเอ็ด", "x": float("nan")})]
        )
        outbox.remove(1)
    with Outbox(tmp_path / "out.sqlite", 100) as outbox:
        assert kept(outbox) == [("event", 2), ("status", 3)]
        (_, last) = outbox.after(0, 10)
        assert last.report == Report(ReportKind.STATUS, None, {"i": 3, "name": "ร้อยเอ็ด", "x": None})
        outbox.remove(2)
        outbox.remove(3)
        outbox.add([event(4)])
        assert [one.number for one in outbox.after(0, 10)] == [4], "numbers are never given twice"


def test_the_oldest_positions_make_room_then_whatever_is_oldest_but_never_what_is_on_its_way(tmp_path: Path) -> None:
    with Outbox(tmp_path / "out.sqlite", 10) as outbox:
        outbox.add([event(1), *(position(n) for n in range(2, 9)), event(9), event(10)])
        outbox.add([event(11)], in_flight=[2])
        assert kept(outbox) == [
            ("event", 1),
            *[("position", n) for n in (2, 5, 6, 7, 8)],
            *[("event", n) for n in (9, 10, 11)],
        ]
        assert outbox.dropped == {"position": 2}
        outbox.add([event(n) for n in range(12, 20)], in_flight=[2])
        assert len(outbox) == 9
        assert kept(outbox)[0] == ("position", 2)
        assert outbox.dropped == {"position": 6, "event": 4}
        assert [n for _, n in kept(outbox)[1:]] == list(range(12, 20))


def test_a_place_where_nothing_can_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with (
        pytest.raises(StorageError, match="reports cannot be kept there"),
        Outbox(tmp_path / "file" / "out.sqlite", 10),
    ):
        raise AssertionError("it is open")
    (tmp_path / "out.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StorageError, match="reports cannot be kept there"), Outbox(tmp_path / "out.sqlite", 10):
        raise AssertionError("it is open")
