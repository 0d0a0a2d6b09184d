"""The messages of one vehicle that carry a time of their own, and what they tell of the time of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.frames import Rows

EARLIEST_UTC_US = 1_104_537_600_000_000  # 2005: no autopilot of these messages is older, an unset clock is
LATEST_UTC_US = 4_102_444_800_000_000  # 2100
FIX_3D = 3
RECEIVERS = ("GPS_RAW_INT", "GPS2_RAW")
HIGH_LATENCY = ("HIGH_LATENCY2", "HIGH_LATENCY")

Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """In file order; columns of one length."""

    offset: Offsets
    boot_ms: NDArray[np.int64]
    stamp_us: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ToldTimes:
    """Places in the file at which the vehicle told the time of day; columns of one length, in file order."""

    offset: Offsets
    since_boot_us: NDArray[np.int64]
    boot_utc_us: NDArray[np.int64]
    has_fix: NDArray[np.bool_]


def timed_messages(rows: Mapping[str, Rows]) -> Timed:
    """SYSTEM_TIME and the autopilot's positions count milliseconds since boot. Where a link carries neither, the times
    of receivers and of high-latency telemetry stand in; and for what has none, the stamps."""
    parts = [(rows[name], _field_ms(rows[name])) for name in ("SYSTEM_TIME", "GLOBAL_POSITION_INT") if len(rows[name])]
    if not parts:
        parts = [(rows[name], _own_ms(rows[name], name)) for name in (*RECEIVERS, *HIGH_LATENCY) if len(rows[name])]
    if not parts:
        empty = np.empty(0, np.int64)
        return Timed(empty, empty, empty)
    offset = np.concatenate([part.offset for part, _ in parts])
    order = np.argsort(offset, kind="stable")
    return Timed(
        offset[order],
        np.concatenate([boot_ms for _, boot_ms in parts])[order],
        np.concatenate([part.stamp_us for part, _ in parts])[order],
    )


def own_time_us(rows: Rows, name: str) -> NDArray[np.int64] | None:
    """What the messages of receivers and of high-latency telemetry say, in microseconds: since boot, or, if
    :func:`is_utc`, since 1970. None where all say nothing."""
    fields = rows.fields
    if name in RECEIVERS:
        told = fields["time_usec"].astype(np.int64)
    elif name == "HIGH_LATENCY2":
        told = fields["timestamp"].astype(np.int64) * 1000
    else:
        return None
    return told if told.any() else None


def is_utc(time_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    plausible: NDArray[np.bool_] = (time_us > EARLIEST_UTC_US) & (time_us < LATEST_UTC_US)
    return plausible


def told_times(rows: Mapping[str, Rows]) -> ToldTimes:
    """SYSTEM_TIME, where it knows the time of day; where no link carried it, receivers that know."""
    system_time = rows["SYSTEM_TIME"]
    if len(system_time):
        unix_us = system_time.fields["time_unix_usec"].astype(np.int64)
        known = is_utc(unix_us)
        offset, since_boot_us = system_time.offset[known], _field_ms(system_time)[known] * 1000
        return ToldTimes(offset, since_boot_us, unix_us[known] - since_boot_us, has_fix(rows, offset, unknown=False))
    for name in RECEIVERS:
        gps = rows[name]
        own_us = own_time_us(gps, name)
        if own_us is not None and (known := is_utc(own_us)).any() and not len(rows["GLOBAL_POSITION_INT"]):
            since_us = _own_ms(gps, name)[known] * 1000
            with_fix = gps.fields["fix_type"][known] >= FIX_3D
            return ToldTimes(gps.offset[known], since_us, own_us[known] - since_us, with_fix)
    empty = np.empty(0, np.int64)
    return ToldTimes(empty, empty, empty, np.empty(0, np.bool_))


def has_fix(rows: Mapping[str, Rows], offset: Offsets, *, unknown: bool) -> NDArray[np.bool_]:
    """Whether any receiver's latest word at each place is a 3-D fix; ``unknown`` where no receiver is connected: a
    receiver that always says 0 (GPS_FIX_TYPE_NO_GPS) is none."""
    fixes = [
        gps.fields["fix_type"][latest(gps.offset, offset)] >= FIX_3D
        for gps in (rows[name] for name in RECEIVERS)
        if len(gps) and gps.fields["fix_type"].any()
    ]
    return np.logical_or.reduce(fixes) if fixes else np.full(len(offset), unknown)


def latest(known: Offsets, wanted: Offsets) -> NDArray[np.intp]:
    """Index of the last known place at or before each wanted one; of the first for those before it."""
    return np.maximum(np.searchsorted(known, wanted, side="right") - 1, 0)


def _field_ms(rows: Rows) -> NDArray[np.int64]:
    return rows.fields["time_boot_ms"].astype(np.int64)


def _own_ms(rows: Rows, name: str) -> NDArray[np.int64]:
    """Milliseconds since boot; of messages that tell UTC, since the first of them; of those that tell no time, since
    the first by their stamps."""
    own_us = own_time_us(rows, name)
    told_us = rows.stamp_us - rows.stamp_us[0] if own_us is None else own_us
    known = is_utc(told_us)
    if known.any():  # a receiver without a fix may not know yet: it stands where its stamps put it
        first = int(np.argmax(known))
        by_stamp_us = rows.stamp_us - rows.stamp_us[first] + told_us[first]
        told_us = np.where(known, told_us, by_stamp_us) - told_us[first]
    return told_us // 1000
