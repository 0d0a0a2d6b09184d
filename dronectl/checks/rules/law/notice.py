"""Flights were filed in time, to everybody who must know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.law.filing import Filing, Flown, Recipient, Shortfall, days_ahead, filing_for
from dronectl.model.law.law import Law
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.text.shown_time import local_day
from dronectl.site.local_time import zone_of

_NAMES = {to: Form(to.english, to.thai) for to in Recipient}
_OTHER_DRONE = Form("names other drones: {named}", "ระบุโดรนอื่น: {named}")
_OTHER_ZONE = Form("names other zones: {named}", "ระบุโซนอื่น: {named}")
_OTHER_TIME = Form("is for {named}, not for {day}", "แจ้งไว้สำหรับ {named} ไม่ใช่ {day}")
_LATE = Form(
    "was filed {ahead} days before ({filed}); at least {least} days required",
    "ยื่นก่อนบิน {ahead} วัน ({filed}) ต้องยื่นก่อนอย่างน้อย {least} วัน",
)
NOT_RECORDED = Form(
    "not recorded that the {to} was told of the flight: dronectl.toml has no [[filing]] to it",
    "ไม่มีบันทึกว่าแจ้งการบินต่อ {to} แล้ว: dronectl.toml ไม่มี [[filing]] ถึงหน่วยนี้",
    many="of which it is not recorded that the {to} was told: dronectl.toml has no [[filing]] to it",
    many_thai="ไม่มีบันทึกว่าแจ้งต่อ {to} แล้ว: dronectl.toml ไม่มี [[filing]] ถึงหน่วยนี้",
)
NOT_FILED = Form(
    "the {to} was not told of this flight: filing {reference} {why}",
    "ยังไม่ได้แจ้งเที่ยวบินนี้ต่อ {to}: เลขที่ {reference} {why}",
    many="of which the {to} was not told: filing {reference} {why}",
    many_thai="ยังไม่ได้แจ้งต่อ {to}: เลขที่ {reference} {why}",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """For each drone, sortie and recipient what is missing; where nothing is recorded at all, a warning."""
    site = ground.site
    if site.rules.law is not Law.THAILAND or not site.rules.notice_days:
        return
    zone = zone_of(site)
    for flight in (one for one in flights if one.legs):
        flown = flown_as(flight, ground)
        for to in Recipient:
            filing, lacking = filing_for(site.filings, to, flown, zone, site.rules.notice_days)
            if filing is None:
                message, severity = NOT_RECORDED(to=_NAMES[to]()), Severity.WARNING
            elif lacking is not None:
                why = _why(filing, lacking, flown, site.rules.notice_days)
                message, severity = NOT_FILED(to=_NAMES[to](), reference=filing.reference, why=why), Severity.ERROR
            else:
                continue
            message = replace(message, kind=f"{message.kind} {to}")  # each recipient is told
            yield found("notice", flight, message, severity=severity, group=f"{to} {lacking}")


def flown_as(flight: Flight, ground: Ground) -> Flown:
    """What of the flight a notice must name: its times where the timetable has some, else its day."""
    patrol = None if flight.patrol is None else ground.site.patrol(flight.patrol)
    lasts, zone = flight.lands, zone_of(ground.site)
    starts = [one.start for one in ground.timetable if one.sortie == flight.sortie]
    spans = tuple((start, start + lasts) for start in starts)
    days = {local_day(moment, zone) for span in spans for moment in span} or {ground.day}
    return Flown(flight.drone.name, None if patrol is None else patrol.zones, tuple(sorted(days)), spans)


def _why(filing: Filing, lacking: Shortfall, flown: Flown, least: int) -> Message:
    match lacking:
        case Shortfall.DRONE:
            return _OTHER_DRONE(named=", ".join(filing.drones))
        case Shortfall.ZONE:
            return _OTHER_ZONE(named=", ".join(filing.zones))
        case Shortfall.LATE:
            return _LATE(ahead=max(0, days_ahead(filing, flown.days)), filed=filing.filed, least=least)
        case _:
            return _OTHER_TIME(named=filing.validity.words, day=" and ".join(map(str, flown.days)))


RULE = Rule(
    id="notice",
    title="Filed and told",
    explanation="Area, date, time and purpose of every flight were filed at CAAT's UAS Portal and told to the Police "
    "Anti-Drone Centre, [rules] notice_days (3) or more before its day: each [[filing]] of dronectl.toml says to "
    "whom, when, and for which days, hours, zones and drones. One that does not cover the flight, or came too late, "
    "is an error. Where nothing is recorded, a warning says so, and 'fleet ready' and 'fly' say no until it is, or "
    "somebody answers for it: --waive notice --by NAME. Drones that simulate themselves are only told.",
    find=find,
    why="Drones that were not filed may be brought down, over whoever is below.",
    source="Thailand, Ministry of Transport announcement B.E. 2558 and later, notices of CAAT: filed at the UAS "
    "Portal at least 3 days ahead, the Police Anti-Drone Centre told (high confidence). Days are counted by the "
    "calendar, from the day of filing to that of the flight.",
    example="the UAS Portal was not told of this flight: filing UAS-17 was filed 1 days before (2026-11-29); at "
    "least 3 days required",
    remedy="File it and enter it as [[filing]]; fly on a later day. What is urgent needs leave: "
    '[[rules.authorisation]] with lifts = ["notice"].',
)
