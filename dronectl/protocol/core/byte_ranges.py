"""Which bytes of a file have come: a set of half-open spans, disjoint and in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

ByteRange = tuple[int, int]
"""From the first byte to the one after the last."""


class ByteRanges:
    """Starts with ``spans``, which may overlap and be in any order; empty ones are dropped."""

    def __init__(self, spans: Iterable[ByteRange] = ()) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        self.covered = 0
        """How many bytes are in the set."""
        for begin, end in spans:
            self.add(begin, end)

    def __iter__(self) -> Iterator[ByteRange]:
        return iter(zip(self._begins, self._ends, strict=True))

    def add(self, begin: int, end: int) -> bool:
        """Adds a span, joined to those that it touches. Whether that brought anything new."""
        if begin >= end:
            return False
        first = bisect_left(self._ends, begin)
        last = bisect_right(self._begins, end)
        if first < last:
            if self._begins[first] <= begin and end <= self._ends[first]:
                return False
            begin, end = min(begin, self._begins[first]), max(end, self._ends[last - 1])
        self.covered += end - begin - sum(self._ends[i] - self._begins[i] for i in range(first, last))
        self._begins[first:last] = [begin]
        self._ends[first:last] = [end]
        return True

    def missing(self, end: int, begin: int = 0) -> Iterator[ByteRange]:
        """The gaps between ``begin`` and ``end``, in order."""
        at = begin
        for index in range(bisect_right(self._ends, begin), len(self._begins)):
            if self._begins[index] >= end:
                break
            if self._begins[index] > at:
                yield at, self._begins[index]
            at = max(at, self._ends[index])
        if at < end:
            yield at, end
