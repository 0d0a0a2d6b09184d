"""Small words that messages share."""

from __future__ import annotations

from collections.abc import Iterable


def item_ranges(items: Iterable[int], among: Iterable[int]) -> str:
    """Sequence numbers in short, ``3–7, 12``: a range holds every one of ``among`` that lies in it."""
    wanted = set(items)
    ranges: list[list[int]] = []
    goes_on = False
    for item in sorted(set(among) | wanted):
        if item in wanted and goes_on:
            ranges[-1][1] = item
        elif item in wanted:
            ranges.append([item, item])
        goes_on = item in wanted
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)
