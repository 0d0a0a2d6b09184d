"""When something is in force, held against an oracle that looks at every minute by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.validity import ALWAYS, DailyHours, Validity, whole_days

BANGKOK, ADELAIDE, BERLIN = (ZoneInfo(name) for name in ("Asia/Bangkok", "Australia/Adelaide", "Europe/Berlin"))
MINUTE = timedelta(minutes=1)
SCHOOL = Validity(hours=(DailyHours(450, 510), DailyHours(900, 960)), days=(0, 1, 2, 3, 4))
NIGHT = Validity(date(2026, 12, 4), date(2026, 12, 5), (DailyHours(22 * 60, 28 * 60),))


def at(zone: ZoneInfo, day: int, clock: str, month: int = 12) -> datetime:
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("validity", "day", "clock", "closes"),
    [
        (ALWAYS, 1, "03:00", True),
        (SCHOOL, 1, "07:29", False),  # a Tuesday
        (SCHOOL, 1, "07:30", True),
        (SCHOOL, 1, "08:30", False),
        (SCHOOL, 1, "15:59", True),
        (SCHOOL, 5, "07:45", False),  # a Saturday
        (NIGHT, 4, "21:59", False),
        (NIGHT, 4, "22:00", True),
        (NIGHT, 5, "03:59", True),
        (NIGHT, 6, "03:59", True),  # the night of the last day
        (NIGHT, 6, "22:30", False),
        (NIGHT, 4, "01:00", False),  # the night before the first day
        (Validity(datetime(2026, 12, 1, 8, 0), None), 1, "07:59", False),  # noqa: DTZ001
        (Validity(datetime(2026, 12, 1, 1, 0, tzinfo=UTC), None), 1, "08:00", True),
        (Validity(None, date(2026, 11, 30)), 1, "00:00", False),
    ],
)
def test_what_closes_by_the_clock_of_the_place(validity: Validity, day: int, clock: str, closes: bool) -> None:
    moment = at(BANGKOK, day, clock)
    assert validity.in_force(moment, moment, BANGKOK) is closes


def test_a_permit_of_nights_ends_with_its_last_day() -> None:
    assert NIGHT.covers(at(BANGKOK, 4, "23:00"), at(BANGKOK, 5, "03:00"), BANGKOK)
    assert NIGHT.covers(at(BANGKOK, 5, "23:00"), at(BANGKOK, 6, "00:00"), BANGKOK)
    assert not NIGHT.covers(at(BANGKOK, 5, "23:00"), at(BANGKOK, 6, "00:01"), BANGKOK)
    two_days = Validity(date(2026, 12, 1), date(2026, 12, 2))
    assert two_days.covers(at(BANGKOK, 1, "23:00"), at(BANGKOK, 2, "01:00"), BANGKOK), "over midnight"
    assert not two_days.covers(at(BANGKOK, 2, "23:00"), at(BANGKOK, 3, "01:00"), BANGKOK)


def test_where_clocks_change_a_doubt_is_never_for_the_flight() -> None:
    half_past_two = Validity(hours=(DailyHours(150, 165),))
    twice = [datetime(2026, 10, 25, 0, 35, tzinfo=UTC), datetime(2026, 10, 25, 1, 35, tzinfo=UTC)]  # 02:35 in Berlin
    assert all(half_past_two.in_force(moment, moment, BERLIN) for moment in twice)
    assert not any(half_past_two.covers(moment, moment + MINUTE, BERLIN) for moment in twice)
    never = datetime(2026, 3, 29, 1, 35, tzinfo=UTC)  # 03:35: there is no 02:30 on that night
    assert half_past_two.in_force(never, never, BERLIN)
    assert not half_past_two.covers(never, never + MINUTE, BERLIN)


def test_how_it_stands_now() -> None:
    status = SCHOOL.status(at(BANGKOK, 5, "12:00"), BANGKOK)
    assert (status.is_in_force, status.changes) == (False, at(BANGKOK, 7, "07:30"))
    status = SCHOOL.status(at(BANGKOK, 7, "08:00"), BANGKOK)
    assert (status.is_in_force, status.changes) == (True, at(BANGKOK, 7, "08:30"))
    assert NIGHT.status(at(BANGKOK, 6, "05:00"), BANGKOK).changes is None
    assert ALWAYS.status(at(BANGKOK, 6, "05:00"), BANGKOK).is_in_force
    far = Validity(date(2029, 1, 1), date(2029, 1, 2)).status(at(BANGKOK, 6, "05:00"), BANGKOK)
    assert (far.is_in_force, far.changes) == (False, datetime(2028, 12, 31, 17, tzinfo=UTC))


def test_the_words_are_those_of_files() -> None:
    assert SCHOOL.words == "07:30-08:30,15:00-16:00, mon-fri"
    assert NIGHT.words == "2026-12-04 to 2026-12-05, 22:00-04:00"
    assert NIGHT.as_json() == {"valid_from": "2026-12-04", "valid_until": "2026-12-05", "hours": "22:00-04:00"}
    assert Validity(None, datetime(2026, 12, 1, 0, 30, tzinfo=UTC), days=(0, 1, 5)).words == (
        "until 2026-12-01T00:30Z, mon,tue,sat"
    )
    assert ALWAYS.words == ""


HOURS = st.builds(lambda begin, lasts: DailyHours(begin, begin + lasts), st.integers(0, 1439), st.integers(1, 1440))
DAYS = st.sets(st.integers(0, 6), max_size=6).map(lambda found: tuple(sorted(found)))
DATES = st.none() | st.dates(date(2026, 9, 25), date(2026, 10, 30))


@given(
    DATES, DATES, st.lists(HOURS, max_size=2).map(tuple), DAYS, st.sampled_from([BANGKOK, ADELAIDE, BERLIN]), st.data()
)
def test_every_minute_is_as_the_clock_on_the_wall_says(
    begins: date | None,
    ends: date | None,
    hours: tuple[DailyHours, ...],
    days: tuple[int, ...],
    zone: ZoneInfo,
    data: st.DataObject,
) -> None:
    """The oracle asks each minute what day and what time it is, and whether one of the hours that began on that day or
    on the one before goes on."""
    validity = Validity(begins, ends, hours, days)
    first = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=data.draw(st.integers(0, 40_000)))

    def is_on(day: date) -> bool:
        return (
            (begins is None or begins <= day) and (ends is None or day <= ends) and (not days or day.weekday() in days)
        )

    for minute in range(0, 3000, 37):
        moment = first + minute * MINUTE
        wall = moment.astimezone(zone)
        passed = wall.hour * 60 + wall.minute
        expected = any(
            is_on(wall.date() - timedelta(days=ago)) and one.begin_min <= passed + ago * 1440 < one.end_min
            for one in hours or (DailyHours(0, 1440),)
            for ago in (0, 1)
        )
        if expected:
            assert validity.in_force(moment, moment, zone)
        elif not _clocks_change(wall, zone):
            assert not validity.in_force(moment, moment, zone)
        if not expected:
            assert not validity.covers(moment, moment + MINUTE, zone)


def _clocks_change(wall: datetime, zone: ZoneInfo) -> bool:
    day = datetime.combine(wall.date(), time(), zone)
    return len({(day + timedelta(days=on)).utcoffset() for on in (-1, 0, 1, 2)}) > 1


def test_whole_days_are_as_long_as_they_are() -> None:
    lengths = [end - begin for begin, end in whole_days((date(2026, 3, 29), date(2026, 10, 25)), BERLIN)]
    assert lengths == [timedelta(hours=23), timedelta(hours=25)]
