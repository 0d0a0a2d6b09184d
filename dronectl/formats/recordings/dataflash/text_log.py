"""Text DataFlash logs (.log): one message a line, name and values divided by commas, values already in their units.

A log of 100 MB has a million lines: none becomes an object of its own before its table is asked for, and then piece by
piece.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.tables import Column, MessageTable
from dronectl.formats.recordings.dataflash.walk import Bytes

_TEXT_LETTERS = "nNZM"
_WHOLE_LETTERS = "bBhHiIqQ"
_LONGEST_NAME = 8
_MOST_NAMES = 1 << 16
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
        self._number_of: dict[bytes, int] = {b"": 0}
        self._name_of_line = np.zeros(len(self._ends), np.uint16)
        self._count = np.zeros(_MOST_NAMES, np.int64)
        self.skipped_bytes = self._tell_apart()
        self._letters: dict[str, str] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        for line in self._texts(self._lines(b"FMT")):
            self._define(line)
        count_of = {
            name.decode("latin-1"): int(self._count[number])
            for name, number in itertools.islice(self._number_of.items(), 1, _MOST_NAMES)
        }
        self._names = tuple(name for name in count_of if name in self._fields)
        self.messages = sum(count_of[name] for name in self._names)
        self.skipped_bytes += sum(count_of.values()) - self.messages

    def _tell_apart(self) -> int:
        """Number the lines by their names; how many lines have something in them and no name."""
        nameless = 0
        for first in range(0, len(self._ends), _LINES_AT_ONCE):
            begins, ends = self._bounds(np.arange(first, min(first + _LINES_AT_ONCE, len(self._ends))))
            names, places = np.unique(_names(self._data, begins, ends), return_inverse=True)
            numbers = [self._number_of.setdefault(name, len(self._number_of)) for name in names.tolist()]
            numbers = [number if number < _MOST_NAMES else 0 for number in numbers]
            number_of_line = np.array(numbers, np.uint16)[places]
            self._name_of_line[first : first + _LINES_AT_ONCE] = number_of_line
            self._count += np.bincount(number_of_line, minlength=_MOST_NAMES)
            nameless += int(((number_of_line == 0) & (ends > begins)).sum())
        return nameless

    def names(self) -> tuple[str, ...]:
        return self._names

    def table(self, name: str) -> MessageTable | None:
        if name not in self._names:
            return None
        numbers = self._lines(name.encode("latin-1"))
        letters = self._letters[name]
        columns: list[Column] = [np.empty(len(numbers), _dtype(letter)) for letter in letters]
        good = np.zeros(len(numbers), np.bool_)
        for begin in range(0, len(numbers), _LINES_AT_ONCE):
            some = slice(begin, begin + _LINES_AT_ONCE)
            values, good[some] = self._columns(numbers[some], letters)
            for index, value in enumerate(values):
                if value.dtype.itemsize > columns[index].dtype.itemsize:  # a longer text than before
                    columns[index] = columns[index].astype(value.dtype)
                columns[index][some] = value
        table = MessageTable(name, dict(zip(self._fields[name], columns, strict=True)), numbers)
        return table if good.all() else table.where(good)

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
            if letter == "Z" and index == count - 1:  # a piece of a longer text may begin or end with a space
                raw = [row[index].removeprefix(b" " if row[0][:1] == b" " else b"") for row in rows]
            else:
                raw = [row[index].strip() for row in rows]
            column, is_value = _column(raw, letter)
            columns.append(column)
            good &= is_value
        return columns, good

    def _lines(self, name: bytes) -> Lines:
        """The numbers of a name's lines."""
        number = self._number_of.get(name, _MOST_NAMES)
        lines: Lines = np.flatnonzero(self._name_of_line == number) if number < _MOST_NAMES else np.empty(0, np.int64)
        return lines

    def _bounds(self, numbers: Lines) -> tuple[Lines, Lines]:
        """Where lines begin and end, in bytes."""
        begins = np.where(numbers > 0, self._ends[numbers - 1].astype(np.int64) + 1, 0)
        return begins, self._ends[numbers].astype(np.int64)

    def _texts(self, numbers: Lines) -> Iterator[bytes]:
        """Lines without their ends."""
        begins, ends = self._bounds(numbers)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
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


def _line_ends(data: Bytes) -> NDArray[np.uint32] | NDArray[np.int64]:
    """Where each line ends; the last one at the end of the file, if it has something in it."""
    pieces = [slice(begin, begin + _BYTES_AT_ONCE) for begin in range(0, len(data), _BYTES_AT_ONCE)]
    has_rest = len(data) > 0 and data[-1] != _NEW_LINE
    count = sum(int(np.count_nonzero(data[piece] == _NEW_LINE)) for piece in pieces)
    size = count + has_rest
    ends = np.empty(size, np.uint32) if len(data) < 1 << 32 else np.empty(size, np.int64)
    filled = 0
    for piece in pieces:
        found = np.flatnonzero(data[piece] == _NEW_LINE) + piece.start
        ends[filled : filled + len(found)] = found
        filled += len(found)
    ends[count:] = len(data)
    return ends


def _names(data: Bytes, begins: Lines, ends: Lines) -> NDArray[np.bytes_]:
    """What stands before the first comma of each line; empty where that is no name."""
    at = begins[:, None] + np.arange(_LONGEST_NAME + 1)
    letters = data[np.minimum(at, len(data) - 1)]
    is_end = (letters == _COMMA) | (at >= ends[:, None])
    length = np.argmax(is_end, axis=1)
    is_name = np.take_along_axis(letters, length[:, None], axis=1)[:, 0] == _COMMA
    is_name &= length + begins < ends
    letters[(np.arange(_LONGEST_NAME + 1) >= length[:, None]) | ~is_name[:, None]] = 0
    names: NDArray[np.bytes_] = np.ascontiguousarray(letters[:, :_LONGEST_NAME]).view(f"S{_LONGEST_NAME}")[:, 0]
    return names


def _dtype(letter: str) -> np.dtype[np.generic]:
    if letter in _TEXT_LETTERS:
        return np.dtype("S1")
    return np.dtype(np.int64 if letter in _WHOLE_LETTERS else np.float64)


def _column(raw: list[bytes], letter: str) -> tuple[Column, NDArray[np.bool_]]:
    """The values of a column, and which of them are values at all."""
    if letter in _TEXT_LETTERS:
        return np.array(raw, dtype="S") if raw else np.empty(0, "S1"), np.ones(len(raw), np.bool_)
    read, dtype = int if letter in _WHOLE_LETTERS else float, _dtype(letter)
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
