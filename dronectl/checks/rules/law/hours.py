"""Flights lie within the hours that the law leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.law.law import CLOSED_HOURS, Law
from dronectl.model.rules import Rules
from dronectl.model.text.shown_time import clocks
from dronectl.model.validity import Span, Validity

TOLERANCE = timedelta(seconds=5)
_MINUTE = timedelta(minutes=1)

OTHER_HOURS = Form(
    "{minutes:.1f} min outside {hours} by the clock, flown {flown}",
    "นอกเวลา {hours} น. {minutes} นาที (บิน {flown})",
    many="outside {hours} by the clock, longest {minutes} min",
    many_thai="บินนอกเวลา {hours} น. นานที่สุด {minutes} นาที",
)
CLOSED = Form(
    "{minutes:.1f} min within {hours}, which are closed to everybody, flown {flown}",
    "อยู่ในเวลาห้ามบินเด็ดขาด {hours} น. {minutes} นาที (บิน {flown})",
    many="within {hours}, which are closed to everybody, longest {minutes} min",
    many_thai="บินในเวลาห้ามบินเด็ดขาด {hours} น. นานที่สุด {minutes} นาที",
)


def outside(span: Span, rules: Rules, zone: ZoneInfo) -> timedelta:
    """How long of a flight lies outside the open hours of a day, the closed ones left out."""
    begin, end = span
    if not rules.hours:
        return timedelta()
    allowed = _shared(span, Validity(hours=rules.hours), zone, wide=False)
    return max(timedelta(), end - begin - allowed - within_closed(span, rules, zone))


def within_closed(span: Span, rules: Rules, zone: ZoneInfo) -> timedelta:
    """How long of it lies in the hours that are closed to everybody."""
    if rules.law is not Law.THAILAND:
        return timedelta()
    return _shared(span, Validity(hours=(CLOSED_HOURS,)), zone, wide=True)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """For each drone and departure what is flown at other hours."""
    rules, zone = ground.site.rules, ZoneInfo(ground.site.time_zone)
    for departure in ground.timetable:
        for flight in (one for one in flights if one.sortie == departure.sortie and one.legs):
            begin, end = departure.start + flight.begins, departure.start + flight.lands
            closed, other = within_closed((begin, end), rules, zone), outside((begin, end), rules, zone)
            flown = clocks((begin, end), zone, between=" to ", day=ground.day)
            for by, form in ((closed, CLOSED), (other, OTHER_HOURS)):
                is_closed = form is CLOSED
                if by <= (timedelta() if is_closed else TOLERANCE):
                    continue
                yield found(
                    "hours",
                    flight,
                    form(minutes=by / _MINUTE, hours=hours_words(rules, closed=is_closed), flown=flown),
                    amount=by / _MINUTE,
                    unit="min",
                    group=form.english,
                    during=(begin, end),
                    closed=is_closed,
                )


def hours_words(rules: Rules, *, closed: bool) -> str:
    return CLOSED_HOURS.text if closed else Validity(hours=rules.hours).words


def _shared(span: Span, validity: Validity, zone: ZoneInfo, *, wide: bool) -> timedelta:
    begin, end = span
    both = ((max(first, begin), min(last, end)) for first, last in validity.spans(begin, end, zone, wide=wide))
    return sum((last - first for first, last in both if first < last), timedelta())


RULE = Rule(
    id="hours",
    title="At lawful hours",
    explanation="Every flight of the timetable lies within [rules] hours by the clock of the site, 06:00-18:00 under "
    "the law of Thailand; other hours need a paper that lifts 'hours'. From 00:01 to 04:00 nobody flies: no permit, "
    'no police duty and nobody by name lifts that, only leave for an emergency (kind = "emergency") that itself '
    "names these hours. A plan without a timetable says nothing about times: 'fleet ready' and 'fly' look at the "
    "clock. The rule 'daylight' goes by the sun, this one by the clock: a flight keeps to both.",
    find=find,
    why="At night nobody sees what a drone is near to, and nobody can tell a patrol from an attack: who flies then "
    "unasked may be brought down.",
    source="Thailand, Ministry of Transport announcement B.E. 2558 and later, notices of CAAT: 06:00-18:00 by the "
    "clock, other hours with CAAT's prior leave by the UAS Portal; notices in force since late 2025: 00:01-04:00 "
    "never (both: high confidence). Police on duty may operate inside the notices' no-fly zones, of the night "
    "nothing is said; in the floods of November 2025 emergencies had leave for the night and for restricted zones "
    "(high). Whether that leave held from 00:01 to 04:00 was not found: so it is asked to say so itself. Newest "
    "notice found: CAAT No. 15, from 7 February 2026 until further notice, closes seven border provinces, Roi Et not "
    "among them; law enforcement and urgent missions are excepted (medium).",
    example="12.0 min outside 06:00-18:00 by the clock, flown 17:52 to 18:12 UTC+7",
    remedy="Start earlier, repeat less often, or get CAAT's leave for these hours and enter it as "
    '[[rules.authorisation]] with lifts = ["hours"] and its hours (and "daylight", where it is dark). [rules] law = '
    '"none" where no such law holds.',
)
