"""Altitude layers, exact distances over time, staggered starts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dronectl.errors import InputError
from dronectl.planning.deconfliction.closest_approach import least_distance_m
from dronectl.planning.deconfliction.separation import DEFAULT_DELAY_S, layers, staggered_starts_s
from dronectl.planning.performance.energy import Timeline


def flight(*knots: tuple[float, float, float, float]) -> Timeline:
    """Knots of (second, x, y, z)."""
    rows = np.array(knots)
    return Timeline(rows[:, 0], rows[:, 1:], 0.0, 0.0)


def test_each_drone_has_its_own_layer() -> None:
    assert layers(["a", "b", "c"], 40.0, 15.0, 90.0, "m.toml") == [40.0, 55.0, 70.0]


def test_layers_shift_down_under_the_ceiling() -> None:
    assert layers(["a", "b", "c"], 65.0, 15.0, 90.0, "m.toml") == [60.0, 75.0, 90.0]


def test_layers_that_cannot_fit_are_refused_with_the_numbers() -> None:
    with pytest.raises(InputError, match=r"m\.toml: 3 layers 40 m apart from 50 m up reach 130 m, above .* 90 m"):
        layers(["a", "b", "c"], 50.0, 40.0, 90.0, "m.toml")


def test_one_drone_above_the_ceiling_comes_down_to_it() -> None:
    assert layers(["a"], 120.0, 10.0, 90.0, "m.toml") == [90.0]


def test_paths_that_cross_at_different_times_are_apart() -> None:
    east = flight((0, -100, 0, 40), (20, 100, 0, 40))
    north = flight((0, 0, -100, 40), (20, 0, 100, 40))
    late = flight((0, 0, -150, 40), (20, 0, 50, 40))
    assert least_distance_m(east, north) == pytest.approx(0.0)
    assert least_distance_m(east, late) == pytest.approx(50.0 / math.sqrt(2.0))


def test_the_least_distance_between_the_knots_is_found_exactly() -> None:
    east = flight((0, -1000, 0, 0), (100, 1000, 0, 0))
    west = flight((0, 1000, 3, 4), (100, -1000, 3, 4))
    assert least_distance_m(east, west) == pytest.approx(5.0)


def test_dense_sampling_agrees() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        one, two = (Timeline(np.sort(rng.uniform(0, 60, 9)), rng.uniform(-50, 50, (9, 3)), 0.0, 0.0) for _ in range(2))
        moments = np.linspace(max(one.t_s[0], two.t_s[0]), min(one.t_s[-1], two.t_s[-1]), 40_000)
        places = [np.column_stack([np.interp(moments, f.t_s, f.xyz_m[:, k]) for k in range(3)]) for f in (one, two)]
        sampled = float(np.sqrt(((places[0] - places[1]) ** 2).sum(axis=1)).min())
        exact = least_distance_m(one, two)
        assert exact <= sampled + 1e-9
        assert exact == pytest.approx(sampled, abs=0.05)


def test_drones_never_in_the_air_together_are_infinitely_apart() -> None:
    one = flight((0, 0, 0, 0), (10, 0, 0, 10))
    assert least_distance_m(one, one, other_start_s=10.5) == math.inf


def test_a_conflict_is_solved_by_starting_later() -> None:
    climb_and_go = flight((0, 0, 0, 0), (10, 0, 0, 40), (60, 500, 0, 40), (80, 500, 0, 0))
    starts = staggered_starts_s([climb_and_go, climb_and_go, climb_and_go], 10.0)
    assert starts == sorted(starts)
    assert starts[0] == 0.0
    assert least_distance_m(climb_and_go, climb_and_go, other_start_s=starts[1]) >= 10.0
    assert least_distance_m(climb_and_go, climb_and_go, other_start_s=starts[2] - starts[1]) >= 10.0


def test_a_start_still_holds_when_a_drone_is_early_or_late() -> None:
    climb_and_go = flight((0, 0, 0, 0), (10, 0, 0, 40), (60, 500, 0, 40), (80, 500, 0, 0))
    first, second = staggered_starts_s([climb_and_go, climb_and_go], 10.0)
    for late_s in (-DEFAULT_DELAY_S, 0.0, 7.3, DEFAULT_DELAY_S):
        start_s = second + late_s
        assert least_distance_m(climb_and_go, climb_and_go, one_start_s=first, other_start_s=start_s) >= 10.0


def test_bands_come_before_delays() -> None:
    low = flight((0, 0, 0, 0), (10, 0, 0, 40), (60, 500, 0, 40), (80, 500, 0, 0))
    high = flight((0, 0, 60, 0), (14, 0, 60, 55), (64, 500, 60, 55), (90, 500, 60, 0))
    assert staggered_starts_s([low, high], 10.0) == [0.0, 0.0]


def test_a_longer_delay_asks_for_later_starts() -> None:
    climb_and_go = flight((0, 0, 0, 0), (10, 0, 0, 40), (60, 500, 0, 40), (80, 500, 0, 0))
    hurried = staggered_starts_s([climb_and_go, climb_and_go], 10.0, 0.0)[1]
    careful = staggered_starts_s([climb_and_go, climb_and_go], 10.0, 60.0)[1]
    assert hurried < careful
