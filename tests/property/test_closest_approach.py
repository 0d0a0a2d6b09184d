"""The exact least distance of two flights, with and without delays, against dense sampling and the old formula."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks.approach import closest_approach
from dronectl.geodesy.frame import FloatArray
from dronectl.planning.deconfliction.closest_approach import Delay, least_distance_m
from dronectl.planning.performance.energy import Timeline

coordinates = st.floats(-300.0, 300.0)
places = st.tuples(coordinates, coordinates, st.floats(0.0, 90.0))
legs = st.tuples(st.floats(0.5, 40.0), places)


def _timeline(first: tuple[float, ...], rest: list[tuple[float, tuple[float, ...]]]) -> Timeline:
    t_s = np.append(0.0, np.cumsum([lasting for lasting, _ in rest]))
    return Timeline(t_s, np.array([first, *(place for _, place in rest)]), 0.0, 0.0)


timelines = st.builds(_timeline, places, st.lists(legs, min_size=1, max_size=6))


def _at(flight: Timeline, moments: FloatArray) -> FloatArray:
    return np.column_stack([np.interp(moments, flight.t_s, flight.xyz_m[:, axis]) for axis in range(3)])


@examples(40)
@given(timelines, timelines, st.floats(0.0, 60.0), st.floats(0.0, 20.0), st.sampled_from([0.0, 0.05, 0.3]))
def test_no_sampled_moment_is_nearer_and_the_least_is_reached(
    one: Timeline, other: Timeline, start_s: float, fixed_s: float, share: float
) -> None:
    exact = least_distance_m(one, other, other_start_s=start_s, delay=Delay(fixed_s, share))
    t1 = np.linspace(0.0, one.t_s[-1], 400)
    t2 = np.linspace(0.0, other.t_s[-1], 400) + start_s
    may_meet = np.abs(t1[:, None] - t2[None, :]) <= fixed_s + share * (t1[:, None] + t2[None, :]) / 2.0
    apart = np.linalg.norm(_at(one, t1)[:, None, :] - _at(other, t2 - start_s)[None, :, :], axis=2)
    sampled = apart[may_meet].min(initial=np.inf)
    assert exact <= sampled + 1e-6
    if np.isfinite(sampled) and fixed_s > 3.0:
        # Between two samples neither moves farther than its speed allows.
        steps = [np.diff(flight.t_s) for flight in (one, other)]
        speeds = [
            (np.linalg.norm(np.diff(flight.xyz_m, axis=0), axis=1) / step).max()
            for flight, step in zip((one, other), steps, strict=True)
        ]
        reach = speeds[0] * (t1[1] - t1[0]) + speeds[1] * (t2[1] - t2[0])
        assert exact >= sampled - reach - 1e-6


def test_a_crossing_missed_by_five_seconds_is_met_with_a_delay_of_five() -> None:
    east = _timeline((-100.0, 0.0, 50.0), [(20.0, (100.0, 0.0, 50.0))])
    north = _timeline((0.0, -100.0, 50.0), [(20.0, (0.0, 100.0, 50.0))])
    assert least_distance_m(east, north) == pytest.approx(0.0, abs=1e-9)
    assert least_distance_m(east, north, other_start_s=5.0) == pytest.approx(50.0 / 2**0.5)
    assert least_distance_m(east, north, other_start_s=5.0, delay=Delay(5.0)) == pytest.approx(0.0, abs=1e-6)
    assert least_distance_m(east, north, other_start_s=5.0, delay=Delay(3.0)) == pytest.approx(20.0 / 2**0.5)


def test_bands_keep_apart_whatever_the_delay() -> None:
    low = _timeline((-100.0, 0.0, 50.0), [(20.0, (100.0, 0.0, 50.0))])
    high = _timeline((0.0, -100.0, 64.0), [(20.0, (0.0, 100.0, 64.0))])
    assert least_distance_m(low, high, delay=Delay(1e6)) == pytest.approx(14.0)


def test_flights_that_are_never_in_the_air_together() -> None:
    one = _timeline((0.0, 0.0, 0.0), [(10.0, (0.0, 0.0, 10.0))])
    assert least_distance_m(one, one, other_start_s=20.0) == float("inf")
    assert least_distance_m(one, one, other_start_s=20.0, delay=Delay(15.0)) == pytest.approx(5.0)


@examples(40)
@given(timelines, timelines, st.floats(0.0, 60.0), st.floats(0.0, 30.0))
def test_the_checker_finds_the_same_by_other_means(
    one: Timeline, other: Timeline, start_s: float, delay_s: float
) -> None:
    flights = [
        SimpleNamespace(legs=(None,) * len(flight.t_s), times=flight.t_s + begin_s, corners=flight.xyz_m)
        for flight, begin_s in ((one, 0.0), (other, start_s))
    ]
    found = closest_approach(*flights, delay_s=delay_s)  # type: ignore[arg-type]
    exact = least_distance_m(one, other, other_start_s=start_s, delay=Delay(delay_s))
    if found is None:
        assert exact == float("inf")
    else:
        assert found.distance_m == pytest.approx(exact, abs=1e-3)
        assert abs(found.late_s) <= delay_s + 1e-9
        assert np.linalg.norm(found.first - found.second) == pytest.approx(found.distance_m, abs=1e-6)
