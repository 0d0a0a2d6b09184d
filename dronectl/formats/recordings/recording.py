"""A recording of flights, whatever wrote it: telemetry log, or DataFlash log in binary or text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.formats.recordings.flights import Flights, TooManyFlights
from dronectl.formats.recordings.kinds import GZIP, refuse_other_kinds
from dronectl.formats.recordings.left_out import LeftOut
from dronectl.model.text.shown_time import us_of
from dronectl.model.track.clock_facts import TimeSource
from dronectl.model.track.track import PositionSource, Track
from dronectl.storage.mapped_file import map_file

if TYPE_CHECKING:
    from datetime import datetime

    from dronectl.formats.recordings.dataflash.tables import DataFlash
    from dronectl.storage.mapped_file import Bytes

DATAFLASH_HEADER = b"\xa3\x95"
_SEARCHED_FOR_FMT = 1 << 16


@dataclass(frozen=True, slots=True)
class Recording:
    """What one file holds."""

    path: Path
    format: str
    """``tlog``, ``bin``, ``log``, or ``stream`` (frames without stamps): by content, whatever the file is called."""
    flights: Flights
    frames: int
    """MAVLink frames, or DataFlash messages."""
    damaged_frames: int
    """Frames of the messages read that fail their checksum."""
    skipped_bytes: int
    """Bytes (of a text log: lines) that belong to no frame."""
    partial_tail: bool
    """The file ends inside a frame, as after a power cut: nothing before it is lost."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """By system id, then by time."""
        return self.flights.tracks

    @property
    def left_out(self) -> LeftOut:
        """Positions that were heard in flight and are in no track."""
        return self.flights.left_out

    @property
    def words(self) -> tuple[str, ...]:
        """What a person should know of it besides the tracks, a line each; also why there are none."""
        return self.flights.words


def read_recording(
    path: Path,
    *,
    source: PositionSource = PositionSource.EKF,
    names: Mapping[int, str] | None = None,
    start: datetime | None = None,
) -> Recording:
    """Read the flights of every vehicle in a recording. ``names`` maps system ids to drones' names; ``start`` is when
    a stream without time stamps began.

    Raises:
        InputError: not readable, empty, or no recording at all; a stream without time stamps and no ``start``.
    """
    try:
        return _read(path, source, names or {}, start)
    except TooManyFlights as error:
        raise InputError(f"{path}: {error}", hint="was it damaged, or made by a test?") from error


def _read(path: Path, source: PositionSource, names: Mapping[int, str], start: datetime | None) -> Recording:
    data, head = opened(path)
    if looks_like_text_log(head):
        return _from_text_log(path, data, source, names)
    if head.startswith(DATAFLASH_HEADER):
        return _from_binary_log(path, data, source, names)
    recording = _from_stream(path, data, source, names, start)
    return recording or _from_tlog(path, data, source, names) or _from_binary_log(path, data, source, names)


def opened(path: Path) -> tuple[Bytes, bytes]:
    """The bytes of a recording, unpacked, and how they begin.

    Raises:
        InputError: not readable, empty, or a file of another kind.
    """
    data = map_file(path)
    if data[:2].tobytes() == GZIP:
        from dronectl.storage.packed_file import unpack

        data = unpack(path)
    head = data[:_SEARCHED_FOR_FMT].tobytes()
    refuse_other_kinds(head, str(path))
    return data, head


# Each reader is imported by the files that need it: a short recording is read faster than all readers are imported.


def _from_tlog(path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str]) -> Recording | None:
    """None when the file holds no MAVLink frame."""
    from dronectl.formats.recordings.tlog.frames import walk_frames
    from dronectl.formats.recordings.tlog.tracks import tracks_of

    frames = walk_frames(data)
    if not len(frames):
        return None
    flights, damaged = tracks_of(frames, source=source, names=names)
    return Recording(path, "tlog", flights, len(frames), damaged, frames.skipped_bytes, frames.partial_tail)


def _from_stream(
    path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str], start: datetime | None
) -> Recording | None:
    """None when frames have stamps, or are none.

    Raises:
        InputError: they have none, and nobody said when they began.
    """
    if data[0] == 0:  # as every stamp begins
        return None
    from dronectl.formats.recordings.tlog.frames import walk_frames
    from dronectl.formats.recordings.tlog.tracks import tracks_of
    from dronectl.formats.recordings.tlog.unstamped import looks_unstamped, with_stamps

    if not looks_unstamped(data):
        return None
    if start is None:
        raise InputError(
            f"{path}: a stream of MAVLink frames without time stamps (as .rlog and .tlog.raw are): "
            "it does not tell when it was received",
            hint="say when it began: --start 2026-11-23T08:29:31+07:00; or give the .tlog of the same flight",
        )
    stamped = with_stamps(data, us_of(start))
    frames = walk_frames(stamped.data)
    flights, damaged = tracks_of(frames, source=source, names=names, stamps=TimeSource.GIVEN)
    return Recording(path, "stream", flights, len(frames), damaged, stamped.left_out_bytes, stamped.partial_tail)


def _from_binary_log(path: Path, data: Bytes, source: PositionSource, names: Mapping[int, str]) -> Recording:
    from dronectl.formats.recordings.dataflash.tables import BinaryLog

    log = BinaryLog(data)
    if not log.messages:
        _refuse_old_mavlink(path, data)
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

    flights = tracks_of(log, source=source, names=names, stem=path.stem)
    return Recording(path, log.kind, flights, log.messages, 0, log.skipped_bytes, log.partial_tail)


def looks_like_text_log(head: bytes) -> bool:
    """Whether a file that begins so is a text log: formats are defined within its first lines."""
    return any(line.startswith((b"FMT,", b"FMT ")) for line in head.split(b"\n")[:50])


def _refuse_old_mavlink(path: Path, data: Bytes) -> None:
    from dronectl.formats.recordings.tlog.unstamped import looks_like_old_mavlink

    if looks_like_old_mavlink(data):
        raise InputError(
            f"{path}: a telemetry log of MAVLink 0.9, which firmware of before 2013 sent and dronectl does not read",
            hint="pymavlink 2.4's mavlogdump.py reads it",
        )
