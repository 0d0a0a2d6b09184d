"""The tables of a DataFlash log on one clock, boot by boot.

Logs since 2015 carry microseconds since boot in every message (``TimeUS``). Before, most messages had milliseconds
(``TimeMS``), some had no time at all, and that of GPS was the receiver's week: the autopilot's own stood in ``T``.
What has no time gets it from its place among the messages that have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.tables import DataFlash, MessageTable

Times = NDArray[np.int64]

_CLOCKS = (("TimeUS", 1), ("TimeMS", 1_000), ("TimeMs", 1_000))
_GPS_CLOCKS = (("TimeUS", 1), ("T", 1_000), ("TimeMS", 1_000), ("Time", 1_000))
_LONGEST_UPTIME_US = 366 * 86_400_000_000
_TELLS_BOOTS = ("PARM", "MSG", "GPS", "POS")
_TELLS_TIME = ("POS", "GPS", "ATT", "IMU", "CTUN", "NTUN")
_REBOOT_US = 1_000_000
"""A clock that falls back by more, and stays there, is another boot's."""


class TimedLog:
    """One boot's tables, each with its times since that boot in microseconds."""

    def __init__(self, log: DataFlash, begin: int = 0, end: int = np.iinfo(np.int64).max) -> None:
        """``begin`` and ``end`` are the places in the file that the boot lies between."""
        self._log, self._begin, self._end = log, begin, end
        self._tables: dict[str, MessageTable | None] = {}

    def table(self, name: str) -> MessageTable | None:
        """All messages of a name, but for those with an impossible time; None when this boot has none."""
        if name not in self._tables:
            self._tables[name] = self._timed(name)
        return self._tables[name]

    def _timed(self, name: str) -> MessageTable | None:
        table = self._log.table(name)
        if table is None:
            return None
        within = (table.place >= self._begin) & (table.place < self._end)
        own = table if within.all() else table.where(within)
        if not len(own):
            return None
        time_us = own_time_us(own)
        if time_us is None:
            return replace(own, time_us=self._by_place(own.place))
        possible = (time_us >= 0) & (time_us <= _LONGEST_UPTIME_US)
        if not possible.all():  # no checksum covers a log: damage shows in times
            own, time_us = own.where(possible), time_us[possible]
        return replace(own, time_us=np.rint(time_us).astype(np.int64)) if len(own) else None

    def _by_place(self, place: Times) -> Times:
        """When messages without a time were written, by the timed ones around them."""
        for name in _TELLS_TIME:
            table = self._log.table(name)
            if table is not None and own_time_us(table) is not None and (timed := self.table(name)) is not None:
                return np.rint(np.interp(place, timed.place, np.maximum.accumulate(timed.time_us))).astype(np.int64)
        return np.zeros(len(place), np.int64)


def own_time_us(table: MessageTable) -> NDArray[np.float64] | None:
    """The times that messages carry themselves; None when they carry none."""
    for column, factor in _GPS_CLOCKS if table.name == "GPS" else _CLOCKS:
        if column in table:
            return table.number(column) * factor
    return None


def boots(log: DataFlash) -> Iterator[TimedLog]:
    """A log holds one boot, unless somebody joined several: each on a clock of its own, in file order."""
    cuts = _cuts(log)
    for begin, end in zip([0, *cuts], [*cuts, np.iinfo(np.int64).max], strict=True):
        yield TimedLog(log, begin, end)


def _cuts(log: DataFlash) -> list[int]:
    """Where in the file another boot begins: the times of all messages fall back there, and stay."""
    told: Mapping[str, tuple[Times, NDArray[np.float64]]] = {
        name: (table.place, time_us)
        for name in _TELLS_BOOTS
        if (table := log.table(name)) is not None and (time_us := own_time_us(table)) is not None
    }
    if all(bool((np.diff(time_us) >= 0).all()) for _, time_us in told.values()):
        return []
    place, time_us = (np.concatenate(columns) for columns in zip(*told.values(), strict=True))
    order = np.argsort(place, kind="stable")
    place, time_us = place[order], without_lone_values(np.nan_to_num(time_us[order]))
    return [int(one) for one in place[1:][np.diff(time_us) < -_REBOOT_US]]


def without_lone_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each value and its two neighbours on either side, steps kept: one damaged time is no step."""
    padded = np.pad(values, 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5)
    middle: NDArray[np.float64] = np.sort(windows, axis=1)[:, 2]
    return middle
