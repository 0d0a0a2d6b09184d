"""From frames to flights: whose, on which clock, from arming to disarming, and what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from repository import DATA
from tlog_builder import GCS_TYPE, NO_AUTOPILOT, UNIX_EPOCH_US, LogBuilder

from dronectl.formats.recordings.recording import read_recording
from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent

RECORDING = DATA / "sitl-drone1.tlog"


def _tracks(log: LogBuilder, folder: Path, source: PositionSource = PositionSource.EKF) -> tuple[Track, ...]:
    return read_recording(log.save(folder), source=source).tracks


def _events(track: Track, kind: EventKind) -> list[str]:
    return [event.text for event in track.events if event.kind is kind]


def _times_ms(track: Track) -> list[int]:
    """Milliseconds since the boot that the builder's logs tell."""
    return ((track.time_utc.astype(np.int64) - UNIX_EPOCH_US) // 1000).tolist()


def test_a_flight_of_the_simulated_copter() -> None:
    (track,) = read_recording(RECORDING, names={1: "alpha"}).tracks
    assert (track.name, track.system_id, len(track), track.dropped) == ("alpha", 1, 920, 0)
    assert track.clock_is_utc
    assert track.modes() == ("AUTO",)
    assert path_length_m(track.lat_deg, track.lon_deg) == pytest.approx(1280.5, abs=0.1)
    assert track.relative_altitude_m.max() == pytest.approx(30.164)
    assert _events(track, EventKind.WAYPOINT) == [f"waypoint {seq}" for seq in (1, 2, 3, 4, 6, 7, 8, 9, 10)]
    assert "Arming motors" in _events(track, EventKind.TEXT)
    assert [event.kind for event in track.events if event.kind in (EventKind.ARMED, EventKind.DISARMED)] == [
        EventKind.ARMED,
        EventKind.DISARMED,
    ]
    times = [event.time_utc for event in track.events]
    assert times == sorted(times)


def test_gps_and_ekf_tell_the_same_flight_within_a_metre() -> None:
    (ekf,) = read_recording(RECORDING).tracks
    (gps,) = read_recording(RECORDING, source=PositionSource.GPS).tracks
    assert gps.source is PositionSource.GPS
    # The autopilot's estimate is smoothed and shifted by the receiver's delay: compare places at the same moment.
    at = [ekf.sample_at(time) for time in gps.time_utc]
    north_m = (gps.lat_deg - ekf.lat_deg[at]) * 111_000
    assert np.percentile(np.abs(north_m), 95) < 3.0
    assert path_length_m(gps.lat_deg, gps.lon_deg) == pytest.approx(path_length_m(ekf.lat_deg, ekf.lon_deg), rel=0.01)


def test_raw_has_the_fixes_that_are_not_good_too(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).gps(1_000)
    log.gps(1_200, fix=2, lat=170_000_000).gps(1_400, fix=0, lat=0, lon=0).gps(1_600, fix=1).gps(1_800)
    (gps,) = _tracks(log, tmp_path, PositionSource.GPS)
    (raw,) = _tracks(log, tmp_path, PositionSource.RAW)
    assert (_times_ms(gps), gps.dropped) == ([1_000, 1_800], 3)
    assert (_times_ms(raw), raw.dropped) == ([1_000, 1_200, 1_600, 1_800], 1)  # (0, 0) is how it says "nowhere"
    assert raw.source.description.endswith("also those without a 3-D fix")


def test_time_is_the_vehicles_not_the_recording_computers(tmp_path: Path) -> None:
    log = LogBuilder(stamp_us=1_600_000_000_000_000).flight(60_000, 4)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [60_000, 60_250, 60_500, 60_750]


def test_without_a_time_of_day_the_boot_clock_starts_at_the_stamp(tmp_path: Path) -> None:
    log = LogBuilder(stamp_us=UNIX_EPOCH_US).heartbeat(armed=True).system_time(5_000, unix_us=0)
    for index in range(3):
        log.position(5_000 + 1_000 * index)
    (track,) = _tracks(log, tmp_path)
    assert not track.clock_is_utc
    assert (track.time_utc.astype(np.int64) - UNIX_EPOCH_US).tolist() == [50_000, 1_050_000, 2_050_000]


def test_one_absurd_time_of_day_does_not_move_the_track(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).system_time(2_000)
    log.system_time(3_000, unix_us=UNIX_EPOCH_US + 9_000_000_000_000).system_time(4_000, unix_us=1)
    log.system_time(5_000).position(6_000)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [6_000]


def test_each_arming_is_a_flight(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 3).position(70_000, lat=1).flight(80_000, 5)
    assert [_times_ms(track) for track in _tracks(log, tmp_path)] == [
        [60_000, 60_250, 60_500],
        [80_000, 80_250, 80_500, 80_750, 81_000],
    ]


def test_positions_while_disarmed_are_no_flight(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=False).system_time(1_000).position(2_000).heartbeat(armed=False)
    assert _tracks(log, tmp_path) == ()


def test_a_recording_that_begins_and_ends_in_flight(tmp_path: Path) -> None:
    log = LogBuilder().position(59_000).heartbeat(armed=True).system_time(60_000).position(61_000)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [59_000, 61_000]


def test_a_reboot_in_flight_splits_the_track_and_its_clock(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 3)
    del log.data[-len(LogBuilder().heartbeat(armed=False).data) :]  # the power fails before it disarms
    second_boot_us = UNIX_EPOCH_US + 90_000_000
    log.system_time(2_000, unix_us=second_boot_us + 2_000_000).heartbeat(armed=True).gps(2_000)
    log.position(3_000).position(3_250).heartbeat(armed=False)
    first, second = _tracks(log, tmp_path)
    assert _times_ms(first) == [60_000, 60_250, 60_500]
    assert _times_ms(second) == [93_000, 93_250]


def test_a_reboot_while_nobody_listened_has_its_own_clock(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 3)
    hour_us = 3_600_000_000
    log.stamp_us += hour_us
    log.system_time(100_000, unix_us=UNIX_EPOCH_US + hour_us).heartbeat(armed=True).gps(100_000).position(100_250)
    first, second = _tracks(log, tmp_path)
    assert _times_ms(first) == [60_000, 60_250, 60_500]
    assert _times_ms(second) == [3_600_250]


@pytest.mark.parametrize("stamp_us", [0, UNIX_EPOCH_US + 3_600_000_000, 3 * UNIX_EPOCH_US])
def test_a_damaged_stamp_is_no_reboot(stamp_us: int, tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(60_000)
    for sample in range(20):
        right_us = log.stamp_us
        log.stamp_us = stamp_us if sample == 10 else right_us
        log.position(60_000 + sample * 250, lat=160_538_000 + sample)
        log.stamp_us = right_us + 50_000
    (track,) = read_recording(log.save(tmp_path)).tracks
    assert len(track) == 20
    assert track.duration_s == pytest.approx(19 * 0.25)


@pytest.mark.parametrize(("gap_s", "tracks"), [(59, 1), (61, 2)])
def test_a_long_gap_in_the_link_splits_the_track_and_is_no_reboot(gap_s: int, tracks: int, tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(60_000).gps(60_000).position(60_250)
    log.stamp_us += gap_s * 1_000_000
    log.position(60_250 + gap_s * 1_000).heartbeat(armed=True)
    found = _tracks(log, tmp_path)
    assert [time for track in found for time in _times_ms(track)] == [60_250, 60_250 + gap_s * 1_000]
    assert len(found) == tracks
    assert all(track.clock_is_utc for track in found)


def test_the_recording_computers_clock_set_in_flight_is_no_reboot(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(60_000).position(60_250)
    log.stamp_us += 3_600_000_000
    log.position(60_500).system_time(61_000).position(61_250).heartbeat(armed=True)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [60_250, 60_500, 61_250]


def _boot_time_falls(fall_ms: int, *, told_later_ms: int, stamped_later_ms: int) -> LogBuilder:
    """Half a minute, then boot time that falls back, and half a minute more: by the vehicle's word on the time of day
    and by the host's stamps it was booted so much later (none told where that is 0)."""
    log = LogBuilder()
    for later_us, first_ms, stamp_us in (
        (0, 30_000, 0),
        (told_later_ms * 1000, 60_000 - fall_ms, stamped_later_ms * 1000),
    ):
        for boot_ms in range(first_ms, first_ms + 30_001, 500):
            log.stamp_us = UNIX_EPOCH_US + boot_ms * 1000 + stamp_us
            if told_later_ms and boot_ms % 5_000 == 0:
                log.system_time(boot_ms, unix_us=UNIX_EPOCH_US + boot_ms * 1000 + later_us)
            else:
                log.position(boot_ms)
            if boot_ms == first_ms + 500:
                log.heartbeat(armed=True)
    return log


@pytest.mark.parametrize(
    ("fall_ms", "told_later_ms", "stamped_later_ms", "boots"),
    [
        # What the vehicle tells of the time of day decides, up to a fall of ten seconds.
        (10_000, 1_000, 10_500, 1),
        (10_000, 6_000, 10_500, 2),
        (10_500, 1_000, 11_000, 2),
        (2_000, 1_000, 61_000, 1),
        (2_000, 6_000, 2_500, 2),
        # It tells nothing: a fall of more than ten seconds, or a minute behind the host's clock.
        (10_000, 0, 10_500, 1),
        (10_500, 0, 11_000, 2),
        (2_000, 0, 60_000, 1),
        (2_000, 0, 60_001, 2),
    ],
)
def test_what_makes_boot_time_that_falls_back_a_reboot(
    fall_ms: int, told_later_ms: int, stamped_later_ms: int, boots: int, tmp_path: Path
) -> None:
    log = _boot_time_falls(fall_ms, told_later_ms=told_later_ms, stamped_later_ms=stamped_later_ms)
    assert len(_tracks(log, tmp_path)) == boots


def test_a_reboot_soon_after_the_first_start_has_its_own_clock(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(9_000).position(9_250)
    second_boot_us = UNIX_EPOCH_US + 14_000_000
    log.system_time(1_000, unix_us=second_boot_us + 1_000_000).heartbeat(armed=True).position(1_250)
    first, second = _tracks(log, tmp_path)
    assert (_times_ms(first), _times_ms(second)) == ([9_250], [15_250])


def test_the_fix_of_any_receiver_counts(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).gps(1_000, fix=1)
    second = {"lat": 160_538_000, "lon": 1_036_520_000, "alt": 181_000, "eph": 100, "epv": 100, "vel": 500}
    second |= {"cog": 9_000, "satellites_visible": 12, "dgps_numch": 0, "dgps_age": 0}
    log.add("GPS2_RAW", time_usec=1_000_000, fix_type=3, **second).position(1_100).position(1_200)
    (ekf,) = _tracks(log, tmp_path)
    (gps,) = _tracks(log, tmp_path, PositionSource.GPS)
    assert (_times_ms(ekf), _times_ms(gps)) == ([1_100, 1_200], [1_000])
    assert gps.amsl_altitude_m.tolist() == [181.0]


def test_home_is_not_taken_from_positions_that_are_none(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).gps(1_000)
    log.position(1_100, lat=0, lon=0, alt=0, relative_alt=0).gps(1_200)
    (track,) = _tracks(log, tmp_path, PositionSource.GPS)
    assert np.isnan(track.relative_altitude_m).all()


def test_home_is_what_the_vehicle_said_last_of_it_where_it_tells_no_positions(tmp_path: Path) -> None:
    def home(log: LogBuilder, altitude_mm: int) -> LogBuilder:
        zeros = dict.fromkeys(("x", "y", "z", "approach_x", "approach_y", "approach_z"), 0.0)
        where = {"latitude": 160_538_000, "longitude": 1_036_520_000, "altitude": altitude_mm}
        return log.add("HOME_POSITION", **where, **zeros, q=[1.0, 0.0, 0.0, 0.0])

    log = LogBuilder().heartbeat(armed=True).system_time(1_000)
    home(log, 148_000).gps(1_100)
    home(log, 150_000).gps(1_300)
    (track,) = _tracks(log, tmp_path)
    assert track.relative_altitude_m.tolist() == [32.0, 30.0]


def test_without_the_autopilots_positions_the_receivers_are_taken_and_named(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).gps(1_100).gps(1_300)
    (track,) = _tracks(log, tmp_path)
    assert (track.source, len(track)) == (PositionSource.GPS, 2)


def test_positions_alone_are_a_flight_and_raw_needs_no_arming(tmp_path: Path) -> None:
    mute = LogBuilder().system_time(1_000).position(1_100).position(1_350)
    (track,) = _tracks(mute, tmp_path)
    assert _times_ms(track) == [1_100, 1_350]
    disarmed = LogBuilder().heartbeat(armed=False).system_time(1_000).gps(1_100).gps(1_300).heartbeat(armed=False)
    assert not _tracks(disarmed, tmp_path)
    (raw,) = _tracks(disarmed, tmp_path, PositionSource.RAW)
    assert _times_ms(raw) == [1_100, 1_300]


def test_a_flight_begins_in_the_mode_that_it_was_armed_in(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=False, mode=0).system_time(1_000).position(1_100)
    log.heartbeat(armed=True, mode=4).position(1_350).heartbeat(armed=True, mode=3).position(1_600)
    (track,) = _tracks(log, tmp_path)
    assert track.mode_column() == ["GUIDED", "GUIDED", "AUTO"]


def test_long_texts_are_joined_while_others_come_between(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).position(1_100)
    for text, text_id, chunk in ((b"long ", 5, 0), (b"first ", 6, 0), (b"one", 5, 1), (b"short", 0, 0), (b"too", 6, 1)):
        log.add("STATUSTEXT", severity=6, text=text, id=text_id, chunk_seq=chunk)
    log.position(1_350)
    (track,) = _tracks(log, tmp_path)
    assert _events(track, EventKind.TEXT) == ["long one", "first too", "short"]


def test_a_camera_of_its_own_tells_its_photographs(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).position(1_000)
    log.add(
        "CAMERA_IMAGE_CAPTURED",
        component=100,
        time_boot_ms=5,
        time_utc=0,
        camera_id=0,
        lat=160_538_000,
        lon=1_036_520_000,
        alt=200_000,
        relative_alt=50_000,
        q=[1.0, 0.0, 0.0, 0.0],
        image_index=7,
        capture_result=1,
        file_url=b"",
    )
    log.position(1_250)
    (track,) = _tracks(log, tmp_path)
    (photograph,) = track.photographs
    assert (photograph.number, photograph.lat_deg, photograph.amsl_altitude_m, photograph.relative_altitude_m) == (
        7,
        16.0538,
        200.0,
        50.0,
    )
    assert np.isnan([photograph.roll_deg, photograph.pitch_deg, photograph.yaw_deg]).all()
    assert _events(track, EventKind.PHOTO) == ["photo 7"]
    assert track.time_utc[0] < photograph.time_utc < track.time_utc[1]


def test_a_mere_trigger_is_a_photograph_without_a_place(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).position(1_000)
    log.add("CAMERA_TRIGGER", component=100, time_usec=5, seq=3).position(1_250)
    (track,) = _tracks(log, tmp_path)
    assert (_events(track, EventKind.PHOTO), track.photographs) == (["photo 3"], ())


def test_vehicles_are_told_apart_by_system_id(tmp_path: Path) -> None:
    log = LogBuilder()
    log.heartbeat(armed=True, system=3).heartbeat(armed=True, system=1)
    log.system_time(1_000, system=3).system_time(500_000, system=1)
    for index in range(4):
        log.position(2_000 + 250 * index, system=3, lat=170_000_000).position(501_000 + 250 * index, system=1)
    one, three = _tracks(log, tmp_path)
    assert (one.system_id, three.system_id) == (1, 3)
    assert (one.name, three.name) == ("system 1", "system 3")
    assert set(three.lat_deg.tolist()) == {17.0}
    assert _times_ms(one)[0] == 501_000


def test_ground_stations_and_companions_are_no_vehicles(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 3)
    log.heartbeat(armed=True, system=255, component=190, type=GCS_TYPE, autopilot=NO_AUTOPILOT)
    log.position(61_000, system=255, component=190)
    log.heartbeat(armed=True, component=191, type=18, autopilot=NO_AUTOPILOT).position(61_250, component=191)
    (track,) = _tracks(log, tmp_path)
    assert len(track) == 3


@pytest.mark.parametrize("kind", [5, 6, 18, 26, 27], ids=["tracker", "station", "companion", "gimbal", "ads-b"])
def test_what_has_an_autopilot_and_is_no_aircraft_is_no_vehicle(kind: int, tmp_path: Path) -> None:
    """An antenna tracker runs ArduPilot, is armed and tells its position, on a system id of its own."""
    log = LogBuilder().flight(60_000, 3)
    log.heartbeat(armed=True, system=9, type=kind).system_time(60_000, system=9)
    log.position(61_000, system=9).position(61_250, system=9)
    assert [track.system_id for track in _tracks(log, tmp_path)] == [1]


def test_no_fix_null_island_and_places_off_the_earth_are_dropped_and_counted(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).gps(1_000, fix=2).position(1_100)
    log.gps(2_000, fix=3).position(2_100).position(2_200, lat=0, lon=0).position(2_300, lat=-2_147_483_648)
    log.position(2_400, lon=1_800_000_001).position(2_100).position(2_500, lat=0)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [2_100, 2_500]
    assert track.dropped == 5


def test_late_packets_are_put_in_order(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000)
    for boot_ms in (2_000, 2_500, 2_250, 2_750, 2_500):
        log.position(boot_ms)
    (track,) = _tracks(log, tmp_path)
    assert _times_ms(track) == [2_000, 2_250, 2_500, 2_750]
    assert track.dropped == 1


def test_gps_source_takes_the_receivers_numbers(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).position(1_100, alt=180_000, relative_alt=30_000)
    log.gps(2_000, alt=181_000, vel=1_234, cog=4_500).gps(2_200, fix=1).gps(2_400, vel=65_535, cog=65_535)
    (track,) = _tracks(log, tmp_path, PositionSource.GPS)
    assert _times_ms(track) == [2_000, 2_400]
    assert track.relative_altitude_m.tolist() == [31.0, 30.0]
    assert track.ground_speed_m_s.tolist()[0] == 12.34
    assert np.isnan([track.ground_speed_m_s[1], track.heading_deg[1]]).all()
    assert track.dropped == 1


def test_speed_heading_and_modes(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True, mode=3).system_time(1_000).position(1_100, hdg=65_535).position(1_200)
    log.heartbeat(armed=True, mode=5).heartbeat(armed=True, mode=99).heartbeat(armed=True, mode=99)
    (track,) = _tracks(log, tmp_path)
    assert track.ground_speed_m_s.tolist() == [5.0, 5.0]
    assert np.isnan(track.heading_deg[0])
    assert track.heading_deg[1] == 90.0
    assert track.modes() == ("AUTO", "LOITER", "mode 99")


def test_long_status_texts_are_joined_and_made_printable(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True).system_time(1_000).position(1_100)
    log.add("STATUSTEXT", severity=6, text=b"x" * 50, id=7, chunk_seq=0)
    log.add("STATUSTEXT", severity=6, text="ย\x07end".encode(), id=7, chunk_seq=1)
    log.add("STATUSTEXT", severity=6, text=b"short")
    photo = dict.fromkeys(
        ("alt_msl", "alt_rel", "roll", "pitch", "yaw", "foc_len", "flags", "cam_idx", "lat", "lng"), 0
    )
    log.add("CAMERA_FEEDBACK", time_usec=1_100_000, target_system=1, img_idx=4, **photo)
    (track,) = _tracks(log, tmp_path)
    assert _events(track, EventKind.TEXT) == ["x" * 50 + "ย␇end", "short"]
    assert _events(track, EventKind.PHOTO) == ["photo 4"]


def test_an_event_is_a_value() -> None:
    event = TrackEvent(np.datetime64(0, "us"), EventKind.MODE, "AUTO")
    assert event == TrackEvent(np.datetime64(0, "us"), EventKind.MODE, "AUTO")
