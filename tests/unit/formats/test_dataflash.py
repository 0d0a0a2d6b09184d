"""DataFlash logs: equal to pymavlink's reader and to the telemetry log of the same flight; damage; both kinds."""

from __future__ import annotations

import contextlib
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from dataflash_builder import DataFlashBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink import DFReader

from dronectl.errors import InputError
from dronectl.formats.dataflash import BinaryLog
from dronectl.formats.dataflash_layout import message_format
from dronectl.formats.dataflash_walk import walk
from dronectl.formats.gps_time import gps_to_utc_us
from dronectl.formats.recording import read_recording
from dronectl.model.track import EventKind, PositionSource, iso_utc

DATA = Path(__file__).parents[2] / "data"
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
    assert onboard.distance_m() == pytest.approx(heard.distance_m(), rel=0.01)
    at = np.interp(heard.time_utc.astype(float), onboard.time_utc.astype(float), onboard.lat_deg)
    assert np.abs(at - heard.lat_deg).max() * 111_000 < 6.0
    assert np.nanmax(onboard.relative_altitude_m) == pytest.approx(np.nanmax(heard.relative_altitude_m), abs=0.3)
    reached = [event.text for event in onboard.events if event.kind is EventKind.WAYPOINT]
    assert reached[:3] == ["waypoint 2", "waypoint 3", "waypoint 4"]


def test_gps_and_ekf_are_two_sources_of_one_flight() -> None:
    (ekf,) = read_recording(BIN).tracks
    (gps,) = read_recording(BIN, source=PositionSource.GPS).tracks
    assert len(gps) != len(ekf)
    assert gps.distance_m() == pytest.approx(ekf.distance_m(), rel=0.02)


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
    assert track.clock_words == "since its boot, as if that were 1970"


def test_the_first_good_fix_sets_the_clock(tmp_path: Path) -> None:
    # flight() begins with a GPS message of status 1 and week 0.
    (track,) = read_recording(DataFlashBuilder().flight(1_000_000, 5).save(tmp_path)).tracks
    assert track.start_utc.startswith("2026-11-23")


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


@settings(max_examples=40, deadline=None)
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


@settings(max_examples=60, deadline=None)
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
    messages = walk(np.frombuffer(whole, np.uint8))
    ends = messages.offset + [messages.formats[int(number)].length for number in messages.type_id]
    for length in range(int(ends[-6]), len(whole) + 1):
        cut = walk(np.frombuffer(whole[:length], np.uint8))
        assert len(cut) == (ends <= length).sum(), f"{length} of {len(whole)} bytes"
        assert cut.partial_tail == (length not in ends)
        assert cut.skipped_bytes == 0
