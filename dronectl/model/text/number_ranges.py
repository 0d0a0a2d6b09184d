"""Many numbers in few words."""

from __future__ import annotations

from collections.abc import Iterable


def number_ranges(numbers: Iterable[int], among: Iterable[int] | None = None) -> str:
    """``3–7, 12``: a range holds every one of ``among`` that lies in it; without that, every whole number."""
    wanted = set(numbers)
    known = range(min(wanted, default=0), max(wanted, default=0) + 1) if among is None else among
    ranges: list[list[int]] = []
    goes_on = False
    for number in sorted(set(known) | wanted):
        if number in wanted and goes_on:
            ranges[-1][1] = number
        elif number in wanted:
            ranges.append([number, number])
        goes_on = number in wanted
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)
