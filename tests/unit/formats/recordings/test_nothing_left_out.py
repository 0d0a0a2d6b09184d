"""Positions of every kind become flights; what does not is counted, and the reason given is true."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from dataflash_builder import DataFlashBuilder
from plain_flights import SECOND_US, START_US, flown, going_on, joined, mixed, read, starts_s
from tlog_builder import UNIX_EPOCH_US, LogBuilder

from dronectl.errors import InputError
from dronectl.formats.recordings.recording import Recording, read_recording
from dronectl.model.track.clock_facts import TimeSource
from dronectl.model.track.track import EventKind, PositionSource


def lengths(recording: Recording) -> list[int]:
    return [len(track) for track in recording.tracks]


def test_without_a_receiver_the_autopilots_positions_are_a_flight(tmp_path: Path) -> None:
    recording = read(flown(fix=0), tmp_path)
    assert (lengths(recording), recording.words) == ([60], ())
    assert recording.tracks[0].timing.source is TimeSource.VEHICLE
    assert "not known to be set by GPS" in recording.tracks[0].timing.notes[0]


@pytest.mark.parametrize("fix", [1, 2])
def test_without_a_3d_fix_all_are_left_out_and_counted(fix: int, tmp_path: Path) -> None:
    recording = read(flown(fix=fix), tmp_path)
    assert (lengths(recording), recording.left_out.without_fix) == ([], 60)
    assert recording.words[1] == "60 positions without a 3-D fix left out"


def outage(*, drift: int, seconds: int = 90) -> LogBuilder:
    """In flight, with the fix lost for a while; when it is back the position is ``drift`` (1e-7 degree) elsewhere."""
    log = flown(seconds=30, ends=False)
    for boot_s, count, fix, lat in ((130, seconds, 1, 0), (130 + seconds, 30, 3, drift)):
        there = 160_538_000 + 90 * (boot_s - 100) + lat
        log = joined(log, going_on(seconds=count, boot_s=boot_s, fix=fix, lat=there, ends=fix == 3))
    return log


@pytest.mark.parametrize("drift", [0, 200])
def test_an_outage_that_the_autopilot_held_is_in_the_flight_and_marked(drift: int, tmp_path: Path) -> None:
    (track,) = read(outage(drift=drift), tmp_path).tracks
    (stretch,) = track.outages
    assert (len(track), stretch.samples, stretch.duration_s, track.dropped) == (150, 90, 89.0, 0)
    marks = [event.text for event in track.events if event.kind is EventKind.FIX]
    assert marks == ["no 3-D fix: the autopilot's own reckoning from here", "3-D fix again after 89 s"]


def test_an_outage_that_it_did_not_hold_is_left_out(tmp_path: Path) -> None:
    recording = read(outage(drift=50_000), tmp_path)
    assert (lengths(recording), recording.left_out.without_fix) == ([30, 30], 90)
    assert recording.words == ("90 positions without a 3-D fix left out",)


def test_a_log_of_the_autopilot_holds_outages_too(tmp_path: Path) -> None:
    lines = DataFlashBuilder().flight(1_000_000, 2000).lines
    for at, line in enumerate(lines):
        row = line.split(", ")
        if row[0] == "GPS" and 50_000_000 < int(row[1]) < 145_000_000:
            lines[at] = ", ".join([*row[:3], "1", *row[4:]])
    path = tmp_path / "lost.log"
    path.write_text("\n".join(lines) + "\n")
    (track,) = read_recording(path).tracks
    assert len(track) == 2000
    assert track.outages[0].duration_s == pytest.approx(95.0, abs=0.3)


def test_a_receiver_alone_is_a_flight(tmp_path: Path) -> None:
    recording = read(flown(clock_ahead_s=None, positions=False), tmp_path)
    (track,) = recording.tracks
    assert (len(track), track.source, track.timing.source) == (60, PositionSource.GPS, TimeSource.COMPUTER)
    assert starts_s(recording) == pytest.approx([100.0], abs=0.1)


@pytest.mark.parametrize(("time_usec", "source"), [("utc", TimeSource.GPS), ("none", TimeSource.COMPUTER)])
def test_a_receiver_alone_may_tell_utc_or_no_time(time_usec: str, source: TimeSource, tmp_path: Path) -> None:
    log = LogBuilder(stamp_us=START_US).heartbeat(armed=True)
    for second in range(20):
        log.stamp_us = START_US + second * SECOND_US
        told_us = {"utc": START_US + second * SECOND_US - 7 * SECOND_US, "none": 0}[time_usec]
        log.gps(told_us / 1000, lat=160_538_000 + 90 * second)
    (track,) = read(log, tmp_path).tracks
    assert (len(track), track.duration_s, track.timing.source) == (20, 19.0, source)
    assert track.start_us == START_US - (7 * SECOND_US if time_usec == "utc" else 0)


def high_latency(log: LogBuilder, boot_ms: int, **changes: int) -> LogBuilder:
    zeros = ("target_altitude", "target_distance", "wp_num", "target_heading", "throttle", "airspeed", "airspeed_sp")
    more = ("windspeed", "wind_heading", "eph", "epv", "temperature_air", "climb_rate", "custom0", "custom1", "custom2")
    fields = {"type": 2, "autopilot": 3, "custom_mode": 3, "latitude": 160_538_000, "longitude": 1_036_520_000}
    fields |= {"altitude": 180, "heading": 45, "groundspeed": 25, "failure_flags": 0, "battery": 77}
    return log.add("HIGH_LATENCY2", timestamp=boot_ms, **dict.fromkeys((*zeros, *more), 0) | fields | changes)


def test_high_latency_telemetry_is_a_flight(tmp_path: Path) -> None:
    log = LogBuilder(stamp_us=START_US)
    for number in range(10):
        log.stamp_us = START_US + number * 120 * SECOND_US
        lost = {"failure_flags": 1} if number == 9 else {}
        high_latency(log, 100_000 + number * 120_000, latitude=160_538_000 + number * 1000, **lost)
    recording = read(log, tmp_path)
    (track,) = recording.tracks
    assert (len(track), track.source, track.duration_s) == (9, PositionSource.HIGH_LATENCY, 960.0)
    assert (track.amsl_altitude_m[0], track.heading_deg[0], track.ground_speed_m_s[0]) == (180.0, 90.0, 5.0)
    assert (track.battery_pct[0], track.modes(), recording.left_out.without_fix) == (77.0, ("AUTO",), 1)
    assert np.isnan(track.relative_altitude_m).all()


def test_px4_sends_half_of_its_mode_over_satellites(tmp_path: Path) -> None:
    log = high_latency(high_latency(LogBuilder(), 1_000, autopilot=12, custom_mode=4 | 5 << 8), 2_000, autopilot=12)
    (track,) = read(log, tmp_path).tracks
    assert track.modes()[0] == "AUTO.RTL"


def unstamped(log: LogBuilder) -> bytes:
    data, at, frames = bytes(log.data), 0, bytearray()
    while at < len(data):
        end = at + 8 + 12 + data[at + 9]
        frames += data[at + 8 : end]
        at = end
    return bytes(frames)


@pytest.mark.parametrize("name", ["a.rlog", "a.tlog.raw", "a.tlog"])
def test_a_stream_without_stamps_is_told_or_read_from_a_start(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    path.write_bytes(unstamped(flown(clock_ahead_s=None)))
    with pytest.raises(InputError, match="without time stamps"):
        read_recording(path)
    recording = read_recording(path, start=start)
    (track,) = recording.tracks
    assert (len(track), track.start_utc, recording.format) == (60, "2026-05-01T12:00:00.000Z", "stream")
    assert track.timing.source is TimeSource.GIVEN
    path.write_bytes(b"junk" + unstamped(flown())[:-5])
    recording = read_recording(path, start=start)
    assert (starts_s(recording), recording.skipped_bytes, recording.partial_tail) == ([100.0], 4, True)


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (LogBuilder().heartbeat(armed=True, autopilot=8, type=6), "no vehicle was heard"),
        (LogBuilder().heartbeat(armed=True).system_time(1_000), "no position of a vehicle was heard"),
        (flown(armed=False), "no vehicle was armed in 60 positions"),
        (flown(lat=2_000_000_000), "no position in flight is usable"),
    ],
)
def test_why_there_is_no_flight_is_true(log: LogBuilder, why: str, tmp_path: Path) -> None:
    recording = read(log, tmp_path)
    assert not recording.tracks
    assert recording.words[0].startswith(f"no flight: {why}")


@pytest.mark.parametrize(
    "second",
    [
        {"boot_s": 2_000, "clock_ahead_s": -1_900.0, "stamp_us": START_US + 400_000},
        {"boot_s": 130, "clock_ahead_s": None, "stamp_us": START_US + 400_000, "lat": 161_000_000},
        {"lat": 161_000_000, "stamp_us": START_US + 400_000},
        {"lat": 160_638_000, "stamp_us": START_US + 20_000, "boot_s": 40, "clock_ahead_s": 3_000.0},
    ],
    ids=["other boot", "other boot, no time of day", "one boot, two places", "other boot, other clock"],
)
def test_two_aircraft_with_one_id_are_two(second: dict[str, int], tmp_path: Path) -> None:
    first = flown(clock_ahead_s=second.get("clock_ahead_s") and 0.0)
    recording = read(mixed(first, flown(**second)), tmp_path)  # type: ignore[arg-type]
    assert lengths(recording) == [60, 60]
    assert [track.name for track in recording.tracks] == ["system 1 (1 of 2)", "system 1 (2 of 2)"]
    assert recording.words[0].startswith("2 aircraft with system id 1 were heard at once")
    for track in recording.tracks:
        assert (np.diff(track.lat_deg) * 1e7).round().tolist() == [90.0] * 59


def test_one_of_two_with_one_id_stays_on_the_ground(tmp_path: Path) -> None:
    ground = flown(boot_s=2_000, clock_ahead_s=-1_900.0, stamp_us=START_US + 400_000, armed=False)
    recording = read(mixed(flown(), ground), tmp_path)
    assert (lengths(recording), starts_s(recording)) == ([60], [100.0])


def test_one_aircraft_over_two_links_is_one(tmp_path: Path) -> None:
    slow = flown(stamp_us=START_US + 7_300_000)
    recording = read(mixed(flown(), slow), tmp_path)
    assert (lengths(recording), recording.left_out.twice) == ([60], 60)
    assert UNIX_EPOCH_US < START_US


@pytest.mark.parametrize(
    ("heartbeat", "name"),
    [
        ({"type": 35, "mode": 3}, "AUTO"),
        ({"type": 43, "mode": 6}, "RTL"),
        ({"type": 7, "mode": 3}, "LOITER"),
        ({"type": 21, "mode": 19}, "QLOITER"),
        ({"type": 11, "mode": 4}, "HOLD"),
        ({"type": 12, "mode": 19}, "MANUAL"),
        ({"autopilot": 12, "mode": 4 << 16 | 4 << 24}, "AUTO.MISSION"),
        ({"autopilot": 12, "mode": 3 << 16}, "POSCTL"),
        ({"autopilot": 12, "mode": 6 << 16}, "OFFBOARD"),
        ({"autopilot": 12, "mode": 4 << 16 | 99 << 24}, "AUTO.99"),
        ({"autopilot": 12, "mode": 200 << 16}, f"mode {200 << 16}"),
    ],
)
def test_modes_of_every_kind_have_names(heartbeat: dict[str, int], name: str, tmp_path: Path) -> None:
    (track,) = read(flown(seconds=3, **heartbeat), tmp_path).tracks  # type: ignore[arg-type]
    assert track.modes() == (name,)
