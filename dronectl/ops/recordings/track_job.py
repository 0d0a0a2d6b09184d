"""The export of one recording as a piece of work that any process, here or elsewhere, does with the same result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError, Interrupted
from dronectl.formats.recordings.damage import NONE, Damage
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.reports.manifest import sha256_of
from dronectl.formats.track_export import stream
from dronectl.formats.tracks.simplify import simplified
from dronectl.formats.tracks.view import TrackView
from dronectl.model.track.track import PositionSource, Track
from dronectl.ops.recordings.photo_footprints import DRAWN, photo_footprints
from dronectl.storage.counting_writer import Tally
from dronectl.storage.files import write_atomic

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track.deviation import Deviation
    from dronectl.model.track.footprint import Footprint

_DEFAULT_VIEW = TrackView()


@dataclass(frozen=True, slots=True)
class ExportJob:
    """A recording, and the file that its tracks are written to. Parquet goes into files of that name, one in the folder
    of each day beside it."""

    source: Path
    output: Path


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What all recordings of one call have in common."""

    suffix: str
    """Of :data:`dronectl.formats.track_export.SUFFIXES`."""
    source: PositionSource = PositionSource.EKF
    site: Site | None = None
    """For names, colours, zones and the height of the ground."""
    plan: Plan | None = None
    draw_zones: bool = True
    view: TrackView = _DEFAULT_VIEW
    tolerance_m: float = 0.0

    def names(self) -> dict[int, str]:
        """System id → drone, as the workspace says, else the plan."""
        names = {drone.system_id: drone.name for drone in (self.plan.drones if self.plan else ())}
        return names | {drone.system_id: drone.name for drone in (self.site.drones if self.site else ())}


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
    tracks = [simplified(flight, settings.tolerance_m) for flight in flights]
    outputs: dict[Path, str] = {}
    size, note = 0, ""
    if tracks:
        deviations, note = _deviations(flights, settings)
        footprints = photo_footprints(flights, settings.suffix, settings.site)
        for output, part in _parts(job.output, tracks, settings.suffix).items():
            pieces = Tally(_until(stopped, _pieces(part, settings, deviations, footprints)), digests=True)
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
        note=note,
        damage=Damage.of(recording),
    )


def _parts(output: Path, tracks: Sequence[Track], suffix: str) -> dict[Path, Sequence[Track]]:
    """What goes into which file: all into one, but Parquet into the folders of a partitioned data set."""
    if suffix != ".parquet":
        return {output: tracks}
    from dronectl.formats.tracks.tracks_parquet import by_date

    return {output.parent / folder / output.name: part for folder, part in by_date(tracks).items()}


def _pieces(
    tracks: Sequence[Track],
    settings: ExportSettings,
    deviations: Sequence[Deviation],
    footprints: Sequence[Footprint],
) -> Iterator[bytes]:
    site = settings.site
    return stream(
        settings.suffix,
        tracks,
        title=site.name if site else ", ".join(dict.fromkeys(flight.name for flight in tracks)),
        plan=settings.plan,
        zones=site.zones if site and settings.draw_zones else None,
        colours={drone.name: drone.colour for drone in site.drones} if site else {},
        view=settings.view,
        terrain=site.terrain if site else None,
        deviations=deviations,
        footprints=footprints,
    )


def _deviations(flights: Sequence[Track], settings: ExportSettings) -> tuple[list[Deviation], str]:
    """The largest of each flight from the plan, or why there is none."""
    if settings.plan is None or settings.suffix not in DRAWN:
        return [], ""
    if settings.site is None:
        return [], "not compared with the plan: without a workspace nothing tells how the drones fly"
    from dronectl.analysis.plan_comparison import compare_plan  # brings the geometry engine

    try:
        comparisons, _ = compare_plan(flights, settings.plan, settings.site)
    except InputError as error:
        return [], f"not compared with the plan: {error.message}"
    return [one.worst for one in comparisons], ""


def _until(stopped: Callable[[], bool], pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if stopped():
            raise Interrupted("stopped by the user")
        yield piece


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
