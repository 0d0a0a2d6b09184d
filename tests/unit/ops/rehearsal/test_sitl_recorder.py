"""What a simulator says of a flight becomes a track: message by message, without a simulator."""

from __future__ import annotations

import numpy as np
import pytest

from dronectl.model.message import Message
from dronectl.model.rehearsal.flown import End, FlownSortie
from dronectl.ops.rehearsal.sitl.recorder import SitlRecorder

HOME_M = 145.0
LAT, LON = 160_530_000, 1_036_503_000


def standing() -> SitlRecorder:
    """Booted, a hand's breadth above what it calls its home, armed, and told to begin at second 40."""
    recorder = SitlRecorder(HOME_M)
    sample(recorder, 39.75, up_m=0.1)
    heartbeat(recorder, armed=True)
    sample(recorder, 40.0, up_m=0.1)
    recorder.begin()
    return recorder


def heartbeat(recorder: SitlRecorder, *, armed: bool) -> None:
    recorder.hear(Message("HEARTBEAT", {"base_mode": 0x80 if armed else 0, "autopilot": 3}))


def sample(recorder: SitlRecorder, now_s: float, *, up_m: float, sink_m_s: float = 0.0, north_e7: int = 0,
           off_e7: int = 0) -> None:  # fmt: skip
    believed = {"lat": LAT + north_e7, "lon": LON, "relative_alt": round(up_m * 1000.0)}
    recorder.hear(Message("GLOBAL_POSITION_INT", {"time_boot_ms": round(now_s * 1000.0), **believed}))
    true = {"lat_int": LAT + north_e7 + off_e7, "lon_int": LON, "alt": HOME_M + up_m, "vd": sink_m_s}
    recorder.hear(Message("SIM_STATE", true))


def say(recorder: SitlRecorder, text: str) -> None:
    recorder.hear(Message("STATUSTEXT", {"severity": 6, "text": text, "id": 0, "chunk_seq": 0}))


def flown(recorder: SitlRecorder, from_s: float = 0.0, end: End = End.LANDED) -> FlownSortie:
    _, used_mah = recorder.used()
    return recorder.flown("alpha", 1, 7.0, end, 100.0 - used_mah, from_s=from_s)


def test_a_track_is_where_it_truly_was_from_the_start_of_its_mission_on() -> None:
    recorder = standing()
    recorder.hear(Message("MISSION_CURRENT", {"seq": 2}))
    recorder.hear(Message("BATTERY_STATUS", {"current_consumed": 3}))
    sample(recorder, 41.0, up_m=10.1, north_e7=500, off_e7=90)
    track = flown(recorder).track
    assert track.time_s.tolist() == [8.0], "seven seconds after the start of the wave it began"
    assert track.lat_deg[0] == pytest.approx((LAT + 590) / 1e7, abs=1e-9)
    assert track.height_m[0] == pytest.approx(10.0), "over the ground that it stood on"
    assert track.item.tolist() == [2]
    assert track.left_pct.tolist() == [97.0]


def test_pictures_were_taken_where_it_was_not_where_it_believed_to_be() -> None:
    recorder = standing()
    sample(recorder, 41.0, up_m=20.1, north_e7=500, off_e7=90)
    picture = {"lat": LAT + 500, "lng": LON, "alt_rel": 20.1, "yaw": -90.0}
    recorder.hear(Message("CAMERA_FEEDBACK", picture))
    taken = flown(recorder).photographs
    assert taken.lat_deg[0] == pytest.approx((LAT + 590) / 1e7, abs=1e-9)
    assert taken.height_m[0] == pytest.approx(20.0, abs=0.01)
    assert taken.heading_deg[0] == 270.0


def test_a_flight_from_a_failure_on_has_the_later_samples_alone() -> None:
    recorder = standing()
    for second in range(1, 9):
        sample(recorder, 40.0 + second, up_m=5.0)
    assert flown(recorder, from_s=5.0).track.time_s.tolist() == [12.0, 13.0, 14.0, 15.0]
    assert len(flown(recorder, from_s=99.0).track.time_s) == 1, "the last one, where nothing came after"


def test_it_has_disarmed_when_it_says_so_or_its_heartbeat_does() -> None:
    by_text, by_heartbeat = standing(), standing()
    for recorder in (by_text, by_heartbeat):
        heartbeat(recorder, armed=True)
        assert not recorder.has_disarmed
    say(by_text, "Disarming motors")
    heartbeat(by_heartbeat, armed=False)
    assert by_text.has_disarmed
    assert by_heartbeat.has_disarmed


def test_a_heartbeat_from_before_the_arming_is_no_landing() -> None:
    recorder = SitlRecorder(HOME_M)
    sample(recorder, 39.0, up_m=0.0)
    recorder.begin()
    heartbeat(recorder, armed=False)
    assert not recorder.has_disarmed


@pytest.mark.parametrize(("sink_m_s", "fell"), [(0.5, False), (1.6, False), (9.0, True)])
def test_what_comes_down_too_fast_has_fallen(sink_m_s: float, fell: bool) -> None:
    recorder = standing()
    sample(recorder, 41.0, up_m=30.0)
    for moment_s, up_m in ((42.0, 2.0), (42.25, 0.2)):
        sample(recorder, moment_s, up_m=up_m, sink_m_s=sink_m_s)
    assert recorder.has_fallen is fell


def test_it_lies_still_after_a_while_on_the_ground_and_not_before_it_took_off() -> None:
    recorder = standing()
    for second in range(60):
        sample(recorder, 41.0 + second, up_m=0.1)
    assert not recorder.lies_still
    sample(recorder, 110.0, up_m=30.0)
    for second in range(15):
        sample(recorder, 115.0 + second, up_m=0.1)
        assert recorder.lies_still is (second > 10)


def test_texts_are_kept_with_their_seconds() -> None:
    recorder = standing()
    sample(recorder, 44.0, up_m=5.0)
    say(recorder, "GCS Failsafe")
    assert recorder.said == [(4.0, "GCS Failsafe")]
    assert np.isfinite(recorder.flying_s)
