"""How times, days and spans of time reach people and programs: here and nowhere else (a test looks for others).

A person is told a time with its zone: local time with its offset (``07:30 UTC+7``), or UTC with Z (``00:30Z``). So each
of these functions wants a zone, and none takes a moment that has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

BUDDHIST_ERA = 543
"""Years that Thai dates are ahead of the Common Era."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Of days that people or files may name: no clock or calendar ends near these."""

_MONTHS = (  # strftime would follow the computer's locale
    ("มกราคม", "January"),
    ("กุมภาพันธ์", "February"),
    ("มีนาคม", "March"),
    ("เมษายน", "April"),
    ("พฤษภาคม", "May"),
    ("มิถุนายน", "June"),
    ("กรกฎาคม", "July"),
    ("สิงหาคม", "August"),
    ("กันยายน", "September"),
    ("ตุลาคม", "October"),
    ("พฤศจิกายน", "November"),
    ("ธันวาคม", "December"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_US, _LAST_US = (
    (moment - _EPOCH) // timedelta(microseconds=1)
    for moment in (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC))
)
"""Two days within the calendar, so that every zone has them."""


def clock(moment: datetime, zone: tzinfo, *, seconds: bool = False, day: date | None = None) -> str:
    """``07:30 UTC+7``, ``00:30Z``; on another day than ``day`` with how many days on: ``00:10 +1 d UTC+7``.

    Raises:
        ValueError: the moment has no zone.
    """
    return clocks([moment], zone, seconds=seconds, day=day)


def clocks(
    moments: Sequence[datetime], zone: tzinfo, *, between: str = ", ", seconds: bool = False, day: date | None = None
) -> str:
    """Several times of day, with their offset behind the last of those that share it: ``07:30, 09:00 UTC+7``.

    Raises:
        ValueError: a moment has no zone.
    """
    local = [_local(moment, zone) for moment in moments]
    told = []
    for index, moment in enumerate(local):
        text = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
        if day is not None and moment.date() != day:
            text += f" {(moment.date() - day).days:+d} d"
        if index + 1 == len(local) or local[index + 1].utcoffset() != moment.utcoffset():
            text += zone_label(moment, zone)
        told.append(text)
    return between.join(told)


def day_and_clock(moment: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """``2026-03-01 07:30 UTC+7``, ``2026-03-01 00:30Z``.

    Raises:
        ValueError: the moment has no zone.
    """
    return f"{_local(moment, zone).date().isoformat()} {clock(moment, zone, seconds=seconds)}"


def zone_label(moment: datetime, zone: tzinfo) -> str:
    """What stands behind a time of day: ``Z`` for UTC, else a space and the offset (`` UTC+7``, `` UTC-3:30``)."""
    local = _local(moment, zone)
    if local.tzname() == "UTC":
        return "Z"
    minutes = round((local.utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f" UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def local_day(moment: datetime, zone: tzinfo) -> date:
    """Which day it is there.

    Raises:
        ValueError: the moment has no zone.
    """
    return _local(moment, zone).date()


def both_eras(day: date) -> tuple[str, str]:
    """The day in Thai with the Buddhist year, and in English: ``23 พฤศจิกายน พ.ศ. 2569``, ``23 November 2026``."""
    thai, english = _MONTHS[day.month - 1]
    return f"{day.day} {thai} พ.ศ. {day.year + BUDDHIST_ERA}", f"{day.day} {english} {day.year}"


def span(seconds: float) -> str:
    """Minutes and seconds, ``12:05``; earlier is less: ``-0:03``."""
    whole = round(abs(seconds))
    return f"{'-' if seconds < 0.0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def utc_of_us(microseconds: int | None) -> datetime | None:
    """The moment so many microseconds after 1970 began; None where no calendar has it, as in damaged recordings."""
    moment = None
    if microseconds is not None and _FIRST_US <= microseconds <= _LAST_US:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment


def us_of(moment: datetime) -> int:
    """Microseconds since 1970 began in UTC.

    Raises:
        ValueError: the moment has no zone.
    """
    return (_local(moment, UTC) - _EPOCH) // timedelta(microseconds=1)


def iso_local(moment: datetime, zone: tzinfo) -> str:
    """For programs, local time with its offset: ``2026-03-01T07:30:00+07:00``.

    Raises:
        ValueError: the moment has no zone.
    """
    return _local(moment, zone).isoformat(timespec="seconds")


def iso_z(moment: datetime, *, timespec: str = "seconds") -> str:
    """For programs: ``2026-03-01T00:30:00Z``.

    Raises:
        ValueError: the moment has no zone.
    """
    return _local(moment, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def iso_day_or_moment(bound: date | None) -> str:
    """As files write what is bounded by a day, or by a moment of the place or of a zone: ``2026-03-01``,
    ``2026-03-01T07:30``, ``2026-03-01T00:30Z``. Empty for no bound."""
    if not isinstance(bound, datetime):
        return "" if bound is None else bound.isoformat()
    return bound.isoformat(timespec="minutes").replace("+00:00", "Z")


def file_stamp(moment: datetime, *, microseconds: bool = False) -> str:
    """For names of files: ``20260301T003000Z``, in UTC, so that they sort by time.

    Raises:
        ValueError: the moment has no zone.
    """
    utc = _local(moment, UTC)
    return f"{utc:%Y%m%dT%H%M%S.%fZ}" if microseconds else f"{utc:%Y%m%dT%H%M%SZ}"


def _local(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(zone)


def minutes(seconds: float) -> str:
    """Minutes with one decimal, without a needless ``.0``."""
    return f"{seconds / 60.0:.1f}".removesuffix(".0")
