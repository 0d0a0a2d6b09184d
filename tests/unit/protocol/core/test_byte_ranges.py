"""Spans against a set of numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dronectl.protocol.core.byte_ranges import ByteRanges

EDGES = st.tuples(st.integers(0, 60), st.integers(0, 60))


@given(st.lists(EDGES, max_size=25), st.integers(0, 70), st.integers(0, 70))
def test_spans_are_the_set_of_their_numbers(pairs: list[tuple[int, int]], begin: int, end: int) -> None:
    spans, numbers = ByteRanges(), set[int]()
    for first, last in pairs:
        added = set(range(first, last))
        assert spans.add(first, last) == bool(added - numbers)
        numbers |= added
    listed = list(spans)
    assert {one for a, b in listed for one in range(a, b)} == numbers
    assert spans.covered == len(numbers)
    assert all(b < c for (_, b), (c, _) in pairwise(listed))
    missing = list(spans.missing(end, begin))
    assert {one for a, b in missing for one in range(a, b)} == set(range(begin, end)) - numbers
    assert all(a < b for a, b in missing)
    assert list(ByteRanges(reversed(listed))) == listed
