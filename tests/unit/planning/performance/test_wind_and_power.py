"""Wind against triangles by hand; power through the measured points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planning_sites as sites
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.fleet import Battery
from dronectl.planning.performance.power import power_curve
from dronectl.planning.performance.wind import (
    SIDES,
    airspeeds_m_s,
    ground_speeds_m_s,
    wind_from,
    winds_from_every_side,
)

EAST = np.array([[1.0, 0.0]])
(DRONE, *_) = sites.drones()


def test_wind_is_named_by_where_it_comes_from() -> None:
    assert wind_from(5.0, 0.0) == pytest.approx(np.array([[0.0, -5.0]]))
    assert wind_from(5.0, 270.0) == pytest.approx(np.array([[5.0, 0.0]]))


def test_every_side_has_the_same_speed() -> None:
    winds = winds_from_every_side(4.0)
    assert winds.shape == (SIDES, 2)
    assert np.hypot(*winds.T) == pytest.approx(np.full(SIDES, 4.0))


def test_ground_speed_is_kept_while_the_airspeed_suffices() -> None:
    assert ground_speeds_m_s(EAST, np.array([8.0]), wind_from(3.0, 90.0), 11.0)[0, 0] == 8.0
    assert ground_speeds_m_s(EAST, np.array([8.0]), wind_from(10.0, 270.0), 11.0)[0, 0] == 8.0


def test_into_the_wind_the_ground_speed_gives_way() -> None:
    assert ground_speeds_m_s(EAST, np.array([8.0]), wind_from(5.0, 90.0), 11.0)[0, 0] == pytest.approx(6.0)


def test_across_the_wind_the_nose_takes_its_share() -> None:
    # 3-4-5: 5 m/s through the air hold 3 against the wind, 4 are left along the way
    assert ground_speeds_m_s(EAST, np.array([8.0]), wind_from(3.0, 0.0), 5.0)[0, 0] == pytest.approx(4.0)
    assert airspeeds_m_s(EAST, np.array([[4.0]]), wind_from(3.0, 0.0))[0, 0] == pytest.approx(5.0)


@given(st.floats(0.0, 9.9), st.floats(0.0, 360.0), st.floats(0.1, 20.0))
def test_no_ground_speed_asks_for_more_than_the_airspeed(wind_m_s: float, from_deg: float, wanted_m_s: float) -> None:
    wind = wind_from(wind_m_s, from_deg)
    ground = ground_speeds_m_s(EAST, np.array([wanted_m_s]), wind, 10.0)
    assert 0.0 < ground[0, 0] <= wanted_m_s
    assert airspeeds_m_s(EAST, ground, wind)[0, 0] <= max(10.0, abs(wanted_m_s - wind[0, 0])) + 1e-9


def test_power_goes_through_what_was_measured() -> None:
    drone = replace(
        DRONE, battery=Battery(100.0, 354.0, 366.0, fast_power_w=386.0), cruise_speed_m_s=8.0, max_airspeed_m_s=11.0
    )
    assert power_curve(drone)(np.array([0.0, 8.0, 11.0])) == pytest.approx(np.array([354.0, 366.0, 386.0]))


def test_a_dip_that_nobody_measured_is_not_counted_on() -> None:
    drone = replace(DRONE, battery=Battery(130.0, 300.0, 290.0), cruise_speed_m_s=8.0, max_airspeed_m_s=11.0)
    assert power_curve(drone)(np.linspace(0.0, 11.0, 50)).min() == pytest.approx(290.0)


def test_what_was_not_measured_is_taken_on_the_safe_side() -> None:
    battery = Battery(130.0, 300.0, 290.0)
    assert battery.climbing_power_w == pytest.approx(360.0)
    assert battery.fastest_power_w == pytest.approx(420.0)
