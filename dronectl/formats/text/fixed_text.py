"""Columns as lines of text with a fixed number of decimals, made a column at a time.

A recording of an hour has a hundred thousand numbers, and Python's own formatting of them takes longer than reading
the recording. Here each place of each number is one step over a whole column.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Letters = NDArray[np.uint8]
"""(lines, width): a text a line, NUL wherever it has no letter."""

_EXACT = 2.0**53
_ZERO = ord("0")
_DAY_MS = 86_400_000
_OF_DAY = ((3_600_000, 2, b"T"), (60_000, 2, b":"), (1_000, 2, b":"), (1, 3, b"."))
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
    text = np.zeros((len(values), 1 + digits + (decimals > 0)), np.uint8)
    text[:, 0] = np.where(scaled < 0, ord("-"), 0)
    column = text.shape[1]
    for place in range(digits):
        column -= 1
        if place == decimals > 0:
            text[:, column] = ord(".")
            column -= 1
        tens = left // 10
        digit = left - tens * 10 + _ZERO
        text[:, column] = digit if place <= decimals else np.where(left > 0, digit, 0)
        left = tens
    return text


def iso_times(times_utc: NDArray[np.datetime64]) -> Letters:
    """``2026-11-23T01:28:54.697Z``: as :func:`~dronectl.model.track.track.iso_utc`, milliseconds cut."""
    days, of_day = np.divmod(times_utc.astype("datetime64[ms]").astype(np.int64), _DAY_MS)
    known, which = np.unique(days, return_inverse=True)
    dates = _letters([date.encode("ascii") for date in np.datetime_as_string(known.astype("datetime64[D]")).tolist()])
    parts: list[Letters] = [dates[which]]
    for unit_ms, width, before in _OF_DAY:
        value, of_day = np.divmod(of_day, unit_ms)
        powers = 10 ** np.arange(width - 1, -1, -1)
        parts += [_constant(before, len(value)), (value[:, None] // powers % 10 + _ZERO).astype(np.uint8)]
    return np.concatenate([*parts, _constant(b"Z", len(days))], axis=1)


def _constant(text: bytes, count: int) -> Letters:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (count, len(text)))


def _letters(texts: Sequence[bytes]) -> Letters:
    padded = np.array(texts, "S") if texts else np.zeros(0, "S1")
    return padded.view(np.uint8).reshape(len(texts), padded.itemsize)
