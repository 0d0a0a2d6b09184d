"""Identity, parameters, streams, commands and addressing."""

from __future__ import annotations

import random

import pytest
from ground_station import READY_S, GroundStation, names, settings
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from dronectl.sim.fleet.vehicle import Vehicle


@pytest.fixture
def ground() -> GroundStation:
    station = GroundStation()
    station.run(READY_S)
    return station


def test_the_identity_is_unique_to_the_name_and_the_firmware_is_4_5_6(ground: GroundStation) -> None:
    assert ground.command(512, 148) == 0
    version = ground.last("AUTOPILOT_VERSION")
    assert version.flight_sw_version >> 8 == 0x040506
    assert bytes(version.uid2).hex() == settings().uid
    assert settings().uid != settings(name="bravo").uid
    assert len(settings().uid) == 36


def test_all_parameters_come_with_their_indexes(ground: GroundStation) -> None:
    ground.send(mavlink.MAVLink_param_request_list_message(1, 1))
    ground.run(2.0)
    values = ground.all_of("PARAM_VALUE")
    listed = [m for m in values if m.param_index != 65535]
    assert len({m.param_id for m in listed}) == 1365
    assert sorted({m.param_index for m in listed}) == list(range(1365))
    assert {m.param_count for m in listed} == {1365}


def test_a_parameter_is_set_as_its_type_holds_it_and_echoed(ground: GroundStation) -> None:
    (echo,) = ground.send(mavlink.MAVLink_param_set_message(1, 1, b"RTL_ALT", 3000.4, 9))
    assert (echo.param_id, echo.param_value, echo.param_type) == ("RTL_ALT", 3000.0, 6)
    (value,) = ground.send(mavlink.MAVLink_param_request_read_message(1, 1, b"RTL_ALT", -1))
    assert value.param_value == 3000.0
    assert ground.send(mavlink.MAVLink_param_request_read_message(1, 1, b"NO_SUCH_NAME", -1)) == []
    assert ground.send(mavlink.MAVLink_param_set_message(1, 1, b"RTL_ALT", float("nan"), 9)) == []


def test_streams_come_at_the_rate_asked_for(ground: GroundStation) -> None:
    ground.stream(4)
    said = names(ground.run(10.0))
    for name in ("ATTITUDE", "GLOBAL_POSITION_INT", "SYS_STATUS", "VFR_HUD", "EKF_STATUS_REPORT", "BATTERY_STATUS"):
        assert said.count(name) in (40, 41), name
    assert said.count("HEARTBEAT") == 10
    assert "EXTENDED_SYS_STATE" not in said
    assert "FENCE_STATUS" not in said
    ground.stream(0)
    assert set(names(ground.run(5.0))) <= {"HEARTBEAT", "TIMESYNC"}


def test_one_message_at_an_interval_of_its_own(ground: GroundStation) -> None:
    assert ground.command(511, 33, 100_000) == 0
    assert names(ground.run(5.0)).count("GLOBAL_POSITION_INT") in (49, 50, 51)
    assert ground.command(511, 33, -1) == 0
    assert "GLOBAL_POSITION_INT" not in names(ground.run(2.0))
    assert ground.command(511, 60_000, 100_000) == 2


def test_messages_for_another_system_are_ignored_and_broadcasts_heard(ground: GroundStation) -> None:
    assert ground.send(mavlink.MAVLink_mission_request_list_message(2, 1, 0)) == []
    assert names(ground.send(mavlink.MAVLink_mission_request_list_message(0, 0, 0))) == ["MISSION_COUNT"]


def test_an_unknown_command_is_unsupported_and_nan_is_denied(ground: GroundStation) -> None:
    assert ground.command(31_999) == 3
    assert ground.command(511, float("nan"), 0) == 2


@pytest.mark.parametrize("altitude_m", [1e30, float("nan"), float("inf")])
def test_a_place_beyond_the_sky_is_denied(ground: GroundStation, altitude_m: float) -> None:
    assert ground.command(179, 0, 0, 0, 0, 16.05, 103.65, altitude_m) == 2


def test_time_sync_home_and_a_clean_refusal_of_files_and_logs(ground: GroundStation) -> None:
    (answer,) = ground.send(mavlink.MAVLink_timesync_message(0, 123))
    assert (answer.ts1, answer.tc1) == (123, round(READY_S * 1e9))
    assert ground.command(410) == 0
    assert ground.last("HOME_POSITION").altitude == 148_000
    assert ground.last("HOME_POSITION").latitude == 160_538_000
    (entry,) = ground.send(mavlink.MAVLink_log_request_list_message(1, 1, 0, 0xFFFF))
    assert (entry.get_type(), entry.num_logs) == ("LOG_ENTRY", 0)
    request = bytes([5, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]).ljust(251, b"\0")
    (refusal,) = ground.send(mavlink.MAVLink_file_transfer_protocol_message(0, 1, 1, list(request)))
    assert (refusal.payload[0], refusal.payload[3], refusal.payload[5]) == (6, 129, 4)


def test_system_time_is_simulated_utc(ground: GroundStation) -> None:
    ground.stream()
    ground.run(1.0)
    message = ground.last("SYSTEM_TIME")
    assert message.time_unix_usec / 1e6 == pytest.approx(1.8e9 + message.time_boot_ms / 1e3, abs=0.01)


def test_a_reboot_keeps_parameters_and_mission(ground: GroundStation) -> None:
    ground.send(mavlink.MAVLink_param_set_message(1, 1, b"RTL_ALT", 4000, 9))
    assert ground.command(246, 1) == 0
    ground.run(0.5)
    assert ground.vehicle.now_s < 1.0
    assert ground.vehicle.copter.parameters["RTL_ALT"] == 4000.0


def test_noise_and_broken_frames_are_survived() -> None:
    vehicle = Vehicle(settings())
    noise = random.Random(3)
    whole = mavlink.MAVLink_mission_count_message(1, 1, 3, 0).pack(mavlink.MAVLink(None, srcSystem=255))
    for _ in range(300):
        piece = bytearray(whole)
        piece[noise.randrange(len(piece))] = noise.randrange(256)
        vehicle.receive(bytes(noise.randrange(256) for _ in range(noise.randrange(40))) + bytes(piece))
    answers = b"".join(vehicle.receive(bytes(whole)) + vehicle.receive(bytes(300)) + vehicle.receive(bytes(whole)))
    assert answers


def test_long_texts_come_in_chunks_and_end_with_a_short_one(ground: GroundStation) -> None:
    ground.vehicle.copter.outbox.text(6, "x" * 100)
    chunks = [m for m in ground.run(0.1) if m.get_type() == "STATUSTEXT"]
    assert [m.chunk_seq for m in chunks] == [0, 1, 2]
    assert "".join(m.text for m in chunks) == "x" * 100
