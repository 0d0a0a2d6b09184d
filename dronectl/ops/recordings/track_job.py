"""The export of one recording as a piece of work that any process, here or elsewhere, does with the same result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import Interrupted
from dronectl.formats.recordings.damage import NONE, Damage
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.reports.manifest import sha256_of
from dronectl.model.track.track import Track
from dronectl.ops.recordings.deviations import DRAWN, deviations
from dronectl.ops.recordings.export_settings import ExportSettings
from dronectl.ops.recordings.photo_footprints import photo_footprints
from dronectl.storage.counting_writer import Tally
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import unreadable


@dataclass(frozen=True, slots=True)
class ExportJob:
    """A recording, and the file that its tracks are written to. Parquet goes into files of that name, one in the folder
    of each day beside it."""

    source: Path
    output: Path


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of one recording. Without a flight nothing was written, and ``outputs`` is empty."""

    drones: tuple[str, ...]
    flights: int
    fixes: int
    seconds: float
    source_sha256: str
    outputs: Mapping[Path, str]
    """File → its SHA-256."""
    size_bytes: int
    note: str = ""
    """What is missing in the output, though nothing failed."""
    damage: Damage = NONE
    """What was lost of the recording."""


def export_recording(job: ExportJob, settings: ExportSettings, stopped: Callable[[], bool] = lambda: False) -> Exported:
    """Read a recording and write its tracks; the file is whole or not there at all.

    Raises:
        InputError: not readable, or no recording, or it lacks what ``settings.view`` wants.
        StorageError: not written.
        Interrupted: ``stopped`` became true.
    """
    started_s = time.perf_counter()
    source_sha256 = _digest(job.source)  # before it is read: what changes meanwhile shows
    recording = read_recording(job.source, source=settings.source, names=settings.names())
    flights = recording.tracks
    tracks = settings.simplified(flights)
    outputs: dict[Path, str] = {}
    size = 0
    notes: list[str] = []
    if tracks:
        drawn = settings.suffix in DRAWN
        off_plan = deviations(flights, settings.plan, settings.site, notes.append) if drawn else ()
        footprints = photo_footprints(flights, settings.suffix, settings.site)
        for output, part in _parts(job.output, tracks, settings.suffix).items():
            pieces = Tally(_until(stopped, settings.stream(part, off_plan, footprints)), digests=True)
            write_atomic(output, pieces)
            outputs[output] = pieces.sha256()
            size += pieces.size
    return Exported(
        drones=tuple(dict.fromkeys(flight.name for flight in tracks)),
        flights=len(tracks),
        fixes=sum(map(len, tracks)),
        seconds=time.perf_counter() - started_s,
        source_sha256=source_sha256,
        outputs=outputs,
        size_bytes=size,
        note=", ".join(notes),
        damage=Damage.of(recording),
    )


def _parts(output: Path, tracks: Sequence[Track], suffix: str) -> dict[Path, Sequence[Track]]:
    """What goes into which file: all into one, but Parquet into the folders of a partitioned data set."""
    if suffix != ".parquet":
        return {output: tracks}
    from dronectl.formats.tracks.tracks_parquet import by_date

    return {output.parent / folder / output.name: part for folder, part in by_date(tracks).items()}


def _until(stopped: Callable[[], bool], pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if stopped():
            raise Interrupted("stopped by the user")
        yield piece


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise unreadable(path, error) from error
