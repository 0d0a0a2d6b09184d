"""``dronectl track``: facts about recordings, and tracks for Google Earth and other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import DronectlError, InputError, InputErrors

if TYPE_CHECKING:
    from dronectl.formats.recording import Recording
    from dronectl.model.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track import Track

_T = TypeVar("_T")

SOME_FAILED = InputError.exit_code
"""Exit code when some files could not be used and the rest went on."""

_files = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
_source = click.option(
    "--source",
    type=click.Choice(["ekf", "gps"]),
    default="ekf",
    show_default=True,
    help="Positions: the autopilot's estimate, or the GPS receiver's own.",
)


@click.group()
def track() -> None:
    """Recordings (.tlog, DataFlash .bin and .log): facts, and tracks for Google Earth and other programs."""


@track.command()
@_files
@_source
@command_options()
def info(app: App, files: tuple[Path, ...], source: str) -> int:
    """Who flew when, how far and how high, in each FILE."""
    fleet = _of_workspace(app, app.drones) or ()
    recordings, failures = _read_all(files, source, {drone.system_id: drone.name for drone in fleet})
    if app.json:
        app.print_json({"files": [_file_json(path, recordings, failures) for path in _unique(files)]})
    else:
        _print_table(app, recordings.values())
        _report_failures(failures)
    return SOME_FAILED if failures else 0


@track.command()
@_files
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="The file to write: .kml .kmz .gpx .geojson .csv; - for stdout.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["kml", "kmz", "gpx", "geojson", "csv"]),
    help="Default: by the suffix of OUT, and kml for stdout.",
)
@click.option(
    "--plan", "plan_folder", type=click.Path(path_type=Path), help="Draw this plan under the tracks (KML, KMZ)."
)
@click.option(
    "--zones/--no-zones",
    default=True,
    show_default=True,
    help="Draw the workspace's zones, if there is one (KML, KMZ).",
)
@_source
@command_options()
def export(
    app: App,
    files: tuple[Path, ...],
    output: str,
    format_: str | None,
    plan_folder: Path | None,
    zones: bool,
    source: str,
) -> int:
    """Write the tracks of every FILE into one file."""
    from dronectl.formats.track_export import export as export_tracks
    from dronectl.site.files import write_atomic

    suffix = _suffix(output, format_)
    _refuse_to_overwrite_input(output, files)
    site = _of_workspace(app, app.site)
    plan = _plan(plan_folder)
    recordings, failures = _read_all(files, source, _drone_names(site, plan))
    tracks = _in_order(recordings.values())
    if not tracks:
        raise InputError(
            f"no flight in {_listed(recordings)}: no position between arming and disarming",
            hint="'dronectl track info' tells what a file holds",
        )
    content = export_tracks(
        suffix,
        tracks,
        title=site.name if site else ", ".join(dict.fromkeys(flight.name for flight in tracks)),
        plan=plan,
        zones=site.zones if site and zones else None,
        colours={drone.name: drone.colour for drone in site.drones} if site else {},
    )
    if output == "-":
        click.echo(content, nl=False)
    else:
        write_atomic(Path(output), content)
        if app.json:
            files_json = [_file_json(path, recordings, failures) for path in _unique(files)]
            app.print_json({"output": output, "bytes": len(content), "tracks": len(tracks), "files": files_json})
        else:
            app.err().print(f"{output}: {_count(len(tracks), 'flight')}, {sum(map(len, tracks))} positions")
    if not app.json or output == "-":
        _report_failures(failures)
    return SOME_FAILED if failures else 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A recording, and where it lies."""

    path: Path
    recording: Recording

    def sha256(self) -> str:
        """Of the whole file; only asked for where it is told."""
        import hashlib

        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _read_all(
    files: Sequence[Path], source: str, names: dict[int, str]
) -> tuple[dict[Path, _Read], dict[Path, DronectlError]]:
    """Every file that can be read, and why each of the others cannot.

    Raises:
        InputError: none can.
    """
    from dronectl.formats.recording import read_recording
    from dronectl.model.track import PositionSource

    recordings: dict[Path, _Read] = {}
    failures: dict[Path, DronectlError] = {}
    for path in _unique(files):
        try:
            recordings[path] = _Read(path, read_recording(path, source=PositionSource(source), names=names))
        except DronectlError as error:
            failures[path] = error
    if not recordings:
        if len(failures) == 1:
            raise next(iter(failures.values()))
        raise InputErrors(f"none of {len(failures)} files can be read", [error.message for error in failures.values()])
    return recordings, failures


def _of_workspace(app: App, read: Callable[[], _T]) -> _T | None:
    """What the workspace gives for names, colours and zones. None without one: recordings are read anywhere.

    Raises:
        InputError: ``--workspace`` names none, or a broken one.
    """
    if app.workspace is None:
        try:
            app.root()
        except InputError:
            return None
    try:
        return read()
    except InputErrors as error:
        if app.workspace is not None:
            raise
        click.echo(f"warning: {error.message}; going on without its names and zones", err=True)
        return None


def _plan(folder: Path | None) -> Plan | None:
    if folder is None:
        return None
    from dronectl.formats.plan_folder import read_plan

    return read_plan(folder)


def _drone_names(site: Site | None, plan: Plan | None) -> dict[int, str]:
    """System id → drone, as the workspace says, else the plan."""
    names = {drone.system_id: drone.name for drone in (plan.drones if plan else ())}
    return names | {drone.system_id: drone.name for drone in (site.drones if site else ())}


def _in_order(recordings: Iterable[_Read]) -> list[Track]:
    flights = [flight for read in recordings for flight in read.recording.tracks]
    return sorted(flights, key=lambda flight: (flight.system_id, flight.time_utc[0]))


def _suffix(output: str, format_: str | None) -> str:
    from dronectl.formats.track_export import SUFFIXES

    suffix = f".{format_}" if format_ else ".kml" if output == "-" else Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{output}: no track format has the suffix '{suffix}'",
            hint=f"one of {' '.join(SUFFIXES)}, or say --format",
        )
    return suffix


def _refuse_to_overwrite_input(output: str, files: Sequence[Path]) -> None:
    if output != "-" and any(Path(output).resolve() == path.resolve() for path in files):
        raise InputError(f"{output} is one of the recordings", hint="give another name with -o")


def _file_json(path: Path, recordings: dict[Path, _Read], failures: dict[Path, DronectlError]) -> dict[str, object]:
    if path in failures:
        return {"path": str(path), "error": failures[path].as_json()}
    read = recordings[path]
    recording = read.recording
    return {
        "path": str(path),
        "sha256": read.sha256(),
        "format": recording.format,
        "frames": recording.frames,
        "damaged_frames": recording.damaged_frames,
        "skipped_bytes": recording.skipped_bytes,
        "flights": [_flight_json(flight) for flight in recording.tracks],
    }


def _flight_json(flight: Track) -> dict[str, object]:
    return {
        "drone": flight.name,
        "system_id": flight.system_id,
        "source": str(flight.source),
        "start_utc": flight.start_utc,
        "end_utc": flight.end_utc,
        "clock_is_utc": flight.clock_is_utc,
        "duration_s": round(flight.duration_s, 3),
        "distance_m": round(flight.distance_m(), 2),
        "max_relative_altitude_m": _highest(flight.relative_altitude_m),
        "max_ground_speed_m_s": _highest(flight.ground_speed_m_s),
        "samples": len(flight),
        "bbox": list(flight.bbox()),
        "modes": list(flight.modes()),
        "dropped": flight.dropped,
    }


def _highest(column: Iterable[float]) -> float | None:
    known = [float(value) for value in column if value == value]  # NaN is not equal to itself
    return round(max(known), 3) if known else None


def _print_table(app: App, recordings: Iterable[_Read]) -> None:
    from rich.markup import escape

    from dronectl.cli.tables import new_table

    table = new_table()
    table.add_column("file", overflow="fold")
    for heading in ("drone", "start (UTC)"):
        table.add_column(heading, no_wrap=True)
    for heading in ("min:s", "m", "max m", "max m/s", "samples"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("modes")
    notes: list[str] = []
    for read in recordings:
        recording = read.recording
        shown = recording.path.name
        for flight in recording.tracks:
            height, speed = _highest(flight.relative_altitude_m), _highest(flight.ground_speed_m_s)
            table.add_row(
                escape(shown),
                escape(flight.name),
                flight.start_utc.replace("T", " ")[:16],
                f"{int(flight.duration_s) // 60}:{int(flight.duration_s) % 60:02d}",
                f"{flight.distance_m():.0f}",
                "" if height is None else f"{height:.1f}",
                "" if speed is None else f"{speed:.1f}",
                str(len(flight)),
                ", ".join(flight.modes()),
            )
            shown = ""
        notes += _notes(recording)
    if table.row_count:
        app.out().print(table)
    for note in notes:
        app.err().print(f"note: {escape(note)}")


def _notes(recording: Recording) -> list[str]:
    notes = []
    if not recording.tracks:
        notes.append(f"{recording.path}: no flight: no vehicle armed with a position in {recording.frames} frames")
    if recording.damaged_frames:
        notes.append(f"{recording.path}: {_count(recording.damaged_frames, 'damaged frame')} left out")
    if recording.skipped_bytes:
        notes.append(f"{recording.path}: {_count(recording.skipped_bytes, 'byte')} outside of frames left out")
    dropped = sum(flight.dropped for flight in recording.tracks)
    if dropped:
        notes.append(f"{recording.path}: {_count(dropped, 'position')} without a 3-D fix or twice left out")
    if recording.partial_tail:
        notes.append(f"{recording.path}: ends inside a frame; all before it is used")
    words = next((flight.clock_words for flight in recording.tracks if flight.clock_words is not None), None)
    if words is not None:
        notes.append(f"{recording.path}: no time of day from the vehicle; times are {words}")
    return notes


def _report_failures(failures: dict[Path, DronectlError]) -> None:
    for error in failures.values():
        click.echo(f"error: {error.message}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)


def _unique(files: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys(files))


def _listed(recordings: dict[Path, _Read]) -> str:
    return ", ".join(str(path) for path in recordings)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
