"""Daylight and timetable rules, by the checker's own sun and its own flight times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from checks_site import DAY, SITE, plan_of, through
from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.geo import GeoPoint
from dronectl.model.plan import Plan
from dronectl.model.rules import Authorisation
from dronectl.model.schedule import Daylight, Departure
from dronectl.model.violation import Severity, Violation
from dronectl.planning import daylight as planner
from dronectl.planning.checks import check_plan
from dronectl.planning.checks.daylight import sun_height_deg

SUNSET = datetime(2026, 3, 1, 11, 13, tzinfo=UTC)  # 18:13 in Roi Et
MINUTE = timedelta(minutes=1)


def _departure(start: datetime, **more: object) -> Departure:
    return Departure(1, "park", 1, start, start + 2 * MINUTE, **more)  # type: ignore[arg-type]


def _plan(*departures: Departure) -> Plan:
    return replace(plan_of(through((200, 0))), timetable=departures)


def _broken(plan: Plan, rule: str, **rules: object) -> list[Violation]:
    site = replace(SITE, rules=replace(SITE.rules, **rules))  # type: ignore[arg-type]
    return [violation for violation in check_plan(plan, site, day=DAY) if violation.rule == rule]


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
def test_planner_and_checker_find_the_same_sun(lat_deg: float, lon_deg: float, moment: datetime) -> None:
    place = GeoPoint(lat_deg, lon_deg)
    assert sun_height_deg(place, moment) == pytest.approx(planner.sun_height_deg(place, moment), abs=0.02)
