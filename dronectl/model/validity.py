"""When something is in force: from one day to another, at hours of the day, on days of the week.

All by the clock of the place. What closes (a keep-out) is taken as wide as its words allow, what opens (a permit, a
filing) as narrow: where clocks change, and over midnight, a doubt is never for the flight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from dronectl.model.text.shown_time import iso_day_or_moment

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 1440
VALIDITY_KEYS = ("valid_from", "valid_until", "hours", "days")
"""As files write them."""

Span = tuple[datetime, datetime]
"""From a moment to another, both with a time zone."""

_DAY = timedelta(days=1)
_LOOK_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class DailyHours:
    """Minutes after midnight; the end is after the begin, beyond 1440 where it is on the next day."""

    begin_min: int
    end_min: int

    @property
    def text(self) -> str:
        end = self.end_min if self.end_min <= MINUTES_A_DAY else self.end_min - MINUTES_A_DAY
        return "-".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (self.begin_min, end))


_ALL_DAY = DailyHours(0, MINUTES_A_DAY)


@dataclass(frozen=True, slots=True)
class Validity:
    """``begins`` and ``ends``: a day (the whole of it) or a moment (of the place where it has no zone); None: no bound.

    ``hours``: none for the whole day. ``days``: 0 is Monday; none for all seven. Hours over midnight belong to the day
    on which they begin.
    """

    begins: date | None = None
    ends: date | None = None
    hours: tuple[DailyHours, ...] = ()
    days: tuple[int, ...] = ()

    @property
    def is_always(self) -> bool:
        return self == ALWAYS

    def in_force(self, begin: datetime, end: datetime, zone: tzinfo) -> bool:
        """Whether it may be so at any moment between the two, both included."""
        return any(first <= end and begin < last for first, last in self.spans(begin, end, zone, wide=True))

    def covers(self, begin: datetime, end: datetime, zone: tzinfo) -> bool:
        """Whether it is surely so at every moment between the two."""
        return any(first <= begin and end <= last for first, last in self.spans(begin, end, zone, wide=False))

    def spans(self, begin: datetime, end: datetime, zone: tzinfo, *, wide: bool) -> list[Span]:
        """When it is in force around a stretch of time, in order, those that touch made one."""
        joined: list[Span] = []
        for first, last in sorted(self._spans(begin, end, zone, wide=wide)):
            if joined and first <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(last, joined[-1][1])
            else:
                joined.append((first, last))
        return joined

    def _spans(self, begin: datetime, end: datetime, zone: tzinfo, *, wide: bool) -> Iterator[Span]:
        earliest, latest = self._bounds(zone, wide=wide)
        day, last_day = begin.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
        while day <= last_day:
            if self._is_on(day):
                for hours in self.hours or (_ALL_DAY,):
                    first = _moment(day, hours.begin_min, zone, late=not wide)
                    last = _moment(day, hours.end_min, zone, late=wide)
                    first = first if earliest is None else max(first, earliest)
                    last = last if latest is None else min(last, latest)
                    if first < last:
                        yield first, last
            day += _DAY

    def _is_on(self, day: date) -> bool:
        """Whether hours that begin on this day count. Of moments that bound it, the day: they are cut off later."""
        after = self.begins is None or isinstance(self.begins, datetime) or day >= self.begins
        before = self.ends is None or isinstance(self.ends, datetime) or day <= self.ends
        return after and before and (not self.days or day.weekday() in self.days)

    def _bounds(self, zone: tzinfo, *, wide: bool) -> tuple[datetime | None, datetime | None]:
        """Moments outside of which it never is. A night that begins on the last day goes on until its morning where it
        closes, and ends at midnight where it opens."""
        earliest = _as_moment(self.begins, zone, late=not wide) if isinstance(self.begins, datetime) else None
        if isinstance(self.ends, datetime):
            return earliest, _as_moment(self.ends, zone, late=wide)
        if self.ends is None or wide:
            return earliest, None
        return earliest, _moment(self.ends, MINUTES_A_DAY, zone, late=False)

    def status(self, now: datetime, zone: tzinfo) -> Status:
        """How it stands at a moment, as something that closes."""
        ahead = self.spans(now, now + _LOOK_AHEAD, zone, wide=True)
        for first, last in ahead:
            if first <= now < last:
                return Status(True, None if last > now + _LOOK_AHEAD - _DAY else last)
            if first > now:
                return Status(False, first)
        later = self.begins is not None and _day_of(self.begins, zone) > now.astimezone(zone).date()
        return Status(False, _as_moment(self.begins, zone, late=False) if later and self.begins else None)

    @property
    def words(self) -> str:
        """``2026-12-01 to 2026-12-03, 07:30-08:30, mon-fri``; empty for always."""
        bounds = {(True, True): "{0} to {1}", (True, False): "from {0}", (False, True): "until {1}"}
        form = bounds.get((self.begins is not None, self.ends is not None), "")
        told = [form.format(*map(iso_day_or_moment, (self.begins, self.ends))), self.hours_text, self.days_text]
        return ", ".join(part for part in told if part)

    @property
    def hours_text(self) -> str:
        return ",".join(hours.text for hours in self.hours)

    @property
    def days_text(self) -> str:
        """``mon-fri``, ``sat,sun``: runs of three and more are told by their ends."""
        told, run = [], list[int]()
        for day in (*self.days, None):
            if run and (day is None or day != run[-1] + 1):
                names = [DAY_NAMES[one] for one in run]
                told += [f"{names[0]}-{names[-1]}"] if len(names) > 2 else names
                run = []
            if day is not None:
                run.append(day)
        return ",".join(told)

    def as_json(self) -> dict[str, str]:
        """By the keys of files; those that say nothing are left out."""
        bounds = map(iso_day_or_moment, (self.begins, self.ends))
        told = dict(zip(VALIDITY_KEYS, (*bounds, self.hours_text, self.days_text), strict=True))
        return {key: value for key, value in told.items() if value}


ALWAYS = Validity()


@dataclass(frozen=True, slots=True)
class Status:
    """Whether it is in force, and when that changes next; None: not within a year."""

    is_in_force: bool
    changes: datetime | None


def whole_days(days: tuple[date, ...], zone: tzinfo) -> tuple[Span, ...]:
    """Each of these days from midnight to midnight."""
    return tuple((_moment(day, 0, zone, late=False), _moment(day, MINUTES_A_DAY, zone, late=True)) for day in days)


def _moment(day: date, minutes: int, zone: tzinfo, *, late: bool) -> datetime:
    """A time of a day in UTC; of the two that there are where clocks change, the later or the earlier one."""
    on, minute = day + timedelta(days=minutes // MINUTES_A_DAY), minutes % MINUTES_A_DAY
    return _resolved(datetime.combine(on, time(minute // 60, minute % 60)), zone, late=late)


def _as_moment(bound: date | None, zone: tzinfo, *, late: bool) -> datetime:
    assert bound is not None
    if not isinstance(bound, datetime):
        return _moment(bound, 0, zone, late=late)
    return bound.astimezone(UTC) if bound.tzinfo is not None else _resolved(bound, zone, late=late)


def _resolved(local: datetime, zone: tzinfo, *, late: bool) -> datetime:
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(both) if late else min(both)


def _day_of(bound: date, zone: tzinfo) -> date:
    return _as_moment(bound, zone, late=False).astimezone(zone).date()
