"""What the commands of ``dronectl track`` share: recordings given by name, read where they can be, and told as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dronectl.cli.common.app import App
from dronectl.cli.common.out import echo
from dronectl.errors import DronectlError, InputError, InputErrors
from dronectl.model.text.shown_time import FIRST_YEAR, LAST_YEAR, day_and_clock, iso_local, local_day, utc_of_us

if TYPE_CHECKING:
    from datetime import tzinfo
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.damage import Damage
    from dronectl.formats.recordings.recording import Recording
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track.track import Track

_T = TypeVar("_T")

SOME_FAILED = InputError.exit_code
"""Exit code when some files could not be used and the rest went on."""

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
source_option = click.option(
    "--source",
    type=click.Choice(["ekf", "gps", "raw"]),
    default="ekf",
    show_default=True,
    help="Positions: the autopilot's estimate, the GPS receiver's own, or raw: those without a 3-D fix too.",
)


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time as 2026-11-23T08:29:31+07:00") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no zone: put Z (UTC) or +07:00 behind it")
    if not FIRST_YEAR < moment.year <= LAST_YEAR:
        raise click.BadParameter(f"{value!r}: no drone flew then")
    return moment


start_option = click.option(
    "--start",
    metavar="TIME",
    callback=_moment,
    help="When a stream without time stamps (.rlog, .tlog.raw) began: 2026-11-23T08:29:31+07:00.",
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A recording, and where it lies."""

    path: Path
    recording: Recording

    def damage(self) -> Damage:
        """What was lost of it."""
        from dronectl.formats.recordings.damage import Damage

        return Damage.of(self.recording)

    def sha256(self) -> str:
        """Of the whole file; only asked for where it is told."""
        import hashlib

        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def read_all(
    files: Sequence[Path], source: str, names: dict[int, str], start: datetime | None = None
) -> tuple[dict[Path, ReadFile], dict[Path, DronectlError]]:
    """Every file that can be read, and why each of the others cannot.

    Raises:
        InputError: none can.
    """
    from dronectl.formats.recordings.recording import read_recording
    from dronectl.model.track.track import PositionSource

    recordings: dict[Path, ReadFile] = {}
    failures: dict[Path, DronectlError] = {}
    for path in unique(files):
        try:
            recording = read_recording(path, source=PositionSource(source), names=names, start=start)
            recordings[path] = ReadFile(path, recording)
        except DronectlError as error:
            failures[path] = error
    if not recordings:
        if len(failures) == 1:
            raise next(iter(failures.values()))
        raise InputErrors(f"none of {len(failures)} files can be read", [error.message for error in failures.values()])
    return recordings, failures


def of_workspace(app: App, read: Callable[[], _T]) -> _T | None:
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
        echo(f"warning: {error.message}; going on without its names and zones", err=True)
        return None


def read_plan_folder(folder: Path | None) -> Plan | None:
    if folder is None:
        return None
    from dronectl.formats.plans.plan_folder import read_plan

    return read_plan(folder)


def drone_names(site: Site | None, plan: Plan | None) -> dict[int, str]:
    """System id → drone, as the workspace says, else the plan."""
    names = {drone.system_id: drone.name for drone in (plan.drones if plan else ())}
    return names | {drone.system_id: drone.name for drone in (site.drones if site else ())}


def in_order(recordings: Iterable[ReadFile]) -> list[Track]:
    flights = [flight for read in recordings for flight in read.recording.tracks]
    return sorted(flights, key=lambda flight: (flight.system_id, flight.time_utc[0]))


def file_json(
    path: Path, recordings: dict[Path, ReadFile], failures: dict[Path, DronectlError], zone: tzinfo
) -> dict[str, object]:
    if path in failures:
        return {"path": str(path), "error": failures[path].as_json()}
    read = recordings[path]
    recording = read.recording
    return {
        "path": str(path),
        "sha256": read.sha256(),
        "format": recording.format,
        "frames": recording.frames,
        **read.damage().as_json(),
        "left_out": recording.left_out.as_json(),
        "notes": list(recording.words),
        "flights": [flight_json(flight, zone) for flight in recording.tracks],
    }


def flight_json(flight: Track, zone: tzinfo) -> dict[str, object]:
    from dronectl.geodesy.columns import path_length_m

    return {
        "drone": flight.name,
        "system_id": flight.system_id,
        "source": str(flight.source),
        **local_start_json(utc_of_us(flight.start_us), zone),
        "start_utc": flight.start_utc,
        "end_utc": flight.end_utc,
        "clock_is_utc": flight.clock_is_utc,
        "clock_quality": flight.timing.as_json(),
        "duration_s": round(flight.duration_s, 3),
        "distance_m": round(path_length_m(flight.lat_deg, flight.lon_deg), 2),
        "max_relative_altitude_m": highest(flight.relative_altitude_m),
        "max_ground_speed_m_s": highest(flight.ground_speed_m_s),
        "samples": len(flight),
        "bbox": list(flight.bbox()),
        "modes": list(flight.modes()),
        "dropped": flight.dropped,
        "without_fix": [outage.as_json() for outage in flight.outages],
    }


def local_start_json(start: datetime | None, zone: tzinfo) -> dict[str, object]:
    """The site's day and time of a flight; null where the recording tells none."""
    return {
        "date": None if start is None else str(local_day(start, zone)),
        "start_local": None if start is None else iso_local(start, zone),
    }


def start_heading(zone: ZoneInfo) -> str:
    """Above the starts of flights, in every table of them."""
    return f"start ({zone.key})"


def start_cell(start: datetime | None, zone: ZoneInfo) -> str:
    """When a flight began, in the site's time."""
    return "not known" if start is None else day_and_clock(start, zone)


def highest(column: Iterable[float]) -> float | None:
    known = [float(value) for value in column if value == value]  # NaN is not equal to itself
    return round(max(known), 3) if known else None


def notes_of(read: ReadFile) -> list[str]:
    """What is not in its tracks: what was left out and why, what was lost, how good the clocks are."""
    clocks = dict.fromkeys(words for flight in read.recording.tracks for words in flight.timing.notes)
    return [f"{read.path}: {words}" for words in (*read.recording.words, read.damage().words, *clocks) if words]


def note(words: str) -> None:
    """What a person should know though nothing failed."""
    echo(f"note: {words}", err=True)


def report_notes(recordings: Iterable[ReadFile]) -> None:
    """What of each is not in its tracks, though the rest is used."""
    for read in recordings:
        for words in notes_of(read):
            note(words)


def report_failures(failures: dict[Path, DronectlError]) -> None:
    for error in failures.values():
        echo(f"error: {error.message}", err=True)
        if error.hint:
            echo(f"hint: {error.hint}", err=True)


def unique(files: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys(files))


def listed(recordings: dict[Path, ReadFile]) -> str:
    return ", ".join(str(path) for path in recordings)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
