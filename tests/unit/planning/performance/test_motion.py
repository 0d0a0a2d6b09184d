"""Legs and corners against the movement itself: jerk summed up step by step, as the autopilot's S-curve has it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.performance.motion import (
    JERK_RISE_S,
    Limits,
    half_overlap_s,
    ramp_s,
    rest_to_rest_s,
    top_speed_m_s,
)

STANDARD = Limits(2.5, 1.0, 2.0)
STEP_S = 0.001


def ramp_of(peak_m_s2: float, constant_s: float, limits: Limits = STANDARD) -> tuple[FloatArray, FloatArray]:
    """(speed, distance) at every step of a ramp from rest, whose jerk rises and falls as a raised cosine."""
    rise, j = JERK_RISE_S, limits.jerk_m_s3
    t = np.arange(0.0, 2.0 * (peak_m_s2 / j + rise) + constant_s, STEP_S)
    edges = np.cumsum([0.0, rise, peak_m_s2 / j - rise, rise, constant_s, rise, peak_m_s2 / j - rise, rise])

    def rising(start_s: float) -> FloatArray:
        return (1.0 - np.cos(np.pi * np.clip((t - start_s) / rise, 0.0, 1.0))) / 2.0

    jerk = j * (rising(edges[0]) - rising(edges[2]) - rising(edges[4]) + rising(edges[6]))
    speed = np.cumsum(np.cumsum(jerk) * STEP_S) * STEP_S
    return speed, np.cumsum(speed) * STEP_S


def one(value: float) -> FloatArray:
    return np.array([value])


@pytest.mark.parametrize(("peak_m_s2", "constant_s"), [(2.5, 0.4), (2.5, 2.0), (1.2, 0.0), (2.5, 0.0)])
def test_a_ramp_takes_as_long_and_covers_as_much_as_the_jerk_says(peak_m_s2: float, constant_s: float) -> None:
    speed, distance = ramp_of(peak_m_s2, constant_s)
    expected_s = len(speed) * STEP_S
    assert ramp_s(one(float(speed[-1])), STANDARD)[0] == pytest.approx(expected_s, abs=0.01)
    assert distance[-1] == pytest.approx(speed[-1] * expected_s / 2.0, rel=2e-3)


def test_a_long_leg_takes_its_cruise_and_one_ramp_more() -> None:
    # 8 m/s: 8/2.5 + 2.5/1 + 0.3 = 6 s a ramp, 24 m each
    assert rest_to_rest_s(one(800.0), one(8.0), STANDARD)[0] == pytest.approx(100.0 + 6.0)


@given(st.floats(0.01, 5_000.0), st.floats(0.5, 30.0), st.floats(0.5, 5.0), st.floats(0.5, 20.0))
def test_two_ramps_and_the_cruise_between_make_the_whole_leg(
    distance_m: float, speed_m_s: float, acceleration: float, jerk: float
) -> None:
    limits = Limits(acceleration, jerk, 2.0)
    top = float(top_speed_m_s(one(distance_m), one(speed_m_s), limits)[0])
    both_ramps_m = top * float(ramp_s(one(top), limits)[0])
    assert 0.0 < top <= speed_m_s
    assert both_ramps_m <= distance_m * (1.0 + 1e-6)
    if top < speed_m_s:
        assert both_ramps_m == pytest.approx(distance_m, rel=1e-6)


@given(st.lists(st.floats(0.01, 3_000.0), min_size=2, max_size=2), st.floats(1.0, 20.0))
def test_a_longer_leg_never_takes_less_time(distances_m: list[float], speed_m_s: float) -> None:
    short, long = sorted(distances_m)
    times = rest_to_rest_s(np.array([short, long]), np.full(2, speed_m_s), STANDARD)
    assert times[0] <= times[1] + 1e-9


def test_no_way_and_no_distance_stay_what_they_are() -> None:
    assert rest_to_rest_s(np.array([0.0, np.inf]), np.array(8.0), STANDARD).tolist() == [0.0, math.inf]


@pytest.mark.parametrize("turn_deg", [20.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0])
def test_in_the_middle_of_a_corner_the_path_is_within_radius_and_speed(turn_deg: float) -> None:
    sine = math.sin(math.radians(turn_deg) / 2.0)
    leg_s = rest_to_rest_s(one(100.0), one(8.0), STANDARD)
    half = float(half_overlap_s(one(sine), one(8.0), leg_s, leg_s, STANDARD)[0])
    speeds, distances = ramp_of(2.5, 0.4)
    at = min(int(half / STEP_S), len(speeds) - 1)
    missed_m = 2.0 * distances[at] * sine
    speed_m_s = 2.0 * speeds[at] * math.cos(math.radians(turn_deg) / 2.0)
    assert missed_m <= STANDARD.radius_m * 1.02
    assert speed_m_s <= 8.0 * 1.02
    # One of the two is used up: the corner is not slower than it must be.
    assert missed_m == pytest.approx(STANDARD.radius_m, rel=0.03) or speed_m_s == pytest.approx(8.0, rel=0.03)


def test_going_straight_on_keeps_the_speed() -> None:
    legs_s = rest_to_rest_s(np.full(2, 100.0), np.full(2, 8.0), STANDARD)
    half = half_overlap_s(one(0.0), one(8.0), legs_s[:1], legs_s[1:], STANDARD)
    assert legs_s.sum() - 2.0 * half[0] == pytest.approx(rest_to_rest_s(one(200.0), one(8.0), STANDARD)[0])


def test_at_least_half_of_a_leg_is_flown_alone() -> None:
    short_s, long_s = rest_to_rest_s(np.array([1.0, 100.0]), np.full(2, 8.0), STANDARD)
    half = half_overlap_s(one(0.0), one(8.0), one(short_s), one(long_s), STANDARD)
    assert half[0] <= short_s / 4.0
