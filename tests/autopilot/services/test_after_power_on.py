"""What a vehicle answers in its first seconds, and what a reboot does to whoever listens."""

from __future__ import annotations

import pytest
from flying import ACCEPTED, FAILED, GUIDED, NAV_TAKEOFF, arm, set_mode, wait_ready
from raw_client import RawClient


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
