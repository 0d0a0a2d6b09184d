"""The book of incidents: numbers given once, duplicates proposed, nothing lost and nothing changed unsaid."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentKind, IncidentPlace, IncidentReport
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.incidents.incident_index import Like

ZONE = ZoneInfo("Asia/Bangkok")
LATE = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
"""23:59 at the site."""


@pytest.fixture
def book(tmp_path: Path) -> IncidentBook:
    return IncidentBook(tmp_path, ZONE)


def report(moment: datetime = LATE, lat_deg: float = 16.05, words: str = "") -> IncidentReport:
    place = IncidentPlace(GeoPoint(lat_deg, 103.65), "here")
    return IncidentReport(moment, IncidentKind.FIGHT, words, "191", place)


def new(_report: IncidentReport, _likes: object) -> None:
    return None


def test_numbers_begin_anew_each_day_of_the_site(book: IncidentBook) -> None:
    moments = (LATE, LATE + timedelta(seconds=10), LATE + timedelta(minutes=2))
    taken = [book.take([report(moment)], new)[0] for moment in moments]
    assert [one.number for one in taken] == ["1130-01", "1130-02", "1201-01"]
    assert [one.key for one in book.incidents()] == ["2026-1130-01", "2026-1130-02", "2026-1201-01"]
    assert book.find("1130-2").key == book.find("2026-1130-02").key == "2026-1130-02"
    book.take([report(LATE.replace(year=2027))], new)
    assert book.find("1130-01").key == "2027-1130-01", "the latest"
    for text, words in (("1130-03", "no incident"), ("x", "is no number"), ("2026-1-1", "is no number")):
        with pytest.raises(InputError, match=words):
            book.find(text)
    today = book.take([report(now())], new)[0]
    assert book.find(str(today.serial)) == today


def test_reports_near_in_place_and_time_are_likely_the_same_while_it_is_open(book: IncidentBook) -> None:
    (first,) = book.take([report()], new)
    soon, near = LATE + timedelta(minutes=14), 16.05 + 0.0010
    likes = book.likely(report(soon, near))
    assert [(like.incident, round(like.away_m)) for like in likes] == [(first, 111)]
    assert likes[0].words() == "1130-01 (fight, 111 m off, 14 min)"
    assert book.likely(report(LATE + timedelta(minutes=16))) == []
    assert book.likely(report(LATE, 16.0514)) == []

    def same(_report: IncidentReport, found: list[Like]) -> Incident:
        return found[0].incident

    (again,) = book.take([report(soon, near, "louder")], same)  # type: ignore[arg-type]
    assert (again.key, [one.words for one in again.reports]) == (first.key, ["", "louder"])
    assert book.likely(report(LATE + timedelta(minutes=28), near)), "by its last report"
    book.note(first, IncidentEvent.CLOSED, words="over")
    assert book.likely(report()) == []
    closed = book.find(first.key)
    assert not closed.is_open
    assert [note.event for note in closed.notes] == ["reported", "again", "closed"]


def test_a_report_that_is_refused_leaves_nothing(book: IncidentBook) -> None:
    def refuse(_report: IncidentReport, _likes: object) -> None:
        raise InputError("somebody must say")

    with pytest.raises(InputError, match="somebody must say"):
        book.take([report(), report()], refuse)
    assert book.incidents() == []
    assert book.state().lines == 0


def test_what_has_a_mark_is_taken_once(book: IncidentBook) -> None:
    assert len(book.take([report(), report(lat_deg=16.1)], new, ["a", "b"])) == 2
    taken = book.take([report(), report(lat_deg=16.2)], new, ["a", "c"])
    assert [one.number for one in taken] == ["1130-03"]
    (told,) = book.would_take([report(), report(lat_deg=16.3)], new, ["a", "d"])
    assert (told.number, len(book.incidents())) == ("1130-04", 3)


def test_many_writers_give_each_number_once(book: IncidentBook) -> None:
    def write() -> None:
        for _ in range(5):
            book.take([report()], new)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.serial for one in book.incidents()] == list(range(1, 21))
    assert book.state().defect is None


def test_a_book_that_was_edited_is_found_out_and_the_rest_still_read(book: IncidentBook) -> None:
    for words in ("one", "two", "three"):
        book.take([report(words=words)], new)
    (path,) = book.log.folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"two", b"2wo"))
    defect = book.state().defect
    assert defect is not None
    assert (defect.kind, defect.line) == ("changed", 2)
    assert [one.reports[0].words for one in book.incidents()] == ["one", "three"]
    path.write_bytes(path.read_bytes().replace(b"three", b"3hree"))
    assert book.take([report(words="four")], new)[0].number == "1130-04", "a number is given once"
