"""Who the vehicle is, what it streams and how often, its parameters and its home."""

from __future__ import annotations

import math

import pytest
from expectations import Expected
from flying import ACCEPTED, FAILED, REQUEST_MESSAGE, SET_MESSAGE_INTERVAL, stream_everything
from raw_client import RawClient, offset_e7
from vehicles import HOME_AMSL_M, HOME_LAT_DEG, HOME_LON_DEG, UnderTest

HEARTBEAT_ID, AUTOPILOT_VERSION_ID, GLOBAL_POSITION_INT_ID, HOME_POSITION_ID, BATTERY_STATUS_ID = 0, 148, 33, 242, 147
DO_SET_HOME = 179
TELEMETRY = {
    "SYS_STATUS",
    "SYSTEM_TIME",
    "GPS_RAW_INT",
    "ATTITUDE",
    "GLOBAL_POSITION_INT",
    "LOCAL_POSITION_NED",
    "NAV_CONTROLLER_OUTPUT",
    "MISSION_CURRENT",
    "VFR_HUD",
    "BATTERY_STATUS",
    "EKF_STATUS_REPORT",
}
"""What dronectl relies on of the some 25 messages of a full stream."""
NAMED_PARAMETERS = {
    "SYSID_THISMAV": 1,
    "SYSID_MYGCS": 255,
    "FENCE_ENABLE": 0,
    "RTL_ALT": 1500,
    "WPNAV_RADIUS": 200,
    "ARMING_CHECK": 1,
    "FS_GCS_TIMEOUT": 5,
    "DISARM_DELAY": 10,
    "AUTO_OPTIONS": 3,
}


def vehicle_rate_hz(client: RawClient, name: str, samples: int = 24) -> float:
    """Messages a second of the vehicle's own clock, by their time_boot_ms."""
    talk = client.talk()
    times = [talk.expect(name).time_boot_ms for _ in range(samples)]
    return (samples - 1) * 1000.0 / (times[-1] - times[0])


def test_the_heartbeat_says_arducopter(client: RawClient) -> None:
    heartbeat = client.talk().expect("HEARTBEAT")
    quadrotor, ardupilot = 2, 3
    assert (heartbeat.type, heartbeat.autopilot) == (quadrotor, ardupilot)
    assert (heartbeat.get_srcSystem(), heartbeat.get_srcComponent()) == (1, 1)


@pytest.mark.every_firmware
@pytest.mark.every_firmware
def test_the_heartbeat_comes_out_of_turn_when_it_is_asked_for(client: RawClient) -> None:
    assert client.command(SET_MESSAGE_INTERVAL, HEARTBEAT_ID, -1).result == ACCEPTED  # none of its own between
    try:
        talk = client.talk()
        assert client.command(REQUEST_MESSAGE, HEARTBEAT_ID).result == ACCEPTED
        talk.expect("HEARTBEAT")
    finally:
        assert client.command(SET_MESSAGE_INTERVAL, HEARTBEAT_ID, 0).result == ACCEPTED


@pytest.mark.every_firmware
def test_the_version_carries_an_identity_of_18_bytes(client: RawClient, under_test: UnderTest) -> None:
    talk = client.talk()
    assert client.command(REQUEST_MESSAGE, AUTOPILOT_VERSION_ID).result == ACCEPTED
    version = talk.expect("AUTOPILOT_VERSION")
    assert len(version.uid2) == 18
    assert any(version.uid2)
    major, minor = version.flight_sw_version >> 24, version.flight_sw_version >> 16 & 0xFF
    assert f"{major}.{minor}" == (under_test.firmware or f"{major}.{minor}")


def test_the_identity_is_the_same_each_time(client: RawClient) -> None:
    seen = set()
    for _ in range(3):
        talk = client.talk()
        client.command(REQUEST_MESSAGE, AUTOPILOT_VERSION_ID)
        seen.add(tuple(talk.expect("AUTOPILOT_VERSION").uid2))
    assert len(seen) == 1


@pytest.mark.every_firmware
def test_the_version_says_what_the_vehicle_can_do(client: RawClient) -> None:
    client.command(REQUEST_MESSAGE, AUTOPILOT_VERSION_ID)
    no_terrain_here = 512  # of a SITL that was built without maps
    assert client.last("AUTOPILOT_VERSION").capabilities | no_terrain_here == 64_495


def test_a_message_that_does_not_exist_cannot_be_requested(client: RawClient) -> None:
    assert client.command(REQUEST_MESSAGE, 60_000).result != ACCEPTED


def test_request_data_stream_all_brings_everything_at_its_rate(ready: RawClient) -> None:
    stream_everything(ready, 4)
    talk = ready.talk()
    for name in TELEMETRY:
        talk_of_one = ready.talk()
        talk_of_one.expect(name)
    assert vehicle_rate_hz(ready, "GLOBAL_POSITION_INT") == pytest.approx(4.0, rel=0.25)
    assert vehicle_rate_hz(ready, "ATTITUDE") == pytest.approx(4.0, rel=0.25)
    assert talk.heard("GLOBAL_POSITION_INT")


def test_a_message_interval_sets_the_rate_of_one_message_alone(ready: RawClient) -> None:
    stream_everything(ready, 4)
    assert ready.command(SET_MESSAGE_INTERVAL, GLOBAL_POSITION_INT_ID, 100_000).result == ACCEPTED
    assert vehicle_rate_hz(ready, "GLOBAL_POSITION_INT") == pytest.approx(10.0, rel=0.25)
    assert vehicle_rate_hz(ready, "ATTITUDE") == pytest.approx(4.0, rel=0.25)


def test_an_interval_of_minus_one_stops_a_message(ready: RawClient) -> None:
    stream_everything(ready, 4)
    assert ready.command(SET_MESSAGE_INTERVAL, BATTERY_STATUS_ID, -1).result == ACCEPTED
    talk = ready.talk()
    vehicle_rate_hz(ready, "GLOBAL_POSITION_INT")
    assert len(talk.heard("BATTERY_STATUS")) <= 1


def test_the_position_stands_at_home(ready: RawClient) -> None:
    position = ready.talk().expect("GLOBAL_POSITION_INT")
    assert position.lat / 1e7 == pytest.approx(HOME_LAT_DEG, abs=2e-5)
    assert position.lon / 1e7 == pytest.approx(HOME_LON_DEG, abs=2e-5)
    assert position.alt / 1000.0 == pytest.approx(HOME_AMSL_M, abs=2.0)
    assert position.relative_alt / 1000.0 == pytest.approx(0.0, abs=1.0)


def test_home_is_told_when_asked(ready: RawClient) -> None:
    talk = ready.talk()
    assert ready.command(REQUEST_MESSAGE, HOME_POSITION_ID).result == ACCEPTED
    home = talk.expect("HOME_POSITION")
    assert home.latitude / 1e7 == pytest.approx(HOME_LAT_DEG, abs=2e-5)
    assert home.longitude / 1e7 == pytest.approx(HOME_LON_DEG, abs=2e-5)
    assert home.altitude / 1000.0 == pytest.approx(HOME_AMSL_M, abs=2.0)


ABOVE_SEA, ABOVE_HOME, ABOVE_TERRAIN = 0, 3, 10
"""MAV_FRAME."""


@pytest.mark.every_firmware
def test_a_home_that_is_set_has_its_altitude_above_the_sea_unless_a_frame_says_otherwise(ready: RawClient) -> None:
    def home_m() -> float:
        talk = ready.talk()
        ready.command(REQUEST_MESSAGE, HOME_POSITION_ID)
        return float(talk.expect("HOME_POSITION").altitude / 1000.0)

    x, y = offset_e7(HOME_LAT_DEG, HOME_LON_DEG, 5.0, 5.0)
    nothing = (0.0, 0.0, 0.0, 0.0)
    try:
        assert ready.command(DO_SET_HOME, *nothing, x / 1e7, y / 1e7, 222.0).result == ACCEPTED
        assert home_m() == pytest.approx(222.0, abs=0.1)
        assert ready.command_int(DO_SET_HOME, ABOVE_SEA, nothing, x, y, 200.0).result == ACCEPTED
        assert home_m() == pytest.approx(200.0, abs=0.1)
        assert ready.command_int(DO_SET_HOME, ABOVE_HOME, nothing, x, y, 30.0).result == ACCEPTED
        assert home_m() == pytest.approx(230.0, abs=0.1)
        assert ready.command_int(DO_SET_HOME, ABOVE_TERRAIN, nothing, x, y, 30.0).result == FAILED
        assert ready.command_int(DO_SET_HOME, ABOVE_SEA, nothing, 0, 0, 30.0).result == ACCEPTED, "here"
        assert home_m() == pytest.approx(HOME_AMSL_M, abs=2.0)
    finally:
        ready.command(DO_SET_HOME, 1.0)


def test_the_gps_shows_a_fix_with_satellites(ready: RawClient) -> None:
    gps = ready.talk().expect("GPS_RAW_INT")
    assert gps.fix_type >= 3
    assert gps.satellites_visible >= 6


def test_the_vehicle_knows_the_time(ready: RawClient) -> None:
    year_2020_us = 1_577_836_800_000_000
    assert ready.talk().expect("SYSTEM_TIME").time_unix_usec > year_2020_us


def test_a_timesync_request_is_answered_with_its_own_stamp(client: RawClient) -> None:
    talk = client.talk()
    client.send("TIMESYNC", tc1=0, ts1=123_456_789)
    reply = talk.wait_until(lambda m: m.get_type() == "TIMESYNC" and m.tc1 != 0, "a TIMESYNC reply")
    assert reply.ts1 == 123_456_789


@pytest.mark.every_firmware
@pytest.mark.parametrize("name", NAMED_PARAMETERS)
def test_a_named_parameter_has_its_value(client: RawClient, expected: Expected, name: str) -> None:
    own, value = expected.own(name, NAMED_PARAMETERS[name])
    assert client.parameter(own) == value


@pytest.mark.every_firmware
def test_a_parameter_that_is_set_is_answered_and_stays(client: RawClient, expected: Expected) -> None:
    name, value = expected.own("RTL_ALT", 2500)
    before = client.parameter(name)
    assert client.set_parameter(name, value).param_value == value
    assert client.parameter(name) == value
    client.set_parameter(name, before)


@pytest.mark.every_firmware
@pytest.mark.parametrize("index", [-1, 30_000])
def test_a_parameter_that_it_has_not_is_told_at_once_or_met_with_silence(
    client: RawClient, expected: Expected, index: int
) -> None:
    talk = client.talk()
    client.send("PARAM_REQUEST_READ", param_id=b"NO_SUCH_NAME", param_index=index)
    client.send("PARAM_SET", param_id=b"NO_SUCH_NAME", param_value=1.0, param_type=9)
    client.parameter("FENCE_ENABLE")
    told = [(m.param_id, m.param_index, m.error) for m in talk.heard("PARAM_ERROR")]
    does_not_exist = 1
    if not expected.unknown_parameter_is_told:
        assert told == []
        return
    read = ("NO_SUCH_NAME" if index < 0 else "", index, does_not_exist)
    assert sorted(told) == sorted([read, ("NO_SUCH_NAME", -1, does_not_exist)])


@pytest.mark.every_firmware
def test_a_value_that_is_no_number_is_told_at_once_or_met_with_silence(client: RawClient, expected: Expected) -> None:
    talk = client.talk()
    client.send("PARAM_SET", param_id=b"FENCE_RADIUS", param_value=math.nan, param_type=9)
    client.parameter("FENCE_ENABLE")
    out_of_range = 2
    told = [(m.param_id, m.param_index, m.error) for m in talk.heard("PARAM_ERROR")]
    assert told == ([("FENCE_RADIUS", -1, out_of_range)] if expected.unknown_parameter_is_told else [])
    assert not [m for m in talk.heard("PARAM_VALUE") if m.param_id == "FENCE_RADIUS"]


@pytest.mark.every_firmware
def test_the_parameter_list_is_whole_and_each_index_comes_once(client: RawClient, expected: Expected) -> None:
    talk = client.talk()
    client.send("PARAM_REQUEST_LIST")
    first = talk.expect("PARAM_VALUE")
    talk.expect("PARAM_VALUE", param_index=first.param_count - 1, timeout_s=60)
    values = [m for m in talk.heard("PARAM_VALUE") if m.param_index < m.param_count]
    assert sorted({m.param_index for m in values}) == list(range(first.param_count))
    assert {expected.name("SYSID_THISMAV"), "FENCE_ENABLE", expected.name("RTL_ALT")} <= {m.param_id for m in values}
    assert first.param_count > 200


def test_there_is_no_log_before_the_first_arming(client: RawClient) -> None:
    talk = client.talk()
    client.send("LOG_REQUEST_LIST", start=0, end=0xFFFF)
    assert talk.expect("LOG_ENTRY").num_logs == 0
