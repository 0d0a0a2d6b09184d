"""Recording: valid at any moment, never overwriting, honest about a full disk."""

from __future__ import annotations

import errno
import io
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tlog_builder import LogBuilder

from dronectl.errors import StorageError
from dronectl.formats.recordings.tlog.files import TlogWriter, iter_frames

FRAME = bytes(LogBuilder().heartbeat(armed=False).data)[8:]


class FullDisk(io.RawIOBase):
    """Takes ``room`` bytes, the last write only in part, then refuses: what a full disk does."""

    def __init__(self, room: int) -> None:
        self.content = bytearray()
        self._room = room

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        taken = bytes(data)[: self._room - len(self.content)]  # type: ignore[call-overload]
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.content += taken
        return len(taken)

    def truncate(self, size: int | None = None) -> int:
        del self.content[size:]
        return len(self.content)


class Dribble(FullDisk):
    """Takes a byte at a time."""

    def write(self, data: object) -> int:
        return super().write(bytes(data)[:1])  # type: ignore[call-overload]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "flights" / "ร้อยเอ็ด.tlog"
    with TlogWriter(path) as writer:
        writer.write(FRAME, 1_790_000_000.25)
        writer.write(FRAME, 1_790_000_000.5)
    assert list(iter_frames(path)) == [(1_790_000_000_250_000, FRAME), (1_790_000_000_500_000, FRAME)]


def test_stamps_rise_even_when_the_clock_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    with TlogWriter(path) as writer:
        for time_s in (100.0, 100.0, 99.0, math.nan, -5.0, math.inf, 100.00001):
            writer.write(FRAME, time_s)
    stamps = [stamp for stamp, _ in iter_frames(path)]
    assert stamps == [100_000_000 + step for step in (0, 1, 2, 3, 4, 5, 10)]


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    path.write_bytes(b"evidence")
    with pytest.raises(StorageError, match="exists already"):
        TlogWriter(path)
    assert path.read_bytes() == b"evidence"


def test_every_frame_is_in_the_file_before_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    writer = TlogWriter(path)
    for number in range(1, 4):
        writer.write(FRAME, float(number))
        assert len(list(iter_frames(path))) == number
    writer.close()
    writer.close()


def test_a_killed_recorder_leaves_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    script = (
        "import pathlib, sys\n"
        "from dronectl.formats.recordings.tlog.files import TlogWriter\n"
        "writer = TlogWriter(pathlib.Path(sys.argv[1]))\n"
        "for number in range(1000):\n"
        "    writer.write(bytes.fromhex(sys.argv[2]), 1.0 + number)\n"
        "sys.stdout.write('written\\n'); sys.stdout.flush()\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(path), FRAME.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline().strip() == b"written"
        recorder.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        recorder.wait()
    assert len(list(iter_frames(path))) == 1000


@pytest.mark.parametrize("left_over", range(0, len(FRAME) + 8, 5))
def test_a_full_disk_leaves_all_whole_frames(tmp_path: Path, left_over: int) -> None:
    disk = FullDisk(3 * (8 + len(FRAME)) + left_over)
    writer = TlogWriter(tmp_path / "a.tlog", stream=disk)
    for number in range(3):
        writer.write(FRAME, float(number))
    with pytest.raises(StorageError) as caught:
        writer.write(FRAME, 3.0)
    assert "a.tlog" in caught.value.message
    assert "after 3 frames" in caught.value.message
    assert "\n" not in caught.value.message
    saved = tmp_path / "saved.tlog"
    saved.write_bytes(bytes(disk.content))
    assert [frame for _, frame in iter_frames(saved)] == [FRAME] * 3
    assert len(disk.content) == 3 * (8 + len(FRAME))
    with pytest.raises(StorageError):
        writer.write(FRAME, 4.0)


def test_a_stream_that_takes_a_byte_at_a_time_gets_them_all(tmp_path: Path) -> None:
    slow = Dribble(1_000)
    TlogWriter(tmp_path / "a.tlog", stream=slow).write(FRAME, 1.0)
    assert bytes(slow.content[8:]) == FRAME


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_the_device_that_is_always_full(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        writer = TlogWriter(tmp_path / "a.tlog", stream=full)
        with pytest.raises(StorageError, match="after 0 frames"):
            writer.write(FRAME, 1.0)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        TlogWriter(tmp_path / "file" / "a.tlog")
