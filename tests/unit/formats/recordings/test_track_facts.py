"""What a recording tells besides places: battery, geoid, photographs and fences, on the same clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dataflash_builder import DataFlashBuilder
from repository import DATA
from tlog_builder import UNIX_EPOCH_US, LogBuilder

from dronectl.formats.recordings.recording import read_recording
from dronectl.model.track.track import EventKind, PositionSource, Track

SYS_STATUS = dict.fromkeys(
    (
        *("onboard_control_sensors_present", "onboard_control_sensors_enabled", "onboard_control_sensors_health"),
        *("load", "voltage_battery", "current_battery", "drop_rate_comm", "errors_comm"),
        *("errors_count1", "errors_count2", "errors_count3", "errors_count4"),
    ),
    0,
)
FEEDBACK = {
    "target_system": 0,
    "cam_idx": 0,
    "lat": 160_538_100,
    "lng": 1_036_520_200,
    "alt_msl": 179.5,
    "alt_rel": 29.5,
    "roll": 1.0,
    "pitch": -2.0,
    "yaw": 90.5,
    "foc_len": 0.0,
    "flags": 0,
}


def fences(track: Track) -> list[str]:
    return [event.text for event in track.events if event.kind is EventKind.FENCE]


def test_a_telemetry_log_tells_battery_geoid_shots_and_fences(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=False).system_time(60_000).heartbeat(armed=True)
    log.add("SYS_STATUS", battery_remaining=-1, **SYS_STATUS).gps(60_000, alt_ellipsoid=0).position(60_000)
    log.add("SYS_STATUS", battery_remaining=93, **SYS_STATUS).gps(60_100, alt_ellipsoid=152_140).position(60_100)
    told_us = UNIX_EPOCH_US + 60_123_456
    for _ in range(2):  # as over two links
        log.add("CAMERA_FEEDBACK", time_usec=told_us, img_idx=7, **FEEDBACK)
    log.add("CAMERA_FEEDBACK", time_usec=0, img_idx=8, **FEEDBACK | {"yaw": -90.5})  # as ArduCopter 4.7 has west
    log.add("CAMERA_FEEDBACK", time_usec=0, img_idx=9, **FEEDBACK | {"lat": 0, "lng": 0})
    for status, kind in ((0, 0), (1, 3), (1, 3), (0, 3)):
        log.add("FENCE_STATUS", breach_status=status, breach_count=status, breach_type=kind, breach_time=0)
    log.position(60_500).heartbeat(armed=False)
    (track,) = read_recording(log.save(tmp_path)).tracks
    np.testing.assert_array_equal(track.battery_pct, [np.nan, 93.0, 93.0])
    np.testing.assert_allclose(track.geoid_undulation_m, [np.nan, -27.86, -27.86])
    assert fences(track) == ["fence broken: circle, polygon", "inside the fence again"]
    first, second = track.photographs
    assert (first.number, second.number) == (7, 8)
    assert first.time_utc == np.datetime64(told_us, "us")
    assert track.time_utc[1] < second.time_utc < track.time_utc[2]
    assert (first.lat_deg, first.lon_deg, first.amsl_altitude_m, first.yaw_deg) == (16.05381, 103.65202, 179.5, 90.5)
    assert second.yaw_deg == 269.5


@pytest.mark.parametrize("name", ["flight.bin", "flight.log"])
def test_a_dataflash_log_tells_the_same(name: str, tmp_path: Path) -> None:
    log = DataFlashBuilder()
    log.define(30, "BAT", "QBffB", "TimeUS,Inst,Volt,Curr,RemPct").define(31, "GPA", "QBf", "TimeUS,I,Und")
    log.define(32, "CAM", "QBHIHLLeeeccC", "TimeUS,I,Img,GPSTime,GPSWeek,Lat,Lng,Alt,RelAlt,GPSAlt,R,P,Y")
    log.define(33, "ERR", "QBB", "TimeUS,Subsys,ECode")
    log.add("BAT", 1_000_000, 0, 12.6, 1.0, 255).add("GPA", 1_000_000, 0, 0.0)
    log.add("BAT", 1_050_000, 0, 12.6, 1.0, 88).add("GPA", 1_050_000, 0, 27.86)
    log.add("CAM", 1_150_000, 0, 4, 0, 0, 16.05, 103.65, 151.0, 3.0, 151.0, 1.0, -2.0, 90.5)
    log.add("CAM", 9_150_000, 0, 5, 0, 0, 16.05, 103.65, 151.0, 3.0, 151.0, 1.0, -2.0, 90.5)
    log.add("ERR", 1_120_000, 9, 1).add("ERR", 1_130_000, 5, 1).add("ERR", 1_180_000, 9, 0)
    log.flight(1_000_000, 3)
    (track,) = read_recording(log.save(tmp_path, name)).tracks
    np.testing.assert_array_equal(track.battery_pct, [np.nan, 88.0, 88.0])
    np.testing.assert_allclose(track.geoid_undulation_m, [np.nan, -27.86, -27.86], rtol=1e-6)
    assert fences(track) == ["fence broken: highest altitude", "inside the fence again"]
    (photograph,) = track.photographs
    assert (photograph.number, photograph.amsl_altitude_m, photograph.yaw_deg) == (4, 151.0, 90.5)
    assert photograph.time_utc - track.time_utc[0] == np.timedelta64(150_000, "us")


@pytest.mark.parametrize("source", [PositionSource.EKF, PositionSource.GPS, PositionSource.RAW])
@pytest.mark.parametrize("name", ["sitl-drone1.tlog", "sitl-drone1.bin"])
def test_a_simulated_flight_drains_its_battery_and_knows_no_geoid(name: str, source: PositionSource) -> None:
    (track,) = read_recording(DATA / name, source=source).tracks
    assert (np.nanmax(track.battery_pct), track.battery_pct[-1]) == (100.0, 44.0)
    assert np.isnan(track.geoid_undulation_m).all()
