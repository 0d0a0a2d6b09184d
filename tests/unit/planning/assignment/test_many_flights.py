"""Work that takes many flights: put together by savings, given to drones, laid in waves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from dronectl.planning.assignment.flight_groups import Assigned
from dronectl.planning.assignment.line_parts import cut_lines
from dronectl.planning.assignment.sparse_ways import ends_of
from dronectl.planning.assignment.wave_order import waves_of
from dronectl.planning.search.savings import Costs, Flight, flights_by_savings

LINES = np.array([[[30.0 * k, 200.0], [30.0 * k, 1_200.0]] for k in range(12)])


def costs(budget: float, most_pieces: int = 100) -> Costs:
    """Metres, home at the origin; lines cut in four."""
    parts, _ = cut_lines(LINES, 250.0)
    ends = ends_of(parts)
    home = np.hypot(*ends.xy.T)
    return Costs(home, ends.lengths_m, ends.one, ends.other, ends.apart_m, budget, most_pieces)


def length_m(flight: Flight) -> float:
    ends = cut_lines(LINES, 250.0)[0].reshape(-1, 2)
    stops = [np.zeros(2), *(ends[end] for entry in flight.entries for end in (entry, entry ^ 1)), np.zeros(2)]
    return float(sum(np.hypot(*(b - a)) for a, b in pairwise(stops)))


@pytest.mark.parametrize("budget", [2_600.0, 3_200.0, 5_000.0, 1e9])
@pytest.mark.parametrize("weight", [0.7, 1.0, 1.4])
def test_flights_do_all_work_once_within_the_budget_and_cost_what_is_flown(budget: float, weight: float) -> None:
    flights = flights_by_savings(costs(budget), weight)
    assert sorted(entry >> 1 for flight in flights for entry in flight.entries) == list(range(48))
    for flight in flights:
        assert flight.cost == pytest.approx(length_m(flight))
        assert flight.cost <= budget


def test_a_line_out_and_the_next_one_home_is_one_flight() -> None:
    flights = flights_by_savings(costs(2_700.0 + 2.0 * 30.0 * 11))
    assert len(flights) == 6
    assert sum(flight.cost for flight in flights) == pytest.approx(
        12 * 1_000 + 6 * 30 + 2 * sum(np.hypot(30.0 * k, 200.0) for k in range(12)) / 2, rel=0.01
    )


def test_no_flight_has_more_pieces_than_its_mission_holds() -> None:
    assert max(len(flight.entries) for flight in flights_by_savings(costs(1e9, most_pieces=5))) == 5


def test_parts_of_one_line_lie_behind_each_other() -> None:
    parts, of = cut_lines(LINES, 300.0)
    assert of == sorted(of)
    assert len(parts) == 48
    assert np.allclose(parts[:-1, 1][np.diff(of) == 0], parts[1:, 0][np.diff(of) == 0])
    goes_on = ends_of(parts)
    assert goes_on.goes_on.sum() == 36


def flights_of(drones: Sequence[int]) -> list[Assigned]:
    return [Assigned(drone, (2 * number,)) for number, drone in enumerate(drones)]


def test_the_short_flights_are_the_second_ones() -> None:
    lasting = [497.0, 493.0, 504.0, 185.0]
    waves = waves_of(flights_of([0, 1, 1, 2]), 3, lambda _drone, entries: (lasting[entries[0] >> 1], True))
    assert [len(wave) for wave in waves] == [3, 1]
    assert waves[1][0].entries == (6,)


def test_a_flight_stays_with_the_only_drone_that_can_do_it() -> None:
    waves = waves_of(flights_of([0, 0, 0, 0]), 2, lambda drone, entries: (100.0, drone == 0 or entries[0] > 2))
    by_drone = {entry >> 1: flight.drone for wave in waves for flight in wave for entry in flight.entries}
    assert (by_drone[0], by_drone[1]) == (0, 0)
    assert sorted(by_drone.values()) == [0, 0, 1, 1]
