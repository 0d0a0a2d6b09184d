"""Logs of an emergency number, as people save them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dronectl.errors import InputError, InputErrors
from dronectl.formats.incidents.call_log import moment_of, read_call_log
from dronectl.model.incidents.incident import IncidentKind

ZONE = ZoneInfo("Asia/Bangkok")
THAI = "วันที่;เวลา;สถานที่เกิดเหตุ;ประเภทเหตุ;รายละเอียด\n๑/๑๒/๒๕๖๙;๑๔:๐๕ น.;ธนาคาร ๑;ทะเลาะวิวาท;สองคน\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_thai_headings_digits_years_and_encodings(encoding: str) -> None:
    (call,) = read_call_log(THAI.encode(encoding), ZONE, source="log.csv")
    assert call.reported == datetime(2026, 12, 1, 7, 5, tzinfo=UTC)
    assert (call.place, call.kind, call.words, call.line) == ("ธนาคาร ๑", IncidentKind.FIGHT, "สองคน", 2)


def test_english_headings_in_any_order_and_places_by_numbers() -> None:
    text = (
        'lon,lat,kind,time,words\n103.65,16.05,drunk,2026-12-01 14:05:06,"a, b"\n\n103.6,16.0,fire,2026-12-01T00:00Z,\n'
    )
    first, second = read_call_log(text.encode(), ZONE, source="log.csv")
    assert (first.place, first.kind, first.words) == ("16.05,103.65", IncidentKind.OTHER, "drunk: a, b")
    assert first.reported == datetime(2026, 12, 1, 7, 5, 6, tzinfo=UTC)
    assert (second.reported, second.kind, second.line) == (datetime(2026, 12, 1, tzinfo=UTC), IncidentKind.FIRE, 4)


@pytest.mark.parametrize("text", ["31/2/2569 10:00", "yesterday", "12:00", "2026-12-01 25:00", ""])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        moment_of(text, ZONE)


def test_every_row_that_cannot_be_read_is_told_at_once() -> None:
    text = "time,place\nx,ธนาคาร ๑\n2026-12-01 10:00,\n2026-12-01 10:00,here\n"
    with pytest.raises(InputErrors) as caught:
        read_call_log(text.encode(), ZONE, source="log.csv")
    assert [problem.split(":")[1] for problem in caught.value.problems] == [" row 2", " row 3"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no column for the time"),
        (b"time,words\n", "or none for the place"),
        (b"place,words\n", "no column for the time"),
        (b'time,place\n"x', "is no CSV"),
        (b"\xff\xfea\0", "UTF-16"),
        (b"a\0b", "binary"),
        (b"time,place\n\xdb\xdc\xfc", "not UTF-8"),
    ],
)
def test_what_is_no_log_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_call_log(data, ZONE, source="log.csv")
