"""Text DataFlash logs (.log): one message a line, name and values divided by commas, values already in their units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.dataflash import Column, Table
from dronectl.formats.dataflash_walk import Bytes

_TEXT_LETTERS = "nNZM"
_WHOLE_LETTERS = "bBhHiIqQ"
_LONGEST_NAME = 8


class TextLog:
    """A .log file. Lines are sorted by their name at once; values are read when a table is asked for."""

    kind = "log"

    def __init__(self, data: Bytes) -> None:
        text = data.tobytes()
        self.partial_tail = not text.endswith(b"\n")
        lines = text.split(b"\n")
        self._lines: dict[str, list[int]] = {}
        self._texts = lines
        self._letters: dict[str, str] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        self.skipped_bytes = 0
        known = 0
        for number, line in enumerate(lines):
            name, comma, _ = line.partition(b",")
            if not comma or not 0 < len(name) <= _LONGEST_NAME:
                self.skipped_bytes += bool(line.strip())
                continue
            self._lines.setdefault(name.decode("latin-1"), []).append(number)
            known += 1
            if name == b"FMT":
                self._define(line)
        for undefined in [each for each in self._lines if each not in self._fields]:
            dropped = len(self._lines.pop(undefined))
            self.skipped_bytes += dropped
            known -= dropped
        self.messages = known

    def names(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def table(self, name: str) -> Table | None:
        numbers = self._lines.get(name)
        if not numbers:
            return None
        letters, fields = self._letters[name], self._fields[name]
        count = len(fields)
        texts_last = letters[-1:] == "Z"
        values: list[Sequence[bytes]] = []
        kept: list[int] = []
        for number in numbers:
            parts = self._texts[number].rstrip(b"\r").split(b",", count if texts_last else -1)[1:]
            if len(parts) == count:
                values.append(parts)
                kept.append(number)
        columns: dict[str, Column] = {}
        good = np.ones(len(kept), np.bool_)
        for index, (field, letter) in enumerate(zip(fields, letters, strict=True)):
            raw = [parts[index].strip() for parts in values]
            column, is_number = _column(raw, letter)
            columns[field] = column
            good &= is_number
        table = Table(name, columns, np.array(kept, np.int64))
        return (table if good.all() else table.where(good)).with_times()

    def _define(self, line: bytes) -> None:
        """``FMT, type, length, name, letters, fields…``"""
        parts = [part.strip().decode("latin-1") for part in line.split(b",")]
        if len(parts) < 6 or not parts[3] or not parts[4]:
            return
        letters, fields = parts[4], tuple(parts[5:])
        if len(letters) == len(fields) == len(set(fields)):
            self._letters.setdefault(parts[3], letters)
            self._fields.setdefault(parts[3], fields)


def _column(raw: list[bytes], letter: str) -> tuple[Column, NDArray[np.bool_]]:
    """The values of a column and which of them are values at all."""
    everything = np.ones(len(raw), np.bool_)
    if letter in _TEXT_LETTERS:
        return np.array(raw, dtype="S") if raw else np.empty(0, "S1"), everything
    try:
        if letter in _WHOLE_LETTERS:
            return np.array([int(value) for value in raw], dtype=np.int64), everything
        return np.array([float(value) for value in raw], dtype=np.float64), everything
    except (ValueError, OverflowError):
        numbers = [_number(value) for value in raw]
        return np.array(numbers, dtype=np.float64), np.array([value == value for value in numbers], np.bool_)


def _number(value: bytes) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")
