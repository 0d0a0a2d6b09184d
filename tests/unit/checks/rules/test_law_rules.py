"""The law of 2026: hours by the clock, notices filed in time, papers that are valid on the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from checks_site import SITE, plan_of, through

from dronectl.checks import check_plan
from dronectl.model.law.filing import Filing, Recipient
from dronectl.model.law.law import LAWFUL_HOURS, Law
from dronectl.model.law.paper import Paper, PaperKind, Pilot
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Daylight, Departure
from dronectl.model.rules import Authorisation, AuthorisationKind, Rules
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours, Validity

DAY = date(2026, 12, 4)
ANY_SUN = Rules(daylight=Daylight.OFF, law=Law.THAILAND, hours=LAWFUL_HOURS)
EMERGENCY, DUTY, PERMIT = AuthorisationKind.EMERGENCY, AuthorisationKind.POLICE_DUTY, AuthorisationKind.PERMIT
LEAVE = Authorisation("CAAT", "L-1", DAY, date(2026, 12, 5), ("hours",))
ALL_NIGHT = (DailyHours(18 * 60, 30 * 60),)


def site(**changes: Any) -> Site:
    return replace(SITE, **{"rules": ANY_SUN, **changes})


def plan_at(*clocks: str, day: date = DAY) -> Plan:
    """Some two minutes in the air, at these times."""
    starts = [datetime.fromisoformat(f"{day} {clock}+07:00").astimezone(UTC) for clock in clocks]
    times = tuple(Departure(1, "p", 1, start, start + timedelta(minutes=2)) for start in starts)
    return replace(plan_of(through((200, 0))), timetable=times, day=day)


def broken(rule: str, plan: Plan, of: Site, day: date = DAY) -> list[Finding]:
    return [one for one in check_plan(plan, of, day=day) if one.rule == rule]


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("06:00", ""),
        ("17:56", ""),
        ("05:59", "outside 06:00-18:00"),
        ("17:59", "outside 06:00-18:00"),
        ("23:00", "outside 06:00-18:00"),
        ("00:00", "within 00:01-04:00"),  # it is over midnight's minute while it lasts
        ("02:30", "within 00:01-04:00"),
        ("03:59", "within 00:01-04:00"),
        ("04:00", "outside 06:00-18:00"),
    ],
)
def test_the_clock_decides_whatever_the_sun(clock: str, words: str) -> None:
    found = broken("hours", plan_at(clock), site())
    assert bool(found) is bool(words)
    assert any(words in one.message and one.severity is Severity.ERROR for one in found) or not words


def test_hours_of_a_site_and_of_no_law() -> None:
    later = replace(ANY_SUN, hours=(DailyHours(300, 20 * 60),))
    assert not broken("hours", plan_at("19:30"), site(rules=later))
    assert broken("hours", plan_at("03:00"), site(rules=replace(later, hours=(DailyHours(0, 1440),))))
    none = replace(ANY_SUN, law=Law.NONE, hours=())
    for rule in ("hours", "notice", "papers"):
        assert not broken(rule, plan_at("03:00"), site(rules=none))
    assert not broken("hours", plan_at(), site()), "no times, no clock: it is looked at when it is flown"


@pytest.mark.parametrize(
    ("clock", "changes", "lifted"),
    [
        ("19:00", {}, True),
        ("19:00", {"hours": (DailyHours(18 * 60, 20 * 60),)}, True),
        ("19:59", {"hours": (DailyHours(18 * 60, 20 * 60),)}, False),
        ("02:00", {}, False),
        ("02:00", {"hours": ALL_NIGHT}, False),  # a permit, even if it says so
        ("02:00", {"hours": ALL_NIGHT, "kind": DUTY}, False),
        ("02:00", {"kind": EMERGENCY}, False),  # which says nothing of these hours
        ("02:00", {"hours": ALL_NIGHT, "kind": EMERGENCY, "valid_from": date(2026, 12, 3)}, True),
        ("02:00", {"hours": (DailyHours(18 * 60, 25 * 60),), "kind": EMERGENCY}, False),
        ("02:00", {"hours": ALL_NIGHT, "kind": EMERGENCY, "valid_to": date(2026, 12, 3), "valid_from": DAY}, False),
    ],
)
def test_who_lifts_which_hours(clock: str, changes: dict[str, Any], lifted: bool) -> None:
    found = broken("hours", plan_at(clock), site(authorisations=(replace(LEAVE, **changes),)))
    assert {one.severity for one in found} == {Severity.AUTHORISED if lifted else Severity.ERROR}


def test_nobody_answers_by_name_for_the_closed_hours() -> None:
    for clock, severity in (("19:00", Severity.AUTHORISED), ("02:00", Severity.ERROR)):
        plan = replace(plan_at(clock), overrides=("hours by ร.ต.อ. สมชาย",))
        assert {one.severity for one in broken("hours", plan, site())} == {severity}


def test_leave_for_the_evening_counts_for_the_round_in_the_evening() -> None:
    evening = replace(LEAVE, hours=(DailyHours(18 * 60, 20 * 60),))
    found = broken("hours", plan_at("14:00", "19:00"), site(authorisations=(evening,)))
    assert {one.severity for one in found} == {Severity.AUTHORISED}


BOTH = Filing(tuple(Recipient), "UAS-17", date(2026, 12, 1), Validity(date(2026, 12, 1), date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"filed": date(2026, 12, 2)}, "was filed 2 days before (2026-12-02); at least 3 days required"),
        ({"filed": date(2026, 12, 5)}, "was filed 0 days before"),
        ({"validity": Validity(date(2026, 12, 5), date(2026, 12, 31))}, "is for 2026-12-05 to 2026-12-31, not for"),
        ({"validity": replace(BOTH.validity, days=(5, 6))}, "sat,sun, not for 2026-12-04"),
        ({"validity": replace(BOTH.validity, hours=(DailyHours(540, 600),))}, ""),
        ({"validity": replace(BOTH.validity, hours=(DailyHours(540, 599),))}, "09:00-09:59, not for"),
        ({"drones": ("bravo",)}, "names other drones: bravo"),
        ({"drones": ("alpha", "bravo")}, ""),
        ({"zones": ("park",)}, "names other zones: park"),  # the flight's are not known
    ],
)
def test_a_notice_must_name_the_flight_three_days_ahead(changes: dict[str, Any], words: str) -> None:
    found = broken("notice", plan_at("09:57"), site(filings=(replace(BOTH, **changes),)))
    assert len(found) == (2 if words else 0), "one for each who was to be told"
    assert all(words in one.message and one.severity is Severity.ERROR for one in found)


def test_what_is_not_recorded_is_said_and_not_passed() -> None:
    portal = replace(BOTH, to=(Recipient.UAS_PORTAL,))
    (missing,) = broken("notice", plan_at("10:00"), site(filings=(portal,)))
    assert missing.severity is Severity.WARNING
    assert "not recorded that the Police Anti-Drone Centre was told" in missing.message
    assert "ศูนย์ต่อต้านโดรน ตำรวจ" in missing.thai
    assert len(broken("notice", plan_at("10:00"), site())) == 2
    late = replace(BOTH, filed=date(2026, 12, 3))
    assert not broken("notice", plan_at("10:00"), site(filings=(late, BOTH))), "one that does is enough"
    urgent = replace(LEAVE, lifts=("notice",), kind=EMERGENCY)
    found = broken("notice", plan_at("10:00"), site(filings=(late,), authorisations=(urgent,)))
    assert {one.severity for one in found} == {Severity.AUTHORISED}


PAPERS = tuple(
    Paper(kind, f"{kind}-1", date(2026, 1, 1), date(2026, 12, 31), amount_baht=1e6 if "insurance" in kind else None)
    for kind in PaperKind
)
PILOT = Pilot("ส.ต.ท. สมชาย", 1990, "P-1", date(2026, 12, 31))


INSURANCE, CAAT = PaperKind.INSURANCE, PaperKind.CAAT_REGISTRATION


def with_papers(kind: PaperKind, **changes: Any) -> tuple[Paper, ...]:
    return tuple(replace(one, **changes) if one.kind is kind else one for one in PAPERS)


@pytest.mark.parametrize(
    ("papers", "pilots", "words"),
    [
        (PAPERS, (PILOT,), ""),
        (
            with_papers(INSURANCE, valid_until=date(2026, 12, 3)),
            (PILOT,),
            "insurance-1 expired on 2026-12-03",
        ),
        (with_papers(INSURANCE, amount_baht=999_999.0), (PILOT,), "pays 999,999 baht; at least 1,000,000"),
        (
            with_papers(CAAT, valid_from=date(2026, 12, 5)),
            (PILOT,),
            "not valid before 2026-12-05",
        ),
        (with_papers(PaperKind.NBTC_REGISTRATION, valid_until=None), (PILOT,), ""),
        (PAPERS, (replace(PILOT, born_year=2006),), "nobody who is surely 20"),
        (PAPERS, (replace(PILOT, born_year=2005),), ""),
        (PAPERS, (replace(PILOT, valid_until=date(2026, 12, 3)),), "pilot ส.ต.ท. สมชาย (P-1) expired"),
        (PAPERS, (replace(PILOT, born_year=2010), PILOT), ""),
    ],
)
def test_papers_are_valid_on_the_day(papers: tuple[Paper, ...], pilots: tuple[Pilot, ...], words: str) -> None:
    found = broken("papers", plan_at("10:00"), site(papers=papers, pilots=pilots))
    assert len(found) == bool(words)
    assert all(words in one.message and one.severity is Severity.ERROR for one in found)


def test_papers_of_each_drone_and_those_that_nobody_recorded() -> None:
    plan = replace(plan_of(through((200, 0)), through((200, 100))), day=DAY)
    found = broken("papers", plan, site())
    assert [(one.drone, one.severity) for one in found] == [("alpha", Severity.WARNING), ("bravo", Severity.WARNING)]
    assert found[0].message.endswith("CAAT registration; NBTC registration; insurance; operator certificate; pilot")
    (bravo,) = broken("papers", plan, site(papers=with_papers(INSURANCE, drones=("alpha",)), pilots=(PILOT,)))
    assert (bravo.drone, bravo.message) == ("bravo", "not recorded in dronectl.toml: insurance")
    renewed = (*PAPERS, *with_papers(INSURANCE, valid_until=date(2026, 6, 30)))
    assert not broken("papers", plan, site(papers=renewed, pilots=(PILOT,))), "an old paper beside the new one"


@pytest.mark.parametrize(
    ("kind", "zones", "lifted"),
    [(DUTY, ("tower",), True), (EMERGENCY, ("tower",), True), (DUTY, ("roof",), False)],
)
def test_police_on_duty_may_be_inside_the_areas_that_their_paper_names(
    kind: AuthorisationKind, zones: tuple[str, ...], lifted: bool
) -> None:
    paper = replace(LEAVE, lifts=("keep-out",), kind=kind, zones=zones)
    plan = replace(plan_of(through((350, 0))), day=DAY)
    errors = [one for one in broken("keep-out", plan, site(authorisations=(paper,))) if one.severity is Severity.ERROR]
    assert bool(errors) is not lifted
