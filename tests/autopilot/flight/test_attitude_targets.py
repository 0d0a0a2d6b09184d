"""SET_ATTITUDE_TARGET in GUIDED: lean, turn and climb as it says, stay when it says too little."""

from __future__ import annotations

import math
from typing import Any

import pytest
from expectations import Expected
from flying import ACCEPTED, FLIGHT_S, GUIDED, arm, set_mode, take_off, wait_altitude
from raw_client import RawClient

NO_RATES, NO_ROLL_AND_PITCH_RATES, NO_ATTITUDE = 0x07, 0x03, 0x80


def lean(
    client: RawClient, *, thrust: float = 0.5, pitch_rad: float = 0.0, mask: int = NO_RATES, **rates: float
) -> None:
    """One order; GUID_TIMEOUT lets it lapse after 3 s."""
    attitude = [math.cos(pitch_rad / 2.0), 0.0, math.sin(pitch_rad / 2.0), 0.0]
    turning = {"body_roll_rate": 0.0, "body_pitch_rate": 0.0, "body_yaw_rate": 0.0, **rates}
    client.send("SET_ATTITUDE_TARGET", time_boot_ms=0, type_mask=mask, q=attitude, thrust=thrust, **turning)


def wait_while_leaning(client: RawClient, name: str, fits: Any, **order: Any) -> Any:
    """Repeats the order until a message of this name fits."""
    talk = client.talk()
    for _ in range(400):
        lean(client, **order)
        message = talk.expect(name, timeout_s=FLIGHT_S)
        if fits(message):
            return message
    raise AssertionError(f"no {name} that fits")


def test_leaning_forward_goes_ahead_and_turning_turns(ready: RawClient) -> None:
    take_off(ready, 10.0)
    ahead = wait_while_leaning(ready, "LOCAL_POSITION_NED", lambda m: math.hypot(m.vx, m.vy) > 1.5, pitch_rad=-0.17)
    yaw = ready.talk().expect("ATTITUDE").yaw
    assert (ahead.vx * math.cos(yaw) + ahead.vy * math.sin(yaw)) > 1.2
    assert -ahead.z == pytest.approx(10.0, abs=1.0), "level thrust keeps the height"
    wait_while_leaning(
        ready,
        "ATTITUDE",
        lambda m: (m.yaw - yaw + math.pi) % math.tau - math.pi > 0.5,
        mask=NO_ATTITUDE,
        body_yaw_rate=0.5,
    )


def test_thrust_says_how_fast_it_climbs_and_from_the_ground_it_takes_off(ready: RawClient) -> None:
    assert set_mode(ready, GUIDED).result == ACCEPTED
    answer = arm(ready)
    assert answer.result == ACCEPTED, answer.talk.texts()
    wait_while_leaning(ready, "GLOBAL_POSITION_INT", lambda m: m.relative_alt > 3_000, thrust=1.0)
    climbing = wait_while_leaning(ready, "GLOBAL_POSITION_INT", lambda m: m.relative_alt > 8_000, thrust=0.75)
    assert -climbing.vz / 100.0 == pytest.approx(1.25, abs=0.4), "half of WPNAV_SPEED_UP"
    wait_while_leaning(ready, "GLOBAL_POSITION_INT", lambda m: m.vz > 40, thrust=0.25)


@pytest.mark.every_firmware
def test_an_order_with_some_rates_and_not_the_others_lets_it_stay_or_is_flown(
    ready: RawClient, expected: Expected
) -> None:
    take_off(ready, 10.0)
    wait_altitude(ready, 9.5)
    before = ready.talk().expect("LOCAL_POSITION_NED")
    seen = 0

    def later(_message: Any) -> bool:
        nonlocal seen
        seen += 1
        return seen > 20

    after = wait_while_leaning(
        ready, "LOCAL_POSITION_NED", later, pitch_rad=-0.17, thrust=1.0, mask=NO_ROLL_AND_PITCH_RATES
    )
    stayed = math.dist((before.x, before.y, before.z), (after.x, after.y, after.z)) < 1.0
    assert stayed is expected.stays_when_unclear
