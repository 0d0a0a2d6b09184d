"""Reading telemetry logs: the same positions as pymavlink, every kind of frame, every kind of wrong file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as dialect
from repository import DATA
from tlog_builder import LogBuilder

from dronectl.errors import InputError
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.formats.recordings.tlog.frames import crc16_mcrf4xx, decode_messages, walk_frames
from dronectl.formats.recordings.tlog.layout import payload_layout

RECORDING = DATA / "sitl-drone1.tlog"

DECODED = (
    "GLOBAL_POSITION_INT",
    "GPS_RAW_INT",
    "SYSTEM_TIME",
    "HEARTBEAT",
    "HOME_POSITION",
    "MISSION_CURRENT",
    "MISSION_ITEM_REACHED",
)


def _pymavlink(name: str) -> list[object]:
    log = mavutil.mavlink_connection(str(RECORDING))
    messages = []
    while (message := log.recv_match(type=name)) is not None:
        messages.append(message)
    log.close()
    return messages


@pytest.mark.parametrize("name", DECODED)
def test_every_field_equals_pymavlinks_reading(name: str) -> None:
    rows = decode_messages(walk_frames(np.fromfile(RECORDING, np.uint8)), payload_layout(name))
    theirs = _pymavlink(name)
    assert len(rows) == len(theirs) > 0
    assert rows.damaged == 0
    for field in payload_layout(name).dtype.names or ():
        expected = np.array([getattr(message, field) for message in theirs])
        np.testing.assert_array_equal(rows.fields[field], expected.astype(rows.fields[field].dtype))
    stamps = np.array([message._timestamp for message in theirs])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(rows.stamp_us * 1.0e-6, stamps)


def test_positions_of_the_track_are_pymavlinks_bit_for_bit() -> None:
    (track,) = read_recording(RECORDING).tracks
    theirs = {
        (message.lat / 1e7, message.lon / 1e7, message.alt / 1e3, message.relative_alt / 1e3)  # type: ignore[attr-defined]
        for message in _pymavlink("GLOBAL_POSITION_INT")
    }
    ours = zip(
        track.lat_deg.tolist(),
        track.lon_deg.tolist(),
        track.amsl_altitude_m.tolist(),
        track.relative_altitude_m.tolist(),
        strict=True,
    )
    assert set(ours) <= theirs
    assert len(track) == 920


def test_every_layout_of_the_dialect_has_the_size_of_its_wire_format() -> None:
    for message in dialect.mavlink_map.values():
        assert payload_layout(message.msgname).dtype.itemsize == message.unpacker.size, message.msgname


def test_all_frames_are_found() -> None:
    recording = read_recording(RECORDING)
    assert recording.frames == 29_956
    assert (recording.damaged_frames, recording.skipped_bytes, recording.partial_tail) == (0, 0, False)


def test_replay_frames_put_together_again_are_the_file() -> None:
    rebuilt = b"".join(stamp.to_bytes(8, "big") + frame for stamp, frame in iter_frames(RECORDING))
    assert rebuilt == RECORDING.read_bytes()


def test_checksum_of_the_check_string() -> None:
    assert crc16_mcrf4xx(b"123456789") == 0x6F91  # the catalogue's check value of CRC-16/MCRF4XX


@pytest.mark.parametrize(("v1", "signed"), [(True, False), (False, False), (False, True)])
def test_mavlink_1_mavlink_2_and_signed_frames(v1: bool, signed: bool) -> None:
    log = LogBuilder()
    for index in range(5):
        log.position(1000 + index, lat=-160_000_000 - index, v1=v1, signed=signed)
    rows = decode_messages(walk_frames(np.frombuffer(bytes(log.data), np.uint8)), payload_layout("GLOBAL_POSITION_INT"))
    assert rows.fields["lat"].tolist() == [-160_000_000 - index for index in range(5)]
    assert rows.system_id.tolist() == [1] * 5


def test_a_shortened_payload_is_filled_with_zeros() -> None:
    log = (
        LogBuilder()
        .add("MISSION_CURRENT", seq=3)
        .add("MISSION_CURRENT", seq=7, total=9, mission_state=3, mission_mode=1)
    )
    assert len(log.data) < 2 * (8 + 12 + 6)
    rows = decode_messages(walk_frames(np.frombuffer(bytes(log.data), np.uint8)), payload_layout("MISSION_CURRENT"))
    assert rows.fields.tolist() == [(3, 0, 0, 0), (7, 9, 3, 1)]


def test_a_wrong_checksum_is_dropped_and_counted(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 3)
    at = bytes(log.data).index((160_538_100).to_bytes(4, "little"))
    log.data[at] ^= 0x01
    recording = read_recording(log.save(tmp_path))
    assert recording.damaged_frames == 1
    assert recording.tracks[0].lat_deg.tolist() == [16.0538, 16.05382]


def test_messages_of_an_unknown_dialect_are_passed_over(tmp_path: Path) -> None:
    log = LogBuilder().heartbeat(armed=False)
    strange = bytearray(log.data)
    strange[8 + 7 : 8 + 10] = (0xFFFFF0).to_bytes(3, "little")  # an id no dialect has
    log = LogBuilder().flight(60_000, 3)
    middle = len(LogBuilder().heartbeat(armed=False, mode=0).data)
    log.data[middle:middle] = strange
    recording = read_recording(log.save(tmp_path))
    assert recording.skipped_bytes == 0
    assert len(recording.tracks[0]) == 3


def test_a_file_that_ends_inside_a_frame_keeps_all_before(tmp_path: Path) -> None:
    cut = tmp_path / "cut.tlog"
    cut.write_bytes(RECORDING.read_bytes()[:-7])
    recording = read_recording(cut)
    assert recording.partial_tail
    assert recording.frames == 29_955
    assert recording.skipped_bytes == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.tlog", b"", "empty"),
        ("short.tlog", b"\x00", "not a recording"),
        ("page.tlog", b"<!DOCTYPE html><html>" * 100, "not a recording"),
        ("zeros.tlog", bytes(100_000), "not a recording"),
        ("magic.tlog", b"\xfd" * 100_000, "not a recording"),
        ("flight.bin", b"\xa3\x95\x80" + bytes(200), "not a recording"),
        ("renamed.tlog", b"\xa3\x95\x80" + bytes(200), "not a recording"),
        ("text.log", b"FMT, 128\nPOS, 1, 2, 3\n", "without a single whole message"),
        ("ไทย.tlog", "ร้อยเอ็ด".encode(), "not a recording"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert says in caught.value.message
    assert name in caught.value.message
    assert "\n" not in caught.value.message


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tlog", tmp_path):
        with pytest.raises(InputError, match=r"no such file|is a folder"):
            read_recording(path)


def test_hostile_stamps_do_not_hang_or_crash(tmp_path: Path) -> None:
    path = tmp_path / "hostile.tlog"
    path.write_bytes((bytes(8) + b"\xfe\x01\xfd\x00\x00\x00\x00\x00") * 5_000)
    with pytest.raises(InputError):
        read_recording(path)
