"""What happens in scenarios, played by the simulator's own parameters: the same failsafe, words and end on both.

Others are held elsewhere: a silent ground station, a low charge (``test_failsafes.py``), a refusal to arm
(``test_arming_and_modes.py``), somebody else's upload (``items/test_mission_changed.py``), a radio that passes nothing
and a link that is cut (``test_out_of_range.py``), a weak motor (``test_weak_motor.py``), reboots and clocks
(``services/test_after_power_on.py``).
"""

from __future__ import annotations

import math

import pytest
from expectations import Expected
from flying import (
    ACCEPTED,
    FAILED,
    FLIGHT_S,
    GUIDED,
    LAND,
    RTL,
    arm,
    heard_s,
    pass_time,
    said_s,
    set_mode,
    stream_everything,
    take_off,
    wait_disarmed,
    wait_mode,
)
from raw_client import RawClient

PARAMETERS = {"SIM_WIND_T": 1, "SIM_WIND_SPD": 5, "SIM_WIND_DIR": 90}
"""The wind is the same at every height."""
HEIGHT_M = 20.0
GLITCH_DEG = 0.0005


def test_in_a_steady_wind_it_stays_where_it_is(ready: RawClient) -> None:
    take_off(ready, HEIGHT_M)
    there = settled(ready)
    pass_time(ready, 10.0)
    assert apart_m(there, true_place(ready)) < 2.0
    assert ready.mode() == GUIDED


@pytest.mark.every_firmware
def test_without_gps_it_coasts_and_then_drifts_down_with_the_wind(ready: RawClient, expected: Expected) -> None:
    take_off(ready, HEIGHT_M)
    there, talk = settled(ready), ready.talk()
    ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 1))
    begun_s = heard_s(ready)
    try:
        assert 6.5 < said_s(talk, "EKF variance") - begun_s < 10.5
        assert apart_m(there, true_place(ready)) < 3.0
        talk.expect_text("EKF Failsafe: changed to L", timeout_s=FLIGHT_S)
        assert ready.mode() == LAND
        pass_time(ready, 2.5)
        assert ready.talk().expect("GLOBAL_POSITION_INT").relative_alt > 1000.0 * (HEIGHT_M - 1.5)
        wait_disarmed(ready, 2 * FLIGHT_S)
        down = true_place(ready)
        assert 100.0 < apart_m(there, down) < 175.0
        assert down.lon_deg < there.lon_deg
    finally:
        ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 0))


def test_near_the_ground_the_wind_is_less_unless_it_is_told_otherwise(ready: RawClient, expected: Expected) -> None:
    ready.set_parameter("SIM_WIND_T", 0)
    take_off(ready, HEIGHT_M)
    there = settled(ready)
    ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 1))
    try:
        wait_mode(ready, LAND)
        wait_disarmed(ready, 2 * FLIGHT_S)
        assert 45.0 < apart_m(there, true_place(ready)) < 75.0
    finally:
        ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 0))
        ready.set_parameter("SIM_WIND_T", 1)


def test_a_gps_that_errs_is_told_and_believed_after_ten_seconds(ready: RawClient, expected: Expected) -> None:
    take_off(ready, HEIGHT_M)
    settled(ready)
    talk = ready.talk()
    ready.set_parameter(*expected.own("SIM_GPS_GLITCH_X", GLITCH_DEG))
    begun_s = heard_s(ready)
    try:
        assert said_s(talk, "GPS Glitch or Compass error") - begun_s < 3.0
        assert apart_m(told_place(ready), true_place(ready)) < 5.0
        assert 17.0 < said_s(talk, "Glitch cleared") - begun_s < 24.0
        assert apart_m(told_place(ready), true_place(ready)) == pytest.approx(GLITCH_DEG * 111_200.0, abs=5.0)
        assert ready.mode() == GUIDED
    finally:
        ready.set_parameter(*expected.own("SIM_GPS_GLITCH_X", 0))


@pytest.mark.parametrize("mgauss", [300, 1500])
def test_compasses_that_err_are_not_believed_and_nothing_else_happens(ready: RawClient, mgauss: int) -> None:
    """However much: a heading that is not believed is as good as none, and the EKF failsafe takes more than that."""
    take_off(ready, HEIGHT_M)
    there, talk = settled(ready), ready.talk()
    disturb(ready, mgauss)
    begun_s = heard_s(ready)
    try:
        assert 8.0 < said_s(talk, "switching to compass") - begun_s < 13.0
        pass_time(ready, 25.0)
        assert ready.mode() == GUIDED
        assert apart_m(there, true_place(ready)) < 2.0
        assert not [text for text in talk.texts() if "ariance" in text or "ailsafe" in text]
    finally:
        disturb(ready, 0)


def test_compasses_that_err_a_little_are_believed_and_nothing_is_said(ready: RawClient) -> None:
    take_off(ready, HEIGHT_M)
    there, talk = settled(ready), ready.talk()
    disturb(ready, 100)
    try:
        pass_time(ready, 25.0)
        assert ready.mode() == GUIDED
        assert apart_m(there, true_place(ready)) < 2.0
        assert talk.texts() == []
    finally:
        disturb(ready, 0)


def test_with_compasses_that_err_it_does_not_arm(ready: RawClient) -> None:
    disturb(ready, 400)
    try:
        pass_time(ready, 2.0)
        assert set_mode(ready, GUIDED).result == ACCEPTED
        answer = arm(ready)
        assert answer.result == FAILED
        assert answer.says("Arm: Check mag field (xy diff:")
    finally:
        disturb(ready, 0)


def test_a_pack_whose_voltage_sags_is_low_and_it_returns(ready: RawClient) -> None:
    """The last test of this module: the pre-arm check fails from then on until the vehicle is booted again."""
    ready.set_parameter("BATT_FS_LOW_ACT", 2)
    ready.set_parameter("BATT_LOW_VOLT", 11.5)
    take_off(ready, HEIGHT_M)
    talk = ready.talk()
    ready.set_parameter("SIM_BATT_VOLTAGE", 11.0)  # SITL's motors pull less with less
    talk.expect_text("Battery 1 is low", timeout_s=FLIGHT_S)
    talk.expect_text("Battery Failsafe", timeout_s=FLIGHT_S)
    wait_mode(ready, RTL)
    wait_disarmed(ready, 2 * FLIGHT_S)


def disturb(client: RawClient, mgauss: float) -> None:
    """A field from the east besides the Earth's, the same at every height."""
    client.set_parameter("SIM_MAG_ALY_HGT", 100_000)
    client.set_parameter("SIM_MAG_ALY_Y", mgauss)


class Place:
    """In degrees."""

    def __init__(self, lat_e7: int, lon_e7: int) -> None:
        self.lat_deg, self.lon_deg = lat_e7 * 1e-7, lon_e7 * 1e-7


def settled(client: RawClient) -> Place:
    """After the climb."""
    stream_everything(client, 10)
    pass_time(client, 8.0)
    return true_place(client)


def true_place(client: RawClient) -> Place:
    told = client.talk().expect("SIMSTATE")
    return Place(told.lat, told.lng)


def told_place(client: RawClient) -> Place:
    told = client.talk().expect("GLOBAL_POSITION_INT")
    return Place(told.lat, told.lon)


def apart_m(one: Place, other: Place) -> float:
    east = (one.lon_deg - other.lon_deg) * math.cos(math.radians(one.lat_deg))
    return math.hypot(one.lat_deg - other.lat_deg, east) * 111_200.0
