"""Orders to a vehicle that flies: guided flight, holds, refusals, and what the fence allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from fences import AROUND_HOME, EXCLUSION, FENCE, FENCE_TYPE_POLYGONS, GEOFENCE, polygon
from flying import (
    ACCEPTED,
    AUTO,
    BRAKE,
    DO_PAUSE_CONTINUE,
    DO_REPOSITION,
    DO_SET_MISSION_CURRENT,
    FAILED,
    FLIGHT_S,
    GUIDED,
    LOITER,
    NAV_RETURN_TO_LAUNCH,
    RTL,
    disarm,
    set_mode,
    square_mission,
    take_off,
    wait_disarmed,
    wait_mode,
    waypoint,
)
from raw_client import Answer, RawClient
from vehicles import HOME_LAT_DEG, HOME_LON_DEG

ALTITUDE_M = 10.0
FRAME_RELATIVE_INT = 6


@pytest.fixture
def flying(ready: RawClient) -> Iterator[RawClient]:
    """Hovers in GUIDED ten metres above home, and comes back there for the next test."""
    take_off(ready, ALTITUDE_M)
    yield ready
    set_mode(ready, RTL)
    wait_disarmed(ready, 2 * FLIGHT_S)


def reposition(client: RawClient, north_m: float, east_m: float, altitude_m: float = ALTITUDE_M) -> Answer:
    place = waypoint(north_m, east_m)
    change_mode = 1
    return client.command_int(
        DO_REPOSITION, FRAME_RELATIVE_INT, (-1.0, change_mode, 0.0, 0.0), place.x, place.y, altitude_m
    )


def acting_fence(message: Any) -> bool:
    return message.get_type() == "SYS_STATUS" and bool(message.onboard_control_sensors_enabled & GEOFENCE)


def metres_from_home(position: object) -> tuple[float, float]:
    """(north, east) of a GLOBAL_POSITION_INT."""
    north = (position.lat / 1e7 - HOME_LAT_DEG) * 111_319.49  # type: ignore[attr-defined]
    east = (position.lon / 1e7 - HOME_LON_DEG) * 111_319.49 * math.cos(math.radians(HOME_LAT_DEG))  # type: ignore[attr-defined]
    return north, east


def wait_place(client: RawClient, north_m: float, east_m: float, within_m: float = 2.0) -> None:
    def there(message: object) -> bool:
        if message.get_type() != "GLOBAL_POSITION_INT":  # type: ignore[attr-defined]
            return False
        north, east = metres_from_home(message)
        return math.hypot(north - north_m, east - east_m) < within_m

    client.talk().wait_until(there, f"place {north_m} m north, {east_m} m east", FLIGHT_S)


def begin_long_legs(client: RawClient) -> None:
    """In AUTO, moving along the first leg of a mission whose legs are too long to be flown before the next order."""
    client.upload(square_mission(300.0, ALTITUDE_M))
    talk = client.talk()
    assert set_mode(client, AUTO).result == ACCEPTED
    talk.expect("MISSION_CURRENT", seq=2, timeout_s=FLIGHT_S)
    talk.wait_until(lambda m: m.get_type() == "VFR_HUD" and m.groundspeed > 2.0, "moving", FLIGHT_S)


def test_guided_flight_goes_where_do_reposition_says(flying: RawClient) -> None:
    assert reposition(flying, 20.0, -15.0, 12.0).result == ACCEPTED
    wait_place(flying, 20.0, -15.0)


def test_a_position_target_moves_it_in_guided(flying: RawClient) -> None:
    place = waypoint(15.0, 10.0)
    only_position = 0x0DF8
    flying.send(
        "SET_POSITION_TARGET_GLOBAL_INT",
        time_boot_ms=0,
        coordinate_frame=FRAME_RELATIVE_INT,
        type_mask=only_position,
        lat_int=place.x,
        lon_int=place.y,
        alt=ALTITUDE_M,
        **dict.fromkeys(("vx", "vy", "vz", "afx", "afy", "afz", "yaw", "yaw_rate"), 0.0),
    )
    wait_place(flying, 15.0, 10.0)


def test_a_guided_mission_item_moves_it_as_dronekit_does(flying: RawClient) -> None:
    place = waypoint(-15.0, 10.0)
    guided_flag = 2
    flying.send(
        "MISSION_ITEM",
        **dict.fromkeys(("seq", "autocontinue", "param1", "param2", "param3", "param4"), 0),
        frame=3,
        command=16,
        current=guided_flag,
        x=place.x / 1e7,
        y=place.y / 1e7,
        z=ALTITUDE_M,
    )
    wait_place(flying, -15.0, 10.0)


def test_disarming_in_flight_is_refused_without_a_text(flying: RawClient) -> None:
    answer = disarm(flying)
    assert answer.result == FAILED
    assert flying.armed()
    assert not [text for text in answer.talk.texts() if "arm" in text.lower()]


def test_an_unknown_mode_in_flight_leaves_the_mode_alone(flying: RawClient) -> None:
    answer = set_mode(flying, 99)
    assert answer.result == FAILED
    assert answer.says("No such mode 99")
    assert flying.mode() == GUIDED


@pytest.mark.parametrize("mode", [LOITER, BRAKE])
def test_loiter_and_brake_hold_and_auto_goes_on(flying: RawClient, mode: int) -> None:
    begin_long_legs(flying)
    assert set_mode(flying, mode).result == ACCEPTED
    flying.talk().wait_until(
        lambda m: m.get_type() == "VFR_HUD" and m.groundspeed < 0.5, "standing still", timeout_s=FLIGHT_S
    )
    talk = flying.talk()
    assert set_mode(flying, AUTO).result == ACCEPTED
    talk.expect("MISSION_CURRENT", seq=3, timeout_s=FLIGHT_S)


def test_setting_the_current_item_in_auto_is_accepted_and_announced(flying: RawClient) -> None:
    begin_long_legs(flying)
    answer = flying.command(DO_SET_MISSION_CURRENT, 3)
    assert answer.result == ACCEPTED
    assert answer.says("Mission: 3 WP")
    flying.talk().expect("MISSION_CURRENT", seq=3)


def test_pause_and_continue_are_accepted_on_a_leg_of_a_mission(flying: RawClient) -> None:
    """On the way to a place, that is: during a take-off item the real one answers FAILED."""
    begin_long_legs(flying)
    assert flying.command(DO_PAUSE_CONTINUE, 0).result == ACCEPTED
    assert flying.command(DO_PAUSE_CONTINUE, 1).result == ACCEPTED


def test_a_mission_uploaded_while_in_auto_is_accepted(flying: RawClient) -> None:
    begin_long_legs(flying)
    assert flying.upload(square_mission(40.0, ALTITUDE_M)[:4]).result == 0
    flying.talk().expect("MISSION_CURRENT", total=3)


def test_return_to_launch_is_accepted_as_a_command(flying: RawClient) -> None:
    assert flying.command(NAV_RETURN_TO_LAUNCH).result == ACCEPTED
    wait_mode(flying, RTL)


def test_a_place_inside_an_exclusion_or_outside_the_inclusion_is_refused_without_a_text(flying: RawClient) -> None:
    flying.upload(AROUND_HOME + polygon(EXCLUSION, 60.0, 60.0, 20.0), FENCE)
    flying.set_parameter("FENCE_TYPE", FENCE_TYPE_POLYGONS)
    talk = flying.talk()
    flying.set_parameter("FENCE_ENABLE", 1)
    # The vehicle looks at its fence a few times a second: until then a place is taken that is refused afterwards.
    talk.wait_until(acting_fence, "a fence that acts")
    try:
        for north_m, east_m in ((60.0, 60.0), (400.0, 0.0)):
            answer = reposition(flying, north_m, east_m)
            assert answer.result == FAILED
            assert answer.talk.texts() == []
        assert reposition(flying, 10.0, 0.0).result == ACCEPTED
    finally:
        flying.set_parameter("FENCE_ENABLE", 0)
