"""Logs of ArduCopter 4.7 beside those of 4.5: texts in pieces, degrees, heights; by field equal to pymavlink's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dataflash_builder import DataFlashBuilder
from pymavlink import DFReader

from dronectl.formats.recordings.dataflash.tables import BinaryLog
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.recordings.text_pieces import joined_texts
from dronectl.model.track.track import EventKind

THAI = "เตือน: โดรนออกนอกเขตลาดตระเวน กรุณาตรวจสอบเส้นทางบิน"
ENGLISH = "Warning: the way home crosses a place that nobody may fly over, " + "and then the river"  # cut at a space
FILES = pytest.mark.parametrize("name", ["flight.bin", "flight.log"])


def pieces(ident: int, text: str) -> list[tuple[int, int, bytes]]:
    data = text.encode()
    return [(ident, number, data[number * 64 : number * 64 + 64]) for number in range(-(-len(data) // 64))]


def said(folder: Path, name: str, messages: list[tuple[int, int, bytes]]) -> list[str]:
    """What the track of a flight has of what was said in it."""
    log = DataFlashBuilder().define(13, "MSG", "QBBZ", "TimeUS,ID,Seq,Message")
    for index, message in enumerate(messages):
        log.add("MSG", 1_000_000 + index, *message)
    (track,) = read_recording(log.flight(1_000_000, 30, is_47=True).save(folder, name)).tracks
    assert (track.system_id, track.modes()) == (3, ("AUTO",))
    return [event.text for event in track.events if event.kind is EventKind.TEXT]


@FILES
def test_pieces_are_one_text_and_a_letter_cut_in_two_is_whole(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        pieces(7, THAI)[0][2].decode()
    assert said(tmp_path, name, pieces(7, THAI) + pieces(8, ENGLISH)) == [THAI, ENGLISH]


@FILES
def test_texts_between_each_other_and_pieces_that_are_missing(name: str, tmp_path: Path) -> None:
    first, second, third = pieces(7, "a" * 150), pieces(8, "b" * 100), pieces(9, "c" * 200)
    told = [first[0], second[0], first[1], second[1], first[2], third[1], third[3]]
    assert said(tmp_path, name, told) == ["a" * 150, "b" * 100, "…" + "c" * 64 + "…" + "c" * 8]


def test_the_rest_of_a_text_is_no_waypoint_and_no_command_to_a_terminal(tmp_path: Path) -> None:
    assert said(tmp_path, "flight.bin", [(9, 1, b"Reached command #3")]) == ["…Reached command #3"]
    assert said(tmp_path, "flight.bin", [(9, 0, b"x" * 63 + b"\x1b"), (9, 1, b"[2J\nforged")]) == [
        "x" * 63 + "␛[2J␤forged"
    ]


def test_what_a_station_says_has_an_id_for_each_piece() -> None:
    data = f"GCS:{THAI}".encode()
    cut = [data[:54], data[54:104], data[104:]]
    told = [(0, 23, 0, cut[0]), (1, 24, 0, b"EKF3 active"), (2, 25, 1, cut[1]), (3, 26, 2, cut[2]), (4, 27, 1, b"lost")]
    assert joined_texts(told) == [(0, f"GCS:{THAI}"), (1, "EKF3 active"), (4, "…lost")]
    assert joined_texts([(0, 23, 0, b"GCS:short"), (1, 24, 1, b"rest")]) == [(0, "GCS:short"), (1, "…rest")]
    two = [(0, 23, 0, cut[0]), (1, 24, 0, b"SRC=2/1:" + b"x" * 50), (2, 25, 1, b"whose?")]
    assert [text for _, text in joined_texts(two)][2:] == ["…whose?"]


def test_an_id_that_comes_again_is_another_text() -> None:
    short = [(at, 1 + at % 255, 0, b"%d" % at) for at in range(600)]
    assert joined_texts(short) == [(at, str(at)) for at in range(600)]
    assert joined_texts([(0, 5, 0, b"one"), (1, 5, 0, b"two")]) == [(0, "one"), (1, "two")]
    lost_its_first = [*short[:255], (255, 1, 1, b"rest")]
    assert joined_texts(lost_its_first)[-1] == (255, "…rest")


def test_fields_that_46_and_47_keep_otherwise_equal_pymavlink_and_mean_the_same(tmp_path: Path) -> None:
    log = DataFlashBuilder()
    log.define(30, "ATT", "QffffffB", "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw,AEKF")
    log.define(31, "GPA", "QBCCCCfBIHeHH", "TimeUS,I,VDop,HAcc,VAcc,SAcc,YAcc,VV,SMS,Delta,AEl,RTCMFU,RTCMFD")
    log.define(32, "CAM", "QBHIHLLeeefff", "TimeUS,I,Img,GPSTime,GPSWeek,Lat,Lng,Alt,RelAlt,GPSAlt,R,P,Y")
    log.define(33, "RFND", "QBfBBb", "TimeUS,Instance,Dist,Stat,Orient,Quality")
    log.flight(1_000_000, 4, is_47=True)
    for at_us, above_m in ((1_000_000, -21_474_836.48), (1_100_000, 123.75), (1_200_000, 124.75)):
        log.add("GPA", at_us, 0, 1.0, 0.5, 0.8, 0.2, 0.0, 1, 1_000, 200, above_m, 0, 0)
    for yaw_deg in (359.5, 0.5):
        log.add("ATT", 1_000_000 if yaw_deg > 1 else 1_200_000, 0.0, 1.5, 0.0, -2.5, yaw_deg, yaw_deg, 3)
    log.add("CAM", 1_150_000, 0, 4, 0, 0, 16.05, 103.65, 151.0, 3.0, 151.0, 1.5, -2.5, -90.5)
    log.add("RFND", 1_150_000, 0, 2.75, 4, 25, 100)
    for message in pieces(7, ENGLISH):
        log.add("MSG", 1_150_000, *message)
    path = log.save(tmp_path)
    (track,) = read_recording(path).tracks
    np.testing.assert_allclose(track.geoid_undulation_m, [np.nan, 123.75 - 151.5, 124.75 - 152.5, 124.75 - 152.5])
    np.testing.assert_allclose(track.heading_deg[:3], [359.5, 0.0, 0.5], atol=1e-6)
    assert (track.photographs[0].roll_deg, track.photographs[0].pitch_deg, track.photographs[0].yaw_deg) == (
        1.5,
        -2.5,
        269.5,
    )

    ours, theirs = BinaryLog(np.fromfile(path, np.uint8)), DFReader.DFReader_binary(str(path))
    texts = []
    for name in ("ATT", "GPA", "CAM", "RFND", "MSG"):
        table = ours.table(name)
        theirs.rewind()
        for row in range(len(table)):
            message = theirs.recv_match(type=name)
            numbers = [field for field in table.columns if field != "Message"]
            assert [table.number(field)[row] for field in numbers] == pytest.approx(
                [getattr(message, field) for field in numbers]
            )
            if name == "MSG" and message.ID == 7:
                texts.append(message.Message)
        assert theirs.recv_match(type=name) is None
    assert "".join(texts) == ENGLISH
    assert ENGLISH in [event.text for event in track.events]
