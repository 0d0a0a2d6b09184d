"""What the law asks besides the plan: the hour by the clock, that the flight was filed, that papers are valid.

The rules ``hours``, ``notice`` and ``papers`` look at the plan's day and times; this looks at now. A fleet that
simulates itself flies at any hour and without papers: it is told what would be a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from dronectl.checks.rules.law.hours import TOLERANCE, hours_words, outside, within_closed
from dronectl.checks.rules.law.papers import papers_of
from dronectl.model.law.filing import Flown, Recipient, Shortfall, filed_words, filing_for
from dronectl.model.law.law import CLOSED_HOURS, EXAMPLE, Law
from dronectl.model.text.shown_time import clock, local_day
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, Verdict, not_evaluated, told
from dronectl.ops.flight.readiness.lifting import lifted_by
from dronectl.site.local_time import zone_of

HOURS_ID, NOTICE_ID, PAPERS_ID = "clock-hours", "notice", "papers"
IDS = (HOURS_ID, NOTICE_ID, PAPERS_ID)
_NO_LAW = "not asked: [rules] law is none"
_NO_PLAN = "no plan was given"


def ask_hours(asked: AskedSite) -> ReadinessCheck:
    """The clock from now to the last landing."""
    rules, zone = asked.site.rules, zone_of(asked.site)
    wanted = f"{hours_words(rules, closed=False) or 'any'} by the clock (rules.hours), until the landing"
    if rules.law is Law.NONE and not rules.hours:
        return told(HOURS_ID, _NO_LAW, wanted, HOURS_ID)
    lands = _lands(asked)
    span = (asked.now, lands)
    closed = bool(within_closed(span, rules, zone))
    found = f"{clock(asked.now, zone)} to {clock(lands, zone)}"
    if not closed and outside(span, rules, zone) <= TOLERANCE:
        return ReadinessCheck(HOURS_ID, True, found, wanted, HOURS_ID)
    if closed:
        found += f": within {CLOSED_HOURS.text}, closed to everybody"
    lifted = lifted_by(asked, "hours", lands, closed=closed)
    found += f"; lifted by {lifted}" if lifted else ""
    return _unless_simulated(asked, ReadinessCheck(HOURS_ID, lifted is not None, found, wanted, HOURS_ID))


def ask_notice(asked: AskedSite) -> ReadinessCheck:
    """What was filed, when, and told to whom, for a flight that begins now."""
    rules = asked.site.rules
    wanted = f"filed {rules.notice_days} days ahead and told to the {' and the '.join(to.english for to in Recipient)}"

    def judge() -> ReadinessCheck:
        told_of, missing, lacking = _filed(asked)
        found = "; ".join(dict.fromkeys((*told_of, *lacking, *missing)))
        lifted = lifted_by(asked, "notice", _lands(asked))
        if lifted and (missing or lacking):
            return ReadinessCheck(NOTICE_ID, True, f"{found}; lifted by {lifted}", wanted, NOTICE_ID)
        return _judged(NOTICE_ID, found, wanted, missing=bool(missing), wrong=bool(lacking))

    return _asked_of_a_plan(asked, NOTICE_ID, wanted, judge, is_off=not rules.notice_days)


def ask_papers(asked: AskedSite) -> ReadinessCheck:
    """Registrations, insurance, certificates and pilots of the drones that fly."""
    wanted = "registered, insured and with a pilot until the landing"

    def judge() -> ReadinessCheck:
        missing, wrong, ends = _papers(asked)
        found = "; ".join((*wrong, *(f"{drone}: not recorded: {what}" for drone, what in missing)))
        lifted = lifted_by(asked, "papers", _lands(asked))
        if lifted and found:
            return ReadinessCheck(PAPERS_ID, True, f"{found}; lifted by {lifted}", wanted, PAPERS_ID)
        first = f"all valid, the first of them until {min(ends)}" if ends else "all valid"
        return _judged(PAPERS_ID, found or first, wanted, missing=bool(missing), wrong=bool(wrong))

    return _asked_of_a_plan(asked, PAPERS_ID, wanted, judge, is_off=False)


def _asked_of_a_plan(
    asked: AskedSite, id_: str, wanted: str, judge: Callable[[], ReadinessCheck], *, is_off: bool
) -> ReadinessCheck:
    if asked.site.rules.law is Law.NONE or is_off:
        return told(id_, _NO_LAW, wanted, id_)
    if asked.proved is None:
        return told(id_, _NO_PLAN, wanted, id_)
    if asked.longest_s is None:
        return not_evaluated(id_, "how long it flies", wanted, id_)
    return _unless_simulated(asked, judge())


def _judged(id_: str, found: str, wanted: str, *, missing: bool, wrong: bool) -> ReadinessCheck:
    if missing and not wrong:
        return ReadinessCheck(id_, False, found, wanted, id_, Verdict.NOT_EVALUATED)
    return ReadinessCheck(id_, not wrong, found, wanted, id_)


def _filed(asked: AskedSite) -> tuple[list[str], list[str], list[str]]:
    """Of all drones: what does, what is not known as nothing real is recorded, and what does not do."""
    site, zone = asked.site, zone_of(asked.site)
    told_of: list[str] = []
    missing: dict[str, None] = {}
    lacking: list[str] = []
    for flown in _flown(asked):
        for to in Recipient:
            filing, shortfall = filing_for(site.filings, to, flown, zone, site.rules.notice_days)
            if filing is None:
                missing[f"{to.english}: nothing is recorded"] = None
            elif EXAMPLE in filing.reference and not asked.simulated:
                missing[f"{to.english}: {filing.reference} is an example"] = None
            elif shortfall is None:
                told_of.append(filed_words(filing, to))
            else:
                lacking.append(f"{filed_words(filing, to)}, for {_instead(filing.validity.words, shortfall)}")
    return told_of, list(missing), lacking


def _instead(words: str, shortfall: Shortfall) -> str:
    if shortfall in (Shortfall.DRONE, Shortfall.ZONE):
        return f"another {shortfall}"
    return "a later day" if shortfall is Shortfall.LATE else words


def _flown(asked: AskedSite) -> Iterator[Flown]:
    assert asked.proved is not None
    for name in asked.drones:
        planned = asked.proved.plan.drone(name)
        sortie = None if planned is None else planned.sortie(asked.sortie)
        patrol = None if sortie is None else asked.site.patrol(sortie.patrol)
        zones = None if patrol is None else patrol.zones
        yield Flown(name, zones, _days(asked), ((asked.now, _lands(asked)),))


def _papers(asked: AskedSite) -> tuple[list[tuple[str, str]], list[str], list[date]]:
    """Of all drones: what is not recorded, what is not good, and when what is good ends."""
    missing: list[tuple[str, str]] = []
    wrong: list[str] = []
    ends: list[date] = []
    for drone in asked.drones:
        for what, one in papers_of(asked.site, drone, _days(asked)):
            if one.paper is None:
                missing.append((drone, what.english))
            elif EXAMPLE in one.document and not asked.simulated:
                missing.append((drone, f"{what.english} ({one.document} is an example)"))
            elif one.fault is not None:
                wrong.append(f"{drone}: {what.english} {one.fault}")
            elif one.paper.valid_until is not None:
                ends.append(one.paper.valid_until)
    return missing, wrong, ends


def _lands(asked: AskedSite) -> datetime:
    return asked.now + timedelta(seconds=asked.longest_s or 0.0)


def _days(asked: AskedSite) -> tuple[date, ...]:
    zone = zone_of(asked.site)
    return tuple(sorted({local_day(moment, zone) for moment in (asked.now, _lands(asked))}))


def _unless_simulated(asked: AskedSite, check: ReadinessCheck) -> ReadinessCheck:
    if check.ok or not asked.simulated:
        return check
    return replace(check, ok=True, verdict=Verdict.TOLD, found=f"{check.found} (of no matter: simulated)")
