"""Keep-outs and permits that are dated: the times of the flight decide, and without any every hour of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from checks_site import DAY, FRAME, SITE, TOWER, at, box, plan_of, through

from dronectl.checks import check_mission, check_plan
from dronectl.checks.engine import coverage_pct
from dronectl.checks.flight import Ground
from dronectl.checks.ways.way import Present, there
from dronectl.checks.ways.way_ahead import prove
from dronectl.model.ground.zone import KeepOut
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Departure
from dronectl.model.rules import Aerodrome, Authorisation
from dronectl.model.site import Site
from dronectl.model.validity import ALWAYS, DailyHours, Validity

MORNING = Validity(hours=(DailyHours(450, 510),), days=(0, 1, 2, 3, 4))
"""07:30 to 08:30 on school days; DAY is a Sunday."""
MONDAY = date(2026, 3, 2)
THROUGH = through((100, 200), (100, 300))


def school(validity: Validity = MORNING) -> Site:
    area = KeepOut("school", "โรงเรียน", True, "g#9", box(80, 220, 120, 260), validity=validity)
    return replace(SITE, zones=replace(SITE.zones, keep_outs=(area,)))


def local(day: date, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}+07:00").astimezone(UTC)


def plan_at(*clocks: str, day: date = MONDAY) -> Plan:
    """Through the school at these times; without any, at any time of the day."""
    starts = [local(day, clock) for clock in clocks]
    times = tuple(Departure(1, "p", 1, start, start + timedelta(minutes=2)) for start in starts)
    return replace(plan_of(THROUGH), timetable=times, day=day if clocks else None)


def entered(plan: Plan, site: Site, day: date = MONDAY, **now: object) -> list[Finding]:
    found = check_plan(plan, site, day=day, **now)  # type: ignore[arg-type]
    return [one for one in found if one.rule == "keep-out" and one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("clocks", "day", "closed"),
    [
        (("07:00",), MONDAY, False),
        (("07:29",), MONDAY, True),  # it lands after 07:30
        (("08:29",), MONDAY, True),
        (("08:30",), MONDAY, False),
        (("14:00",), MONDAY, False),
        (("14:00", "08:00"), MONDAY, True),  # one of two rounds
        (("08:00",), DAY, False),  # Sunday
        ((), MONDAY, True),
        ((), DAY, False),
    ],
)
def test_the_times_of_the_plan_decide(clocks: tuple[str, ...], day: date, closed: bool) -> None:
    found = entered(plan_at(*clocks, day=day), school(), day)
    assert bool(found) is closed
    if closed:
        assert "keep-out 'school' (โรงเรียน, 07:30-08:30, mon-fri)" in found[0].message


def test_a_plan_of_one_day_that_is_flown_on_another_is_held_against_that_day() -> None:
    procession = school(Validity(MONDAY, MONDAY))
    plan = plan_at("14:00", day=DAY)
    assert not entered(plan, procession, DAY)
    found = entered(plan, procession, MONDAY)[0]
    assert "2026-03-02 to 2026-03-02" in found.message


def test_the_moment_of_flying_comes_before_that_of_the_timetable() -> None:
    plan = plan_at("14:00")
    assert entered(plan, school(), now=local(MONDAY, "07:45"), flown_now=1)
    assert not entered(plan, school(), now=local(MONDAY, "07:45"), flown_now=2), "it is not the one that is flown"
    assert not entered(plan_at("07:45"), school(), now=local(MONDAY, "14:00"), flown_now=1)
    assert not entered(plan_at(), school(), now=local(MONDAY, "14:00"), flown_now=1)


def test_a_notice_of_moments_over_midnight() -> None:
    notam = school(Validity(local(DAY, "23:00"), local(MONDAY, "05:00")))
    assert entered(plan_at("23:30", day=DAY), notam, DAY)
    assert entered(plan_at("04:59"), notam)
    assert not entered(plan_at("05:01"), notam)
    assert not entered(plan_at("22:30", day=DAY), notam, DAY)


def test_a_file_made_elsewhere_may_be_flown_at_any_hour() -> None:
    def found(day: date) -> list[Finding]:
        return [one for one in check_mission(THROUGH, school(), SITE.drones[0], day=day) if one.zone == "school"]

    assert any(one.severity is Severity.ERROR for one in found(MONDAY))
    assert not found(DAY), "no straight return across it is told either"


@pytest.mark.parametrize(("clock", "lawful"), [("06:45", True), ("07:15", False), ("08:00", False), ("08:30", True)])
def test_a_drone_is_sent_to_where_it_may_stay(clock: str, lawful: bool) -> None:
    ground = Ground(school(), MONDAY, FRAME, now=local(MONDAY, clock), least=timedelta(minutes=30))
    present = Present(at(0, 240), 30.0, at(0, 0))
    assert (not prove(there(at(100, 240), 30.0), present, SITE.drones[0], ground).errors) is lawful


def test_what_is_open_is_to_be_covered() -> None:
    half = replace(TOWER, polygon=box(200, -100, 350, 100), validity=Validity(MONDAY, MONDAY))
    site = replace(SITE, zones=replace(SITE.zones, keep_outs=(half,)))
    assert coverage_pct(plan_at("10:00"), site) is None, "no patrol covers here"
    ground = Ground(site, DAY, FRAME)
    assert not list(ground.closed_for())


PAPER = Authorisation("CAAT", "A-1", DAY, MONDAY, ("aerodrome",))


@pytest.mark.parametrize(
    ("hours", "clocks", "severity", "words"),
    [
        ((), ("07:00",), Severity.AUTHORISED, ""),
        ((DailyHours(360, 480),), ("07:00",), Severity.AUTHORISED, ""),
        ((DailyHours(360, 480),), ("07:59",), Severity.ERROR, "valid 06:00-08:00 only"),
        ((DailyHours(360, 480),), (), Severity.ERROR, "valid 06:00-08:00 only"),
        ((DailyHours(360, 480),), ("07:00", "09:00"), Severity.ERROR, "valid 06:00-08:00 only"),
    ],
)
def test_a_permit_counts_while_the_whole_flight_lasts(
    hours: tuple[DailyHours, ...], clocks: tuple[str, ...], severity: Severity, words: str
) -> None:
    strip = Aerodrome("VTUR", "สนามบิน", at(0, 2000), None, "open", True)
    site = replace(school(ALWAYS), aerodromes=(strip,), authorisations=(replace(PAPER, hours=hours),), root=Path())
    (found,) = [one for one in check_plan(plan_at(*clocks), site, day=MONDAY) if one.rule == "aerodrome"]
    assert found.severity is severity
    assert words in found.message
