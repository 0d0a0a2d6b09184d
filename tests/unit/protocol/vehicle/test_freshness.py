from __future__ import annotations

import random

import pytest

from dronectl.cli.common.tables import age_text, telemetry_cell
from dronectl.model.message import Message
from dronectl.model.telemetry import FIELDS, TelemetryKind
from dronectl.protocol.vehicle.freshness import LIMITS_S, stale_after_s
from dronectl.protocol.vehicle.telemetry import VehicleState

MESSAGES = {
    "HEARTBEAT": {"autopilot": 3, "type": 2, "custom_mode": 3, "base_mode": 217, "system_status": 4},
    "GLOBAL_POSITION_INT": {
        "lat": 160_538_000,
        "lon": 1_036_520_000,
        "alt": 188_000,
        "relative_alt": 44_500,
        "vx": 300,
        "vy": 400,
        "vz": 0,
        "hdg": 9050,
        "time_boot_ms": 1000,
    },
    "ATTITUDE": {"roll": 0.0, "pitch": 0.0, "time_boot_ms": 1000},
    "SYS_STATUS": {
        "onboard_control_sensors_health": 0x10000000,
        "voltage_battery": 12_300,
        "current_battery": -1,
        "battery_remaining": 98,
    },
    "GPS_RAW_INT": {"fix_type": 6, "satellites_visible": 12, "eph": 80},
    "EKF_STATUS_REPORT": {"flags": 0x33F},
    "MISSION_CURRENT": {"seq": 4, "total": 12, "mission_state": 3},
}
SENT_HZ = {"HEARTBEAT": 1.0, "GLOBAL_POSITION_INT": 4.0, "ATTITUDE": 4.0}
SLOW_HZ = 2.0


def heard_at(now_s: float) -> VehicleState:
    state = VehicleState(system_id=1)
    for name, fields in MESSAGES.items():
        state.apply(Message(name, dict(fields), 1, 1), now_s)
    for sequence in (1, 2, 4, 5):
        state.loss.heard(sequence)
    return state


def test_a_drone_unheard_for_half_a_minute_shows_nothing_as_live() -> None:
    sample = heard_at(100.0).sample("alpha", "t", 131.7)
    assert set(sample.old) == set(FIELDS)
    assert (sample.mode, sample.relative_altitude_m, sample.age_s) == ("AUTO", 44.5, 31.7), "known, and old"
    live = sample.live()
    assert {getattr(live, name) for names in FIELDS.values() for name in names} == {None}
    assert live.as_json()["position_age_s"] == 31.7
    assert "mode" in live.as_json()["old"]  # type: ignore[operator]


def test_kinds_grow_old_on_their_own() -> None:
    state = heard_at(100.0)
    state.apply(Message("HEARTBEAT", dict(MESSAGES["HEARTBEAT"]), 1, 1), 104.0)
    sample = state.sample("alpha", "t", 104.0)
    assert sample.old == (TelemetryKind.POSITION,), "battery and GPS may be four seconds old, a position may not"
    assert (sample.live().mode, sample.live().battery_pct, sample.live().lat_deg) == ("AUTO", 98.0, None)


def test_what_was_never_heard_is_not_old_but_unknown() -> None:
    sample = VehicleState(system_id=1).sample("alpha", "t", 50.0)
    assert (sample.old, sample.age_s, sample.mode) == ((), None, None)


@pytest.mark.parametrize("kind", list(TelemetryKind))
def test_a_lower_rate_allows_more_age_and_a_higher_one_never_less_than_the_limit(kind: TelemetryKind) -> None:
    assert stale_after_s(kind, 50.0) >= LIMITS_S[kind]
    assert stale_after_s(kind, 0.1) >= stale_after_s(kind, 1.0) >= stale_after_s(kind, 4.0)


def test_a_fifth_of_all_frames_lost_does_not_flicker() -> None:
    """An hour at 20 % loss: moments at which something of a vehicle that is there counts as old."""
    random_ = random.Random(1)
    state = heard_at(0.0)
    flickers = 0
    for quarter in range(4 * 3600):
        now_s = quarter / 4
        for name, fields in MESSAGES.items():
            every = round(4 / SENT_HZ.get(name, SLOW_HZ))
            if quarter % every == 0 and random_.random() > 0.2:
                state.apply(Message(name, fields, 1, 1), now_s)
        flickers += bool(state.sample("alpha", "t", now_s + 0.2).old)
    assert flickers <= 4 * 3, "less than three seconds of an hour"


def test_a_message_that_somebody_else_heard_long_ago_makes_nothing_older() -> None:
    state = heard_at(100.0)
    state.apply(Message("MISSION_ITEM_REACHED", {"seq": 3}, 1, 1), 60.0)
    assert state.age_s(TelemetryKind.ANYTHING, 100.5) == 0.5
    assert state.reached_item == 3


def test_a_cell_of_an_old_value_is_dim_and_tells_its_age() -> None:
    sample = heard_at(100.0).sample("alpha", "t", 131.7)
    cell = telemetry_cell(sample, TelemetryKind.BATTERY, "98 %", "red")
    assert (cell.plain, cell.style) == ("98 %\n32 s old", "dim")
    fresh = telemetry_cell(heard_at(131.0).sample("alpha", "t", 131.7), TelemetryKind.BATTERY, "98 %", "red")
    assert (fresh.plain, fresh.style) == ("98 %", "red")
    assert age_text(1400.0) == "23 min old"
