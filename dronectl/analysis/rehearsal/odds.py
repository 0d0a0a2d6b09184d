"""Odds from so many flights, with what chance may have made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dronectl.model.rehearsal.found import Odds, Verdict

_HALVINGS = 60


def odds_of(good: int, of: int, confidence_pct: float) -> Odds:
    """With the one-sided bound of Clopper and Pearson (Biometrika 26, 1934): a true share lower than it would have
    shown so many good ones, or more, with a probability of less than 100 - ``confidence_pct``."""
    return Odds(good, of, 100.0 * _least_share(good, of, 1.0 - confidence_pct / 100.0), confidence_pct)


def runs_needed(safe_pct: float, confidence_pct: float) -> int:
    """How many runs, all of them good, show these odds; a great number where they are certainty."""
    share = safe_pct / 100.0
    if share >= 1.0:
        return 10**9
    return math.ceil(math.log(1.0 - confidence_pct / 100.0) / math.log(share))


def verdict_of(odds: Odds, safe_pct: float) -> Verdict:
    """Unsafe when fewer were good than must be; safe when even the least that may be are enough."""
    if odds.of and odds.pct < safe_pct:
        return Verdict.UNSAFE
    return Verdict.SAFE if odds.least_pct >= safe_pct else Verdict.TOO_FEW_RUNS


def percentile(values: Sequence[float], share_pct: float) -> float:
    """Below which one more value would lie with this probability, however few there are: n values part the next one's
    chances into n + 1 equal ones (Weibull's position; Hyndman and Fan, American Statistician 50, 1996, type 6). The
    usual (n - 1) makes bands of few too narrow: of 40, 86 % of what comes lies within the 5th and the 95th. Between the
    nearest two; beyond the outermost it is that one; NaN of none.
    """
    if not values:
        return math.nan
    ordered = sorted(values)
    place = min(max((len(ordered) + 1) * share_pct / 100.0 - 1.0, 0.0), len(ordered) - 1.0)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    if ordered[low] == ordered[high]:
        return ordered[low]
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _least_share(good: int, of: int, chance: float) -> float:
    """The share at which so many good ones or more are as likely as ``chance``."""
    if good == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _at_least(good, of, middle) < chance:
            low = middle
        else:
            high = middle
    return low


def _at_least(good: int, of: int, share: float) -> float:
    """Probability of so many good ones or more, each being good with ``share``."""
    if share <= 0.0:
        return 0.0
    if share >= 1.0:
        return 1.0
    return math.fsum(
        math.exp(
            math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
            + k * math.log(share) + (of - k) * math.log1p(-share)
        )
        for k in range(good, of + 1)
    )  # fmt: skip
