"""``dronectl track export``: the tracks of recordings as one file for Google Earth, browsers and other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo, put_out
from dronectl.cli.track.batch import Batch, batch_options, export_folder
from dronectl.cli.track.files import (
    SOME_FAILED,
    ReadFile,
    count,
    file_json,
    in_order,
    listed,
    note,
    of_workspace,
    read_all,
    read_plan_folder,
    report_failures,
    report_notes,
    source_option,
    start_option,
    unique,
)
from dronectl.cli.track.look import look_options, refuse_unseen_looks, simplify_option
from dronectl.cli.track.manifest import manifest_option, plan_digests, source_digests, write_manifest
from dronectl.cli.track.wanted import Wanted, flight_filters, refuse_filters
from dronectl.errors import InputError
from dronectl.storage.files import real_path

if TYPE_CHECKING:
    from dronectl.formats.tracks.view import TrackView
    from dronectl.model.track.track import Track
    from dronectl.ops.recordings.export_settings import ExportSettings


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@batch_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="The file to write: .kml .kmz .html .gpx .geojson .csv .parquet; - for stdout. With --all alone: a folder.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["kml", "kmz", "html", "gpx", "geojson", "csv", "parquet"]),
    help="Default: by the suffix of OUT, and kml for stdout and folders.",
)
@click.option(
    "--plan",
    "plan_folder",
    type=click.Path(path_type=Path),
    help="Draw this plan under the tracks, and where each was farthest off it (KML, KMZ, HTML).",
)
@click.option(
    "--zones/--no-zones",
    default=True,
    show_default=True,
    help="Draw the workspace's zones, if there is one (KML, KMZ, HTML).",
)
@source_option
@start_option
@flight_filters
@look_options
@simplify_option
@manifest_option
@command_options()
def export(
    app: App,
    files: tuple[Path, ...],
    batch: Batch | None,
    output: str,
    format_: str | None,
    plan_folder: Path | None,
    zones: bool,
    source: str,
    start: datetime | None,
    wanted: Wanted,
    view: TrackView,
    tolerance_m: float,
    manifest: bool,
) -> int:
    """Write the tracks of every FILE into one file; with --all, those of each recording in DIR into its own, or, with
    --merge, those of all its flights into one. A flight that is in several recordings is written once."""
    from dronectl.ops.recordings.deviations import DRAWN, deviations
    from dronectl.ops.recordings.photo_footprints import photo_footprints
    from dronectl.storage.counting_writer import Tally
    from dronectl.storage.files import write_atomic

    if not files and batch is None:
        raise click.UsageError("Missing argument 'FILE...' (or --all DIR)")
    suffix = _suffix(output, format_ or ("kml" if batch and not batch.merge else None))
    refuse_unseen_looks(suffix, view)
    if batch is None or not batch.merge:
        refuse_filters(wanted)
    if batch is not None and batch.merge:
        _refuse_other_outputs(output, files)
        settings = _settings(app, suffix, plan_folder, zones, source, view, tolerance_m)
        from dronectl.cli.track.merge import export_merged

        return export_merged(app, batch.folder, Path(output), settings, wanted, manifest=manifest)
    if batch is not None:
        _refuse_other_outputs(output, files)
        of_plan = plan_digests(plan_folder) if manifest else {}
        settings = _settings(app, suffix, plan_folder, zones, source, view, tolerance_m)
        return export_folder(app, batch, Path(output), settings, of_plan, manifest=manifest)
    _refuse_to_overwrite_input(output, files)
    digests = source_digests(output, files, plan_folder) if manifest else {}
    settings = _settings(app, suffix, plan_folder, zones, source, view, tolerance_m)
    site = settings.site
    recordings, failures = read_all(files, source, settings.names(), start)
    flights = _each_once(recordings)
    tracks = settings.simplified(flights)
    if not tracks:
        raise InputError(
            f"no flight in {listed(recordings)}: no position between arming and disarming",
            hint="'dronectl track info' tells what a file holds",
        )
    off_plan = deviations(flights, settings.plan, site, note) if suffix in DRAWN else ()
    pieces = settings.stream(tracks, off_plan, photo_footprints(flights, suffix, site))
    if output == "-":
        for piece in pieces:
            put_out(piece)
    else:
        written = Tally(pieces, digests=manifest)
        write_atomic(Path(output), written)
        if manifest:
            write_manifest(
                Path(output),
                {Path(output): written.sha256()},
                {path: digests[path] for path in digests if path not in failures},
            )
        if app.json:
            from zoneinfo import ZoneInfo

            zone = ZoneInfo(site.time_zone if site else "UTC")
            files_json = [file_json(path, recordings, failures, zone) for path in unique(files)]
            app.print_json({"output": output, "bytes": written.size, "tracks": len(tracks), "files": files_json})
        else:
            positions = sum(map(len, tracks))
            echo(f"{output}: {count(len(tracks), 'flight')}, {positions} positions{_left_out(tracks)}", err=True)
    if not app.json or output == "-":
        report_notes(recordings.values())
        for track in flights:
            if track.recorded_in:
                note(f"one flight, recorded in {', '.join(track.recorded_in)}: it is written once")
        report_failures(failures)
    return SOME_FAILED if failures else 0


def _each_once(recordings: dict[Path, ReadFile]) -> list[Track]:
    """The flights of all files, by system and time; one that several of them hold is one, and knows them."""
    flights = in_order(recordings.values())
    if len(recordings) < 2 or len(flights) < 2:
        return flights
    from dronectl.analysis.same_flights import one_each

    file_of = {id(track): str(path) for path, read in recordings.items() for track in read.recording.tracks}
    kept = one_each(flights, [file_of[id(track)] for track in flights])
    return [track if len(track.recorded_in) > 1 else replace(track, recorded_in=()) for track in kept]


def _settings(
    app: App,
    suffix: str,
    plan_folder: Path | None,
    zones: bool,
    source: str,
    view: TrackView,
    tolerance_m: float,
) -> ExportSettings:
    """What one FILE would be exported with, for many."""
    from dronectl.model.track.track import PositionSource
    from dronectl.ops.recordings.export_settings import ExportSettings

    return ExportSettings(
        suffix,
        PositionSource(source),
        of_workspace(app, app.site_to_show),
        read_plan_folder(plan_folder),
        draw_zones=zones,
        view=view,
        tolerance_m=tolerance_m,
    )


def _left_out(tracks: Sequence[Track]) -> str:
    left_out = sum(flight.simplified_away for flight in tracks)
    tolerance_m = max(flight.tolerance_m for flight in tracks)
    return f", {left_out} left out within {tolerance_m:g} m" if tolerance_m else ""


def _suffix(output: str, format_: str | None) -> str:
    from dronectl.formats.track_export import SUFFIXES

    suffix = f".{format_}" if format_ else ".kml" if output == "-" else Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{output}: no track format has the suffix '{suffix}'",
            hint=f"one of {' '.join(SUFFIXES)}, or say --format",
        )
    if suffix == ".parquet":
        from dronectl.formats.tracks.tracks_parquet import need_pyarrow

        need_pyarrow()  # told before any recording is read
    return suffix


def _refuse_to_overwrite_input(output: str, files: Sequence[Path]) -> None:
    if output != "-" and any(real_path(Path(output)) == real_path(path) for path in files):
        raise InputError(f"{output} is one of the recordings", hint="give another name with -o")


def _refuse_other_outputs(output: str, files: Sequence[Path]) -> None:
    if files:
        raise InputError("either FILE... or --all DIR, not both", hint="copy the files into the folder")
    if output == "-":
        raise InputError("--all: standard output has no place for several files", hint="name a folder with -o")
