"""Sorties of the timetable follow one another, and are flown when their missions ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.schedule import Departure
from dronectl.model.text.shown_time import clock

TOLERANCE = timedelta(seconds=5)
LATE = timedelta(seconds=60)
"""A departure later than this after the time asked for is told."""


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """Departures before the sky is free or batteries are changed, late ones, and those outside of their window."""
    zone = ZoneInfo(ground.site.time_zone)
    busy: tuple[datetime, Departure] | None = None
    for departure in sorted(ground.timetable, key=lambda one: one.start):
        last = _last_to_land(flights, departure)
        if last is None:
            continue
        end = departure.start + timedelta(seconds=float(last.times[-1]))
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
    what = "before the last drone has landed" if departure.start < free else "before batteries are changed"
    yield found(
        "schedule",
        flight,
        f"round {departure.round} begins {what} from sortie {before.sortie} of {before.patrol}: {minutes:.1f} min too "
        f"soon for [rules] turnaround_min = {ground.site.rules.turnaround_min:g}",
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
        f"round {departure.round} begins at {clock(departure.start, zone)}, {minutes:.0f} min after the "
        f"{clock(departure.asked_start, zone)} that its mission asks for",
        amount=minutes,
        unit="min",
        severity=Severity.WARNING,
        group="late",
    )


def _outside(departure: Departure, end: datetime, flight: Flight, zone: ZoneInfo) -> Iterator[Found]:
    if departure.opens is not None and departure.opens - departure.start > TOLERANCE:
        words = f"begins before its window opens at {clock(departure.opens, zone)}"
        yield _window_finding(departure, flight, departure.opens - departure.start, words)
    if departure.closes is not None and end - departure.closes > TOLERANCE:
        words = f"ends after its window closes at {clock(departure.closes, zone)}"
        yield _window_finding(departure, flight, end - departure.closes, words)


def _window_finding(departure: Departure, flight: Flight, by: timedelta, words: str) -> Found:
    minutes = by.total_seconds() / 60.0
    return found(
        "schedule",
        flight,
        f"round {departure.round} {words}, {minutes:.0f} min outside of it",
        amount=minutes,
        unit="min",
        group=words,
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
    example="round 3 ends after its window closes at 18:00 UTC+7, 12 min outside of it",
    remedy="Widen the window, start earlier, repeat less often, or plan fewer patrols for the day.",
)
