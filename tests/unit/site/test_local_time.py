"""Which day a plan is for, and what is said when it is flown at another time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from planning_sites import site as make_site

from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Departure
from dronectl.site.local_time import day_of, day_words, days_of, out_of_time, today_at, upload_day

SITE = replace(make_site(), time_zone="America/St_Johns")
NIGHT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)  # 23:30 on 31 October, the night in which clocks are put back
HALLOWEEN, SAINTS = date(2026, 10, 31), date(2026, 11, 1)


def plan(*starts: datetime, day: date | None = None) -> Plan:
    timetable = tuple(Departure(1, "park", 1, start, start + timedelta(minutes=10)) for start in starts)
    return Plan("x", "2026-10-01T00:00:00Z", (), {}, 0.0, None, None, None, timetable=timetable, day=day)


def on(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    monkeypatch.setattr("dronectl.site.local_time.today_at", lambda _site, _now=None: today)


def test_today_is_the_sites_whatever_day_it_is_in_utc() -> None:
    assert today_at(SITE, NIGHT) == HALLOWEEN
    assert today_at(replace(SITE, time_zone="Asia/Bangkok"), NIGHT) == SAINTS


def test_the_days_of_a_plan_are_those_of_its_flights_and_the_one_that_was_named() -> None:
    assert days_of(plan(), SITE) == ()
    assert days_of(plan(day=SAINTS), SITE) == (SAINTS,)
    assert days_of(plan(NIGHT), SITE) == (HALLOWEEN,)
    assert days_of(plan(NIGHT + timedelta(minutes=25)), SITE) == (HALLOWEEN, SAINTS), "it lands after midnight"
    assert days_of(plan(NIGHT + timedelta(hours=2), day=HALLOWEEN), SITE) == (HALLOWEEN, SAINTS)


def test_a_plan_without_a_day_is_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, date(2030, 1, 1))
    assert day_of(plan(), SITE) == date(2030, 1, 1)
    assert day_of(plan(NIGHT), SITE) == HALLOWEEN
    assert "today at the site (America/St_Johns): no day is in it" in day_words(plan(), SITE, date(2030, 1, 1))


@pytest.mark.parametrize(
    ("today", "wanted"),
    [(date(2026, 10, 1), HALLOWEEN), (HALLOWEEN, HALLOWEEN), (SAINTS, SAINTS), (date(2026, 12, 1), date(2026, 12, 1))],
)
def test_an_upload_is_for_the_plans_day_until_that_is_over(
    today: date, wanted: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, today)
    assert upload_day(plan(NIGHT + timedelta(hours=1), day=HALLOWEEN), SITE) == wanted
    assert upload_day(plan(), SITE) == today


def test_flying_at_another_time_than_planned_is_said() -> None:
    made = plan(NIGHT)
    assert out_of_time(made, SITE, 1, NIGHT + timedelta(minutes=10)) is None
    assert out_of_time(plan(), SITE, 1, NIGHT) is None
    late = out_of_time(made, SITE, 1, NIGHT - timedelta(hours=3))
    assert late is not None
    assert "sortie 1 is planned for 23:30 UTC-2:30, it is 20:30 UTC-2:30" in late
    assert out_of_time(made, SITE, 1, NIGHT - timedelta(hours=3), upload=True) is None
    next_day = out_of_time(made, SITE, 1, NIGHT + timedelta(hours=1))
    assert next_day is not None
    assert "for 2026-10-31, today is 2026-11-01 at the site (America/St_Johns): today's permits count" in next_day
    ahead = out_of_time(made, SITE, 1, NIGHT - timedelta(days=1), upload=True)
    assert ahead is not None
    assert "is not flown before" in ahead
