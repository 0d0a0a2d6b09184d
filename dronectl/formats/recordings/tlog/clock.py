"""When the messages of a telemetry log were sent: a vehicle's boots, and the UTC of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.frames import Rows

EARLIEST_UTC_US = 1_104_537_600_000_000  # 2005: no autopilot of these messages is older, an unset clock is
LATEST_UTC_US = 4_102_444_800_000_000  # 2100

_REBOOT_MS = 10_000
"""Boot time that falls back by more than this is a reboot; by less, perhaps a late packet."""
_LATE_MS = 1_000
"""By less than this, a late packet for sure."""
_UNHEARD_REBOOT_MS = 60_000
"""So is boot time that falls so far behind the host's clock, and stays there: it rebooted unheard."""
_SAME_BOOT_US = 5_000_000
"""A vehicle that says twice, within this, at what time of day it was booted was not booted in between."""

Offsets = NDArray[np.int64]


class Clock:
    """Ties places in the file to boots and to UTC, for one vehicle.

    Messages without a time of their own (HEARTBEAT, STATUSTEXT) get theirs from the timed messages around them.
    """

    def __init__(self, system_time: Rows, position: Rows) -> None:
        offset = np.concatenate([system_time.offset, position.offset])
        order = np.argsort(offset, kind="stable")
        self._offset = offset[order]
        boot_ms = np.concatenate([system_time.fields["time_boot_ms"], position.fields["time_boot_ms"]])
        boot_ms = boot_ms[order].astype(np.int64)
        stamp_us = np.concatenate([system_time.stamp_us, position.stamp_us])[order]

        booted_us = _without_lone_values(stamp_us - boot_ms * 1000)
        told_at, told_us = _told_boots(system_time)
        reboots = _reboots(boot_ms, booted_us, self._offset, told_at, told_us)
        first = np.concatenate([[0], reboots]) if len(boot_ms) else reboots
        self.boot_start: Offsets = self._offset[first]
        """Offset of the first timed message of each boot."""
        self.boot_start[:1] = 0
        self._epoch_us = booted_us[first]
        self.is_utc = np.zeros(len(first), np.bool_)
        self._fit(told_at, told_us)
        self._utc_us = self.utc_us(self._offset, boot_ms * 1000)

    def __bool__(self) -> bool:
        return len(self._offset) > 0

    def boot_of(self, offset: Offsets) -> NDArray[np.int64]:
        """Which boot a place in the file belongs to: 0, 1, …"""
        return np.searchsorted(self.boot_start, offset, side="right").astype(np.int64) - 1

    def utc_us(self, offset: Offsets, since_boot_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """UTC of messages that carry their time since boot."""
        utc: NDArray[np.int64] = self._epoch_us[self.boot_of(offset)] + since_boot_us
        return utc

    def utc_us_at(self, offset: Offsets) -> NDArray[np.int64]:
        """UTC of messages that carry no time."""
        return np.rint(np.interp(offset, self._offset, self._utc_us)).astype(np.int64)

    def _fit(self, told_at: Offsets, told_us: NDArray[np.int64]) -> None:
        """The UTC of each boot: the median that SYSTEM_TIME tells; else the computer's at the boot's first message."""
        boot = self.boot_of(told_at)
        for index in range(len(self._epoch_us)):
            told = np.sort(told_us[boot == index])
            self.is_utc[index] = len(told) > 0
            if len(told):
                self._epoch_us[index] = told[len(told) // 2]


def _told_boots(system_time: Rows) -> tuple[Offsets, NDArray[np.int64]]:
    """(place, UTC of the boot) of each SYSTEM_TIME that knows the time of day."""
    unix_us = system_time.fields["time_unix_usec"]
    plausible = (unix_us > EARLIEST_UTC_US) & (unix_us < LATEST_UTC_US)
    since_boot_us = system_time.fields["time_boot_ms"][plausible].astype(np.int64) * 1000
    return system_time.offset[plausible], unix_us[plausible].astype(np.int64) - since_boot_us


def _reboots(
    boot_ms: NDArray[np.int64],
    booted_us: NDArray[np.int64],
    offset: Offsets,
    told_at: Offsets,
    told_us: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Indices of the first timed message of each boot but the first.

    What the vehicle tells of the time of day decides where it does, before and after: the recording computer's clock
    may be set while it records.
    """
    fallen_ms, lost_ms = -np.diff(boot_ms), np.diff(booted_us) // 1000
    found: list[int] = []
    for index in np.flatnonzero((fallen_ms > _LATE_MS) | (lost_ms > _UNHEARD_REBOOT_MS)).tolist():
        is_reboot = fallen_ms[index] > _REBOOT_MS or lost_ms[index] > _UNHEARD_REBOOT_MS
        after = int(np.searchsorted(told_at, offset[index], side="right"))
        if fallen_ms[index] <= _REBOOT_MS and 0 < after < len(told_at):
            is_reboot = abs(int(told_us[after] - told_us[after - 1])) > _SAME_BOOT_US
        if is_reboot:
            found.append(index + 1)
    return np.array(found, np.int64)


def _without_lone_values(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The median of each value and its neighbours, steps kept: no checksum covers the host's stamps, and a damaged one
    would otherwise be a reboot."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    middle: NDArray[np.int64] = np.sort(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)[1]
    return middle
