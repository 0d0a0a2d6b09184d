"""A book that is kept open: each line is read once, whoever writes; what was cut or replaced is read anew, and said."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from effort import examples, seeds
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import StorageError
from dronectl.formats.audit import chain
from dronectl.geodesy.distance import flat_distance_m
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentKind, IncidentPlace, IncidentReport
from dronectl.ops.audit import followed_log
from dronectl.ops.audit.chained_log import ChainedLog
from dronectl.ops.audit.followed_log import FollowedLog
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.incidents.incident_index import SAME_WITHIN, SAME_WITHIN_M, IncidentIndex, Like, likely
from dronectl.ops.intake.matching import attached

ZONE = ZoneInfo("Asia/Bangkok")
NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
HERE = GeoPoint(16.05, 103.65)


def report(minutes: float = 0.0, north_m: float = 0.0, where: GeoPoint = HERE) -> IncidentReport:
    place = IncidentPlace(GeoPoint(where.lat_deg + north_m / 110_600.0, where.lon_deg), "here")
    return IncidentReport(NOON + timedelta(minutes=minutes), IncidentKind.FIGHT, "", "191", place)


def new(_report: IncidentReport, _likes: object) -> None:
    return None


def later(path: Path) -> None:
    """A file system's clock ticks slowly: an edit is not to fall into the tick of what was written before."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))


def only_file(book: IncidentBook) -> Path:
    (path,) = book.log.folder.glob("*.jsonl")
    return path


def test_each_line_is_read_once_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def counted(piece: bytes) -> chain.Line | None:
        read.append(piece)
        return chain.decode(piece)

    monkeypatch.setattr(followed_log, "decode", counted)
    book = IncidentBook(tmp_path, ZONE)
    for number in range(200):
        book.take([report(number)], new, [str(number)])
        book.incidents()
        assert book.take([report(number)], new, [str(number)]) == []
    assert len(read) == 200
    assert [one.serial for one in book.incidents()] == list(range(1, 201))


@pytest.mark.parametrize("seed", seeds(4))
def test_two_that_write_in_turn_know_the_same(tmp_path: Path, seed: int) -> None:
    """Two processes, each with a book of its own, to which each other's lines are as a stranger's."""
    draw = random.Random(seed)
    books = [IncidentBook(tmp_path, ZONE) for _ in range(2)]
    for number in range(60):
        book = draw.choice(books)
        what = draw.random()
        if what < 0.6:
            book.take([report(draw.uniform(0, 400), draw.uniform(0, 900)) for _ in range(draw.randint(1, 3))], attached)
        elif what < 0.8 and (known := book.incidents()):
            book.note(draw.choice(known), draw.choice([IncidentEvent.CLOSED, IncidentEvent.PROPOSED]))
        else:
            book.take([report(number)], new, [f"mark {draw.randint(0, 5)}"])
        fresh = IncidentBook(tmp_path, ZONE).incidents()
        assert draw.choice(books).incidents() == fresh
    assert books[0].incidents() == books[1].incidents() == IncidentBook(tmp_path, ZONE).incidents()
    keys = [one.key for one in books[0].incidents()]
    assert len(keys) == len(set(keys))
    assert books[0].state().defect is books[0].defect is books[1].defect is None


@pytest.mark.parametrize("how", ["cut", "replaced", "edited", "gone", "emptied", "an older copy"])
def test_what_was_cut_or_replaced_is_read_anew_and_said(tmp_path: Path, how: str) -> None:
    book = IncidentBook(tmp_path, ZONE)
    for number in range(3):
        book.take([report(number)], new)
    path = only_file(book)
    older = path.read_bytes()
    for number in range(3, 6):
        book.take([report(number)], new)
    whole = path.read_bytes()
    if how == "cut":
        path.write_bytes(whole[: whole.rfind(b"\n", 0, -1) - 40])
    elif how == "replaced":
        other = IncidentBook(tmp_path / "other", ZONE)
        for number in range(9):
            other.take([report(number, 500.0)], new)
        only_file(other).replace(path)
    elif how == "edited":
        path.write_bytes(whole.replace(b"here", b"hera", 1))
    elif how == "gone":
        path.unlink()
    elif how == "emptied":
        path.write_bytes(b"")
    else:
        path.write_bytes(older)
    if path.exists():
        later(path)
    assert book.incidents() == IncidentBook(tmp_path, ZONE).incidents()
    (taken,) = book.take([report(9)], new)
    assert taken.serial > 6, "a number is given once, also where its line is lost"
    assert book.incidents() == IncidentBook(tmp_path, ZONE).incidents()
    assert book.defect is not None
    assert how == "replaced" or book.state().defect is not None


def test_what_could_not_be_written_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = IncidentBook(tmp_path, ZONE)
    book.take([report()], new)

    def full(_log: ChainedLog, path: Path, _data: bytes) -> None:
        raise StorageError(f"{path}: the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(ChainedLog, "_write", full)
        with pytest.raises(StorageError, match="full"):
            book.take([report(1)], new, ["a"])
    assert [one.serial for one in book.incidents()] == [1]
    assert [one.serial for one in book.take([report(2)], new, ["a"])] == [2]


def by_definition(wanted: IncidentReport, known: Sequence[Incident]) -> list[tuple[str, float, float]]:
    found = []
    for one in known:
        near = [
            (away_m, abs(apart.total_seconds()))
            for before in one.reports
            if abs(apart := wanted.reported - before.reported) <= SAME_WITHIN
            and (away_m := flat_distance_m(wanted.place.point, before.place.point)) <= SAME_WITHIN_M
        ]
        if near and one.is_open:
            found.append((one.key, *min(near)))
    return sorted(found, key=lambda like: like[1:])


@examples(60)
@given(
    st.sampled_from([0.0, 16.05, -16.05, 60.0, 89.5, -89.99]),
    st.sampled_from([103.65, 179.9995, -179.9995, 0.0]),
    st.lists(st.tuples(st.floats(-20, 20), st.floats(-300, 300), st.floats(-0.003, 0.003)), min_size=1, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_who_is_likely_the_same_is_found_wherever_it_is(
    lat_deg: float, lon_deg: float, told: list[tuple[float, float, float]], again: list[bool]
) -> None:
    index, added = IncidentIndex(), IncidentIndex()
    made: dict[str, Incident] = {}
    for number, (minutes, north_m, east_deg) in enumerate(told):
        lon = (lon_deg + east_deg + 180.0) % 360.0 - 180.0
        one = report(minutes, north_m, GeoPoint(lat_deg, lon))
        likes: list[Like] = likely(one, index, added)
        assert [(like.incident.key, like.away_m, like.apart_s) for like in likes] == pytest.approx(
            [(key, away_m, apart_s) for key, away_m, apart_s in by_definition(one, list(made.values()))]
        ) or len({like.away_m for like in likes}) < len(likes)
        chosen = likes[0].incident if likes and again[number] else None
        grown = index if number % 2 else added
        key = index.next_key(NOON.date(), added) if chosen is None else chosen.key
        event = IncidentEvent.REPORTED if chosen is None else IncidentEvent.AGAIN
        if chosen is not None:
            grown.by_key[key] = chosen
        grown.take(line_of(key, event, one))
        made[key] = grown.by_key[key]
        if grown is index and key in added.by_key:
            added.by_key[key] = made[key]


def line_of(key: str, event: IncidentEvent, one: IncidentReport) -> dict[str, object]:
    from dronectl.formats.incidents.incident_lines import report_values

    return {"time_utc": one.reported.isoformat(), "event": str(event), "incident": key, **report_values(one)}


@pytest.mark.parametrize("seed", seeds(6))
def test_a_followed_log_says_what_the_whole_one_says(tmp_path: Path, seed: int) -> None:
    """Also while lines are cut by kills, days begin, and somebody reads in the middle of a writing."""
    draw = random.Random(seed)
    log = ChainedLog(tmp_path)
    followed = FollowedLog(log)
    told: list[object] = []
    day = 1
    for number in range(60):
        what = draw.random()
        files = sorted(tmp_path.glob("*.jsonl"))
        if what < 0.7 or not files:
            log.append([{"said": f"{number}.{part}"} for part in range(draw.randint(1, 3))], f"2026-03-{day:02d}")
        elif what < 0.8 or not files[-1].read_bytes().endswith(b"\n"):
            day += 1
        else:  # a line that a kill cuts, of which the head does not know yet
            head = (tmp_path / "chain.head").read_bytes()
            before = files[-1].stat().st_size
            log.append([{"said": f"{number} cut"}], files[-1].stem)
            path = files[-1]
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.truncate(draw.randint(before + 1, size - 2))
            (tmp_path / "chain.head").write_bytes(head)
        appended = followed.read_on()
        told = [*([] if appended.is_all else told), *appended.lines]
        assert told == list(log.lines())
        defect = log.verify().defect
        assert followed.defect is None
        assert defect is None or defect.kind == "cut"
