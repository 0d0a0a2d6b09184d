"""Daylight and timetable rules, by the checker's own sun and its own flight times."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sun_oracle
from checks_site import DAY, SITE, plan_of, through
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_plan
from dronectl.checks.rules.day import on_day
from dronectl.checks.rules.daylight import sun_height_deg
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Daylight, Departure
from dronectl.model.rules import Authorisation
from dronectl.model.site import Site

SUNSET = datetime(2026, 3, 1, 11, 13, tzinfo=UTC)  # 18:13 in Roi Et
MINUTE = timedelta(minutes=1)
SUN_DEG, CIVIL_DEG = -0.833, -6.0


def _departure(start: datetime, **more: object) -> Departure:
    return Departure(1, "park", 1, start, start + 2 * MINUTE, **more)  # type: ignore[arg-type]


def _plan(*departures: Departure) -> Plan:
    return replace(plan_of(through((200, 0))), timetable=departures)


def _broken(plan: Plan, rule: str, **rules: object) -> list[Finding]:
    site = replace(SITE, rules=replace(SITE.rules, **rules))  # type: ignore[arg-type]
    return [finding for finding in check_plan(plan, site, day=DAY) if finding.rule == rule]


def test_a_plan_without_times_breaks_no_rule_on_times() -> None:
    assert not _broken(_plan(), "daylight")
    assert not _broken(_plan(), "schedule")


def test_noon_is_bright_and_midnight_dark() -> None:
    assert not _broken(_plan(_departure(SUNSET - timedelta(hours=6))), "daylight")
    (found,) = _broken(_plan(_departure(SUNSET + timedelta(hours=6))), "daylight")
    assert found.severity is Severity.ERROR
    assert found.unit == "min"
    assert "sunrise-sunset" in found.message


def test_the_landing_counts_too() -> None:
    assert _broken(_plan(_departure(SUNSET - MINUTE)), "daylight")
    assert not _broken(_plan(_departure(SUNSET - 4 * MINUTE)), "daylight")


def test_twilight_may_be_allowed_and_the_rule_switched_off() -> None:
    dusk = _plan(_departure(SUNSET + 10 * MINUTE))
    assert _broken(dusk, "daylight")
    assert not _broken(dusk, "daylight", daylight=Daylight.CIVIL_TWILIGHT)
    night = _plan(_departure(SUNSET + 60 * MINUTE))
    assert _broken(night, "daylight", daylight=Daylight.CIVIL_TWILIGHT)
    assert not _broken(night, "daylight", daylight=Daylight.OFF)


def test_a_paper_lifts_it() -> None:
    paper = Authorisation("CAAT", "X-1", date(2026, 1, 1), date(2026, 12, 31), ("daylight",))
    site = replace(SITE, authorisations=(paper,))
    night = _plan(_departure(SUNSET + 60 * MINUTE))
    (found,) = [one for one in check_plan(night, site, day=DAY) if one.rule == "daylight"]
    assert (found.severity, found.authorisation) == (Severity.AUTHORISED, "X-1")


def test_sorties_that_overlap_are_an_error_and_hurried_ones_a_warning() -> None:
    noon = SUNSET - timedelta(hours=6)
    (found,) = _broken(_plan(_departure(noon), _departure(noon + MINUTE / 2)), "schedule")
    assert found.severity is Severity.ERROR
    assert "has landed" in found.message
    (found,) = _broken(_plan(_departure(noon), _departure(noon + 5 * MINUTE)), "schedule")
    assert found.severity is Severity.WARNING
    assert "batteries" in found.message
    assert not _broken(_plan(_departure(noon), _departure(noon + 15 * MINUTE)), "schedule")


def test_late_for_the_time_asked_for() -> None:
    noon = SUNSET - timedelta(hours=6)
    assert not _broken(_plan(_departure(noon, asked_start=noon)), "schedule")
    (found,) = _broken(_plan(_departure(noon, asked_start=noon - 7 * MINUTE)), "schedule")
    assert (found.severity, found.amount) == (Severity.WARNING, 7.0)


def test_outside_of_the_window() -> None:
    noon = SUNSET - timedelta(hours=6)
    (before,) = _broken(_plan(_departure(noon, opens=noon + MINUTE, closes=noon + 60 * MINUTE)), "schedule")
    assert (before.severity, before.amount) == (Severity.ERROR, 1.0)
    # The window's end is held against the checker's own landing, not against the end that the plan states.
    (after,) = _broken(_plan(_departure(noon, opens=noon, closes=noon + MINUTE / 2)), "schedule")
    assert "closes" in after.message


@given(
    st.floats(-65.0, 65.0),
    st.floats(-180.0, 180.0),
    st.integers(0, 36_500 * 86_400).map(lambda seconds: datetime(1950, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
)
def test_two_theories_find_the_same_sun(lat_deg: float, lon_deg: float, moment: datetime) -> None:
    place = GeoPoint(lat_deg, lon_deg)
    assert sun_height_deg(place, moment) == pytest.approx(sun_oracle.sun_height_deg(place, moment), abs=0.013)


def test_the_two_suns_are_one_on_every_day_of_a_year() -> None:
    """In the morning, where the sun climbs the fastest: each small term of either counts."""
    places = (GeoPoint(0.0, 0.0), GeoPoint(60.0, 90.0), GeoPoint(-40.0, -120.0))
    for place, day in itertools.product(places, range(0, 365, 3)):
        moment = datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day, hours=-place.lon_deg / 15.0)
        assert sun_height_deg(place, moment) == pytest.approx(sun_oracle.sun_height_deg(place, moment), abs=0.012)


# Thai Astronomical Society: tables of 2013 (Chiang Rai) and 2022 (Sukhothai); NARIT: Bangkok, 22 December 2015.
@pytest.mark.parametrize(
    ("place", "day", "height_deg", "rises", "sets"),
    [
        (GeoPoint(19.9, 99.8333333), date(2013, 1, 1), SUN_DEG, "06:56", "17:53"),
        (GeoPoint(19.9, 99.8333333), date(2013, 1, 25), SUN_DEG, "06:58", "18:08"),
        (GeoPoint(19.9, 99.8333333), date(2013, 1, 1), CIVIL_DEG, "06:32", "18:17"),
        (GeoPoint(17.0066667, 99.8233333), date(2022, 1, 13), SUN_DEG, "06:53", "18:06"),
        (GeoPoint(17.0066667, 99.8233333), date(2022, 1, 13), CIVIL_DEG, "06:30", "18:29"),
        (GeoPoint(17.0066667, 99.8233333), date(2022, 2, 6), SUN_DEG, "06:51", "18:19"),
        (GeoPoint(13.7563, 100.5018), date(2015, 12, 22), SUN_DEG, "06:37", "17:56"),
    ],
)
def test_the_sun_stands_where_almanacs_say_that_it_rises_and_sets(
    place: GeoPoint, day: date, height_deg: float, rises: str, sets: str
) -> None:
    for published, to_day in ((rises, MINUTE), (sets, -MINUTE)):
        moment = datetime.combine(day, time.fromisoformat(published), ZoneInfo("Asia/Bangkok"))
        assert sun_height_deg(place, moment - to_day) < height_deg < sun_height_deg(place, moment + to_day)


def test_polar_day_and_night() -> None:
    tromso = GeoPoint(69.65, 18.96)
    for hour in range(24):
        assert sun_height_deg(tromso, datetime(2026, 6, 21, hour, tzinfo=UTC)) > SUN_DEG
        assert sun_height_deg(tromso, datetime(2026, 12, 21, hour, tzinfo=UTC)) < SUN_DEG


def _permitted(first: date, last: date) -> Site:
    """Nobody may fly at night here but by a paper."""
    return replace(SITE, authorisations=(Authorisation("CAAT", "X-1", first, last, ("daylight",)),))


def _severity(plan: Plan, site: Site, day: date, rule: str = "daylight") -> Severity:
    (found,) = [one for one in check_plan(plan, site, day=day) if one.rule == rule]
    return found.severity


def test_a_plan_of_another_day_is_refused_on_this_one_unless_somebody_answers_for_it() -> None:
    noon = _plan(_departure(SUNSET - timedelta(hours=6)))
    for plan in (noon, replace(_plan(), day=DAY)):
        assert not [one for one in check_plan(plan, SITE, day=DAY) if one.rule == "day"]
        for day in (DAY - timedelta(days=1), DAY + timedelta(days=40)):
            (found,) = [one for one in check_plan(plan, SITE, day=day) if one.rule == "day"]
            assert found.severity is Severity.ERROR
            assert f"for {DAY}, not for {day}" in found.message
            assert _severity(replace(plan, overrides=("day by สมชาย",)), SITE, day, "day") is Severity.AUTHORISED
    assert not [one for one in check_plan(_plan(), SITE, day=date(2030, 1, 1)) if one.rule == "day"]


def test_on_another_day_it_is_that_days_papers_that_count() -> None:
    night = _plan(_departure(SUNSET + timedelta(hours=2)))
    next_day = DAY + timedelta(days=1)
    assert _severity(night, _permitted(DAY, DAY), DAY) is Severity.AUTHORISED
    assert _severity(night, _permitted(DAY, DAY), next_day) is Severity.ERROR
    assert _severity(night, _permitted(next_day, next_day), next_day) is Severity.AUTHORISED
    assert _severity(night, _permitted(next_day, next_day), DAY) is Severity.ERROR


def test_on_another_day_it_is_that_days_sun_that_counts_at_the_same_time_of_day() -> None:
    """The sun sets in Roi Et at 18:13 on 1 March, and at 17:30 in December."""
    before_sunset = _plan(_departure(SUNSET - 10 * MINUTE))
    assert not _broken(before_sunset, "daylight")
    (dark,) = [one for one in check_plan(before_sunset, SITE, day=date(2026, 12, 1)) if one.rule == "daylight"]
    assert "flown 18:03" in dark.message


def test_a_flight_after_midnight_needs_the_papers_of_its_own_day() -> None:
    next_day = DAY + timedelta(days=1)
    evening, night = SUNSET + timedelta(hours=3), SUNSET + timedelta(hours=6)
    after_midnight = _plan(_departure(night))
    assert _severity(replace(after_midnight, day=DAY), _permitted(DAY, DAY), DAY) is Severity.ERROR
    assert _severity(replace(after_midnight, day=DAY), _permitted(next_day, next_day), DAY) is Severity.AUTHORISED
    both = _plan(_departure(evening), _departure(night))
    assert _severity(both, _permitted(DAY, next_day), next_day) is Severity.AUTHORISED
    found = [one for one in check_plan(both, _permitted(DAY, DAY), day=next_day) if one.rule == "daylight"]
    assert [one.severity for one in found] == [Severity.ERROR, Severity.AUTHORISED], "each round needs its own"


def test_the_times_of_another_day_are_those_of_the_clock_across_a_change_of_clocks() -> None:
    zone = ZoneInfo("America/St_Johns")
    morning = datetime(2026, 10, 31, 7, 30, tzinfo=zone).astimezone(UTC)
    (moved,) = on_day([_departure(morning, opens=morning - MINUTE)], date(2026, 10, 31), date(2026, 11, 1), zone)
    assert moved.start == datetime(2026, 11, 1, 7, 30, tzinfo=zone)
    assert moved.start - morning == timedelta(hours=25)
    assert (moved.end - moved.start, moved.start - (moved.opens or moved.start)) == (2 * MINUTE, MINUTE)
