"""The ``[schedule]`` table of a mission file: when it is flown."""

from __future__ import annotations

import re
from datetime import time

from dronectl.model.plan.schedule import Schedule
from dronectl.site.table import Table

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_CLOCK_WORDS = 'a local time as "07:30"'
_WINDOW_WORDS = 'two local times as ["06:30", "18:00"]'
MOST_ROUNDS = 200


def read_schedule(table: Table) -> Schedule:
    """What ``[schedule]`` asks: ``start``, ``window``, ``every_min``, ``repeat``."""
    window = _window(table)
    schedule = Schedule(
        start=_clock(table, "start"),
        window=window,
        every_min=table.optional_number("every_min", 1.0, 1440.0),
        repeat=table.integer("repeat", 1, MOST_ROUNDS, default=1),
    )
    if schedule.every_min is not None and schedule.repeat == 1 and table.ok:
        table.report("every_min", "found every_min without repeat, allowed both together")
    table.finish()
    return schedule


def _clock(table: Table, key: str) -> time | None:
    if not table.has(key):
        return None
    value = table.values[key]
    if isinstance(value, time) and value.tzinfo is None:
        return value
    found = as_clock(value)
    if found is None:
        table.reject(key, _CLOCK_WORDS)
    return found


def _window(table: Table) -> tuple[time, time] | None:
    if not table.has("window"):
        return None
    value = table.values["window"]
    clocks = [as_clock(one) for one in value] if isinstance(value, list) else []
    if len(clocks) != 2 or clocks[0] is None or clocks[1] is None:
        table.reject("window", _WINDOW_WORDS)
        return None
    return clocks[0], clocks[1]


def as_clock(value: object) -> time | None:
    """``HH:MM`` as a time of day; None for anything else."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return time(int(match[1]), int(match[2])) if match else None
