"""Times and energy of a flight against arithmetic by hand."""

from __future__ import annotations

import math

import numpy as np
import planning_sites as sites
import pytest

from dronectl.model.fleet import Battery
from dronectl.planning.energy import Speeds, climb_s, fly, landing_s, rest_to_rest_s, usable_energy_wh
from dronectl.planning.work import Step

(DRONE, *_) = sites.drones()
HOME = np.array([0.0, 0.0])
SPEEDS = Speeds(8.0, 8.0)


def steps(*places: tuple[float, float], dwell_s: float = 0.0) -> list[Step]:
    return [Step(np.array(place), dwell_s=dwell_s) for place in places]


def test_a_long_leg_speeds_up_cruises_and_slows_down() -> None:
    assert rest_to_rest_s(np.array([800.0]), 8.0, 2.5)[0] == pytest.approx(100.0 + 8.0 / 2.5)


def test_a_short_leg_never_reaches_its_speed() -> None:
    assert rest_to_rest_s(np.array([10.0]), 8.0, 2.5)[0] == pytest.approx(2.0 * math.sqrt(10.0 / 2.5))


def test_landing_is_loiter_descent_and_a_slow_touch_down() -> None:
    assert landing_s(DRONE, 40.0) == pytest.approx(5.0 + 30.0 / 1.5 + 10.0 / 0.5)
    assert landing_s(DRONE, 6.0) == pytest.approx(5.0 + 6.0 / 0.5)


def test_out_and_back_is_climb_two_legs_and_landing() -> None:
    flight = fly(DRONE, HOME, 40.0, steps((400.0, 0.0), (0.0, 0.0)), SPEEDS)
    legs_s = 2 * (400.0 / 8.0 + 8.0 / 2.5)
    assert flight.duration_s == pytest.approx(climb_s(DRONE, 40.0) + legs_s + landing_s(DRONE, 40.0))
    assert flight.distance_m == pytest.approx(800.0 + 80.0)


def test_a_straight_waypoint_costs_nothing_and_a_corner_does() -> None:
    straight = fly(DRONE, HOME, 40.0, steps((200.0, 0.0), (400.0, 0.0)), SPEEDS)
    direct = fly(DRONE, HOME, 40.0, steps((400.0, 0.0)), SPEEDS)
    corner = fly(DRONE, HOME, 40.0, steps((200.0, 0.0), (200.0, 200.0)), SPEEDS)
    about_turn = fly(DRONE, HOME, 40.0, steps((200.0, 0.0), (0.0, 0.0)), SPEEDS)
    assert straight.duration_s == pytest.approx(direct.duration_s)
    assert direct.duration_s < corner.duration_s < about_turn.duration_s


def test_a_stay_is_hovered() -> None:
    moving = fly(DRONE, HOME, 40.0, steps((100.0, 0.0), (0.0, 0.0)), SPEEDS)
    staying = fly(DRONE, HOME, 40.0, [Step(np.array([100.0, 0.0]), dwell_s=60.0), Step(HOME)], SPEEDS)
    assert staying.duration_s == pytest.approx(moving.duration_s + 60.0)
    assert staying.energy_wh == pytest.approx(moving.energy_wh + 60.0 * 300.0 / 3600.0)


def test_time_never_runs_backwards_and_the_flight_ends_on_the_ground_at_home() -> None:
    flight = fly(DRONE, HOME, 40.0, steps((3.0, 0.0), (3.0, 1.0), (500.0, 300.0), (0.0, 0.0)), SPEEDS)
    assert (np.diff(flight.t_s) >= 0.0).all()
    assert flight.xyz_m[-1].tolist() == [0.0, 0.0, 0.0]


def test_no_leg_is_faster_than_speed_and_acceleration_allow() -> None:
    rng = np.random.default_rng(5)
    path = [Step(xy) for xy in rng.uniform(-300, 300, (60, 2))]
    flight = fly(DRONE, HOME, 40.0, path, SPEEDS)
    seconds = np.diff(flight.t_s)[1 : len(path) + 1]
    metres = np.hypot(*np.diff(flight.xyz_m[1 : len(path) + 2, :2], axis=0).T)
    assert (metres <= 8.0 * seconds + 1e-6).all()


def test_the_reserve_is_kept_out_of_the_usable_share() -> None:
    assert usable_energy_wh(DRONE, 30.0) == pytest.approx(130.0 * 0.55)
    endurance = Battery.from_endurance(1200.0, usable_share=0.8)
    assert endurance.capacity_wh * 3600.0 == pytest.approx(1200.0)
