"""Small words that messages share."""

from __future__ import annotations

from collections.abc import Iterable


def item_ranges(items: Iterable[int]) -> str:
    """Sequence numbers in short: ``3–5, 9``."""
    ranges: list[list[int]] = []
    for item in sorted(set(items)):
        if ranges and item == ranges[-1][1] + 1:
            ranges[-1][1] = item
        else:
            ranges.append([item, item])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)
