"""Flights that are as plain as can be, a position a second, on clocks that a test sets as it likes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tlog_builder import UNIX_EPOCH_US, LogBuilder

from dronectl.formats.recordings.recording import Recording, read_recording

SECOND_US = 1_000_000
START_US = UNIX_EPOCH_US + 100 * SECOND_US
"""When :func:`flown` takes off, unless told otherwise: 100 s after its boot."""


def flown(
    log: LogBuilder | None = None,
    *,
    seconds: int = 60,
    boot_s: int = 100,
    stamp_us: int | None = None,
    clock_ahead_s: float | None = 0.0,
    fix: int | None = 3,
    positions: bool = True,
    lat: int = 160_538_000,
    armed: bool = True,
    ends: bool = True,
    system: int = 1,
    **heartbeat: int,
) -> LogBuilder:
    """North by a metre a second. ``boot_s``: seconds since the boot, which was at UNIX_EPOCH_US. ``stamp_us``: of the
    first message; by default a right clock's. ``clock_ahead_s`` None: no SYSTEM_TIME; ``fix`` None: no GPS_RAW_INT."""
    log = log or LogBuilder()
    first_us = UNIX_EPOCH_US + boot_s * SECOND_US if stamp_us is None else stamp_us
    log.stamp_us = first_us - SECOND_US
    log.heartbeat(armed=False, system=system, **heartbeat)
    for second in range(seconds):
        boot_ms = (boot_s + second) * 1000
        log.stamp_us = first_us + second * SECOND_US
        log.heartbeat(armed=armed, system=system, **heartbeat)
        if clock_ahead_s is not None:
            told_us = UNIX_EPOCH_US + boot_ms * 1000 + int(clock_ahead_s * SECOND_US)
            log.system_time(boot_ms, unix_us=told_us, system=system)
        if fix is not None:
            log.gps(boot_ms, fix=fix, lat=lat + 90 * second, system=system)
        if positions:
            log.position(boot_ms, lat=lat + 90 * second, system=system)
    if ends:
        log.stamp_us = first_us + seconds * SECOND_US
        log.heartbeat(armed=False, system=system, **heartbeat)
    return log


def going_on(**more: Any) -> LogBuilder:
    """As :func:`flown`, without the heartbeat before arming."""
    log = flown(**more)
    del log.data[: 8 + 12 + log.data[9]]
    return log


def joined(*logs: LogBuilder) -> LogBuilder:
    """As by ``cat``."""
    whole = LogBuilder()
    for log in logs:
        whole.data += log.data
    return whole


def mixed(*logs: LogBuilder) -> LogBuilder:
    """All messages of all logs by their stamps, as one recorder hears them."""
    records = []
    for log in logs:
        data, at = bytes(log.data), 0
        while at < len(data):
            end = at + 8 + 12 + data[at + 9]
            records.append((data[at : at + 8], data[at + 8 : end]))
            at = end
    whole = LogBuilder()
    for stamp, frame in sorted(records, key=lambda record: record[0]):
        whole.data += stamp + frame
    return whole


def read(log: LogBuilder, folder: Path) -> Recording:
    return read_recording(log.save(folder))


def starts_s(recording: Recording) -> list[float]:
    """Seconds since the boot of the builder's vehicle at which each flight begins."""
    return [round((track.start_us or 0) / 1e6 - UNIX_EPOCH_US / 1e6, 3) for track in recording.tracks]
