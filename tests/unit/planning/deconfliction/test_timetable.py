"""Timetables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.plan.schedule import Schedule
from dronectl.planning.deconfliction.schedule import Request, timetable

BANGKOK = ZoneInfo("Asia/Bangkok")
DAY = date(2026, 11, 23)


def _plan(
    *requests: Request, start: time | None = None, turnaround_s: float = 300.0
) -> list[tuple[str, int, str, str]]:
    table = timetable(requests, day=DAY, zone=BANGKOK, turnaround_s=turnaround_s, start=start)
    return [
        (one.patrol, one.sortie, *(f"{moment.astimezone(BANGKOK):%H:%M}" for moment in (one.start, one.end)))
        for one in table
    ]


def test_without_any_time_there_is_no_timetable() -> None:
    assert _plan(Request("park", Schedule(), [(1, 600.0)])) == []


def test_sorties_follow_one_another_after_the_turnaround() -> None:
    request = Request("park", Schedule(start=time(7, 30)), [(1, 600.0), (2, 300.0)])
    assert _plan(request) == [("park", 1, "07:30", "07:40"), ("park", 2, "07:45", "07:50")]


def test_rounds_repeat_over_a_shift() -> None:
    request = Request("park", Schedule(start=time(8), every_min=60.0, repeat=3), [(1, 600.0)])
    assert [start for _, _, start, _ in _plan(request)] == ["08:00", "09:00", "10:00"]


def test_a_patrol_without_a_time_fills_the_gap_before_one_that_has_a_time() -> None:
    park = Request("park", Schedule(start=time(8), every_min=60.0, repeat=2), [(1, 600.0)])
    bank = Request("bank", Schedule(), [(2, 900.0)])
    assert [(patrol, start) for patrol, _, start, _ in _plan(park, bank)] == [
        ("park", "08:00"),
        ("bank", "08:15"),
        ("park", "09:00"),
    ]


def test_a_patrol_too_long_for_the_gap_waits() -> None:
    park = Request("park", Schedule(start=time(8), every_min=30.0, repeat=2), [(1, 600.0)])
    bank = Request("bank", Schedule(), [(2, 900.0)])
    assert [patrol for patrol, *_ in _plan(park, bank)] == ["park", "park", "bank"]


def test_two_that_want_the_same_time_fly_one_after_the_other() -> None:
    first = Request("a", Schedule(start=time(8)), [(1, 600.0)])
    second = Request("b", Schedule(start=time(8)), [(2, 600.0)])
    assert [(patrol, start) for patrol, _, start, _ in _plan(first, second)] == [("a", "08:00"), ("b", "08:15")]


def test_a_window_past_midnight_ends_on_the_next_day() -> None:
    schedule = Schedule(window=(time(22), time(2)), every_min=90.0, repeat=3)
    table = timetable([Request("night", schedule, [(1, 600.0)])], day=DAY, zone=BANGKOK, turnaround_s=0.0)
    assert [one.start.astimezone(BANGKOK).strftime("%d %H:%M") for one in table] == ["23 22:00", "23 23:30", "24 01:00"]
    assert table[0].closes == datetime(2026, 11, 24, 2, tzinfo=BANGKOK)


@pytest.mark.parametrize(("ends", "closes_on_day"), [(time(6, 1), 23), (time(6), 24), (time(5, 59), 24)])
def test_a_window_that_ends_when_it_begins_is_a_whole_day(ends: time, closes_on_day: int) -> None:
    request = Request("round", Schedule(window=(time(6), ends)), [(1, 600.0)])
    (one,) = timetable([request], day=DAY, zone=BANGKOK, turnaround_s=0.0)
    assert one.opens == datetime(2026, 11, 23, 6, tzinfo=BANGKOK)
    assert one.closes == datetime(2026, 11, closes_on_day, ends.hour, ends.minute, tzinfo=BANGKOK)


def test_a_start_after_midnight_belongs_to_the_window_that_spans_it() -> None:
    schedule = Schedule(start=time(0, 30), window=(time(22), time(2)))
    (one,) = timetable([Request("night", schedule, [(1, 600.0)])], day=DAY, zone=BANGKOK, turnaround_s=0.0)
    assert one.start == datetime(2026, 11, 24, 0, 30, tzinfo=BANGKOK)


def test_the_night_on_which_clocks_change_has_its_true_length() -> None:
    zone = ZoneInfo("Europe/Berlin")
    schedule = Schedule(start=time(1), every_min=120.0, repeat=2)
    table = timetable([Request("x", schedule, [(1, 60.0)])], day=date(2026, 3, 29), zone=zone, turnaround_s=0.0)
    assert [one.start.astimezone(zone).hour for one in table] == [1, 4]


@given(
    st.lists(
        st.tuples(
            st.none() | st.times().map(lambda clock: clock.replace(tzinfo=None)),
            st.lists(st.floats(1.0, 3_000.0), min_size=1, max_size=3),
            st.integers(1, 4),
            st.none() | st.floats(1.0, 200.0),
        ),
        min_size=1,
        max_size=5,
    ),
    st.floats(0.0, 1_800.0),
)
def test_departures_never_overlap_and_none_is_lost(
    patrols: list[tuple[time | None, list[float], int, float | None]], turnaround_s: float
) -> None:
    requests = []
    number = 0
    for index, (start, durations, repeat, every_min) in enumerate(patrols):
        sorties = []
        for duration_s in durations:
            number += 1
            sorties.append((number, duration_s))
        requests.append(Request(f"p{index}", Schedule(start, None, every_min, repeat), sorties))
    table = timetable(requests, day=DAY, zone=BANGKOK, turnaround_s=turnaround_s, start=time(6))
    assert len(table) == sum(len(request.sorties) * request.schedule.repeat for request in requests)
    for before, after in pairwise(table):
        assert (after.start - before.end) >= timedelta(seconds=turnaround_s) - timedelta(microseconds=2)
    for one in table:
        assert one.asked_start is None or one.start >= one.asked_start
