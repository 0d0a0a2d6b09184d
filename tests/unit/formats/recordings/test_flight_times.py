"""When a flight was: by the best that its recording tells of that time, and how good that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataflash_builder import GPS_MS, GPS_WEEK, DataFlashBuilder
from plain_flights import SECOND_US, START_US, flown, going_on, joined, read, starts_s
from tlog_builder import UNIX_EPOCH_US, LogBuilder

from dronectl.formats.recordings.recording import read_recording
from dronectl.model.track.clock_facts import TimeSource

HOUR_US = 3600 * SECOND_US


def set_then_flown(ahead_s: float, *, ground_fix: int = 3, ground_s: int = 90) -> LogBuilder:
    """On the ground with a clock that somebody set, then GPS time, then a flight."""
    ground = flown(seconds=ground_s, boot_s=100 - ground_s, clock_ahead_s=ahead_s, fix=ground_fix, armed=False)
    return flown(ground, seconds=30)


@pytest.mark.parametrize("ahead_s", [60.0, -60.0, 3.0, -86_400.0])
@pytest.mark.parametrize("ground_fix", [0, 3])
def test_gps_time_is_believed_after_a_clock_that_was_set_wrong(ahead_s: float, ground_fix: int, tmp_path: Path) -> None:
    recording = read(set_then_flown(ahead_s, ground_fix=ground_fix), tmp_path)
    assert starts_s(recording) == [100.0]
    timing = recording.tracks[0].timing
    (step,) = timing.corrections
    assert (timing.source, timing.tellings, timing.spread_s) == (TimeSource.GPS, 30, 0.0)
    assert (step.ahead_s, step.tellings) == (ahead_s, 90)
    assert f"the clock was {abs(ahead_s):.1f} s {'ahead' if ahead_s > 0 else 'behind'} from" in timing.words


def test_a_step_within_the_flight_moves_no_position(tmp_path: Path) -> None:
    log = joined(flown(seconds=20, clock_ahead_s=60.0, ends=False), going_on(seconds=10, boot_s=120))
    recording = read(log, tmp_path)
    (track,) = recording.tracks
    assert (len(track), track.duration_s, starts_s(recording)) == (30, 29.0, [100.0])


def test_an_earlier_flight_of_the_boot_is_on_gps_time_too(tmp_path: Path) -> None:
    first = flown(seconds=20, boot_s=40, clock_ahead_s=60.0, fix=2)
    recording = read(flown(first, seconds=20), tmp_path)
    assert starts_s(recording) == [100.0]  # the first was without a fix
    assert recording.left_out.without_fix == 20
    first = flown(seconds=20, boot_s=40, clock_ahead_s=60.0)
    assert starts_s(read(flown(first, seconds=20), tmp_path)) == [40.0, 100.0]


@pytest.mark.parametrize("wrong", [1, 4])
def test_a_few_wrong_tellings_at_the_end_are_a_glitch(wrong: int, tmp_path: Path) -> None:
    log = flown(seconds=40, ends=False)
    for number in range(wrong):
        log.system_time(141_000 + number, unix_us=UNIX_EPOCH_US + 9_000 * SECOND_US)
    recording = read(log, tmp_path)
    assert starts_s(recording) == [100.0]
    assert recording.tracks[0].timing.corrections[0].tellings == wrong


@pytest.mark.parametrize("back_s", [-3600, -61, -10, 10, 61, 3600])
def test_a_host_clock_that_is_set_in_flight_neither_cuts_nor_moves_it(back_s: int, tmp_path: Path) -> None:
    log = flown(seconds=30, ends=False)
    after = going_on(seconds=30, boot_s=130, stamp_us=START_US + (30 + back_s) * SECOND_US)
    recording = read(joined(log, after), tmp_path)
    assert ([len(track) for track in recording.tracks], starts_s(recording)) == ([60], [100.0])


@pytest.mark.parametrize("back_s", [-3600, -61, 61, 3600])
def test_where_only_the_host_tells_the_clock_that_it_had_last_is_believed(back_s: int, tmp_path: Path) -> None:
    log = flown(seconds=30, ends=False, clock_ahead_s=None)
    stamp_us = START_US + (30 + back_s) * SECOND_US
    after = going_on(seconds=30, boot_s=130, stamp_us=stamp_us, clock_ahead_s=None)
    recording = read(joined(log, after), tmp_path)
    (track,) = recording.tracks
    assert (len(track), track.timing.source) == (60, TimeSource.COMPUTER)
    assert starts_s(recording)[0] == pytest.approx(100.0 + back_s, abs=1.0)
    (step,) = track.timing.corrections
    assert step.ahead_s == pytest.approx(-back_s, abs=1.0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_files_joined_in_any_order_are_the_same_flights(order: tuple[int, ...], tmp_path: Path) -> None:
    first = flown(seconds=40, ends=False)
    second = going_on(seconds=40, boot_s=140)
    later = flown(seconds=20, boot_s=300)
    parts = (first, second, later)
    recording = read(joined(*(parts[one] for one in order)), tmp_path)
    assert ([len(track) for track in recording.tracks], starts_s(recording)) == ([80, 20], [100.0, 300.0])


def test_boots_joined_in_the_wrong_order_go_by_time(tmp_path: Path) -> None:
    log = LogBuilder()
    for system_boot_us in (HOUR_US, 0):
        log.heartbeat(armed=False)
        for second in range(10):
            boot_ms = 50_000 + second * 1000
            log.heartbeat(armed=True).system_time(boot_ms, unix_us=UNIX_EPOCH_US + system_boot_us + boot_ms * 1000)
            log.gps(boot_ms).position(boot_ms)
        log.heartbeat(armed=False)
    assert starts_s(read(log, tmp_path)) == [50.0, 3650.0]


def test_a_copy_within_the_file_is_no_second_flight(tmp_path: Path) -> None:
    log = flown(seconds=40)
    recording = read(joined(log, log), tmp_path)
    assert ([len(track) for track in recording.tracks], recording.left_out.twice) == ([40], 40)
    assert recording.words == ("40 positions told twice left out",)


def test_a_reboot_is_told_apart_from_a_clock_that_was_set(tmp_path: Path) -> None:
    log = flown(seconds=20)
    flown(log, seconds=20, boot_s=5, stamp_us=START_US + 60 * SECOND_US, clock_ahead_s=155.0)
    recording = read(log, tmp_path)
    assert starts_s(recording) == [100.0, 160.0]
    assert all(track.timing.corrections == () for track in recording.tracks)


def test_the_computers_clock_is_told_beside_the_vehicles(tmp_path: Path) -> None:
    timing = read(flown(stamp_us=START_US - 90 * SECOND_US), tmp_path).tracks[0].timing
    assert timing.computer_ahead_s == pytest.approx(-90.0, abs=0.2)
    assert timing.as_json()["computer_ahead_s"] == pytest.approx(-90.0, abs=0.2)


@pytest.mark.parametrize("wrong", range(1, 4))
def test_many_fixes_of_a_log_outweigh_the_first(wrong: int, tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 30)
    lines = log.lines[:]
    fixes = [at for at, line in enumerate(lines) if line.startswith("GPS, ") and f", {GPS_WEEK}, " in line]
    for at in fixes[:wrong]:
        lines[at] = lines[at].replace(f", {GPS_WEEK}, ", f", {GPS_WEEK - 1}, ")
    path = tmp_path / "first-wrong.log"
    path.write_text("\n".join(lines) + "\n")
    (track,) = read_recording(path).tracks
    (right,) = read_recording(log.save(tmp_path)).tracks
    assert track.start_utc == right.start_utc
    assert track.timing.corrections[0].ahead_s == pytest.approx(-604_800.0)
    assert right.timing.corrections == ()
    assert GPS_MS > 0


def test_leap_seconds_that_a_receiver_learns_late_are_put_right(tmp_path: Path) -> None:
    """A receiver without the almanac is off by the leap seconds since its firmware, for up to 12.5 minutes."""
    log = DataFlashBuilder().flight(1_000_000, 60)
    lines = log.lines[:]
    fixes = [at for at, line in enumerate(lines) if line.startswith("GPS, ") and f", {GPS_WEEK}, " in line]
    for at in fixes[:20]:
        row = lines[at].split(", ")
        row[4] = str(int(row[4]) + 2_000)
        lines[at] = ", ".join(row)
    path = tmp_path / "leap.log"
    path.write_text("\n".join(lines) + "\n")
    (track,) = read_recording(path).tracks
    (right,) = read_recording(log.save(tmp_path)).tracks
    assert track.start_utc == right.start_utc
    assert track.timing.corrections[0].words.startswith("the clock was 2.0 s ahead")


def test_tellings_that_drift_apart_are_said(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=True)
    for second in range(30):
        log.system_time(1000 * second, unix_us=UNIX_EPOCH_US + second * 1_100_000).gps(1000 * second)
        log.position(1000 * second)
    timing = read(log, tmp_path).tracks[0].timing
    assert timing.spread_s == pytest.approx(2.9)
    assert timing.notes == ("times are by the vehicle's clock, which GPS set (30 tellings within 2.90 s)",)
