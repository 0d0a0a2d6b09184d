"""Finding the messages of a DataFlash log: the chain of headers, followed from message to message.

A message has no checksum; what proves it is that the next one begins where it ends. A message counts when it and its
follower both do so: damage costs the messages it touches and the one before them, and bytes that only look like a
header are passed over.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.layout import (
    FMT_BYTES,
    FMT_TYPE,
    HEADER,
    HEADER_BYTES,
    MessageFormat,
    parse_fmt,
)

_SEARCH_CHUNK = 1 << 20
_CHAIN_CHUNK = 1 << 15

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

    def places(self, format_: MessageFormat) -> Offsets:
        """Where the messages of one type begin."""
        begins: Offsets = self.offset[np.flatnonzero(self.type_id == format_.type_id)]
        return begins

    def rows(self, format_: MessageFormat, offsets: Offsets) -> NDArray[np.void]:
        """The messages of one type at the places given as a structured array of their own bytes."""
        if not len(offsets):
            return np.empty(0, format_.dtype)
        # One possible message at every byte of the file: indexing copies just the wanted ones, whole. As bytes without
        # fields, which are copied one by one.
        everywhere = np.ndarray(
            (len(self.data) - format_.length + 1,),
            dtype=np.dtype((np.void, format_.length)),
            buffer=self.data.data,
            strides=(1,),
        )
        chosen: NDArray[np.void] = everywhere[offsets].view(format_.dtype)
        return chosen


def walk_messages(data: Bytes) -> Messages:
    """Find every message of a log. Without a single FMT message nothing is found."""
    heads = _headers(data)
    types = data[2:][heads]
    formats = _formats(data, heads, types)
    lengths = bytes(formats[number].length if number in formats else 0 for number in range(256))
    sizes = np.frombuffer(types.tobytes().translate(lengths), np.uint8)
    half_header = _half_header(data)
    runs = _follow(_links(heads, sizes, len(data), half_header))

    offset, type_id = _of_runs(heads, runs), _of_runs(types, runs)
    covered = sum(int(sizes[first:after].sum(dtype=np.int64)) for first, after in runs)
    last = runs[-1][1] - 1 if runs else -1
    end = int(heads[last]) + int(sizes[last]) if runs else 0
    tail = len(data) - end
    rest = slice(int(np.searchsorted(heads, end)), None)
    unfinished = (sizes[rest] == 0) | (heads[rest] + sizes[rest] > len(data))
    partial_tail = bool(runs) and 0 < tail < 256 and (tail == half_header or bool(unfinished.any()))
    skipped = len(data) - covered - (tail if partial_tail else 0)
    return Messages(data, formats, offset, type_id, skipped, partial_tail)


def _of_runs(column: NDArray[Any], runs: list[tuple[int, int]]) -> NDArray[Any]:
    """A column of headers, of those that are messages; not copied where the chain never breaks."""
    parts = [column[first:after] for first, after in runs]
    return parts[0] if len(parts) == 1 else np.concatenate([column[:0], *parts])


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """Which headers are followed by their message's end and by which header, the few that are not followed by the next
    one apart."""

    direct: NDArray[np.bool_]
    """The message is proven, and the next header is where it ends."""
    aside: Mapping[int, int]
    """A proven message whose end is at a later header, as its own bytes hold what looks like one: that header."""


def _headers(data: Bytes) -> Offsets:
    """Every place with the two header bytes and room for a type."""
    found: list[Offsets] = []
    last = len(data) - 2
    for begin in range(0, max(0, last), _SEARCH_CHUNK):
        end = min(begin + _SEARCH_CHUNK, last)
        marked = data[begin:end] == HEADER[0]
        marked &= data[begin + 1 : end + 1] == HEADER[1]
        heads = np.flatnonzero(marked)
        heads += begin
        found.append(heads)
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _half_header(data: Bytes) -> int:
    """How many bytes of a header without its type the file ends with: 0, 1 or 2."""
    tail = data[-2:].tobytes()
    return 2 if tail == HEADER else 1 if tail.endswith(HEADER[:1]) else 0


def _links(heads: Offsets, sizes: Bytes, length: int, half_header: int) -> _Links:
    """The chain. Nearly every message ends at the next header; the others are looked at one by one."""
    count = len(heads)
    chained = np.zeros(count, np.bool_)
    for begin in range(0, count - 1, _CHAIN_CHUNK):  # what does not leave the processor's caches takes a third
        part = slice(begin, min(begin + _CHAIN_CHUNK, count - 1))
        chained[part] = np.diff(heads[part.start : part.stop + 1]) == sizes[part]
    irregular = np.flatnonzero(~chained)
    ends = heads[irregular] + sizes[irregular]
    whole = (sizes[irregular] > 0) & (ends <= length)
    following = np.searchsorted(heads, ends)
    at_end = (ends == length) | (ends == length - half_header)
    meets = whole & np.where(following == count, at_end, np.append(heads, length)[following] == ends)
    # A header whose message is unknown or runs past the end of the file is a header all the same.
    is_header = np.append(chained, True)
    is_header[irregular] = meets | ~whole
    aside = meets & is_header[following]
    direct = chained & is_header[1:]
    ends_file = aside & (following == count)
    direct[irregular[ends_file & (irregular == count - 1)]] = True
    return _Links(direct, dict(zip(irregular[aside].tolist(), following[aside].tolist(), strict=True)))


def _formats(data: Bytes, heads: Offsets, types: Bytes) -> dict[int, MessageFormat]:
    """The formats that the log defines; the first definition of a type holds, as its messages follow it."""
    formats: dict[int, MessageFormat] = {}
    known: set[bytes] = set()
    for offset in heads[types == FMT_TYPE].tolist():
        message = data[offset : offset + FMT_BYTES].tobytes()
        if message[HEADER_BYTES : HEADER_BYTES + 1] in known:
            continue
        format_ = parse_fmt(message) if len(message) == FMT_BYTES else None
        if format_ is not None:
            formats[format_.type_id] = format_
            known.add(bytes((format_.type_id,)))
    return formats


def _follow(links: _Links) -> list[tuple[int, int]]:
    """Ranges of headers that the chain passes through. Runs of messages that follow one another are taken whole."""
    count = len(links.direct)
    run_ends = np.append(np.flatnonzero(~links.direct), count).tolist()
    runs: list[tuple[int, int]] = []
    index = 0
    while index < count:
        end = run_ends[bisect.bisect_left(run_ends, index)]
        if end > index:
            runs.append((index, end))
            index = end
        elif index in links.aside:
            runs.append((index, index + 1))
            index = links.aside[index]
        else:
            index += 1
    return runs
