"""Keeps the catalogue of a folder true: only what is new or has changed is read, on all processors."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dronectl import __version__
from dronectl.analysis.same_flights import grouped
from dronectl.analysis.zones_crossed import zones_crossed
from dronectl.errors import DronectlError, Interrupted, StorageError
from dronectl.formats.recordings.catalogue import Catalogue, FileFacts, FileState, FlightFacts
from dronectl.formats.recordings.damage import Damage
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.recordings.recording_folder import find_recordings
from dronectl.formats.reports.manifest import sha256_of
from dronectl.geodesy.columns import path_length_m
from dronectl.model.ground.zone import Zone
from dronectl.model.track.fingerprint import fingerprint_of
from dronectl.model.track.track import Track
from dronectl.ops.recordings.worker_pool import on_processes
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import unreadable

NAME = ".catalogue.sqlite"
"""In the folder that it is about."""
_LARGEST_BYTES = 1 << 30
_NEVER = -1
"""A time that no file has: it is read again."""


@dataclass(frozen=True, slots=True)
class FleetContext:
    """What facts depend on besides the recordings. Drones by system id."""

    names: Mapping[int, str]
    zones: tuple[Zone, ...] = ()

    def digest(self) -> str:
        """Another one means other facts; another version of the program may read recordings otherwise."""
        zones = [(zone.id, zone.polygon) for zone in self.zones]
        return hashlib.sha256(repr((__version__, sorted(self.names.items()), zones)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RecordingToRead:
    """A recording to be read. ``state`` was true before that; ``known_sha256``: of what the catalogue has of it."""

    source: Path
    path: str
    state: FileState
    known_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How the folder was found: counts of files, and folders that cannot be looked into with the reason."""

    read: int
    unchanged: int
    gone: int
    unread: Mapping[str, str]
    not_kept: str = ""
    """Why the catalogue could not be written; everything is read again next time."""


def refresh(
    folder: Path, fleet: FleetContext, *, processes: int, anew: bool = False, progress: Callable[[int, int], None]
) -> tuple[Catalogue, Refreshed]:
    """The catalogue of ``folder``, true now. ``anew`` believes nothing that was known; ``progress(done, all)``.

    A file is believed to be as it was while its size and time are; with another time, while its SHA-256 is. When this
    is interrupted, what was read is kept.

    Raises:
        InputError: no folder.
    """
    found, unread = find_recordings(folder)
    catalogue = Catalogue(None if anew else _stored(folder / NAME), fleet.digest())
    known = catalogue.files()
    to_read: list[RecordingToRead] = []
    unchanged = 0
    there = set()
    for relative in found:
        path = relative.as_posix()
        there.add(path)
        state = _state(f"{folder}/{path}")
        before = known.get(path)
        if before is not None and (before.size, before.mtime_ns) == (state.size, state.mtime_ns):
            unchanged += 1
        else:
            sha256 = before.sha256 if before is not None and before.size == state.size else ""
            to_read.append(RecordingToRead(folder / relative, path, state, sha256))
    gone = sorted(known.keys() - there)
    catalogue.forget(gone)
    not_kept = ""
    try:
        _read(catalogue, to_read, fleet, processes, progress)
    finally:
        if to_read or gone:
            _say_same(catalogue)
        if (to_read or gone) and (kept := catalogue.to_bytes()):
            try:
                write_atomic(folder / NAME, kept)
            except StorageError as error:
                not_kept = error.message
    told = {path.as_posix(): error.message.removeprefix(f"{folder / path}: ") for path, error in unread.items()}
    return catalogue, Refreshed(len(to_read), unchanged, len(gone), told, not_kept)


def _read(
    catalogue: Catalogue,
    to_read: list[RecordingToRead],
    fleet: FleetContext,
    processes: int,
    progress: Callable[[int, int], None],
) -> None:
    with contextlib.closing(on_processes(facts_of, to_read, fleet, processes=processes)) as outcomes:
        for done, outcome in enumerate(outcomes, 1):
            look = outcome.job
            if outcome.error is not None:
                again = replace(look.state, mtime_ns=_NEVER)  # not the file's fault, as far as anybody knows
                catalogue.put(look.path, FileFacts(again, error=_why(outcome.error, look)))
            elif outcome.result is None:
                catalogue.touch(look.path, look.state)
            else:
                catalogue.put(look.path, outcome.result)
            progress(done, len(to_read))


def facts_of(
    look: RecordingToRead, fleet: FleetContext, stopped: Callable[[], bool] = lambda: False
) -> FileFacts | None:
    """What the catalogue keeps of a recording; None when it is the one that is known.

    Raises:
        Interrupted: ``stopped`` is true.
    """
    if stopped():
        raise Interrupted("stopped by the user")
    try:
        state = replace(look.state, sha256=sha256_of(look.source))
        if state.sha256 == look.known_sha256:
            return None
        recording = read_recording(look.source, names=fleet.names)
    except OSError as error:
        raise unreadable(look.source, error) from error
    except DronectlError as error:
        return FileFacts(state, error=_why(error, look))
    tracks = recording.tracks
    return FileFacts(
        state,
        recording.format,
        flights=tuple(_flight(track, fleet.zones) for track in tracks),
        damage=Damage.of(recording),
        prints=tuple(map(fingerprint_of, tracks)),
        notes=recording.words,
    )


def _why(error: DronectlError, look: RecordingToRead) -> str:
    return error.message.removeprefix(f"{look.source}: ")


def _flight(track: Track, zones: tuple[Zone, ...]) -> FlightFacts:
    return FlightFacts(
        track.name,
        track.system_id,
        start_us=track.start_us,
        duration_s=track.duration_s,
        distance_m=path_length_m(track.lat_deg, track.lon_deg),
        samples=len(track),
        zones=zones_crossed(track, zones),
        highest_m=max(_known(track.relative_altitude_m), default=None),
        battery_begin_pct=next(iter(battery := _known(track.battery_pct)), None),
        battery_end_pct=next(reversed(battery), None),
        clock=str(track.timing.source),
        clock_notes=track.timing.notes,
    )


def _known(column: NDArray[np.float64]) -> list[float]:
    values: list[float] = column[np.isfinite(column)].tolist()
    return values


def _say_same(catalogue: Catalogue) -> None:
    """Flights that are in several files are one."""
    known = catalogue.prints()
    groups = grouped([one for _, _, one in known], [path for path, _, _ in known])
    at = [(path, number) for path, number, _ in known]
    catalogue.say_same([(at[other], at[group[0]]) for group in groups for other in group[1:]])


def _state(path: str) -> FileState:
    try:
        told = os.stat(path)  # noqa: PTH116 - for tens of thousands of files, without a Path for each
    except OSError:
        return FileState(-1, 0, "")  # reading it tells why
    return FileState(told.st_size, told.st_mtime_ns, "")


def _stored(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST_BYTES else None
    except OSError:
        return None
