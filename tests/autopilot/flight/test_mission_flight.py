"""A mission from take-off to disarming, as the messages tell it."""

from __future__ import annotations

import pytest
from expectations import Expected
from fences import FENCE, FENCE_TYPE_POLYGONS, INCLUSION, polygon
from flying import (
    ACCEPTED,
    AUTO,
    DO_CHANGE_SPEED,
    DO_REPOSITION,
    FLIGHT_S,
    GUIDED,
    HOME_ITEM,
    MISSION_START,
    NAV_RETURN_TO_LAUNCH,
    NAV_TAKEOFF,
    RTL,
    arm,
    set_mode,
    square_mission,
    take_off,
    wait_disarmed,
    wait_mode,
    waypoint,
)
from raw_client import Item, RawClient, Talk

ALTITUDE_M = 15.0
ACTIVE, IN_MISSION_MODE = 3, 1
"""MISSION_STATE and the mission_mode of MISSION_CURRENT."""


def fly_to_the_end(client: RawClient, talk: Talk) -> None:
    talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.base_mode & 128, "arming")
    wait_disarmed(client, 2 * FLIGHT_S)


def test_armed_in_auto_mission_start_flies_every_place_in_order_and_it_lands_and_disarms(ready: RawClient) -> None:
    mission = square_mission(30.0, ALTITUDE_M)
    ready.upload(mission)
    talk = ready.talk()
    assert set_mode(ready, AUTO).result == ACCEPTED
    answer = arm(ready)
    assert answer.result == ACCEPTED, answer.talk.texts()
    assert ready.command(MISSION_START).result == ACCEPTED
    fly_to_the_end(ready, talk)
    reached = [m.seq for m in talk.heard("MISSION_ITEM_REACHED")]
    assert [seq for seq in reached if seq <= 4] == [1, 2, 3, 4], "each place once, in order"
    texts = talk.texts()
    for seq in (2, 3, 4):
        assert f"Mission: {seq} WP" in texts
        assert f"Reached command #{seq}" in texts
    assert texts.index("Mission: 3 WP") > texts.index("Reached command #2")
    heights_m = [m.relative_alt / 1000.0 for m in talk.heard("GLOBAL_POSITION_INT")]
    assert abs(max(heights_m) - ALTITUDE_M) < 1.5
    assert abs(heights_m[-1]) < 1.0, "it landed at its home"


def test_while_it_flies_mission_current_says_active_and_in_mission(ready: RawClient) -> None:
    ready.upload(square_mission(30.0, ALTITUDE_M))
    talk = ready.talk()
    set_mode(ready, AUTO)
    arm(ready)
    ready.command(MISSION_START)
    current = talk.expect("MISSION_CURRENT", seq=2, timeout_s=FLIGHT_S)
    assert (current.total, current.mission_state, current.mission_mode) == (5, ACTIVE, IN_MISSION_MODE)


def test_guided_take_off_then_auto_flies_the_rest_of_the_mission(ready: RawClient) -> None:
    ready.upload(square_mission(20.0, ALTITUDE_M))
    talk = ready.talk()
    take_off(ready, 5.0)
    assert ready.mode() == GUIDED
    assert set_mode(ready, AUTO).result == ACCEPTED
    fly_to_the_end(ready, talk)
    assert [m.seq for m in talk.heard("MISSION_ITEM_REACHED") if 2 <= m.seq <= 4] == [2, 3, 4]
    assert "Disarming motors" in talk.texts()


def test_return_to_launch_lands_where_it_was_armed_and_disarms(ready: RawClient) -> None:
    launch = ready.talk().expect("GLOBAL_POSITION_INT")
    take_off(ready, 10.0)
    target = waypoint(40.0, 40.0)
    ready.command_int(DO_REPOSITION, 6, (-1.0, 1, 0.0, 0.0), target.x, target.y, 10.0)
    ready.talk().wait_until(
        lambda m: m.get_type() == "GLOBAL_POSITION_INT" and abs(m.lat - target.x) < 200, "the place", FLIGHT_S
    )
    assert set_mode(ready, RTL).result == ACCEPTED
    wait_disarmed(ready, 2 * FLIGHT_S)
    position = ready.talk().expect("GLOBAL_POSITION_INT")
    three_metres_e7 = 270
    assert abs(position.lat - launch.lat) < three_metres_e7
    assert abs(position.lon - launch.lon) < three_metres_e7


def test_speed_items_are_obeyed_and_the_mission_takes_as_long_as_on_the_real_autopilot(ready: RawClient) -> None:
    """Measured on ArduCopter 4.5.5 SITL in calm air: 145.8 s from arming to disarming."""
    slow, fast, loiter_time, loiter_s = 4.0, 8.0, 19, 10
    ready.upload(
        [
            HOME_ITEM,
            waypoint(0, 0, 30, command=NAV_TAKEOFF),
            Item(DO_CHANGE_SPEED, p1=1, p2=slow, p3=-1),
            waypoint(80, 0, 30),
            Item(DO_CHANGE_SPEED, p1=1, p2=fast, p3=-1),
            waypoint(80, 120, 30, command=loiter_time, p1=loiter_s),
            waypoint(0, 120, 30),
            Item(NAV_RETURN_TO_LAUNCH),
        ]
    )
    talk = ready.talk()
    set_mode(ready, AUTO)
    assert arm(ready).result == ACCEPTED
    armed_at_ms = talk.expect("GLOBAL_POSITION_INT").time_boot_ms
    ready.command(MISSION_START)
    fly_to_the_end(ready, talk)

    current, fastest = 0, dict.fromkeys(range(8), 0.0)
    for message in talk.heard("MISSION_CURRENT", "VFR_HUD"):
        if message.get_type() == "MISSION_CURRENT":
            current = message.seq
        else:
            fastest[current] = max(fastest[current], message.groundspeed)
    assert abs(fastest[3] - slow) < 0.3
    assert abs(fastest[5] - fast) < 0.3
    assert abs(fastest[6] - fast) < 0.3
    duration_s = (talk.heard("GLOBAL_POSITION_INT")[-1].time_boot_ms - armed_at_ms) / 1000.0
    assert 145.8 * 0.9 < duration_s < 145.8 * 1.1
    texts = talk.texts()
    for text in ("Mission: 1 Takeoff", "Mission: 2 ChangeSpeed", "Mission: 5 LoitTime", "Mission: 7 RTL"):
        assert text in texts


@pytest.mark.every_firmware
def test_a_mission_that_leaves_the_fence_is_broken_off_and_comes_home(ready: RawClient, expected: Expected) -> None:
    ready.upload(polygon(INCLUSION, 0.0, 0.0, 40.0), FENCE)
    ready.set_parameter("FENCE_TYPE", FENCE_TYPE_POLYGONS)
    ready.set_parameter("FENCE_ENABLE", 1)
    try:
        ready.talk().expect("FENCE_STATUS", breach_status=0)
        ready.upload([HOME_ITEM, waypoint(0, 0, command=NAV_TAKEOFF), waypoint(0, 100), Item(NAV_RETURN_TO_LAUNCH)])
        talk = ready.talk()
        set_mode(ready, AUTO)
        answer = arm(ready)
        assert answer.result == ACCEPTED, answer.talk.texts()
        ready.command(MISSION_START)
        talk.expect_text(expected.breach_of_polygon, timeout_s=FLIGHT_S)
        wait_mode(ready, RTL)
        polygons = 3
        assert talk.expect("FENCE_STATUS", breach_status=1).breach_type == polygons
        wait_disarmed(ready, 2 * FLIGHT_S)
        assert "Reached command #2" not in talk.texts()
    finally:
        ready.set_parameter("FENCE_ENABLE", 0)
