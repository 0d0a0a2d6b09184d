"""Finding the messages of a DataFlash log: the chain of headers, followed from message to message.

A message has no checksum; what proves it is that the next one begins where it ends. A message counts when it and its
follower both do so: damage costs the messages it touches and the one before them, and bytes that only look like a
header are passed over.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.dataflash_layout import FMT_BYTES, FMT_TYPE, HEADER, MessageFormat, parse_fmt

_SEARCH_CHUNK = 1 << 22

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Where the messages of a log lie, in file order."""

    data: Bytes
    formats: Mapping[int, MessageFormat]
    """By type number."""
    offset: Offsets
    type_id: NDArray[np.uint8]
    skipped_bytes: int
    """Bytes that belong to no message."""
    partial_tail: bool
    """The file ends inside a message, as after a power cut."""

    def __len__(self) -> int:
        return len(self.offset)

    def rows(self, format_: MessageFormat) -> NDArray[np.void]:
        """All messages of one type as a structured array of its own bytes, in file order."""
        offsets = self.offset[self.type_id == format_.type_id]
        if not len(offsets):
            return np.empty(0, format_.dtype)
        # One possible message at every byte of the file: indexing copies just the wanted ones, whole.
        everywhere = np.ndarray(
            (len(self.data) - format_.length + 1,), dtype=format_.dtype, buffer=self.data.data, strides=(1,)
        )
        chosen: NDArray[np.void] = everywhere[offsets]
        return chosen


def walk(data: Bytes) -> Messages:
    """Find every message of a log. Without a single FMT message nothing is found."""
    heads = _headers(data)
    formats = _formats(data, heads)
    lengths = np.zeros(256, np.int64)
    for known, format_ in formats.items():
        lengths[known] = format_.length
    types = data[heads + 2]
    sizes = lengths[types]
    ends = heads + sizes
    whole = (sizes > 0) & (ends <= len(data))

    # following: the first header at or after a message's end. Nearly always it is the next one.
    count = len(heads)
    following = np.arange(1, count + 1)
    irregular = np.flatnonzero(np.append(heads[1:], len(data)) != ends)
    following[irregular] = np.searchsorted(heads, ends[irregular])
    # A header whose message is unknown or runs past the end of the file is a header all the same.
    chained = whole & (np.append(heads, len(data))[np.minimum(following, count)] == ends)
    after = np.append(chained | ~whole, True)
    good = chained & after[np.minimum(following, count)]

    chosen = _follow(good, following)
    offset, type_id = heads[chosen], types[chosen]
    end = int(offset[-1] + lengths[type_id[-1]]) if len(offset) else 0
    tail = len(data) - end
    partial_tail = bool(len(offset)) and 0 < tail < 256 and bool((~whole[heads >= end]).any())
    skipped = len(data) - int(lengths[type_id].sum()) - (tail if partial_tail else 0)
    return Messages(data, formats, offset, type_id, skipped, partial_tail)


def _headers(data: Bytes) -> Offsets:
    """Every place with the two header bytes and room for a type."""
    found: list[Offsets] = []
    last = len(data) - 2
    for begin in range(0, max(0, last), _SEARCH_CHUNK):
        end = min(begin + _SEARCH_CHUNK, last)
        first = np.flatnonzero(data[begin:end] == HEADER[0])
        first = first[data[begin + 1 : end + 1][first] == HEADER[1]]
        found.append(first.astype(np.int64) + begin)
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _formats(data: Bytes, heads: Offsets) -> dict[int, MessageFormat]:
    """The formats that the log defines; the first definition of a type holds, as its messages follow it."""
    formats: dict[int, MessageFormat] = {}
    for offset in heads[data[heads + 2] == FMT_TYPE].tolist():
        message = data[offset : offset + FMT_BYTES].tobytes()
        format_ = parse_fmt(message) if len(message) == FMT_BYTES else None
        if format_ is not None:
            formats.setdefault(format_.type_id, format_)
    return formats


def _follow(good: NDArray[np.bool_], following: Offsets) -> NDArray[np.bool_]:
    """Which headers the chain passes through. Runs of messages that follow one another directly are taken whole."""
    count = len(good)
    direct = good & (following == np.arange(1, count + 1))
    run_ends = np.append(np.flatnonzero(~direct), count).tolist()
    chosen = np.zeros(count, np.bool_)
    index = 0
    while index < count:
        end = run_ends[bisect.bisect_left(run_ends, index)]
        if end > index:
            chosen[index:end] = True
            index = end
        elif good[index]:
            chosen[index] = True
            index = int(following[index])
        else:
            index += 1
    return chosen
