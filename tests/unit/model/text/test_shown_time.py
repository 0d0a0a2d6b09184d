"""Times as people read them: always with a zone, right on both sides of a change of clocks, and of midnight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from dronectl.model.text.shown_time import (
    both_eras,
    clock,
    clocks,
    day_and_clock,
    file_stamp,
    iso_z,
    local_day,
    span,
    utc_of_us,
)

BANGKOK, ST_JOHNS, LORD_HOWE = map(ZoneInfo, ("Asia/Bangkok", "America/St_Johns", "Australia/Lord_Howe"))
MORNING = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (BANGKOK, "2026-03-01 07:30 UTC+7"),
        (ST_JOHNS, "2026-02-28 21:00 UTC-3:30"),
        (LORD_HOWE, "2026-03-01 11:30 UTC+11"),
        (ZoneInfo("Europe/London"), "2026-03-01 00:30 UTC+0"),
        (UTC, "2026-03-01 00:30Z"),
        (ZoneInfo("UTC"), "2026-03-01 00:30Z"),
    ],
)
def test_a_time_has_its_zone(zone: tzinfo, told: str) -> None:
    assert day_and_clock(MORNING, zone) == told
    assert told.endswith(clock(MORNING, zone))


def test_the_hour_that_a_change_of_clocks_repeats_is_told_apart() -> None:
    """On 1 November 2026 St John's has 01:30 twice."""
    first = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    both = [first, first + timedelta(hours=1)]
    assert [clock(one, ST_JOHNS) for one in both] == ["01:30 UTC-2:30", "01:30 UTC-3:30"]
    assert clocks(both, ST_JOHNS, between=" to ") == "01:30 UTC-2:30 to 01:30 UTC-3:30"
    assert clocks([both[1], both[1] + timedelta(hours=1)], ST_JOHNS) == "01:30, 02:30 UTC-3:30"


def test_a_change_of_half_an_hour() -> None:
    before = datetime(2026, 4, 4, 14, 45, tzinfo=UTC)
    assert clock(before, LORD_HOWE) == "01:45 UTC+11"
    assert clock(before + timedelta(minutes=30), LORD_HOWE) == "01:45 UTC+10:30"


def test_another_day_is_counted() -> None:
    day = date(2026, 3, 1)
    after = datetime(2026, 3, 1, 17, 10, 5, tzinfo=UTC)
    assert local_day(after, BANGKOK) == date(2026, 3, 2)
    assert clock(after, BANGKOK, seconds=True, day=day) == "00:10:05 +1 d UTC+7"
    assert clock(after, UTC, day=day) == "17:10Z"
    assert clock(MORNING, ST_JOHNS, day=day) == "21:00 -1 d UTC-3:30"


@pytest.mark.parametrize(
    "tell",
    [
        lambda moment: clock(moment, BANGKOK),
        lambda moment: day_and_clock(moment, BANGKOK),
        lambda moment: local_day(moment, BANGKOK),
        iso_z,
        file_stamp,
    ],
)
def test_a_time_without_a_zone_is_not_told(tell: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        tell(MORNING.replace(tzinfo=None))


def test_for_programs_it_is_utc() -> None:
    local = MORNING.astimezone(ST_JOHNS)
    assert iso_z(local) == "2026-03-01T00:30:00Z"
    assert iso_z(local, timespec="milliseconds") == "2026-03-01T00:30:00.000Z"
    assert file_stamp(local) == "20260301T003000Z"
    assert file_stamp(local, microseconds=True) == "20260301T003000.000000Z"


def test_a_clock_that_no_calendar_has() -> None:
    assert utc_of_us(1_772_325_000_000_000) == MORNING
    assert utc_of_us(2**62) is None


def test_spans() -> None:
    assert [span(s) for s in (0, 59.6, 353.58, 3600, -3.2, -0.2)] == ["0:00", "1:00", "5:54", "60:00", "-0:03", "0:00"]


def test_a_day_in_both_eras() -> None:
    assert both_eras(date(2026, 3, 1)) == ("1 มีนาคม พ.ศ. 2569", "1 March 2026")
