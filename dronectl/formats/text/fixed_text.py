"""Columns as lines of text with a fixed number of decimals, made a column at a time.

A recording of an hour has a hundred thousand numbers, and Python's own formatting of them takes longer than reading
the recording. Here each place of each number is one step over a whole column.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Letters = NDArray[np.uint8]
"""(lines, width): a text a line, NUL wherever it has no letter."""

_EXACT = 2.0**53
_ZERO = ord("0")
_DAY_MS = 86_400_000
_OF_DAY = ((3_600_000, 2, "T"), (60_000, 2, ":"), (1_000, 2, ":"), (1, 3, "."))
"""Unit in milliseconds, digits, and what stands before them."""


def text_lines(*parts: bytes | Letters) -> str:
    """One line of text for each row: constants and columns side by side. No constant may hold a NUL."""
    count = next(len(part) for part in parts if isinstance(part, np.ndarray))
    columns = [part if isinstance(part, np.ndarray) else _constant(part, count) for part in parts]
    return np.concatenate(columns, axis=1).tobytes().translate(None, b"\0").decode("ascii")


def decimal(values: Numbers, decimals: int) -> Letters:
    """Numbers rounded to so many decimals, as ``%.3f`` writes them; -0.0 loses its sign."""
    scaled = np.rint(values * 10.0**decimals)
    if not (np.abs(scaled) < _EXACT).all():  # also when one is not finite
        return _letters([f"{value:.{decimals}f}".encode("ascii") for value in values.tolist()])
    largest = int(np.abs(scaled).max(initial=0.0))
    left: NDArray[np.unsignedinteger] = np.abs(scaled).astype(np.uint64)
    if largest < 1 << 32:
        left = left.astype(np.uint32)  # NumPy divides the short ones faster
    digits = max(len(str(largest)), decimals + 1)
    figures = _figures(left, digits)
    text = np.empty((len(values), 1 + digits + (decimals > 0)), np.uint8)
    text[:, 0] = np.where(scaled < 0, ord("-"), 0)
    whole = digits - decimals
    text[:, 1 : 1 + whole] = figures[:, :whole]
    for place in range(whole - 1):  # no leading zeros
        text[:, 1 + place] *= left >= 10 ** (digits - 1 - place)
    if decimals:
        text[:, 1 + whole] = ord(".")
        text[:, 2 + whole :] = figures[:, whole:]
    return text


def iso_times(times_utc: NDArray[np.datetime64]) -> Letters:
    """``2026-11-23T01:28:54.697Z``: as :func:`~dronectl.model.track.track.iso_utc`, milliseconds cut."""
    days, of_day = np.divmod(times_utc.astype("datetime64[ms]").astype(np.int64), _DAY_MS)
    dates = _dates(days)
    text = np.empty((len(days), dates.shape[1] + 14), np.uint8)
    column = dates.shape[1]
    text[:, :column] = dates
    left = of_day.astype(np.uint32)
    for unit_ms, width, before in _OF_DAY:
        value = left // unit_ms
        left = left - value * unit_ms
        text[:, column] = ord(before)
        text[:, column + 1 : column + 1 + width] = _fours().take(value, axis=0)[:, 4 - width :]
        column += 1 + width
    text[:, column] = ord("Z")
    return text


def _dates(days: NDArray[np.int64]) -> Letters:
    """``2026-11-23`` of days since 1970; one row where all are the same."""
    if len(days) and days.min() == days.max():
        return _letters([_date(days[:1])[0]])
    known, which = np.unique(days, return_inverse=True)
    return _letters(_date(known))[which]


def _date(days: NDArray[np.int64]) -> list[bytes]:
    return [date.encode("ascii") for date in np.datetime_as_string(days.astype("datetime64[D]")).tolist()]


def _figures(numbers: NDArray[np.unsignedinteger], digits: int) -> Letters:
    """The last ``digits`` decimal digits of each number, four in a step."""
    groups = -(-digits // 4)
    figures = np.empty((len(numbers), groups, 4), np.uint8)
    left = numbers
    for group in reversed(range(groups)):
        above = left // 10_000
        figures[:, group] = _fours().take(left - above * 10_000, axis=0)
        left = above
    return figures.reshape(len(numbers), 4 * groups)[:, 4 * groups - digits :]


@functools.cache
def _fours() -> Letters:
    """The four digits of each number below ten thousand."""
    return (np.arange(10_000)[:, None] // (1000, 100, 10, 1) % 10 + _ZERO).astype(np.uint8)


def _constant(text: bytes, count: int) -> Letters:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (count, len(text)))


def _letters(texts: Sequence[bytes]) -> Letters:
    padded = np.array(texts, "S") if texts else np.zeros(0, "S1")
    return padded.view(np.uint8).reshape(len(texts), padded.itemsize)
