"""``valid_from``, ``valid_until``, ``hours`` and ``days`` of a feature or a paper, from GeoJSON or TOML."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from dronectl.model.text.shown_time import BUDDHIST_ERA, FIRST_YEAR, LAST_YEAR
from dronectl.model.validity import ALWAYS, DAY_NAMES, MINUTES_A_DAY, DailyHours, Validity
from dronectl.site.table import Table

HOURS_WORDS = 'times of day as "07:30-08:30", several with commas; an end before its begin is on the next day'
DAYS_WORDS = 'days of the week as "mon-fri" or "sat,sun"'
BOUND_WORDS = "a day as 2026-12-01, or a moment as 2026-12-01T07:30 (local) or 2026-12-01T00:30Z"

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]|24):([0-5]\d)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
_MOST_HOURS = 12


def read_validity(table: Table) -> Validity:
    """Always, where none of the keys is there or one of them is wrong, which is reported."""
    begins, ends = read_bound(table, "valid_from"), read_bound(table, "valid_until")
    validity = Validity(begins, ends, read_hours(table, "hours"), read_days(table, "days"))
    if not table.ok:
        return ALWAYS
    if begins is not None and ends is not None and _is_before(ends, begins):
        table.reject("valid_until", f"nothing before valid_from {table.values['valid_from']}")
    elif _is_never(validity):
        table.reject("days", f"a day of the week that there is within {validity.words}")
    return validity if table.ok else ALWAYS


def read_bound(table: Table, key: str) -> date | None:
    """A day or a moment: of TOML's own kind, or as text. null, as well as no key at all, is none."""
    if not table.has(key) or table.values[key] is None:
        return None
    value = table.values[key]
    found = _as_bound(value) if isinstance(value, str) else value if isinstance(value, date) else None
    if found is None:
        table.reject(key, BOUND_WORDS)
    elif not FIRST_YEAR <= found.year <= LAST_YEAR:
        is_thai = FIRST_YEAR <= found.year - BUDDHIST_ERA <= LAST_YEAR
        ours = f": {found.year - BUDDHIST_ERA} of the common era?" if is_thai else ""
        table.reject(key, f"a year from {FIRST_YEAR} to {LAST_YEAR}{ours}")
    else:
        return found
    return None


def _as_bound(text: str) -> date | None:
    match = _MOMENT.fullmatch(text.strip())
    try:
        if match is None:
            return None
        return datetime.fromisoformat(match[0]) if match[1] else date.fromisoformat(match[0])
    except ValueError:  # the 31st of a month that has none
        return None


def read_hours(table: Table, key: str) -> tuple[DailyHours, ...]:
    """Times of day as one text, or as a list of such."""
    if not table.has(key) or table.values[key] is None:
        return ()
    value = table.values[key]
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    hours = [as_hours(part) for part in parts[: _MOST_HOURS + 1]]
    good = tuple(one for one in hours if one is not None)
    if not good or len(good) != len(hours) or len(good) > _MOST_HOURS:
        table.reject(key, HOURS_WORDS)
        return ()
    return tuple(sorted(good, key=lambda one: one.begin_min))


def as_hours(value: object) -> DailyHours | None:
    """``07:30-08:30``; None for anything else, also for hours that are none."""
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    begin_min, end_min = (int(match[of]) * 60 + int(match[of + 1]) for of in (1, 3))
    if end_min > MINUTES_A_DAY or begin_min == end_min:
        return None
    return DailyHours(begin_min, end_min if end_min > begin_min else end_min + MINUTES_A_DAY)


def read_days(table: Table, key: str) -> tuple[int, ...]:
    """Days of the week, 0 is Monday; none for all seven."""
    if not table.has(key) or table.values[key] is None:
        return ()
    value = table.values[key]
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    found: set[int] = set()
    for part in parts:
        run = _run_of_days(part) if isinstance(part, str) else ()
        if not run:
            found.clear()
            break
        found.update(run)
    if not found:
        table.reject(key, DAYS_WORDS)
    return tuple(sorted(found)) if len(found) < len(DAY_NAMES) else ()


def _run_of_days(text: str) -> tuple[int, ...]:
    """``mon``, ``mon-fri`` or, over the end of the week, ``fri-mon``; none for anything else."""
    names = [name.strip().lower() for name in text.split("-")]
    if len(names) > 2 or any(name not in DAY_NAMES for name in names):
        return ()
    first, last = DAY_NAMES.index(names[0]), DAY_NAMES.index(names[-1])
    return tuple((first + on) % len(DAY_NAMES) for on in range((last - first) % len(DAY_NAMES) + 1))


def _is_before(ends: date, begins: date) -> bool:
    """Whether it would be over before it begins; moments of different clocks are compared by their days."""
    both = (ends, begins)
    if all(isinstance(one, datetime) for one in both) and (ends.tzinfo is None) == (begins.tzinfo is None):  # type: ignore[attr-defined]
        return ends <= begins
    last, first = (one.date() if isinstance(one, datetime) else one for one in both)
    return last < first


def _is_never(validity: Validity) -> bool:
    """Whether no day between its bounds is one of its days of the week."""
    begins, ends = validity.begins, validity.ends
    if not validity.days or begins is None or ends is None:
        return False
    first, last = (datetime.combine(one, time()) for one in (begins, ends))
    length = (last - first) // timedelta(days=1) + 1
    return length < len(DAY_NAMES) and not any(
        (first + timedelta(days=on)).weekday() in validity.days for on in range(length)
    )
