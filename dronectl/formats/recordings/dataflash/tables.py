"""DataFlash logs, what ArduPilot writes on board: binary (.bin) and text (.log), as tables of columns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.layout import MessageFormat
from dronectl.formats.recordings.dataflash.walk import Bytes, Messages, walk_messages

Column = NDArray[np.generic]

_UNTIMED: NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class MessageTable:
    """All messages of one type, in file order: a column a field, made when it is asked for.

    Whole numbers that stand for hundredths or 1e-7 degree are divided out (``float64``); texts are ``S`` columns.
    ``place`` is each message's position in the file, rising, the same scale for every table of a log.
    """

    name: str
    columns: Mapping[str, Column]
    place: NDArray[np.int64]
    units: Mapping[str, str] = field(default_factory=dict)
    multipliers: Mapping[str, float] = field(default_factory=dict)
    time_us: NDArray[np.int64] = field(default_factory=lambda: _UNTIMED)
    """Microseconds since boot, once :class:`dronectl.formats.recordings.dataflash.clock.TimedLog` has told them."""

    def __len__(self) -> int:
        return len(self.place)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def number(self, column: str) -> NDArray[np.float64]:
        """A column as ``float64``, NaN for what is no number: a damaged value, a text, a field that the log lacks."""
        if column not in self.columns or self.columns[column].dtype.kind not in "iuf":
            return np.full(len(self), np.nan)
        with np.errstate(invalid="ignore"):  # damage makes numbers that signal when they are copied
            values = self.columns[column].astype(np.float64)
        values[np.isinf(values)] = np.nan
        return values

    def where(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> MessageTable:
        """The chosen messages: by a flag each, by numbers in any order, or some in a row."""
        chosen = LazyColumns(tuple(self.columns), lambda name: self.columns[name][which])
        time_us = self.time_us if self.time_us is _UNTIMED else self.time_us[which]
        return replace(self, columns=chosen, place=self.place[which], time_us=time_us)


class LazyColumns(Mapping[str, Column]):
    """Columns by name, each made once, when it is asked for: of a message's dozen fields a track needs a few."""

    def __init__(self, names: tuple[str, ...], make: Callable[[str], Column]) -> None:
        self._names, self._make = dict.fromkeys(names), make
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


class DataFlash(Protocol):
    """A log of either kind."""

    kind: str
    """``bin`` or ``log``."""
    messages: int
    skipped_bytes: int
    """Bytes (of a text log: lines) that belong to no message."""
    partial_tail: bool

    def table(self, name: str) -> MessageTable | None:
        """All messages of a name; None when the log has none."""

    def names(self) -> tuple[str, ...]:
        """Names of the messages that the log has."""


class BinaryLog:
    """A .bin log. Only the tables that are asked for are decoded."""

    kind = "bin"

    def __init__(self, data: Bytes) -> None:
        self._messages: Messages = walk_messages(data)
        self.messages = len(self._messages)
        self.skipped_bytes = self._messages.skipped_bytes
        self.partial_tail = self._messages.partial_tail
        self._format_of = {format_.name: format_ for format_ in self._messages.formats.values()}
        self._tables: dict[str, MessageTable] = {}
        self._counts = np.bincount(self._messages.type_id, minlength=256)

    def names(self) -> tuple[str, ...]:
        return tuple(name for name, format_ in self._format_of.items() if self._counts[format_.type_id])

    def table(self, name: str) -> MessageTable | None:
        if name in self._tables:
            return self._tables[name]
        if not self._has(name):
            return None
        format_ = self._format_of[name]
        place = self._messages.places(format_)
        raw = self._messages.rows(format_, place)

        def scaled(column: str) -> Column:
            divisor = format_.divisor(column)
            return raw[column] if divisor == 1.0 else raw[column] / divisor

        known = self._units_of(format_)
        self._tables[name] = MessageTable(name, LazyColumns(format_.fields, scaled), place, *known)
        return self._tables[name]

    def raw(self, name: str) -> NDArray[np.void] | None:
        """All messages of a name as they lie in the file: a structured array, nothing scaled."""
        if not self._has(name):
            return None
        format_ = self._format_of[name]
        return self._messages.rows(format_, self._messages.places(format_))

    def _has(self, name: str) -> bool:
        format_ = self._format_of.get(name)
        return format_ is not None and bool(self._counts[format_.type_id])

    def _units_of(self, format_: MessageFormat) -> tuple[dict[str, str], dict[str, float]]:
        """The unit and the multiplier of a message's fields, from FMTU, UNIT and MULT: the last word on them."""
        fmtu, labels, factors = self._units
        rows = np.empty(0, np.intp) if fmtu is None else np.flatnonzero(fmtu["FmtType"] == format_.type_id)
        if fmtu is None or not len(rows):
            return {}, {}
        row = fmtu[rows[-1]]
        units = {
            name: labels[letter].decode("utf-8", "replace")
            for name, letter in zip(format_.fields, bytes(row["UnitIds"]), strict=False)
            if letter != ord("-") and labels.get(letter)
        }
        multipliers = {
            name: float(f"{float(factors[letter]):.7g}")  # written in single precision
            for name, letter in zip(format_.fields, bytes(row["MultIds"]), strict=False)
            if letter != ord("-") and float(factors.get(letter, 0.0)) not in (0.0, 1.0)
        }
        return units, multipliers

    @functools.cached_property
    def _units(self) -> tuple[NDArray[np.void] | None, dict[int, Any], dict[int, Any]]:
        """FMTU, labels of units by letter, multipliers by letter."""
        fmtu, unit, mult = self.raw("FMTU"), self.raw("UNIT"), self.raw("MULT")
        if fmtu is None or not {"FmtType", "UnitIds", "MultIds"} <= set(fmtu.dtype.names or ()):
            return None, {}, {}
        return fmtu, _by_id(unit, "Label"), _by_id(mult, "Mult")


def _by_id(rows: NDArray[np.void] | None, column: str) -> dict[int, bytes]:
    if rows is None or not {"Id", column} <= set(rows.dtype.names or ()):
        return {}
    return {int(row["Id"]): row[column].item() for row in rows}
