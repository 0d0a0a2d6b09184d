"""Flights that take over the pieces of another."""

from __future__ import annotations

import numpy as np
import pytest
from effort import seeds

from dronectl.planning.search.fewer_flights import one_less
from dronectl.planning.search.route_cost import Pricing, all_feasible, pricing_of
from dronectl.planning.search.worker import Worker


def pricing(rows: int, budget_wh: float) -> Pricing:
    """Rows of 100 m, 20 m apart, that lead away from a home at the end of the first; 10 m/s, 360 W (1 J/cm)."""
    ends = np.array([[[0.0, 20.0 * row], [100.0, 20.0 * row]] for row in range(rows)]).reshape(-1, 2)
    nodes = np.vstack([ends, [0.0, 0.0]])
    way_s = np.hypot(*(nodes[:, None] - nodes[None]).transpose(2, 0, 1)) / 10.0
    still = np.zeros(rows)
    return pricing_of(Worker("alpha", way_s, np.full(rows, 10.0), still, 360.0, 360.0, 0.0, 0.0, budget_wh), 50)


@pytest.mark.parametrize("seed", seeds(3))
def test_pieces_find_room_that_is_only_there_if_others_move(seed: int) -> None:
    """Two rows a flight, and two rows more: flights have room for them, but not for both."""
    one = pricing(8, 6.5)
    routes = [[0, 3], [4, 7], [8, 11]]
    found = one_less([one] * 3, routes, [6, 7], seed=seed, rounds=500)
    assert found is not None
    assert sorted(entry >> 1 for route in found for entry in route) == list(range(8))
    assert all_feasible([one] * 3, found)


def test_what_batteries_cannot_do_is_not_found() -> None:
    one = pricing(8, 3.0)
    assert one_less([one] * 3, [[0, 3], [4, 7], [8, 11]], [6, 7], seed=1, rounds=300) is None


def test_a_search_ends_when_told() -> None:
    asked = iter([False, False, True])
    assert one_less([pricing(8, 3.0)], [[0, 3]], [6, 7], seed=1, rounds=10**6, stop=lambda: next(asked)) is None
