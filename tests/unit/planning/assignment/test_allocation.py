"""Work split over drones and sorties."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations, product

import numpy as np
import pytest

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.allocation import NO_WAY_S, Worker, WorkerRoute, allocate


def worker(name: str, places: FloatArray, home: tuple[float, float], *, budget_wh: float = 1e6) -> Worker:
    """Works at points, 1 m/s, 3600 W: a metre costs a second and a watt-hour."""
    nodes = np.vstack([np.repeat(places, 2, axis=0), home])
    way = np.hypot(*(nodes[:, None] - nodes[None]).transpose(2, 0, 1))
    none = np.zeros(len(places))
    return Worker(name, way, none, none, 3600.0, 3600.0, 0.0, 0.0, budget_wh)


def split(workers: list[Worker], count: int, *, seed: int = 1, capacity: int = 600) -> list[list[WorkerRoute]]:
    names = [f"piece {k}" for k in range(count)]
    return allocate(workers, names, items_per_piece=3, item_capacity=capacity, seed=seed).waves


def pieces_of(waves: list[list[WorkerRoute]]) -> list[int]:
    return sorted(entry >> 1 for wave in waves for route in wave for entry in route.entries)


def duration_s(owner: Worker, route: WorkerRoute) -> float:
    home = len(owner.way_s) - 1
    stops = [home, *route.entries, home]
    return float(sum(owner.way_s[a ^ 1 if a != home else home, b] for a, b in pairwise(stops)))


def longest_s(workers: list[Worker], waves: list[list[WorkerRoute]]) -> float:
    return max(duration_s(workers[route.worker], route) for wave in waves for route in wave)


def test_every_piece_is_done_exactly_once() -> None:
    places = np.random.default_rng(1).uniform(0, 1000, (25, 2))
    waves = split([worker(name, places, (500, 500)) for name in "abc"], 25)
    assert pieces_of(waves) == list(range(25))


@pytest.mark.parametrize("seed", range(4))
def test_the_longest_route_is_the_best_that_trying_everything_finds(seed: int) -> None:
    places = np.random.default_rng(seed).uniform(0, 1000, (6, 2))
    workers = [worker("a", places, (0, 0)), worker("b", places, (1000, 0))]
    best = min(
        max(
            duration_s(workers[drone], WorkerRoute(drone, tuple(2 * k for k in order)))
            for drone, order in enumerate(orders)
        )
        for owners in product((0, 1), repeat=6)
        for orders in product(*(permutations([k for k in range(6) if owners[k] == drone]) for drone in (0, 1)))
    )
    assert longest_s(workers, split(workers, 6)) == pytest.approx(best)


def test_the_same_seed_gives_the_same_routes() -> None:
    places = np.random.default_rng(2).uniform(0, 1000, (20, 2))
    workers = [worker(name, places, (500, 500)) for name in "abc"]
    assert split(workers, 20, seed=5) == split(workers, 20, seed=5)


def test_a_small_battery_flies_more_sorties_and_never_overdraws() -> None:
    places = np.random.default_rng(3).uniform(0, 1000, (20, 2))
    workers = [worker(name, places, (500, 500), budget_wh=1600.0) for name in "ab"]
    waves = split(workers, 20)
    assert len(waves) >= 2
    assert pieces_of(waves) == list(range(20))
    assert longest_s(workers, waves) <= 1600.0
    assert all(len({route.worker for route in wave}) == len(wave) for wave in waves)


def test_a_mission_never_outgrows_the_memory_on_board() -> None:
    places = np.random.default_rng(4).uniform(0, 1000, (40, 2))
    waves = split([worker("a", places, (500, 500))], 40, capacity=45)
    assert max(len(route.entries) for wave in waves for route in wave) <= 15
    assert pieces_of(waves) == list(range(40))


def test_a_piece_that_no_battery_can_do_is_named_with_the_numbers() -> None:
    places = np.array([[10.0, 0.0], [900.0, 0.0]])
    with pytest.raises(InputError, match=r"piece 1 alone .* would draw 1800\.0 Wh of the 500\.0 Wh"):
        split([worker("a", places, (0, 0), budget_wh=500.0)], 2)


def test_a_piece_that_nobody_can_reach_is_named() -> None:
    one = worker("a", np.array([[10.0, 0.0], [900.0, 0.0]]), (0, 0))
    one.way_s[2:4, [0, 1, 4]] = one.way_s[[0, 1, 4], 2:4] = NO_WAY_S
    with pytest.raises(InputError, match="no way from any home to piece 1"):
        split([one], 2)


def test_a_piece_that_only_one_drone_can_reach_goes_to_it() -> None:
    places = np.array([[10.0, 0.0], [20.0, 0.0], [900.0, 0.0]])
    near, far = worker("a", places, (0, 0), budget_wh=100.0), worker("b", places, (800, 0), budget_wh=2000.0)
    waves = split([near, far], 3)
    assert [route.worker for wave in waves for route in wave if 4 in {e & ~1 for e in route.entries}] == [1]


def test_a_faster_drone_does_more() -> None:
    places = np.column_stack([np.linspace(0, 1000, 30), np.full(30, 50.0)])
    slow, fast = worker("a", places, (500, 0)), worker("b", places, (500, 0))
    fast = replace(fast, way_s=fast.way_s / 3.0)
    (wave,) = split([slow, fast], 30)
    by_worker = {route.worker: len(route.entries) for route in wave}
    assert by_worker[1] > by_worker.get(0, 0)


def test_more_drones_than_pieces_leave_some_at_home() -> None:
    places = np.array([[10.0, 0.0]])
    (wave,) = split([worker(name, places, (0, 0)) for name in "abc"], 1)
    assert len(wave) == 1


def test_forty_points_and_three_drones_come_near_a_long_search() -> None:
    places = np.random.default_rng(8).uniform(0, 3000, (40, 2))
    workers = [worker(name, places, (1500, -100)) for name in "abc"]
    names = [f"piece {k}" for k in range(40)]
    quick = allocate(workers, names, items_per_piece=3, item_capacity=600, seed=1).waves
    thorough = allocate(workers, names, items_per_piece=3, item_capacity=600, seed=1, rounds=1000).waves
    assert longest_s(workers, quick) <= 1.05 * longest_s(workers, thorough)


def test_nothing_is_lost_where_many_flights_are_searched() -> None:
    places = np.random.default_rng(9).uniform(0, 2000, (60, 2))
    owner = worker("a", places, (1000, 1000), budget_wh=3500.0)
    waves = allocate(
        [owner], [f"piece {k}" for k in range(60)], items_per_piece=1, item_capacity=6, seed=1, rounds=3000
    )
    assert len(waves.waves) >= 10
    assert pieces_of(waves.waves) == list(range(60))
