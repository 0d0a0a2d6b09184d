"""How long points are left alone, and how well an observer could foresee the next visit.

Idleness of a point: the time since its last visit ended, 0 during a visit; the start and the end of the period count as
ends of visits (Machado et al. 2002; Chevaleyre 2004).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One stay at one point, in seconds after the start of the period."""

    arrive_s: float
    leave_s: float
    point: int

    @property
    def stay_s(self) -> float:
        return self.leave_s - self.arrive_s


def gaps_s(visits: Sequence[Visit], period_s: float) -> list[float]:
    """The times for which one point is left alone, in order: before the first visit, between, after the last one.

    ``visits``: of this point alone, in any order; stays that overlap (or touch the ends) leave gaps of 0.
    """
    gaps = []
    alone_since_s = 0.0
    for visit in sorted(visits):
        gaps.append(max(0.0, visit.arrive_s - alone_since_s))
        alone_since_s = max(alone_since_s, visit.leave_s)
    return [*gaps, max(0.0, period_s - alone_since_s)]


def worst_s(visits: Sequence[Visit], period_s: float) -> float:
    """The worst idleness of one point."""
    return max(gaps_s(visits, period_s))


def mean_s(visits: Sequence[Visit], period_s: float) -> float:
    """The mean over the period of one point's idleness, which grows from 0 to g in each gap g: sum of g²/2 over it."""
    return sum(gap * gap for gap in gaps_s(visits, period_s)) / (2.0 * period_s)


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Plain mean where all weights are 0."""
    total = math.fsum(weights)
    if total <= 0.0:
        return math.fsum(values) / len(values)
    return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) / total


def order_entropy(order: Sequence[Hashable]) -> float | None:
    """First-order conditional entropy of the next visit, given the present one; normalised, 0..1.

    ``order``: the points in the order in which visits begin, of the whole fleet. For each point the Shannon entropy of
    what came next is weighted by how often it was left, and the sum divided by the highest that so many departures
    can have (spread as evenly as whole numbers allow over all points but itself). 0: a fixed cycle; 1: evenly spread.
    None: no point is left twice, or there are fewer than three, so that order says nothing.
    """
    points = len(set(order))
    after: dict[Hashable, Counter[Hashable]] = {}
    for here, following in pairwise(order):
        after.setdefault(here, Counter())[following] += 1
    found = highest = 0.0
    for here, counts in after.items():
        departures = counts.total()
        choices = points if counts[here] else points - 1
        found += departures * _entropy_bits(list(counts.values()))
        highest += departures * _entropy_bits(_even(departures, choices))
    return max(0.0, min(1.0, found / highest)) if points >= 3 and highest > 0.0 else None


def return_variation(visits: Sequence[Visit]) -> float | None:
    """How irregular the returns to the points are: 0 for clockwork, 1 for pure chance (a Poisson process).

    The coefficient of variation of the times between visits, each relative to the mean of its point, all points
    together. Gaps at the period's ends are no returns. None where no point is returned to twice.
    """
    by_point: dict[int, list[Visit]] = {}
    for visit in sorted(visits):
        by_point.setdefault(visit.point, []).append(visit)
    squares: list[float] = []
    for own in by_point.values():
        returns = [second.arrive_s - first.leave_s for first, second in pairwise(own)]
        mean = math.fsum(returns) / len(returns) if len(returns) >= 2 else 0.0
        if mean > 0.0:
            squares += [(gap / mean - 1.0) ** 2 for gap in returns]
    return math.sqrt(math.fsum(squares) / len(squares)) if squares else None


def _even(count: int, bins: int) -> list[int]:
    each, more = divmod(count, bins)
    return [each + (index < more) for index in range(bins)]


def _entropy_bits(counts: Sequence[int]) -> float:
    total = sum(counts)
    return -math.fsum(count / total * math.log2(count / total) for count in counts if count)
