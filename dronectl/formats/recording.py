"""A recording of flights, whatever wrote it: telemetry log, or DataFlash log in binary or text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats import dataflash_tracks, tlog_tracks
from dronectl.formats.dataflash import BinaryLog, DataFlash
from dronectl.formats.dataflash_layout import HEADER
from dronectl.formats.dataflash_text import TextLog, looks_like_text_log
from dronectl.formats.mapped_file import map_file
from dronectl.formats.tlog_frames import walk
from dronectl.model.track import PositionSource, Track

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
    if looks_like_text_log(head):
        return _dataflash(path, TextLog(data), source, names or {})
    frames = None
    if not head.startswith(HEADER):
        frames = walk(data)
    if frames is not None and len(frames):
        tracks, damaged = tlog_tracks.tracks_of(frames, source=source, names=names or {})
        return Recording(path, "tlog", tracks, len(frames), damaged, frames.skipped_bytes, frames.partial_tail)
    log = BinaryLog(data)
    if not log.messages:
        raise InputError(
            f"{path}: not a recording: neither MAVLink frames with a time stamp nor DataFlash messages in "
            f"{len(data)} bytes",
            hint="a .tlog is what 'dronectl telemetry record' and ground stations write, a .bin what the aircraft does",
        )
    return _dataflash(path, log, source, names or {})


def _dataflash(path: Path, log: DataFlash, source: PositionSource, names: Mapping[int, str]) -> Recording:
    if not log.messages:
        raise InputError(f"{path}: a DataFlash log without a single whole message")
    tracks = dataflash_tracks.tracks_of(log, source=source, names=names, stem=path.stem)
    return Recording(path, log.kind, tracks, log.messages, 0, log.skipped_bytes, log.partial_tail)
