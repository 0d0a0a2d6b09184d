"""What the vehicle does on its own when the ground station falls silent or the battery runs low."""

from __future__ import annotations

from expectations import Expected
from flying import FLIGHT_S, GUIDED, LAND, RTL, take_off, wait_disarmed, wait_mode
from raw_client import RawClient


def test_without_a_heartbeat_for_five_seconds_it_returns_and_a_new_one_clears_but_does_not_stop_it(
    ready: RawClient,
) -> None:
    ready.set_parameter("FS_GCS_ENABLE", 1)
    try:
        take_off(ready, 10.0)
        assert ready.mode() == GUIDED
        talk = ready.talk()
        ready.sends_heartbeats = False
        talk.expect_text("GCS Failsafe", timeout_s=FLIGHT_S)
        wait_mode(ready, RTL)
        ready.sends_heartbeats = True
        talk.expect_text("GCS Failsafe Cleared", timeout_s=FLIGHT_S)
        assert ready.mode() == RTL
        wait_disarmed(ready, 2 * FLIGHT_S)
    finally:
        ready.set_parameter("FS_GCS_ENABLE", 0)


def test_heartbeats_of_another_system_do_not_feed_the_failsafe(ready: RawClient, expected: Expected) -> None:
    listens_to = expected.name("SYSID_MYGCS")
    ready.set_parameter("FS_GCS_ENABLE", 1)
    talk = ready.talk()
    try:
        ready.set_parameter(listens_to, 250)
        talk.expect_text("GCS Failsafe")
        ready.set_parameter(listens_to, 255)
        talk.expect_text("GCS Failsafe Cleared")
    finally:
        ready.set_parameter(listens_to, 255)
        ready.set_parameter("FS_GCS_ENABLE", 0)


def test_when_the_gps_is_lost_it_says_so_and_lands_and_says_when_the_gps_is_back(
    ready: RawClient, expected: Expected
) -> None:
    take_off(ready, 10.0)
    talk = ready.talk()
    ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 1))
    try:
        talk.expect_text("EKF variance", timeout_s=FLIGHT_S)
        wait_mode(ready, LAND)
        talk.expect_text("EKF3 IMU0 stopped aiding", timeout_s=FLIGHT_S)
        assert ready.talk().expect("GPS_RAW_INT").fix_type < 3
    finally:
        ready.set_parameter(*expected.own("SIM_GPS_DISABLE", 0))
    talk.expect_text("EKF3 IMU0 is using GPS", timeout_s=FLIGHT_S)
    wait_disarmed(ready)


def test_a_low_battery_is_announced_with_its_figures_and_the_set_action_follows(ready: RawClient) -> None:
    """The last test of this module: the pre-arm check fails from then on until the vehicle is booted again."""
    ready.set_parameter("BATT_FS_LOW_ACT", 1)
    ready.set_parameter("BATT_LOW_MAH", 0)
    ready.set_parameter("BATT_LOW_VOLT", 0)
    take_off(ready, 10.0)
    capacity_mah = ready.parameter("BATT_CAPACITY")
    talk = ready.talk()
    ready.set_parameter("BATT_LOW_MAH", capacity_mah - 1)
    low = talk.expect_text("Battery 1 is low", timeout_s=FLIGHT_S)
    assert "V used" in low.text
    assert low.text.endswith("mAh")
    talk.expect_text("Battery Failsafe", timeout_s=FLIGHT_S)
    wait_mode(ready, LAND)
    wait_disarmed(ready, 2 * FLIGHT_S)
    ready.talk().expect_text("PreArm: Battery failsafe", timeout_s=FLIGHT_S)
