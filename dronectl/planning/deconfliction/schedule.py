"""The timetable of a plan: which sortie takes off when.

Waves follow one another: drones are kept apart within a wave only. Between a landing and the next take-off lies the
time that changing batteries takes. Rounds that ask for a time are flown at it, or as soon as the sky is free; rounds
that ask for none fill the gaps before them where they fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dronectl.model.plan.patrol import Patrol
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Departure, Schedule


@dataclass(frozen=True, slots=True)
class Request:
    """A patrol that is to be flown: its sortie numbers in order, each with its duration."""

    patrol: str
    schedule: Schedule
    sorties: Sequence[tuple[int, float]]
    starts_s: Sequence[float] | None = None
    """When each of the sorties begins after the first; None: as soon as the batteries are changed."""


@dataclass(frozen=True, slots=True)
class _Round:
    request: Request
    number: int
    asked: datetime | None
    opens: datetime | None
    closes: datetime | None

    def duration(self, turnaround: timedelta) -> timedelta:
        if self.request.starts_s is not None:
            return timedelta(seconds=self.request.starts_s[-1] + self.request.sorties[-1][1])
        flown = timedelta(seconds=sum(duration_s for _, duration_s in self.request.sorties))
        return flown + turnaround * (len(self.request.sorties) - 1)


def timetable_of(
    plan: Plan, patrols: Sequence[Patrol], *, day: date, zone: ZoneInfo, turnaround_s: float, start: time | None = None
) -> tuple[Departure, ...]:
    """The timetable of a plan that was made of ``patrols``; see :func:`timetable`."""
    last_landing_s: dict[str, dict[int, float]] = {}
    for drone in plan.drones:
        for sortie in drone.sorties:
            ends = last_landing_s.setdefault(sortie.patrol, {})
            ends[sortie.number] = max(ends.get(sortie.number, 0.0), sortie.start_s + sortie.duration_s)
    requests = [
        Request(
            patrol.id,
            patrol.schedule or Schedule(),
            sorted(last_landing_s.get(patrol.id, {}).items()),
            next((kept.wave_starts_s for kept in plan.hotspots if kept.patrol == patrol.id), None),
        )
        for patrol in patrols
    ]
    return timetable(
        [request for request in requests if request.sorties],
        day=day,
        zone=zone,
        turnaround_s=turnaround_s,
        start=start,
    )


def timetable(
    requests: Sequence[Request], *, day: date, zone: ZoneInfo, turnaround_s: float, start: time | None = None
) -> tuple[Departure, ...]:
    """Every departure in order of time; none at all when nothing asks for a time and no ``start`` is given.

    ``start`` is when the first patrol without a time of its own begins. Nothing is refused here: a departure that is
    late for its time or its window is in the timetable as it would be, and the checks say so.
    """
    rounds = [one for request in requests for one in _rounds(request, day, zone)]
    times = [moment for one in rounds if (moment := one.asked or one.opens) is not None]
    if start is not None:
        times.append(_moment(day, start, zone))
    if not times or not rounds:
        return ()
    turnaround = timedelta(seconds=turnaround_s)
    free = _moment(day, start, zone) if start is not None else min(times)
    asked = sorted((one for one in rounds if one.asked is not None), key=_asked_first)
    waiting = [one for one in rounds if one.asked is None]
    found: list[Departure] = []
    while asked or waiting:
        next_one = _next(asked, waiting, free, turnaround)
        departures = _fly(next_one, free, turnaround)
        found += departures
        free = departures[-1].end + turnaround
    return tuple(sorted(found, key=lambda departure: departure.start))


def _next(asked: list[_Round], waiting: list[_Round], free: datetime, turnaround: timedelta) -> _Round:
    """The next round that asks for a time, unless one that does not fits in before it."""
    if not asked:
        return waiting.pop(0)
    due = asked[0].asked
    for index, one in enumerate(waiting):
        begin = max(free, one.opens) if one.opens is not None else free
        if due is not None and begin + one.duration(turnaround) + turnaround <= due:
            return waiting.pop(index)
    return asked.pop(0)


def _fly(one: _Round, free: datetime, turnaround: timedelta) -> list[Departure]:
    begin = max(moment for moment in (free, one.asked, one.opens) if moment is not None)
    departures = []
    first, starts_s = begin, one.request.starts_s
    for index, (number, duration_s) in enumerate(one.request.sorties):
        if starts_s is not None:
            begin = first + timedelta(seconds=starts_s[index])
        end = begin + timedelta(seconds=duration_s)
        asked = one.asked if index == 0 else None
        departures.append(Departure(number, one.request.patrol, one.number, begin, end, asked, one.opens, one.closes))
        begin = end + turnaround
    return departures


def _rounds(request: Request, day: date, zone: ZoneInfo) -> list[_Round]:
    schedule = request.schedule
    opens = closes = None
    if schedule.window is not None:
        opens, closes = (_moment(day, clock, zone) for clock in schedule.window)
        if closes <= opens:
            closes = _moment(day + timedelta(days=1), schedule.window[1], zone)
    first = opens if schedule.start is None else _moment(day, schedule.start, zone)
    if first is not None and opens is not None and closes is not None and first < opens:
        # After midnight, in a window that began before it.
        on_next_day = first + timedelta(days=1)
        first = on_next_day if on_next_day <= closes else first
    rounds = []
    for number in range(schedule.repeat):
        asked = None
        if first is not None and schedule.every_min is not None:
            asked = first + timedelta(minutes=schedule.every_min * number)
        elif first is not None and number == 0 and schedule.start is not None:
            asked = first
        rounds.append(_Round(request, number + 1, asked, opens, closes))
    return rounds


def _asked_first(one: _Round) -> datetime:
    assert one.asked is not None
    return one.asked


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local time of a day in UTC: sums of moments then never stumble over a change of the clocks."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
