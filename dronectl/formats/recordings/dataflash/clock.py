"""The tables of a DataFlash log on one clock, boot by boot.

Logs since 2015 carry microseconds since boot in every message (``TimeUS``). Before, most messages had milliseconds
(``TimeMS``), some had no time at all, and that of GPS was the receiver's week: the autopilot's own stood in ``T``.
What has no time gets it from its place among the messages that have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.tables import DataFlash, MessageTable

Times = NDArray[np.int64]

_CLOCKS = (("TimeUS", 1), ("TimeMS", 1_000), ("TimeMs", 1_000))
_GPS_CLOCKS = (("TimeUS", 1), ("T", 1_000), ("TimeMS", 1_000), ("Time", 1_000))
_END = np.iinfo(np.int64).max
_LONGEST_UPTIME_US = 366 * 86_400_000_000
_TELLS_BOOTS = ("PARM", "MSG", "GPS", "POS")
_TELLS_TIME = ("POS", "GPS", "ATT", "IMU", "CTUN", "NTUN")
_STEP_US = 1_000_000
"""A clock that falls back by more, and stays there, is another boot's, or that of another part of the same one."""


class TimedLog:
    """One boot's tables, each with its times since that boot in microseconds."""

    def __init__(self, log: DataFlash, spans: Sequence[tuple[int, int]] = ((0, _END),)) -> None:
        """``spans``: the places in the file that the parts of the boot lie between, in the order of their times."""
        self._log, self.spans = log, spans
        self._tables: dict[str, MessageTable | None] = {}

    def table(self, name: str) -> MessageTable | None:
        """All messages of a name, but for those with an impossible time; None when this boot has none."""
        if name not in self._tables:
            self._tables[name] = self._timed(name)
        return self._tables[name]

    def extent_us(self) -> tuple[int, int]:
        """The first and the last time that it tells."""
        tables = [table for name in _TELLS_BOOTS if (table := self.table(name)) is not None]
        if not tables:
            return 0, 0
        return min(int(table.time_us.min()) for table in tables), max(int(table.time_us.max()) for table in tables)

    def _timed(self, name: str) -> MessageTable | None:
        table = self._log.table(name)
        if table is None:
            return None
        edges = [np.searchsorted(table.place, span).tolist() for span in self.spans]
        if len(edges) > 1:
            own = table.where(np.concatenate([np.arange(*edge) for edge in edges]))
        else:
            own = table if edges == [[0, len(table)]] else table.where(slice(*edges[0]))
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
                order = np.argsort(timed.place, kind="stable")
                rising_us = np.maximum.accumulate(timed.time_us)
                return np.rint(np.interp(place, timed.place[order], rising_us[order])).astype(np.int64)
        return np.zeros(len(place), np.int64)


def own_time_us(table: MessageTable) -> NDArray[np.float64] | None:
    """The times that messages carry themselves; None when they carry none."""
    for column, factor in _GPS_CLOCKS if table.name == "GPS" else _CLOCKS:
        if column in table:
            return table.number(column) * factor
    return None


def boots(log: DataFlash) -> list[TimedLog]:
    """A log holds one boot, unless somebody joined several: each on a clock of its own, in file order. One whose parts
    were joined in the wrong order is several here."""
    return [TimedLog(log, [span]) for span in _spans(log, lambda steps_us: steps_us < -_STEP_US)]


def parts(log: DataFlash) -> list[TimedLog]:
    """Stretches of the file in which times neither fall back nor leap."""
    return [TimedLog(log, [span]) for span in _spans(log, lambda steps_us: np.abs(steps_us) > _STEP_US)]


def _spans(log: DataFlash, is_cut: Callable[[NDArray[np.float64]], NDArray[np.bool_]]) -> Iterator[tuple[int, int]]:
    """The file, cut where the times of all messages step so, and stay; in one piece where none falls back."""
    told: Mapping[str, tuple[Times, NDArray[np.float64]]] = {
        name: (table.place, time_us)
        for name in _TELLS_BOOTS
        if (table := log.table(name)) is not None and (time_us := own_time_us(table)) is not None
    }
    if all(bool((np.diff(time_us) >= 0).all()) for _, time_us in told.values()):
        yield 0, _END
        return
    place, time_us = (np.concatenate(columns) for columns in zip(*told.values(), strict=True))
    order = np.argsort(place, kind="stable")
    place, time_us = place[order], without_lone_values(np.nan_to_num(time_us[order]))
    cuts = place[1:][is_cut(np.diff(time_us))].tolist()
    yield from zip([0, *cuts], [*cuts, _END], strict=True)


def without_lone_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each value and its two neighbours on either side, steps kept: one damaged time is no step."""
    padded = np.pad(values, 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5)
    middle: NDArray[np.float64] = np.sort(windows, axis=1)[:, 2]
    return middle
