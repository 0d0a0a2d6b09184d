"""What was lost of a recording, in words and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataflash_builder import DataFlashBuilder
from tlog_builder import LogBuilder

from dronectl.formats.recordings.damage import NONE, Damage
from dronectl.formats.recordings.recording import read_recording


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (NONE, ""),
        (Damage(damaged_frames=1), "1 damaged frame left out"),
        (Damage(skipped_bytes=2), "2 bytes outside of frames left out"),
        (Damage(skipped_bytes=2, in_lines=True), "2 lines without a message left out"),
        (Damage(cut_tail=True), "ends inside a frame, all before it is used"),
        (
            Damage(3, 1, cut_tail=True),
            "3 damaged frames and 1 byte outside of frames left out; ends inside a frame, all before it is used",
        ),
        (
            Damage(0, 1, cut_tail=True, in_lines=True),
            "1 line without a message left out; ends inside a line, all before it is used",
        ),
    ],
)
def test_words(damage: Damage, words: str) -> None:
    assert damage.words == words


def test_a_telemetry_log(tmp_path: Path) -> None:
    log = LogBuilder().flight(60_000, 4)
    whole = log.save(tmp_path)
    assert Damage.of(read_recording(whole)) == NONE
    cut = tmp_path / "cut.tlog"
    cut.write_bytes(bytes(log.data[:-3]))
    assert Damage.of(read_recording(cut)) == Damage(cut_tail=True)


@pytest.mark.parametrize("name", ["flight.bin", "flight.log"])
def test_a_dataflash_log_counts_bytes_and_its_text_lines(name: str, tmp_path: Path) -> None:
    log = DataFlashBuilder().flight(1_000_000, 4)
    log.data += b"garbage"
    log.lines += ["garbage", "more of it"]
    log.flight(3_000_000, 4)
    recording = read_recording(log.save(tmp_path, name))
    damage = Damage.of(recording)
    if name.endswith(".log"):
        assert damage == Damage(0, 2, in_lines=True)
    else:
        assert damage.skipped_bytes == recording.skipped_bytes >= 7
        assert not damage.in_lines
    assert damage.as_json() == {"damaged_frames": 0, "skipped_bytes": damage.skipped_bytes, "cut_tail": False}
