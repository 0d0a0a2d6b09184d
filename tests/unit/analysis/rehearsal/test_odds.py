"""Odds with their bound, and what they say of a plan."""

from __future__ import annotations

import math
import random

import pytest

from dronectl.analysis.rehearsal.odds import odds_of, percentile, runs_needed, verdict_of
from dronectl.model.rehearsal.found import Verdict


@pytest.mark.parametrize(("good", "of"), [(200, 200), (199, 200), (180, 200), (3, 3), (1, 7), (59, 60)])
def test_at_the_bound_so_many_good_ones_are_as_likely_as_what_is_left_of_the_confidence(good: int, of: int) -> None:
    share = odds_of(good, of, 95.0).least_pct / 100.0
    tail = sum(math.comb(of, k) * share**k * (1.0 - share) ** (of - k) for k in range(good, of + 1))
    assert tail == pytest.approx(0.05, abs=1e-9)


def test_known_bounds() -> None:
    assert odds_of(200, 200, 95.0).least_pct == pytest.approx(100.0 * 0.05 ** (1 / 200))
    assert odds_of(0, 10, 95.0).least_pct == 0.0
    assert odds_of(0, 0, 95.0).least_pct == 0.0
    assert runs_needed(95.0, 95.0) == 59
    assert odds_of(59, 59, 95.0).least_pct >= 95.0 > odds_of(58, 58, 95.0).least_pct


def test_verdicts() -> None:
    assert verdict_of(odds_of(200, 200, 95.0), 95.0) is Verdict.SAFE
    assert verdict_of(odds_of(3, 3, 95.0), 95.0) is Verdict.TOO_FEW_RUNS
    assert verdict_of(odds_of(193, 200, 95.0), 95.0) is Verdict.TOO_FEW_RUNS
    assert verdict_of(odds_of(189, 200, 95.0), 95.0) is Verdict.UNSAFE
    assert verdict_of(odds_of(0, 1, 95.0), 95.0) is Verdict.UNSAFE


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 50.0) == 2.0
    assert percentile([0.0, 10.0, 20.0], 37.5) == 5.0
    assert (percentile([0.0, 10.0], 5.0), percentile([0.0, 10.0], 95.0)) == (0.0, 10.0)
    assert percentile([math.inf, math.inf], 5.0) == math.inf
    assert math.isnan(percentile([], 5.0))


def test_nine_tenths_of_what_comes_lie_in_the_band_of_few() -> None:
    source = random.Random(1)
    inside = 0
    for _ in range(2000):
        *flown, next_one = (source.gauss(0.0, 1.0) for _ in range(41))
        inside += percentile(flown, 5.0) <= next_one <= percentile(flown, 95.0)
    assert inside / 2000 == pytest.approx(0.90, abs=0.015)
