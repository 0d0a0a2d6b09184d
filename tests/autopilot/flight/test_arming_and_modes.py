"""When the vehicle arms and changes mode, when it will not, and the words that come with the refusal."""

from __future__ import annotations

import pytest
from flying import (
    ACCEPTED,
    ALT_HOLD,
    AUTO,
    DO_SET_MODE,
    FAILED,
    GUIDED,
    LOITER,
    NAV_TAKEOFF,
    STABILIZE,
    arm,
    disarm,
    set_mode,
    square_mission,
    wait_disarmed,
    wait_mode,
)
from raw_client import RawClient

PARAMETERS = {"DISARM_DELAY": 10}


def test_the_prearm_bit_and_the_ekf_flags_say_when_it_is_ready(ready: RawClient) -> None:
    talk = ready.talk()
    assert talk.expect("EKF_STATUS_REPORT").flags & 0x9F == 0x1F
    assert talk.expect("SYS_STATUS").onboard_control_sensors_health & 0x10000000


@pytest.mark.parametrize("mode", [STABILIZE, ALT_HOLD, LOITER, GUIDED])
def test_a_mode_that_exists_is_set_and_shown_by_the_heartbeat(ready: RawClient, mode: int) -> None:
    assert set_mode(ready, mode).result == ACCEPTED
    wait_mode(ready, mode)


def test_the_set_mode_message_works_as_well_as_the_command(ready: RawClient) -> None:
    ready.send("SET_MODE", base_mode=1, custom_mode=GUIDED)
    wait_mode(ready, GUIDED)


def test_an_unknown_mode_is_refused_by_its_number(ready: RawClient) -> None:
    answer = set_mode(ready, 99)
    assert answer.result == FAILED
    assert answer.says("No such mode 99")


def test_auto_without_a_mission_is_a_mode_that_cannot_be_armed(ready: RawClient) -> None:
    assert set_mode(ready, AUTO).result == ACCEPTED
    answer = arm(ready)
    assert answer.result == FAILED
    assert answer.says("Mode requires mission")


def test_clearing_the_mission_while_in_auto_fails_the_prearm_check(ready: RawClient) -> None:
    ready.upload(square_mission())
    assert set_mode(ready, AUTO).result == ACCEPTED
    ready.upload([])
    answer = arm(ready)
    assert answer.result == FAILED
    assert answer.says("Mode requires mission")


def test_it_says_at_once_why_it_would_not_arm_when_it_is_asked_and_not_while_it_is_armed(ready: RawClient) -> None:
    run_prearm_checks, temporarily_rejected = 401, 1
    assert set_mode(ready, AUTO).result == ACCEPTED
    for _ in range(2):  # unasked it comes every 30 s
        talk = ready.talk()
        assert ready.command(run_prearm_checks).result == ACCEPTED
        assert talk.expect_text("PreArm: Mode requires mission").severity <= 4
    set_mode(ready, GUIDED)
    assert arm(ready).result == ACCEPTED
    assert ready.command(run_prearm_checks).result == temporarily_rejected
    assert disarm(ready).result == ACCEPTED


def test_it_arms_in_guided_and_disarms_on_order(ready: RawClient) -> None:
    set_mode(ready, GUIDED)
    assert arm(ready).result == ACCEPTED
    standby = 3
    heartbeat = ready.talk().expect("HEARTBEAT", autopilot=3)
    assert heartbeat.base_mode & 128
    assert heartbeat.system_status == standby, "armed on the ground is not ACTIVE yet"
    assert disarm(ready).result == ACCEPTED
    assert not ready.armed()


def test_it_disarms_by_itself_when_nothing_takes_off(ready: RawClient) -> None:
    set_mode(ready, GUIDED)
    assert arm(ready).result == ACCEPTED
    wait_disarmed(ready)


def test_take_off_is_refused_while_disarmed(ready: RawClient) -> None:
    set_mode(ready, GUIDED)
    assert ready.command(NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10).result == FAILED


def test_take_off_is_refused_in_a_mode_of_the_pilot(ready: RawClient) -> None:
    assert ready.mode() == STABILIZE
    assert ready.command(NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10).result == FAILED


def test_a_command_to_another_system_is_not_answered(ready: RawClient) -> None:
    talk = ready.talk()
    fields = {f"param{k}": 0.0 for k in range(3, 8)}
    ready.send(
        "COMMAND_LONG",
        command=DO_SET_MODE,
        confirmation=0,
        param1=1,
        param2=GUIDED,
        target_system=ready.target_system + 100,
        **fields,
    )
    ready.mode()
    assert not talk.heard("COMMAND_ACK")


def test_an_unknown_command_is_unsupported(ready: RawClient) -> None:
    assert ready.command(31999).result == 3
