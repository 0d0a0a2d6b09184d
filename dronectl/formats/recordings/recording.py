"""A recording of flights, whatever wrote it: telemetry log, or DataFlash log in binary or text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.model.track.track import PositionSource, Track
from dronectl.storage.mapped_file import map_file

if TYPE_CHECKING:
    from dronectl.formats.recordings.dataflash.tables import DataFlash
    from dronectl.storage.mapped_file import Bytes

_DATAFLASH_HEADER = b"\xa3\x95"
_SEARCHED_FOR_FMT = 1 << 16


@dataclass(frozen=True, slots=True)
class Recording:
    """What one file holds."""

    path: Path
    format: str
    """``tlog``, ``bin`` or ``log``: by content, whatever the file is called."""
    tracks: tuple[Track, ...]
    """By system id, then by time."""
    frames: int
    """MAVLink frames, or DataFlash messages."""
    damaged_frames: int
    """Frames of the messages read that fail their checksum."""
    skipped_bytes: int
    """Bytes (of a text log: lines) that belong to no frame."""
    partial_tail: bool
    """The file ends inside a frame, as after a power cut: nothing before it is lost."""


def read_recording(
    path: Path, *, source: PositionSource = PositionSource.EKF, names: Mapping[int, str] | None = None
) -> Recording:
    """Read the flights of every vehicle in a recording. ``names`` maps system ids to drones' names.

    Raises:
        InputError: not readable, empty, or no recording at all.
    """
    data = map_file(path)
    head = data[:_SEARCHED_FOR_FMT].tobytes()
    if _looks_like_text_log(head):
        return _from_text_log(path, data, source, names or {})
    recording = None if head.startswith(_DATAFLASH_HEADER) else _from_tlog(path, data, source, names or {})
    return recording or _from_binary_log(path, data, source, names or {})


# Each reader is imported by the files that need it: a short recording is read faster than all readers are imported.


def _from_tlog(path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str]) -> Recording | None:
    """None when the file holds no MAVLink frame."""
    from dronectl.formats.recordings.tlog.frames import walk_frames
    from dronectl.formats.recordings.tlog.tracks import tracks_of

    frames = walk_frames(data)
    if not len(frames):
        return None
    tracks, damaged = tracks_of(frames, source=source, names=names)
    return Recording(path, "tlog", tracks, len(frames), damaged, frames.skipped_bytes, frames.partial_tail)


def _from_binary_log(path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str]) -> Recording:
    from dronectl.formats.recordings.dataflash.tables import BinaryLog

    log = BinaryLog(data)
    if not log.messages:
        raise InputError(
            f"{path}: not a recording: neither MAVLink frames with a time stamp nor DataFlash messages in "
            f"{len(data)} bytes",
            hint="a .tlog is what 'dronectl telemetry record' and ground stations write, a .bin what the aircraft does",
        )
    return _from_dataflash(path, log, source, names)


def _from_text_log(path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str]) -> Recording:
    from dronectl.formats.recordings.dataflash.text_log import TextLog

    log = TextLog(data)
    if not log.messages:
        raise InputError(f"{path}: a DataFlash log without a single whole message")
    return _from_dataflash(path, log, source, names)


def _from_dataflash(path: Path, log: DataFlash, source: PositionSource, names: Mapping[int, str]) -> Recording:
    from dronectl.formats.recordings.dataflash.tracks import tracks_of

    tracks = tracks_of(log, source=source, names=names, stem=path.stem)
    return Recording(path, log.kind, tracks, log.messages, 0, log.skipped_bytes, log.partial_tail)


def _looks_like_text_log(head: bytes) -> bool:
    """Whether a file that begins so is a text log: formats are defined within its first lines."""
    return any(line.startswith((b"FMT,", b"FMT ")) for line in head.split(b"\n")[:50])
