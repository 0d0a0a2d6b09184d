"""Sorties of the timetable follow one another, and are flown when their missions ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.schedule import Departure
from dronectl.model.text.shown_time import clock

TOLERANCE = timedelta(seconds=5)
LATE = timedelta(seconds=60)
"""A departure later than this after the time asked for is told."""


BEFORE_LANDING = Form(
    "{minutes:.1f} min too soon: round {round} starts before the last drone of sortie {sortie} of {patrol} has landed; "
    "[rules] turnaround_min is {turnaround:g}",
    "เร็วไป {minutes} นาที: รอบ {round} เริ่มก่อนโดรนลำสุดท้ายของเที่ยวที่ {sortie} ภารกิจ {patrol} ลงจอด "
    "[rules] turnaround_min คือ {turnaround}",
)
BEFORE_BATTERIES = Form(
    "{minutes:.1f} min too soon: round {round} starts before batteries are changed after sortie {sortie} of {patrol}; "
    "[rules] turnaround_min is {turnaround:g}",
    "เร็วไป {minutes} นาที: รอบ {round} เริ่มก่อนเปลี่ยนแบตเตอรี่หลังเที่ยวที่ {sortie} ภารกิจ {patrol} "
    "[rules] turnaround_min คือ {turnaround}",
)
STARTS_LATE = Form(
    "{minutes:.0f} min late: round {round} starts at {start}, its mission asks for {asked}",
    "ช้า {minutes} นาที: รอบ {round} เริ่ม {start} ภารกิจกำหนดไว้ {asked}",
    many="starting late, latest by {minutes} min",
    many_thai="เริ่มช้า ช้าที่สุด {minutes} นาที",
)
TOO_EARLY = Form(
    "{minutes:.0f} min outside its window: round {round} starts before it opens at {at}",
    "นอกช่วงเวลา {minutes} นาที: รอบ {round} เริ่มก่อนเวลาเปิด {at}",
    many="starting before their window opens, earliest by {minutes} min",
    many_thai="เริ่มก่อนเวลาเปิด เร็วที่สุด {minutes} นาที",
)
TOO_LATE = Form(
    "{minutes:.0f} min outside its window: round {round} ends after it closes at {at}",
    "นอกช่วงเวลา {minutes} นาที: รอบ {round} จบหลังเวลาปิด {at}",
    many="ending after their window closes, latest by {minutes} min",
    many_thai="จบหลังเวลาปิด ช้าที่สุด {minutes} นาที",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """Departures before the sky is free or batteries are changed, late ones, and those outside of their window."""
    zone = ZoneInfo(ground.site.time_zone)
    busy: tuple[datetime, Departure] | None = None
    for departure in sorted(ground.timetable, key=lambda one: one.start):
        last = _last_to_land(flights, departure)
        if last is None:
            continue
        end = departure.start + last.lands
        if busy is not None:
            yield from _too_soon(departure, busy, last, ground)
        yield from _late(departure, last, zone)
        yield from _outside(departure, end, last, zone)
        if busy is None or end > busy[0]:
            busy = end, departure


def _last_to_land(flights: Sequence[Flight], departure: Departure) -> Flight | None:
    flown = [flight for flight in flights if flight.sortie == departure.sortie and flight.legs]
    return max(flown, key=lambda flight: float(flight.times[-1]), default=None)


def _too_soon(
    departure: Departure, busy: tuple[datetime, Departure], flight: Flight, ground: Ground
) -> Iterator[Found]:
    free, before = busy
    wanted = timedelta(minutes=ground.site.rules.turnaround_min)
    missing = free + wanted - departure.start
    if missing <= TOLERANCE:
        return
    minutes = missing.total_seconds() / 60.0
    soon = BEFORE_LANDING if departure.start < free else BEFORE_BATTERIES
    yield found(
        "schedule",
        flight,
        soon(
            minutes=minutes,
            round=departure.round,
            sortie=before.sortie,
            patrol=before.patrol,
            turnaround=ground.site.rules.turnaround_min,
        ),
        amount=minutes,
        unit="min",
        severity=Severity.ERROR if departure.start < free else Severity.WARNING,
    )


def _late(departure: Departure, flight: Flight, zone: ZoneInfo) -> Iterator[Found]:
    if departure.asked_start is None or departure.start - departure.asked_start <= LATE:
        return
    minutes = (departure.start - departure.asked_start).total_seconds() / 60.0
    yield found(
        "schedule",
        flight,
        STARTS_LATE(
            minutes=minutes,
            round=departure.round,
            start=clock(departure.start, zone),
            asked=clock(departure.asked_start, zone),
        ),
        amount=minutes,
        unit="min",
        severity=Severity.WARNING,
        group="late",
    )


def _outside(departure: Departure, end: datetime, flight: Flight, zone: ZoneInfo) -> Iterator[Found]:
    if departure.opens is not None and departure.opens - departure.start > TOLERANCE:
        at = clock(departure.opens, zone)
        yield _window_finding(departure, flight, departure.opens - departure.start, TOO_EARLY, at)
    if departure.closes is not None and end - departure.closes > TOLERANCE:
        at = clock(departure.closes, zone)
        yield _window_finding(departure, flight, end - departure.closes, TOO_LATE, at)


def _window_finding(departure: Departure, flight: Flight, by: timedelta, form: Form, at: str) -> Found:
    minutes = by.total_seconds() / 60.0
    return found(
        "schedule",
        flight,
        form(minutes=minutes, round=departure.round, at=at),
        amount=minutes,
        unit="min",
        group=f"{form.english} {at}",
    )


RULE = Rule(
    id="schedule",
    title="On time",
    explanation="Sorties of the timetable never overlap, leave [rules] turnaround_min between the last landing and "
    "the next take-off, begin within a minute of the time that their mission's [schedule] asks for, and lie within "
    "its window.",
    find=find,
    why="Drones are kept apart within one sortie number only; two at once would share the sky unproven.",
    source="The mission's [schedule] and [rules] turnaround_min.",
    example="12 min outside its window: round 3 ends after it closes at 18:00 UTC+7",
    remedy="Widen the window, start earlier, repeat less often, or plan fewer patrols for the day.",
)
