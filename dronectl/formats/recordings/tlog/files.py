"""Telemetry logs (.tlog), what every ground station records: writing and replaying."""

from __future__ import annotations

import contextlib
import io
import math
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from dronectl.errors import InputError, StorageError
from dronectl.formats.recordings.tlog.frames import Frames, frame_bytes, walk_frames
from dronectl.storage.mapped_file import map_file


class TlogWriter:
    """Records frames as they pass.

    Every frame is handed to the operating system at once and whole, so the file is good after a kill at any moment.
    Stamps are whole microseconds and each is later than the one before, even when the host's clock is set back.

    Raises:
        StorageError: the file cannot be made, or exists (a recording is never overwritten).
    """

    def __init__(self, path: Path, *, stream: io.RawIOBase | None = None) -> None:
        """Make ``path``; ``stream`` (unbuffered, at its end) is written instead when it is given."""
        self.path = path
        self.frames = 0
        self.size = 0
        """Bytes that were written."""
        self._last_stamp_us = -1
        if stream is None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                stream = path.open("xb", buffering=0)
            except FileExistsError:
                raise StorageError(
                    f"{path}: exists already", hint="recordings are never overwritten: give another name"
                ) from None
            except OSError as error:
                raise _storage_error(path, error) from error
        self._stream = stream

    def write(self, frame: bytes, t_unix_s: float) -> None:
        """Append one whole MAVLink frame, heard or sent at ``t_unix_s``.

        Raises:
            StorageError: the disk is full or gone. The file then ends after the last whole frame and is closed.
        """
        clock_us = round(t_unix_s * 1e6) if math.isfinite(t_unix_s) else 0
        stamp_us = max(clock_us, self._last_stamp_us + 1)
        record = stamp_us.to_bytes(8, "big") + frame
        try:
            if self._stream.closed:
                raise OSError("the recording is closed")
            _write_all(self._stream, record)
        except OSError as error:
            self._drop_partial_record()
            raise _storage_error(self.path, error, f"recording stopped after {self.frames} frames") from error
        self._last_stamp_us = stamp_us
        self.size += len(record)
        self.frames += 1

    def sync(self) -> None:
        """Put what was written so far on the disk.

        Raises:
            StorageError: the disk does not take it.
        """
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise _storage_error(self.path, error) from error

    def close(self) -> None:
        """End the recording and put it on the disk. A second call does nothing."""
        if self._stream.closed:
            return
        try:
            with contextlib.suppress(io.UnsupportedOperation):
                os.fsync(self._stream.fileno())
            self._stream.close()
        except OSError as error:
            raise _storage_error(self.path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _drop_partial_record(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.truncate(self.size)
        with contextlib.suppress(OSError):
            self._stream.close()


def iter_frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """(time in µs since 1970, MAVLink frame) of every frame in file order: what a replay sends.

    Raises:
        InputError: when the first frame is asked for: not readable, empty, or no telemetry log.
    """
    frames = _open(path)
    for index in range(len(frames)):
        yield frame_bytes(frames, index)


def _open(path: Path) -> Frames:
    data = map_file(path)
    frames = walk_frames(data)
    if not len(frames):
        raise InputError(
            f"{path}: not a telemetry log: no MAVLink frame with a time stamp in {len(data)} bytes",
            hint="a .tlog is what 'dronectl telemetry record' and ground stations write",
        )
    return frames


def _write_all(stream: io.RawIOBase, record: bytes) -> None:
    """A raw stream may take less than it is given; the rest is asked for again until it refuses."""
    left = memoryview(record)
    while left:
        taken = stream.write(left)
        if not taken:
            raise OSError("no more bytes are taken")
        left = left[taken:]


def _storage_error(path: Path, error: OSError, what: str = "") -> StorageError:
    reason = error.strerror or str(error)
    hint = "check the path, its permissions and the free space"
    if what:
        hint += "; everything up to here is readable"
    return StorageError(f"{path}: {what + ': ' if what else ''}{reason}", hint=hint)
