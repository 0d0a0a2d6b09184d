"""Fewer failures than there are legs and kinds of them, spread over both."""

from __future__ import annotations

from collections import Counter

import pytest

from dronectl.ops.rehearsal.sitl.waves import shares, spread_evenly


def test_all_of_them_unless_fewer_are_asked_for() -> None:
    every = {(leg, kind) for leg in range(7) for kind in range(4)}
    assert set(spread_evenly(7, 4, None)) == set(spread_evenly(7, 4, 28)) == set(spread_evenly(7, 4, 100)) == every


@pytest.mark.parametrize(
    ("legs", "kinds", "most"), [(30, 4, 7), (30, 4, 30), (9, 4, 22), (5, 3, 11), (6, 2, 7), (3, 1, 2)]
)
def test_as_many_on_each_leg_and_of_each_kind(legs: int, kinds: int, most: int) -> None:
    chosen = spread_evenly(legs, kinds, most)
    assert len(set(chosen)) == len(chosen) == most
    for side in (0, 1):
        counts = Counter(one[side] for one in chosen)
        assert max(counts.values()) - min(counts.values()) <= 1
        assert len(counts) == min(most, (legs, kinds)[side])


def test_a_flight_without_legs_has_none() -> None:
    assert spread_evenly(0, 4, 10) == []


def test_shares_are_as_equal_as_they_can_be() -> None:
    assert shares(7, 3) == [2, 2, 3]
    assert shares(2, 4) == [0, 1, 0, 1]
