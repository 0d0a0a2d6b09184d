"""Whether the flight, begun now, ends by daylight and within the hours that its mission names.

The rule ``daylight`` looks at the planned times; this looks at the real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dronectl.checks.rules.daylight import sun_height_deg
from dronectl.model.text.shown_time import clock, local_day
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated, told
from dronectl.ops.flight.readiness.lifting import lifted_by
from dronectl.site.local_time import zone_of

ID, HOURS_ID = "daylight", "hours"
STEP = timedelta(minutes=1)
_DAY = timedelta(days=1)


def ask(asked: AskedSite) -> ReadinessCheck:
    """The sun at the site from now to the last landing."""
    rules, zone = asked.site.rules, zone_of(asked.site)
    limit_deg = rules.daylight.lowest_sun_deg
    lands = asked.now + timedelta(seconds=asked.longest_s or 0.0)
    wanted = f"{rules.daylight} (rules.daylight), until the landing"
    if limit_deg is None:
        return ReadinessCheck(ID, True, "flown at any hour: rules.daylight is off", wanted, ID)
    dark = next((moment for moment in _steps(asked.now, lands) if _sun(asked, moment) < limit_deg), None)
    if dark is None:
        ends = next((moment for moment in _steps(lands, lands + _DAY) if _sun(asked, moment) < limit_deg), None)
        left = "the sun does not set" if ends is None else f"daylight until {clock(ends, zone, day=_today(asked))}"
        return ReadinessCheck(ID, True, left, wanted, ID)
    lifted = lifted_by(asked, ID, lands)
    if dark == asked.now:
        begins = next((moment for moment in _steps(dark, dark + _DAY) if _sun(asked, moment) >= limit_deg), None)
        until = "" if begins is None else f" until {clock(begins, zone, day=_today(asked))}"
        found = f"{clock(asked.now, zone)}: the sun is down{until}"
    else:
        found = f"the sun is down from {clock(dark, zone)}, the last landing is at {clock(lands, zone)}"
    return ReadinessCheck(ID, lifted is not None, f"{found}{f'; lifted by {lifted}' if lifted else ''}", wanted, ID)


def ask_hours(asked: AskedSite) -> ReadinessCheck:
    """The window that the timetable gives the sortie."""
    zone = zone_of(asked.site)
    if asked.proved is None:
        return told(HOURS_ID, "no plan was given", "within the mission's hours", HOURS_ID)
    plan = asked.proved.plan
    departures = [one for one in plan.timetable if one.sortie == asked.sortie]
    if departures and asked.longest_s is None:
        return not_evaluated(HOURS_ID, "how long it flies", "within the mission's hours", HOURS_ID)
    windows = [(one.opens, one.closes) for one in departures if one.opens is not None and one.closes is not None]
    if not windows:
        return ReadinessCheck(HOURS_ID, True, "its mission names none", "within the mission's hours", HOURS_ID)
    lands = asked.now + timedelta(seconds=asked.longest_s or 0.0)
    fits = any(opens <= asked.now and lands <= closes for opens, closes in windows)
    hours = ", ".join(dict.fromkeys(f"{clock(opens, zone)} to {clock(closes, zone)}" for opens, closes in windows))
    found = f"from {clock(asked.now, zone)} to {clock(lands, zone)}"
    return ReadinessCheck(HOURS_ID, fits, found, f"within {hours}", HOURS_ID)


def _today(asked: AskedSite) -> date:
    return local_day(asked.now, zone_of(asked.site))


def _sun(asked: AskedSite, moment: datetime) -> float:
    return sun_height_deg(asked.site.home, moment)


def _steps(begin: datetime, end: datetime) -> Iterator[datetime]:
    moment = begin
    while moment < end:
        yield moment
        moment += STEP
    yield end
