"""Text DataFlash logs (.log): one message a line, name and values divided by commas, values already in their units.

A log of 100 MB has a million lines: none becomes an object of its own before its table is asked for, and then piece by
piece.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.dataflash import Column, Table
from dronectl.formats.dataflash_walk import Bytes

_TEXT_LETTERS = "nNZM"
_WHOLE_LETTERS = "bBhHiIqQ"
_LONGEST_NAME = 8
_LINES_AT_ONCE = 20_000
_BYTES_AT_ONCE = 1 << 24
_COMMA, _NEW_LINE = ord(","), ord("\n")

Lines = NDArray[np.int64]


class TextLog:
    """A .log file. Lines are told apart by their name at once; values are read when a table is asked for."""

    kind = "log"

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self.partial_tail = data[-1:].tobytes() != b"\n"
        self._ends = _line_ends(data)
        names = _names(data, self._ends)
        self._lines = _grouped(names)
        self.skipped_bytes = int((_lengths(self._ends)[names == b""] > 0).sum())
        self._letters: dict[str, str] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        for line in self._texts(self._lines.get("FMT", np.empty(0, np.int64))):
            self._define(line)
        for undefined in [each for each in self._lines if each not in self._fields]:
            self.skipped_bytes += len(self._lines.pop(undefined))
        self.messages = sum(map(len, self._lines.values()))

    def names(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def table(self, name: str) -> Table | None:
        numbers = self._lines.get(name)
        if numbers is None:
            return None
        letters, fields = self._letters[name], self._fields[name]
        pieces: list[list[Column]] = []
        kept: list[Lines] = []
        for begin in range(0, len(numbers), _LINES_AT_ONCE):
            columns, good = self._columns(numbers[begin : begin + _LINES_AT_ONCE], letters)
            pieces.append([column[good] for column in columns])
            kept.append(numbers[begin : begin + _LINES_AT_ONCE][good])
        joined = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
        return Table(name, dict(zip(fields, joined, strict=True)), np.concatenate(kept))

    def _columns(self, numbers: Lines, letters: str) -> tuple[list[Column], NDArray[np.bool_]]:
        """The values of some lines by column, and which lines are whole and sound."""
        count = len(letters)
        most = count if letters[-1:] == "Z" else -1  # a text at the end may have commas
        rows = [line.split(b",", most)[1:] for line in self._texts(numbers)]
        good = np.array([len(row) == count for row in rows], np.bool_)
        empty = [b""] * count
        rows = [row if len(row) == count else empty for row in rows]
        columns: list[Column] = []
        for index, letter in enumerate(letters):
            column, is_value = _column([row[index].strip() for row in rows], letter)
            columns.append(column)
            good &= is_value
        return columns, good

    def _texts(self, numbers: Lines) -> Iterator[bytes]:
        """The lines of these numbers, without their ends."""
        begins = np.where(numbers > 0, self._ends[numbers - 1] + 1, 0)
        for begin, end in zip(begins.tolist(), self._ends[numbers].tolist(), strict=True):
            yield self._data[begin:end].tobytes().rstrip(b"\r")

    def _define(self, line: bytes) -> None:
        """``FMT, type, length, name, letters, fields…``"""
        parts = [part.strip().decode("latin-1") for part in line.split(b",")]
        if len(parts) < 6 or not parts[3] or not parts[4]:
            return
        letters, fields = parts[4], tuple(parts[5:])
        if len(letters) == len(fields) == len(set(fields)):
            self._letters.setdefault(parts[3], letters)
            self._fields.setdefault(parts[3], fields)


def _line_ends(data: Bytes) -> Lines:
    """Where each line ends; the last one at the end of the file, if it has something in it."""
    found = [
        np.flatnonzero(data[begin : begin + _BYTES_AT_ONCE] == _NEW_LINE) + begin
        for begin in range(0, len(data), _BYTES_AT_ONCE)
    ]
    ends: Lines = np.concatenate([np.empty(0, np.int64), *found])
    rest = len(data) - (int(ends[-1]) + 1 if len(ends) else 0)
    return np.append(ends, len(data)) if rest else ends


def _lengths(ends: Lines) -> Lines:
    return np.diff(ends, prepend=-1) - 1


def _names(data: Bytes, ends: Lines) -> NDArray[np.bytes_]:
    """What stands before the first comma of each line; empty where that is no name."""
    begins = ends - _lengths(ends)
    names = np.empty(len(ends), f"S{_LONGEST_NAME}")
    for first in range(0, len(ends), _LINES_AT_ONCE):
        some = slice(first, first + _LINES_AT_ONCE)
        at = begins[some, None] + np.arange(_LONGEST_NAME + 1)
        letters = data[np.minimum(at, len(data) - 1)]
        is_end = (letters == _COMMA) | (at >= ends[some, None])
        length = np.argmax(is_end, axis=1)
        is_name = np.take_along_axis(letters, length[:, None], axis=1)[:, 0] == _COMMA
        is_name &= length + begins[some] < ends[some]
        letters[(np.arange(_LONGEST_NAME + 1) >= length[:, None]) | ~is_name[:, None]] = 0
        names[some] = np.ascontiguousarray(letters[:, :_LONGEST_NAME]).view(f"S{_LONGEST_NAME}")[:, 0]
    return names


def _grouped(names: NDArray[np.bytes_]) -> dict[str, Lines]:
    """The numbers of the lines of each name, names in the order of their first lines."""
    order = np.argsort(names.view(">u8"), kind="stable")
    ordered = names[order]
    starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    groups = [group for group in np.split(order, starts) if len(group) and names[group[0]] != b""]
    return {names[group[0]].decode("latin-1"): group for group in sorted(groups, key=lambda group: int(group[0]))}


def _column(raw: list[bytes], letter: str) -> tuple[Column, NDArray[np.bool_]]:
    """The values of a column, and which of them are values at all."""
    if letter in _TEXT_LETTERS:
        return np.array(raw, dtype="S") if raw else np.empty(0, "S1"), np.ones(len(raw), np.bool_)
    read, dtype = (int, np.int64) if letter in _WHOLE_LETTERS else (float, np.float64)
    try:
        return np.array([read(value) for value in raw], dtype), np.ones(len(raw), np.bool_)
    except (ValueError, OverflowError):
        pass
    column, is_value = np.zeros(len(raw), dtype), np.zeros(len(raw), np.bool_)
    for index, value in enumerate(raw):
        try:
            column[index] = read(value)
        except (ValueError, OverflowError):
            continue
        is_value[index] = True
    return column, is_value
