"""A vehicle whose GPS never finds a fix: arming may succeed, flying a mission may not."""

from __future__ import annotations

import pytest
from expectations import Expected
from flying import (
    ACCEPTED,
    AUTO,
    FAILED,
    GUIDED,
    STABILIZE,
    arm,
    set_mode,
    square_mission,
    stream_everything,
    wait_disarmed,
    wait_prearm,
)
from raw_client import RawClient

PARAMETERS = {"SIM_GPS_DISABLE": 1}


def test_the_ekf_flags_show_that_there_is_no_position(client: RawClient) -> None:
    stream_everything(client)
    assert client.talk().expect("EKF_STATUS_REPORT").flags & 0x9F != 0x1F
    assert client.talk().expect("GPS_RAW_INT").fix_type < 3


def test_arming_in_a_mode_that_needs_a_position_is_refused_with_a_reason(client: RawClient) -> None:
    set_mode(client, GUIDED)
    answer = arm(client)
    assert answer.result == FAILED
    assert answer.says("Arm: ")


@pytest.mark.every_firmware
def test_arming_may_be_accepted_and_auto_then_refused_and_it_disarms_by_itself(
    client: RawClient, expected: Expected
) -> None:
    client.upload(square_mission())
    assert client.mode() == STABILIZE
    stream_everything(client)
    wait_prearm(client)
    armed = arm(client)
    assert armed.result == ACCEPTED, armed.talk.texts()
    answer = set_mode(client, AUTO)
    assert answer.result == FAILED
    assert answer.says(f"Mode change to {expected.auto_mode} failed: requires position")
    wait_disarmed(client)
