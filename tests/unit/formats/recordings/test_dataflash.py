"""DataFlash logs: equal to pymavlink's reader and to the telemetry log of the same flight; damage; both kinds."""

from __future__ import annotations

import contextlib
import random
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from dataflash_builder import CODES, GPS_WEEK, DataFlashBuilder
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from pymavlink import DFReader
from repository import DATA

from dronectl.errors import InputError
from dronectl.formats.recordings.dataflash.layout import message_format
from dronectl.formats.recordings.dataflash.tables import BinaryLog
from dronectl.formats.recordings.dataflash.text_log import TextLog
from dronectl.formats.recordings.dataflash.walk import walk_messages
from dronectl.formats.recordings.gps_time import gps_to_utc_us
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import ColourBy, TrackView
from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import EventKind, PositionSource, iso_utc

BIN, TLOG = DATA / "sitl-drone1.bin", DATA / "sitl-drone1.tlog"
WHOLE = BIN.read_bytes()


def _log(data: bytes) -> BinaryLog:
    return BinaryLog(np.frombuffer(data, np.uint8))


def _positions(data: bytes) -> list[tuple[object, ...]]:
    rows = _log(data).raw("POS")
    return [] if rows is None else rows.tolist()


@pytest.fixture(scope="module")
def positions() -> list[tuple[object, ...]]:
    return _positions(WHOLE)


def test_no_places_are_no_rows_however_short_the_log() -> None:
    formats = walk_messages(np.frombuffer(WHOLE, np.uint8)).formats.values()
    (format_,) = [one for one in formats if one.name == "POS"]
    rows = walk_messages(np.frombuffer(WHOLE[: format_.length - 1], np.uint8)).rows(format_, np.empty(0, np.intp))
    assert (len(rows), rows.dtype) == (0, format_.dtype)


def test_every_message_equals_pymavlink() -> None:
    log = _log(WHOLE)
    counts: dict[str, int] = {}
    sums: dict[str, float] = {}
    reader = DFReader.DFReader_binary(str(BIN))
    positions = []
    while (message := reader.recv_msg()) is not None:
        name = message.get_type()
        counts[name] = counts.get(name, 0) + 1
        if name == "POS":
            positions.append((message.TimeUS, round(message.Lat * 1e7), round(message.Lng * 1e7), message.Alt))
        if name in ("ATT", "BAT"):
            sums[name] = sums.get(name, 0.0) + (message.Yaw if name == "ATT" else message.Volt)
    assert {name: len(log.raw(name)) for name in log.names()} == counts
    rows = log.raw("POS")
    assert rows is not None
    assert [tuple(row) for row in rows[["TimeUS", "Lat", "Lng", "Alt"]].tolist()] == positions
    assert log.table("ATT").number("Yaw").sum() == pytest.approx(sums["ATT"])
    assert log.table("BAT").number("Volt").sum() == pytest.approx(sums["BAT"])
    assert (log.skipped_bytes, log.partial_tail) == (0, False)


def test_the_log_tells_its_units() -> None:
    table = _log(WHOLE).table("GPS")
    assert table.units["Lat"] == "deglatitude"
    assert table.units["I"] == "instance"
    assert table.multipliers["Lat"] == 1e-7


def test_the_vehicles_own_log_agrees_with_the_telemetry_log() -> None:
    (onboard,) = read_recording(BIN, names={1: "alpha"}).tracks
    (heard,) = read_recording(TLOG, names={1: "alpha"}).tracks
    assert (onboard.name, onboard.system_id, onboard.clock_is_utc) == ("alpha", 1, True)
    assert onboard.modes() == heard.modes() == ("AUTO",)
    # The ground station heard SYSTEM_TIME some milliseconds after it was true: half a second is a tenth of a flown leg.
    assert abs((onboard.time_utc[-1] - heard.time_utc[-1]) / np.timedelta64(1, "s")) < 2.0
    assert path_length_m(onboard.lat_deg, onboard.lon_deg) == pytest.approx(
        path_length_m(heard.lat_deg, heard.lon_deg), rel=0.01
    )
    at = np.interp(heard.time_utc.astype(float), onboard.time_utc.astype(float), onboard.lat_deg)
    assert np.abs(at - heard.lat_deg).max() * 111_000 < 6.0
    assert np.nanmax(onboard.relative_altitude_m) == pytest.approx(np.nanmax(heard.relative_altitude_m), abs=0.3)
    reached = [event.text for event in onboard.events if event.kind is EventKind.WAYPOINT]
    assert reached[:3] == ["waypoint 2", "waypoint 3", "waypoint 4"]


def test_gps_and_ekf_are_two_sources_of_one_flight() -> None:
    (ekf,) = read_recording(BIN).tracks
    (gps,) = read_recording(BIN, source=PositionSource.GPS).tracks
    assert len(gps) != len(ekf)
    assert path_length_m(gps.lat_deg, gps.lon_deg) == pytest.approx(path_length_m(ekf.lat_deg, ekf.lon_deg), rel=0.02)


def test_flights_are_split_at_disarming_and_named_by_system_id(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 20).flight(60_000_000, 30)
    recording = read_recording(log.save(tmp_path), names={3: "charlie"})
    assert [(track.name, len(track)) for track in recording.tracks] == [("charlie", 20), ("charlie", 30)]
    assert recording.format == "bin"
    first = recording.tracks[0]
    assert first.start_utc == "2026-11-23T01:29:32.600Z"
    assert first.relative_altitude_m[0] == 2.0
    assert first.modes() == ("AUTO",)


def test_a_text_log_gives_the_same_track(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 50)
    (binary,) = read_recording(log.save(tmp_path)).tracks
    recording = read_recording(log.save(tmp_path, "flight.log"))
    (text,) = recording.tracks
    assert recording.format == "log"
    assert (text.name, text.modes(), text.start_utc) == (binary.name, binary.modes(), binary.start_utc)
    np.testing.assert_array_equal(text.time_utc, binary.time_utc)
    np.testing.assert_allclose(text.lat_deg, binary.lat_deg, atol=1e-9)
    np.testing.assert_allclose(text.relative_altitude_m, binary.relative_altitude_m)


def test_a_log_without_gps_says_that_it_knows_no_time(tmp_path: Path) -> None:
    (track,) = read_recording(DataFlashBuilder().flight(1_000_000, 5, gps=False).save(tmp_path)).tracks
    assert not track.clock_is_utc
    assert track.start_utc == "1970-01-01T00:00:01.000Z"
    assert track.clock_text == "since its boot, as if that were 1970"


def test_the_first_good_fix_sets_the_clock(tmp_path: Path) -> None:
    # flight() begins with a GPS message of status 1 and week 0.
    (track,) = read_recording(DataFlashBuilder().flight(1_000_000, 5).save(tmp_path)).tracks
    assert track.start_utc.startswith("2026-11-23")


@pytest.mark.parametrize(
    ("week", "ms", "is_known"),
    [
        (GPS_WEEK, 0, True),
        (GPS_WEEK, -1, False),
        (GPS_WEEK, 7 * 86_400_000 - 1, True),
        (GPS_WEEK, 7 * 86_400_000, False),
        (9_999, 0, True),
        (10_000, 0, False),
    ],
)
def test_a_time_that_no_week_has_sets_no_clock(week: int, ms: int, is_known: bool, tmp_path: Path) -> None:
    log = DataFlashBuilder().define(
        10, "GPS", "QBiHBcLLefff", "TimeUS,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ"
    )
    for k in range(5):
        log.add("GPS", 200_000 * k, 3, ms, week, 9, 1.0, 16.0 + k * 1e-5, 103.0, 150.0, 3.0, 10.0, 0.0)
    (track,) = read_recording(log.save(tmp_path)).tracks
    assert track.clock_is_utc is is_known


@pytest.mark.parametrize(
    ("week", "ms", "utc"),
    [
        (0, 0, "1980-01-06T00:00:00.000Z"),
        (1930, 18_000, "2017-01-01T00:00:00.000Z"),
        (1930, 16_000, "2016-12-31T23:59:59.000Z"),
        (1825, 259_200_000 + 16_000, "2014-12-31T00:00:00.000Z"),
        (2446, 91_789_600, "2026-11-23T01:29:31.600Z"),
    ],
)
def test_gps_time_knows_leap_seconds(week: int, ms: int, utc: str) -> None:
    found = gps_to_utc_us(np.array([week]), np.array([ms])).astype("datetime64[us]")
    assert iso_utc(found) == [utc]


def test_a_millisecond_clock_of_old_logs(tmp_path: Path) -> None:
    log = DataFlashBuilder()
    log.define(10, "GPS", "BIHBcLLeeEe", "Status,TimeMS,Week,NSats,HDop,Lat,Lng,RelAlt,Alt,Spd,GCrs")
    for k in range(5):
        log.add("GPS", 3, 1_000 + 200 * k, 1769, 9, 1.0, 16.0 + k * 1e-5, 103.0, 5.0, 150.0, 3.0, 10.0)
    (track,) = read_recording(log.save(tmp_path), source=PositionSource.GPS).tracks
    assert len(track) == 5
    assert track.duration_s == pytest.approx(0.8)


def test_raw_has_the_fixes_that_are_not_good_too(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    log.add("GPS", 1_350_000, 0, 2, 0, GPS_WEEK, 4, 9.9, 17.0, 103.65, 150.0, 0.0, 0.0, 0.0, 0.0, 1)
    path = log.save(tmp_path)
    (gps,) = read_recording(path, source=PositionSource.GPS).tracks
    (raw,) = read_recording(path, source=PositionSource.RAW).tracks
    assert 17.0 not in gps.lat_deg
    assert (len(raw), raw.lat_deg[4]) == (len(gps) + 1, 17.0)


def _old_log() -> DataFlashBuilder:
    """As a copter of 2014 wrote: the receiver's week in TimeMS, the autopilot's clock in T, MODE and EV without any."""
    log = DataFlashBuilder()
    log.define(10, "GPS", "BIHBcLLeeEeI", "Status,TimeMS,Week,NSats,HDop,Lat,Lng,RelAlt,Alt,Spd,GCrs,T")
    log.define(11, "EV", "B", "Id").define(12, "MODE", "Mh", "Mode,ThrCrs").define(13, "CURR", "Ih", "TimeMS,Volt")
    log.define(14, "MSG", "Z", "Message").add("MSG", "ArduCopter V3.1.5")
    return log


def _old_fixes(log: DataFlashBuilder, boot_ms: int, count: int) -> DataFlashBuilder:
    for k in range(count):
        at_ms = boot_ms + 200 * k
        log.add("GPS", 3, 100_000_000 + at_ms, 1769, 9, 1.0, 16.0 + k * 1e-5, 103.0, 5.0 + k, 150.0, 3.0, 10.0, at_ms)
    return log


def test_old_logs_have_the_autopilots_clock_and_events_where_they_stand(tmp_path: Path) -> None:
    log = _old_fixes(_old_log(), 60_000, 5).add("MODE", 0, 0).add("EV", 10)
    _old_fixes(log, 61_000, 5).add("MODE", 6, 0)
    _old_fixes(log, 62_000, 5)  # and switched on again without a word of disarming
    log.add("EV", 10)
    _old_fixes(log, 80_000, 5)
    first, second = read_recording(log.save(tmp_path)).tracks
    assert first.source is PositionSource.GPS
    assert first.start_utc == iso_utc(gps_to_utc_us(np.array([1769]), np.array([100_061_000])).astype("M8[us]"))[0]
    assert (first.modes(), second.modes()) == (("STABILIZE", "RTL"), ("RTL",))
    assert first.mode_column()[:6] == ["STABILIZE"] * 5 + ["RTL"]
    assert (len(first), len(second)) == (10, 5)
    assert first.relative_altitude_m[:2].tolist() == [5.0, 6.0]


def test_a_receivers_clock_without_a_week_is_no_utc(tmp_path: Path) -> None:
    log = DataFlashBuilder().define(10, "GPS", "BIBcLLeeEe", "Status,Time,NSats,HDop,Lat,Lng,RelAlt,Alt,Spd,GCrs")
    for k in range(5):
        log.add("GPS", 3, 100_000 + 200 * k, 9, 1.0, 16.0 + k * 1e-5, 103.0, 5.0, 150.0, 3.0, 10.0)
    (track,) = read_recording(log.save(tmp_path)).tracks
    assert (len(track), track.clock_is_utc, track.duration_s) == (5, False, pytest.approx(0.8))


def test_two_logs_in_one_file_are_two_boots(tmp_path: Path) -> None:
    data = bytes(DataFlashBuilder().flight(5_000_000, 10).data) + bytes(DataFlashBuilder().flight(1_000_000, 20).data)
    path = tmp_path / "two.bin"
    path.write_bytes(data)
    first, second = read_recording(path).tracks
    assert (len(first), len(second), first.dropped, second.dropped) == (20, 10, 0, 0)
    assert first.start_utc < second.start_utc


@pytest.mark.parametrize("order", [(1, 0), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_parts_of_one_boot_are_one_flight_in_whatever_order_they_were_joined(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    edges = [WHOLE.index(b"\xa3\x95", part * len(WHOLE) // len(order)) for part in range(len(order))]
    parts = [WHOLE[begin:end] for begin, end in pairwise([*edges, len(WHOLE)])]
    path = tmp_path / "joined.bin"
    path.write_bytes(b"".join(parts[one] for one in order))
    (whole,), (track,) = read_recording(BIN).tracks, read_recording(path).tracks
    assert (track.system_id, track.modes(), track.duration_s) == (whole.system_id, whole.modes(), whole.duration_s)
    assert np.array_equal(track.time_utc, whole.time_utc)
    assert np.array_equal(track.lat_deg, whole.lat_deg)
    assert np.array_equal(track.relative_altitude_m, whole.relative_altitude_m)


def test_one_damaged_time_is_no_boot_and_no_position(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 30)
    damaged = log.data.replace(
        struct.pack("<Qi", 2_000_000, 160_501_000), struct.pack("<Qi", 5_000_000_000, 160_501_000), 1
    )
    path = tmp_path / "damaged.bin"
    path.write_bytes(damaged)
    (track,) = read_recording(path).tracks
    assert (len(track), 16.0501 in track.lat_deg.tolist()) == (29, False)


def test_the_receiver_with_fixes_is_the_one(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    second = DataFlashBuilder().flight(1_000_000, 5)
    gps = [line.split(", ") for line in second.lines if line.startswith("GPS, ")]
    lines = [_with(line, 3, "1") if line.startswith("GPS, ") else line for line in log.lines]
    lines[-1:-1] = [", ".join([*row[:2], "1", *row[3:]]) for row in gps]
    path = tmp_path / "two-receivers.log"
    path.write_text("\n".join(lines) + "\n")
    (ekf,) = read_recording(path).tracks
    (raw,) = read_recording(path, source=PositionSource.GPS).tracks
    assert (len(ekf), len(raw)) == (5, 5)
    assert ekf.clock_is_utc


def _with(line: str, index: int, value: str) -> str:
    parts = line.split(", ")
    parts[index] = value
    return ", ".join(parts)


def test_positions_without_a_fix_are_dropped_as_in_telemetry(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 10)
    lines = [
        _with(line, 3, "1") if line.startswith("GPS, ") and int(line.split(", ")[1]) >= 1_500_000 else line
        for line in log.lines
    ]
    path = tmp_path / "lost.log"
    path.write_text("\n".join(lines) + "\n")
    (track,) = read_recording(path).tracks
    assert (len(track), track.dropped) == (5, 5)


def test_home_follows_from_the_positions_where_nothing_else_tells_it(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    path = tmp_path / "no-home.log"
    path.write_text("\n".join(line for line in log.lines if not line.startswith("ORGN, ")) + "\n")
    (gps,) = read_recording(path, source=PositionSource.GPS).tracks
    assert gps.relative_altitude_m == pytest.approx([2.5, 3.5, 4.5, 5.5, 6.5])


def test_one_damaged_line_of_a_text_log_costs_that_line(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    lines = list(log.lines)
    lines.insert(-1, "MODE, 1200000, RTL, 6x, 2")
    lines.insert(-1, "MODE, 1300000, 6, 6, 2")
    lines.insert(-1, "POS, 1350000, 17.0, 103.65")
    path = tmp_path / "damaged.log"
    path.write_text("\n".join(lines))
    recording = read_recording(path)
    (track,) = recording.tracks
    assert (track.modes(), len(track)) == (("AUTO", "RTL"), 5)
    assert recording.partial_tail


@pytest.mark.parametrize("absurd", [float("inf"), float("-inf"), float("nan"), 1e38, -1e20])
@pytest.mark.parametrize("suffix", [".bin", ".log"])
def test_absurd_numbers_are_not_known(absurd: float, suffix: str, tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    log.define(30, "GPA", "QBCCCCBIHHf", "TimeUS,I,VDop,HAcc,VAcc,SAcc,VV,SMS,Delta,AEl,Und")
    log.add("GPA", 1_000_000, 0, 1.0, 1.0, 1.0, 1.0, 1, 1, 1, 1, absurd)
    log.define(31, "CAM", "QBHIHLLfffff", "TimeUS,I,Img,GPSTime,GPSWeek,Lat,Lng,Alt,RelAlt,R,P,Y")
    log.add("CAM", 1_200_000, 0, 3, 1, 2, 16.05, 103.65, 150.0, absurd, 0.0, absurd, 90.0)
    log.add("POS", 1_450_000, 16.06, 103.65, 150.0, absurd, 2.0)
    log.add("POS", 1_460_000, 16.07, 103.65, absurd, 2.0, 2.0)
    log.add("GPS", 1_450_000, 0, 3, 91_791_100, GPS_WEEK, 9, 1.0, 16.05, 103.65, 150.0, absurd, absurd, 0.0, 0.0, 1)
    path = log.save(tmp_path, f"absurd{suffix}")
    for source in PositionSource:
        tracks = read_recording(path, source=source).tracks
        assert tracks
        for track in tracks:
            assert np.isfinite(track.amsl_altitude_m).all()
            for column in (track.relative_altitude_m, track.ground_speed_m_s, track.geoid_undulation_m):
                assert not np.isinf(column).any()
                assert not (np.abs(column) > 1e6).any()
        for kind in (".kml", ".gpx", ".geojson", ".csv", ".parquet"):
            assert export(kind, TrackDocument("t", tracks, view=TrackView(ColourBy.ALTITUDE)))


def test_headers_inside_of_payloads_are_no_messages() -> None:
    log = DataFlashBuilder().define(10, "POS", "QLLf", "TimeUS,Lat,Lng,Alt").define(11, "BLOB", "QZ", "TimeUS,Data")
    false = b"\xa3\x95\x0a" + struct.pack("<Qiif", 7, 1, 2, 3.0)
    for k in range(50):
        log.add("POS", k, 16.0, 103.0, 1.0)
        log.data += b"\xa3\x95\x0b" + struct.pack("<Q64s", k, b"x" * 9 + false)
    assert [row[0] for row in _positions(bytes(log.data))] == list(range(50))


def test_unknown_types_after_damage_do_not_end_the_log(positions: list[tuple[object, ...]]) -> None:
    middle = len(WHOLE) // 2
    data = WHOLE[:middle] + b"\xa3\x95\xf7" + bytes(40) + b"\xa3\x95\xf8" + WHOLE[middle:]
    assert len(_positions(data)) >= len(positions) - 2


def test_a_cut_tail_costs_the_tail_alone() -> None:
    log = _log(WHOLE[:-7])
    assert log.partial_tail
    assert log.messages >= _log(WHOLE).messages - 2


def test_a_cut_tail_is_no_damage_also_after_damage_before_it() -> None:
    middle = len(WHOLE) // 2
    damaged = WHOLE[:middle] + bytes(50) + WHOLE[middle:]
    whole, cut = _log(damaged), _log(damaged[:-7])
    assert (whole.partial_tail, cut.partial_tail) == (False, True)
    assert cut.skipped_bytes == whole.skipped_bytes >= 50


@pytest.mark.parametrize("letter", sorted(set(CODES) - {"n", "N", "Z"}))
def test_a_column_of_every_letter_is_read(letter: str) -> None:
    value = bytes(range(64)) if letter == "a" else 1.0 if letter in "fdgcCeEL" else 1
    log = DataFlashBuilder().define(10, "ONE", f"Q{letter}B", "TimeUS,Value,After")
    rows = _log(bytes(log.add("ONE", 5, value, 7).add("ONE", 6, value, 8).data)).raw("ONE")
    assert rows is not None
    assert [(int(row["TimeUS"]), int(row["After"])) for row in rows] == [(5, 7), (6, 8)]


@pytest.mark.parametrize("text", ["", "\n", "\n\n", " ", "FMT", "FMT, 128"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_text_log_of_hardly_anything_has_no_message(text: str, end: str) -> None:
    log = TextLog(np.frombuffer((text + end).encode(), np.uint8))
    assert (log.messages, log.partial_tail) == (0, not (text + end).endswith("\n"))


@pytest.mark.parametrize("line", ["POS", "P", "POS\n, 1, 2", "TOOLONGNAME, 1, 2"])
def test_a_line_without_a_name_is_passed_over_wherever_it_stands(line: str) -> None:
    head = "FMT, 10, 15, POS, Qf, TimeUS,Alt\n"
    whole = "POS, 1, 2.5\n"
    for text in (
        head + line + "\n" + whole,
        head + whole + line + "\n",
        head + whole + line,
        head + line + "\n" + whole * 9,
    ):
        table = TextLog(np.frombuffer(text.encode(), np.uint8)).table("POS")
        assert table is not None
        assert set(table.number("Alt").tolist()) == {2.5}
        assert len(table) == text.count(whole)


def test_a_text_log_is_read_from_its_first_line(tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 5)
    lines = [line for line in log.lines if not line.startswith("FMT, 128")]
    lines.sort(key=lambda line: not line.startswith("FMT, 10, "))
    path = tmp_path / "first.log"
    path.write_text("\n".join(lines) + "\n")
    (track,) = read_recording(path).tracks
    assert len(track) == 5


@pytest.mark.parametrize(("course", "heading_deg"), [("359.5", 359.5), ("360.0", 0.0), ("-90.0", 270.0)])
def test_a_receivers_course_is_a_heading(course: str, heading_deg: float, tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 3)
    path = tmp_path / "course.log"
    path.write_text("\n".join(_with(one, 12, course) if one.startswith("GPS, ") else one for one in log.lines) + "\n")
    (track,) = read_recording(path, source=PositionSource.GPS).tracks
    assert track.heading_deg is not None
    assert track.heading_deg.tolist() == [heading_deg] * 3


def test_a_position_torn_by_a_cut_is_left_out_and_counted(tmp_path: Path) -> None:
    """The bytes of another message in the place of its heights, where no checksum could tell."""
    defined = WHOLE.index(b"POS\x00")
    type_id, length = WHOLE[defined - 2], WHOLE[defined - 1]
    end = WHOLE.index(b"\xa3\x95" + bytes([type_id]), len(WHOLE) // 2) + length
    path = tmp_path / "torn.bin"
    path.write_bytes(WHOLE[: end - 13] + b"\x01\x02\x43" + bytes(10) + WHOLE[end:])
    (whole,), (torn,) = read_recording(BIN).tracks, read_recording(path).tracks
    assert len(torn) == len(whole) - 1
    assert torn.dropped == whole.dropped + 1


def test_home_that_moves_for_one_sample_tears_nothing(tmp_path: Path) -> None:
    """As on arming, when home's height is set a moment before the origin's."""
    log = DataFlashBuilder().flight(1_000_000, 3).add("ARM", 5_000_000, 1, 0)
    for sample, above_home_m in enumerate([5.0, 5.0, 5.0, 3.4, 5.0, 5.0]):
        log.add("POS", 5_000_000 + sample * 100_000, 16.05, 103.65, 20.0, above_home_m, 5.0)
    _, second = read_recording(log.add("ARM", 6_000_000, 0, 0).save(tmp_path)).tracks
    assert second.relative_altitude_m.tolist() == pytest.approx([5.0, 5.0, 5.0, 3.4, 5.0, 5.0])


cuts = st.tuples(st.just("cut"), st.integers(0, 400_000), st.integers(1, 400))
inserts = st.tuples(st.just("insert"), st.integers(0, 400_000), st.binary(min_size=1, max_size=400))


@examples(15)
@given(st.lists(cuts | inserts, min_size=1, max_size=50))
def test_damage_invents_no_position(
    positions: list[tuple[object, ...]], edits: list[tuple[str, int, int | bytes]]
) -> None:
    data = bytearray(WHOLE[:400_000])
    for _, place, what in edits:
        if isinstance(what, int):
            del data[place : place + what]
        else:
            data[place:place] = what
    assert set(_positions(bytes(data))) <= set(positions)


def test_fifty_cuts_and_inserts_lose_at_most_a_hundredth(positions: list[tuple[object, ...]]) -> None:
    for seed in range(5):
        chance = random.Random(seed)
        data = bytearray(WHOLE)
        for _ in range(50):
            place = chance.randrange(40_000, len(data))  # not in the definitions, without which no log is one
            if chance.random() < 0.5:
                del data[place : place + chance.randint(1, 40)]
            else:
                data[place:place] = chance.randbytes(chance.randint(1, 40))
        found = _positions(bytes(data))
        assert set(found) <= set(positions)
        assert len(found) >= 0.99 * len(positions)


@examples(20)
@given(st.binary(max_size=2_000), st.integers(0, 30_000))
def test_nothing_hostile_hangs_or_crashes(tmp_path_factory: pytest.TempPathFactory, garbage: bytes, keep: int) -> None:
    path = tmp_path_factory.mktemp("hostile") / "x.bin"
    path.write_bytes(WHOLE[:keep] + garbage + WHOLE[50_000:60_000])
    with contextlib.suppress(InputError):
        read_recording(path)


def test_formats_that_contradict_themselves_are_none() -> None:
    assert message_format(10, 4, "POS", "Q", "TimeUS") is None
    assert message_format(10, 11, "POS", "?", "TimeUS") is None
    assert message_format(10, 11, "\x01", "Q", "TimeUS") is None
    doubled = message_format(10, 19, "POS", "QQ", "TimeUS,TimeUS")
    assert doubled is not None
    assert len(set(doubled.fields)) == 2


def test_a_log_cut_anywhere_keeps_every_whole_message(tmp_path: Path) -> None:
    whole = DataFlashBuilder().flight(1_000_000, 20).save(tmp_path).read_bytes()
    messages = walk_messages(np.frombuffer(whole, np.uint8))
    ends = messages.offset + [messages.formats[int(number)].length for number in messages.type_id]
    for length in range(int(ends[-6]), len(whole) + 1):
        cut = walk_messages(np.frombuffer(whole[:length], np.uint8))
        assert len(cut) == (ends <= length).sum(), f"{length} of {len(whole)} bytes"
        assert cut.partial_tail == (length not in ends)
        assert cut.skipped_bytes == 0
