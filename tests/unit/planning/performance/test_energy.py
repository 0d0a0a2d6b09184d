"""Times and energy of a flight against arithmetic by hand. What was flown is in test_flown_on_arducopter.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planning_sites as sites
import pytest

from dronectl.model.fleet import Battery
from dronectl.planning.performance.energy import (
    Speeds,
    path_s,
    power_held_w,
    power_to_and_fro_w,
    predict_flight,
    usable_energy_wh,
)
from dronectl.planning.performance.vertical import climb_s, landing_s
from dronectl.planning.work import Step

(ANY, *_) = sites.drones()
DRONE = replace(ANY, battery=Battery(130.0, 300.0, 290.0, 0.85), cruise_speed_m_s=8.0, max_airspeed_m_s=11.0)
HOME = np.array([0.0, 0.0])
SPEEDS = Speeds(8.0, 8.0)
RAMP_S = 8.0 / 2.5 + 2.5 / 1.0 + 0.3
WAITING_S = 0.4 + 0.2
"""What a leg from standstill to standstill takes longer than its plan."""


def steps(*places: tuple[float, float], dwell_s: float = 0.0) -> list[Step]:
    return [Step(np.array(place), dwell_s=dwell_s) for place in places]


def test_take_off_is_lift_off_climb_and_its_two_ends() -> None:
    assert climb_s(DRONE, 40.0) == pytest.approx(2.6 + 40.0 / 2.5 + 1.5 * 2.5)


def test_landing_is_loiter_descent_a_slow_touch_down_and_the_stop_of_the_motors() -> None:
    assert landing_s(DRONE, 40.0) == pytest.approx(3.1 + 5.0 + 30.0 / 1.5 + 0.75 + 1.1 + 10.0 / 0.5 + 1.9)
    assert landing_s(DRONE, 6.0) == pytest.approx(3.1 + 5.0 + 6.0 / 0.5 + 1.9)


def test_a_stay_splits_the_flight_into_legs_from_rest_to_rest() -> None:
    flight = predict_flight(DRONE, HOME, 40.0, [Step(np.array([400.0, 0.0]), dwell_s=60.0), Step(HOME)], SPEEDS)
    legs_s = 2 * (400.0 / 8.0 + RAMP_S + WAITING_S)
    assert flight.duration_s == pytest.approx(climb_s(DRONE, 40.0) + legs_s + 60.0 + landing_s(DRONE, 40.0))
    assert flight.distance_m == pytest.approx(800.0 + 80.0)


def test_a_straight_waypoint_costs_nothing_and_a_corner_the_more_the_sharper() -> None:
    straight = predict_flight(DRONE, HOME, 40.0, steps((200.0, 0.0), (400.0, 0.0)), SPEEDS)
    direct = predict_flight(DRONE, HOME, 40.0, steps((400.0, 0.0)), SPEEDS)
    corner = predict_flight(DRONE, HOME, 40.0, steps((200.0, 0.0), (200.0, 200.0)), SPEEDS)
    about_turn = predict_flight(DRONE, HOME, 40.0, steps((200.0, 0.0), (0.0, 0.0)), SPEEDS)
    stop = predict_flight(DRONE, HOME, 40.0, [Step(np.array([200.0, 0.0]), dwell_s=1e-3), Step(HOME)], SPEEDS)
    assert straight.duration_s == pytest.approx(direct.duration_s)
    assert direct.duration_s < corner.duration_s < about_turn.duration_s < stop.duration_s


def test_energy_of_a_flight_straight_up_and_down_and_a_stay() -> None:
    flight = predict_flight(DRONE, HOME, 40.0, [Step(HOME, dwell_s=100.0)], SPEEDS)
    climbing_ws = (climb_s(DRONE, 40.0) - 2.6) * 1.2 * 300.0
    hovering_ws = (100.0 + landing_s(DRONE, 40.0) - 1.9) * 300.0
    assert flight.energy_wh == pytest.approx((climbing_ws + hovering_ws) / 3600.0)


def test_cruise_draws_cruise_power() -> None:
    near = predict_flight(DRONE, HOME, 40.0, steps((1000.0, 0.0), (0.0, 0.0)), SPEEDS)
    far = predict_flight(DRONE, HOME, 40.0, steps((2000.0, 0.0), (0.0, 0.0)), SPEEDS)
    assert far.energy_wh - near.energy_wh == pytest.approx(2000.0 / 8.0 * 290.0 / 3600.0)


def test_wind_makes_flights_longer_and_dearer_and_never_cheaper() -> None:
    path = steps((500.0, 0.0), (500.0, 500.0), (0.0, 0.0))
    still = predict_flight(DRONE, HOME, 40.0, path, SPEEDS)
    assert (still.windy_duration_s, still.windy_energy_wh) == (still.duration_s, still.energy_wh)
    before = still
    for wind_m_s in (1.0, 3.0, 5.0, 8.0):
        windy = predict_flight(DRONE, HOME, 40.0, path, SPEEDS, wind_m_s)
        assert windy.duration_s == still.duration_s
        assert windy.windy_duration_s >= before.windy_duration_s
        assert windy.windy_energy_wh >= before.windy_energy_wh
        before = windy
    assert before.windy_duration_s > still.duration_s + 30.0


def test_the_worst_side_is_as_bad_as_the_worst_wind_looked_at_alone() -> None:
    path = steps((800.0, 0.0))
    worst = predict_flight(DRONE, HOME, 40.0, path, SPEEDS, 5.0)
    head, tail = (predict_flight(DRONE, HOME, 40.0, path, SPEEDS, 5.0, from_deg) for from_deg in (90.0, 270.0))
    assert worst.windy_energy_wh == pytest.approx(head.windy_energy_wh)
    assert worst.windy_duration_s == pytest.approx(head.windy_duration_s)
    assert tail.windy_energy_wh < head.windy_energy_wh


def test_power_for_the_budget_counts_the_longer_time_into_the_wind() -> None:
    assert power_to_and_fro_w(DRONE, 8.0, 0.0) == pytest.approx(290.0)
    # 6 m/s into the wind at 11 m/s through the air, 8 m/s with it at 3 m/s through the air
    by_hand = (420.0 / 6.0 + 290.0 / 8.0) / 2.0 * 8.0
    assert power_to_and_fro_w(DRONE, 8.0, 5.0) == pytest.approx(by_hand, rel=0.02)
    assert power_held_w(DRONE, 0.0) == 300.0


def test_a_path_alone_is_what_a_flight_along_it_takes() -> None:
    path = np.array([[0.0, 0.0], [300.0, 0.0], [300.0, 80.0], [0.0, 80.0]])
    flight = predict_flight(DRONE, HOME, 40.0, [Step(xy) for xy in path[1:]], SPEEDS)
    assert path_s(path, 8.0, DRONE) == pytest.approx(flight.duration_s - climb_s(DRONE, 40.0) - landing_s(DRONE, 40.0))
    assert path_s(path[:1], 8.0, DRONE) == 0.0


def random_path(seed: int, count: int, size_m: float) -> list[Step]:
    rng = np.random.default_rng(seed)
    return [Step(xy) for xy in rng.uniform(-size_m, size_m, (count, 2))]


@pytest.mark.parametrize("size_m", [0.5, 5.0, 30.0, 300.0])
def test_time_never_runs_backwards_and_no_stretch_is_faster_than_its_speed(size_m: float) -> None:
    flight = predict_flight(DRONE, HOME, 40.0, [*random_path(5, 60, size_m), Step(HOME)], SPEEDS)
    seconds = np.diff(flight.t_s)
    metres = np.hypot(*np.diff(flight.xyz_m[:, :2], axis=0).T)
    assert (seconds >= 0.0).all()
    assert (metres <= 8.0 * seconds + 0.05).all()
    assert flight.xyz_m[-1].tolist() == [0.0, 0.0, 0.0]


def test_the_same_place_twice_is_a_stop() -> None:
    once = predict_flight(DRONE, HOME, 40.0, steps((100.0, 0.0), (200.0, 0.0)), SPEEDS)
    twice = predict_flight(DRONE, HOME, 40.0, steps((100.0, 0.0), (100.0, 0.0), (200.0, 0.0)), SPEEDS)
    assert np.isfinite(twice.t_s).all()
    assert once.duration_s < twice.duration_s < once.duration_s + 10.0


def test_the_reserve_is_kept_out_of_the_usable_share() -> None:
    assert usable_energy_wh(DRONE, 30.0) == pytest.approx(130.0 * 0.55)
    endurance = Battery.from_endurance(1200.0, usable_share=0.8)
    assert endurance.capacity_wh * 3600.0 == pytest.approx(1200.0)
