"""What a vehicle answers in its first seconds; when it boots anew, and what sets its clock."""

from __future__ import annotations

import pytest
from flying import ACCEPTED, FAILED, FLIGHT_S, GUIDED, LAND, NAV_TAKEOFF, arm, set_mode, take_off, wait_ready
from raw_client import RawClient

PREFLIGHT_REBOOT_SHUTDOWN = 246


@pytest.mark.every_firmware
def test_asked_right_after_boot_it_takes_the_mode_and_refuses_to_arm(connection: RawClient) -> None:
    """First in this module: later it would arm."""
    assert set_mode(connection, GUIDED).result == ACCEPTED
    answer = arm(connection)
    assert answer.result == FAILED
    assert answer.says("Arm: ")
    assert connection.command(NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10.0).result == FAILED
    assert not connection.armed()
    wait_ready(connection)
    answer = arm(connection)
    assert answer.result == ACCEPTED, answer.talk.texts()


def test_in_the_air_it_does_not_boot_anew_when_it_is_told_to(ready: RawClient) -> None:
    take_off(ready, 5.0)
    assert ready.command(PREFLIGHT_REBOOT_SHUTDOWN, 1).result == FAILED
    assert ready.armed()
    assert ready.mode() == GUIDED
    assert set_mode(ready, LAND).result == ACCEPTED


def test_a_station_s_clock_does_not_set_the_one_that_the_gps_has_set(ready: RawClient) -> None:
    before_us = unix_us(ready)
    assert before_us > 1.6e15
    ready.send("SYSTEM_TIME", time_unix_usec=before_us + 86_400_000_000, time_boot_ms=1)
    for _ in range(3):
        assert 0 < unix_us(ready) - before_us < 3_600_000_000


def unix_us(client: RawClient) -> int:
    return int(client.talk().expect("SYSTEM_TIME", timeout_s=FLIGHT_S).time_unix_usec)
