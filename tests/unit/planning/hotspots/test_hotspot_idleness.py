"""How long points are left alone, and the figures of how foreseeable visits are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dronectl.planning.hotspots.idleness import (
    Visit,
    gaps_s,
    mean_s,
    order_entropy,
    return_variation,
    weighted_mean,
    worst_s,
)


def visits(*spans: tuple[float, float], point: int = 0) -> list[Visit]:
    return [Visit(begin_s, end_s, point) for begin_s, end_s in spans]


def test_the_start_and_the_end_of_the_period_count_as_ends_of_visits() -> None:
    assert gaps_s(visits((100, 160), (400, 500)), 1000.0) == [100.0, 240.0, 500.0]
    assert worst_s(visits((100, 160), (400, 500)), 1000.0) == 500.0
    assert worst_s([], 1000.0) == 1000.0


def test_visits_may_come_in_any_order_and_overlap() -> None:
    assert gaps_s(visits((400, 500), (90, 450), (600, 1200)), 1000.0) == [90.0, 0.0, 100.0, 0.0]


def test_mean_idleness_is_the_mean_over_time_of_what_a_clock_would_show() -> None:
    stays = visits((100, 160), (400, 500), (700, 701))
    moments = np.arange(0.0, 1000.0, 0.01) + 0.005
    ends = np.array([0.0, *(visit.leave_s for visit in stays)])
    idle = moments - ends[np.searchsorted(ends, moments, side="right") - 1]
    for visit in stays:
        idle[(moments >= visit.arrive_s) & (moments <= visit.leave_s)] = 0.0
    assert mean_s(stays, 1000.0) == pytest.approx(float(idle.mean()), rel=1e-4)
    assert mean_s([], 1000.0) == 500.0


def test_a_weighted_mean_without_weights_is_a_plain_one() -> None:
    assert weighted_mean([10.0, 40.0], [2.0, 1.0]) == 20.0
    assert weighted_mean([10.0, 40.0], [0.0, 0.0]) == 25.0


def test_a_fixed_round_is_wholly_foreseeable() -> None:
    assert order_entropy("abcde" * 20) == 0.0


def test_visits_that_follow_each_other_evenly_are_not_foreseeable() -> None:
    # Every ordered pair of five points once: a walk along all edges of the complete digraph.
    walk = "abacadaebcbdbecdcedea"
    assert sorted(pairwise(walk)) == sorted((a, b) for a in "abcde" for b in "abcde" if a != b)
    assert order_entropy(walk) == 1.0


def test_uniform_chance_tends_to_one_and_a_habit_lowers_it() -> None:
    rng = np.random.default_rng(1)
    chance, habit = [0], [0]
    for _ in range(4000):
        chance.append((chance[-1] + int(rng.integers(1, 6))) % 6)
        habit.append((habit[-1] + (1 if rng.random() < 0.8 else int(rng.integers(1, 6)))) % 6)
    assert (order_entropy(chance) or 0.0) > 0.99
    assert 0.3 < (order_entropy(habit) or 0.0) < 0.6


def test_few_visits_are_held_against_what_so_few_can_be() -> None:
    # Each of a and b is left twice, to a different point each time: no more evenly is possible.
    # b is left twice, for two others: as evenly as twice can be, 1 bit each. a is left three times, always for b, where
    # three others would be log2(3) bits each. c and d are left once, which says nothing.
    assert order_entropy("abcabdab") == pytest.approx(2.0 / (3.0 * np.log2(3.0) + 2.0))


@pytest.mark.parametrize("order", ["", "a", "ab", "abab", "abc", "aaaa"])
def test_too_few_visits_say_nothing(order: str) -> None:
    assert order_entropy(order) is None


def test_clockwork_does_not_vary_and_chance_varies_as_much_as_its_mean() -> None:
    clockwork = visits(*((600.0 * k, 600.0 * k + 60.0) for k in range(9)))
    assert return_variation(clockwork) == pytest.approx(0.0, abs=1e-12)
    begins = np.cumsum(np.random.default_rng(2).exponential(600.0, 5000))
    assert return_variation(visits(*((begin, begin) for begin in begins))) == pytest.approx(1.0, abs=0.05)


def test_points_visited_at_different_rates_by_clockwork_are_still_clockwork() -> None:
    slow = visits(*((900.0 * k, 900.0 * k + 10.0) for k in range(5)))
    fast = visits(*((100.0 * k, 100.0 * k + 10.0) for k in range(40)), point=1)
    assert return_variation(slow + fast) == pytest.approx(0.0, abs=1e-12)
    assert return_variation(visits((0, 1), (5, 6))) is None
