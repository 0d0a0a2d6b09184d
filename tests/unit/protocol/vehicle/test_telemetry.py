from __future__ import annotations

from typing import Any

import pytest

from dronectl.errors import InputError
from dronectl.model.message import Message
from dronectl.protocol.vehicle.identity import identity_of
from dronectl.protocol.vehicle.liveness import LossMeter
from dronectl.protocol.vehicle.modes import MODE_NAMES, mode_name, mode_number
from dronectl.protocol.vehicle.statustext import StatusText, StatusTextAssembler
from dronectl.protocol.vehicle.telemetry import VehicleState


def message(name: str, **fields: Any) -> Message:
    return Message(name, fields, 1, 1)


def heartbeat(**changes: Any) -> Message:
    return message(
        "HEARTBEAT", **{"autopilot": 3, "type": 2, "custom_mode": 3, "base_mode": 217, "system_status": 4, **changes}
    )


def test_the_fold_gives_a_sample() -> None:
    state = VehicleState(system_id=2)
    assert state.sample("bravo", "t", 0.0).mode is None
    state.apply(heartbeat(), 10.0)
    place = {"lat": 160_538_000, "lon": 1_036_520_000, "alt": 188_000, "relative_alt": 40_010}
    state.apply(message("GLOBAL_POSITION_INT", **place, vx=300, vy=400, vz=-10, hdg=9050), 10.0)
    battery = {"voltage_battery": 12_300, "current_battery": -1, "battery_remaining": 71}
    state.apply(message("SYS_STATUS", onboard_control_sensors_health=0x10000000, **battery), 10.0)
    state.apply(message("GPS_RAW_INT", fix_type=6, satellites_visible=255, eph=65535), 10.0)
    state.apply(message("MISSION_CURRENT", seq=4, total=12, mission_state=3), 10.0)
    state.apply(message("EKF_STATUS_REPORT", flags=0x33F), 10.0)
    sample = state.sample("bravo", "2026-11-23T06:00:00Z", 10.5)
    assert sample.as_json() == {
        "time_utc": "2026-11-23T06:00:00Z",
        "drone": "bravo",
        "system_id": 2,
        "mode": "AUTO",
        "armed": True,
        "lat_deg": 16.0538,
        "lon_deg": 103.652,
        "amsl_altitude_m": 188.0,
        "relative_altitude_m": 40.01,
        "ground_speed_m_s": 5.0,
        "heading_deg": 90.5,
        "battery_pct": 71.0,
        "battery_v": 12.3,
        "gps_fix": 6,
        "satellites": None,
        "mission_item": 4,
        "link_loss_pct": None,
        "age_s": 0.5,
        "mode_age_s": 0.5,
        "position_age_s": 0.5,
        "battery_age_s": 0.5,
        "gps_age_s": 0.5,
        "mission_age_s": 0.5,
        "old": [],
        "alarms": [],
    }
    assert (state.ekf_ready, state.prearm_ok) == (True, True)
    assert (state.velocity_north_m_s, state.velocity_east_m_s) == (3.0, 4.0)
    assert state.is_alive(14.9)
    assert not state.is_alive(15.1)


def test_a_battery_that_is_not_measured_has_no_figures() -> None:
    """MAVLink says -1 for an unknown charge, and 65535 for an unknown voltage."""
    state = VehicleState(system_id=2)
    health = {"onboard_control_sensors_health": 0x10000000}
    state.apply(message("SYS_STATUS", **health, voltage_battery=0, current_battery=0, battery_remaining=0), 10.0)
    assert (state.battery_pct, state.battery_v) == (0.0, 0.0), "an empty one is known to be so"
    state.apply(message("SYS_STATUS", **health, voltage_battery=65_535, current_battery=-1, battery_remaining=-1), 11.0)
    assert (state.battery_pct, state.battery_v) == (None, None)


def test_a_position_that_is_none_is_not_shown() -> None:
    state = VehicleState()
    fields = {"alt": 0, "relative_alt": 0, "vx": 0, "vy": 0, "vz": 0, "hdg": 65535}
    state.apply(message("GLOBAL_POSITION_INT", lat=0, lon=0, **fields), 0.0)
    assert (state.position, state.heading_deg) == (None, None)
    state.apply(message("GLOBAL_POSITION_INT", lat=2_000_000_000, lon=0, **fields), 0.0)
    assert state.position is None


@pytest.mark.parametrize(("flags", "ready"), [(0x1F, True), (0x33F, True), (0x9F, False), (0x17, False), (0, False)])
def test_the_ekf_is_ready_with_position_only(flags: int, ready: bool) -> None:
    state = VehicleState()
    assert state.ekf_ready is None
    state.apply(message("EKF_STATUS_REPORT", flags=flags), 0.0)
    assert state.ekf_ready is ready


def test_heartbeats_of_gimbals_and_stations_change_nothing() -> None:
    state = VehicleState()
    state.apply(heartbeat(autopilot=8, custom_mode=99), 1.0)
    assert not state.heard


def test_loss_from_sequence_numbers() -> None:
    meter = LossMeter()
    assert meter.recent_pct is None
    for sequence in (250, 251, 253, 254, 255, 0, 1, 1, 255, 2):
        meter.heard(sequence)
    assert meter.lost == 1
    assert meter.recent_pct == 12.5


def chunk(text: str, number: int, text_id: int = 5) -> Message:
    return message("STATUSTEXT", severity=4, text=text, id=text_id, chunk_seq=number)


def test_chunks_of_a_long_text_are_joined() -> None:
    texts = StatusTextAssembler()
    assert texts.feed(chunk("a" * 50, 0)) == []
    assert texts.feed(chunk("b", 1)) == [StatusText(4, "a" * 50 + "b")]
    assert texts.feed(chunk("short", 0, text_id=0)) == [StatusText(4, "short")]


def test_lost_chunks_leave_a_mark_and_open_texts_are_few() -> None:
    texts = StatusTextAssembler()
    texts.feed(chunk("a" * 50, 0))
    assert texts.feed(chunk("end", 2)) == [StatusText(4, "a" * 50 + "…" + "end")]
    given_out = [text for number in range(1, 100) for text in texts.feed(chunk("x" * 50, 0, text_id=number))]
    assert len(given_out) >= 90


def test_modes_by_name_and_number() -> None:
    assert all(mode_name(mode_number(name)) == name for name in MODE_NAMES)
    assert mode_number("althold") == mode_number("Alt-Hold") == 2
    assert mode_name(99) == "mode 99"
    with pytest.raises(InputError, match="no flight mode 'WARP'"):
        mode_number("WARP")


def test_identity_from_uid2_from_uid_or_none() -> None:
    fields: dict[str, Any] = {"flight_sw_version": 0x04050680, "flight_custom_version": list(b"142aece2")}
    fields |= {"capabilities": 0, "board_version": 0, "uid": 0, "uid2": [0] * 18}
    assert identity_of(message("AUTOPILOT_VERSION", **fields)).uid is None
    assert identity_of(message("AUTOPILOT_VERSION", **{**fields, "uid": 255})).uid == "00000000000000ff"
    full = identity_of(message("AUTOPILOT_VERSION", **{**fields, "uid2": list(range(18))}))
    assert (full.uid, full.firmware) == (bytes(range(18)).hex(), "4.5.6-beta")
