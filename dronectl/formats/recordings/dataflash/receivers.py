"""What a DataFlash log tells of its aircraft, its GPS receivers, and by them of the time of its boot."""

from __future__ import annotations

import numpy as np

from dronectl.formats.recordings.boot_time import Tellings, boot_time
from dronectl.formats.recordings.dataflash.clock import TimedLog
from dronectl.formats.recordings.dataflash.tables import MessageTable
from dronectl.formats.recordings.gps_time import gps_to_utc_us
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.track.clock_facts import ClockFacts, TimeSource

UNKNOWN_SYSTEM = 0
"""Stands for a system id that the log does not tell."""
FIX_3D = 3
_EARLIEST_WEEK = 1_304  # 2005: an unset clock is earlier
_MS_OF_WEEK = 604_800_000


def system_id(log: TimedLog) -> int:
    """By the parameters that a log begins with; whichever firmware wrote it."""
    table = log.table("PARM")
    if table is None or not {"Name", "Value"} <= set(table.columns):
        return UNKNOWN_SYSTEM
    is_id = np.isin(table.columns["Name"], [name.encode() for name in names_of(Setting.SYSTEM_ID)])
    values = table.number("Value")[is_id]
    return int(values[-1]) if len(values) and 1 <= values[-1] <= 255 else UNKNOWN_SYSTEM


def receivers(log: TimedLog) -> list[MessageTable]:
    """The messages of each GPS receiver."""
    table, second = log.table("GPS"), log.table("GPS2")
    found: list[MessageTable] = []
    if table is not None:
        column = _instance_column(table)
        numbers = table.number(column) if column else np.zeros(len(table))
        kinds = sorted(set(numbers[np.isfinite(numbers)].tolist()))  # np.unique would import NumPy's masked arrays
        found += [table] if len(kinds) == 1 else [table.where(numbers == number) for number in kinds]
    return found if second is None else [*found, second]


def best_receiver(receivers: list[MessageTable]) -> MessageTable | None:
    """The one with the most 3-D fixes; of equals the first."""
    return max(receivers, key=lambda table: int((table.number("Status") >= FIX_3D).sum()), default=None)


def _instance_column(table: MessageTable) -> str | None:
    """What tells the sources apart (receivers, filter cores) that are logged under one name."""
    by_unit = next((name for name, unit in table.units.items() if unit == "instance"), None)
    column = by_unit or next((name for name in ("I", "C", "Inst") if name in table), None)
    return column if column is not None and column in table else None


def first_instance(table: MessageTable | None) -> MessageTable | None:
    """The messages of the first source."""
    column = _instance_column(table) if table is not None else None
    if table is None or column is None or not len(table):
        return table
    numbers = table.number(column)
    return table if np.isnan(numbers).all() else table.where(numbers == np.nanmin(numbers))


def timing(gps: MessageTable | None) -> ClockFacts:
    """When it was booted, by every GPS message that knows the week."""
    unknown = ClockFacts(TimeSource.BOOT)
    if gps is None:
        return unknown
    week_field = next((name for name in ("GWk", "Week") if name in gps), None)
    ms_field = next((name for name in ("GMS", "TimeMS", "Time") if name in gps), None)
    if week_field is None or ms_field is None or "Status" not in gps:
        return unknown
    week, ms = gps.number(week_field), gps.number(ms_field)
    known = (week >= _EARLIEST_WEEK) & (week < 10_000) & (ms >= 0) & (ms < _MS_OF_WEEK)
    utc_us = gps_to_utc_us(week[known].astype(np.int64), ms[known].astype(np.int64))
    since_boot_us = gps.time_us[known]
    with_fix = gps.number("Status")[known] >= FIX_3D
    facts = boot_time(Tellings(since_boot_us, utc_us - since_boot_us, with_fix))
    return unknown if facts is None or facts.source is not TimeSource.GPS else facts
