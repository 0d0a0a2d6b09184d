"""``dronectl track export --all DIR --merge``: the flights of a folder in one file, each once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import SOME_FAILED, count, note, report_failures
from dronectl.cli.track.found import find_flights
from dronectl.cli.track.wanted import Wanted
from dronectl.errors import DronectlError, InputError

if TYPE_CHECKING:
    from dronectl.ops.recordings.export_settings import ExportSettings


def export_merged(
    app: App, folder: Path, output: Path, settings: ExportSettings, wanted: Wanted, *, manifest: bool
) -> int:
    """Write the flights that the catalogue of ``folder`` chooses and tell what became of them.

    Raises:
        InputError: no folder, or no flight that is wanted. StorageError: not written.
    """
    from dronectl.ops.recordings.deviations import DRAWN, deviations
    from dronectl.ops.recordings.merged import read_flights
    from dronectl.ops.recordings.photo_footprints import photo_footprints
    from dronectl.storage.counting_writer import Tally
    from dronectl.storage.files import write_atomic

    found = find_flights(app, folder, wanted)
    merged = read_flights(folder, found.flights, source=settings.source, names=settings.names())
    if not merged.tracks:
        raise InputError(f"{folder}: no such flight", hint="'dronectl track list' tells which there are")
    drawn = settings.suffix in DRAWN
    off_plan = deviations(merged.tracks, settings.plan, settings.site, note) if drawn else ()
    footprints = photo_footprints(merged.tracks, settings.suffix, settings.site)
    tracks = settings.simplified(merged.tracks)
    written = Tally(settings.stream(tracks, off_plan, footprints), digests=manifest)
    write_atomic(output, written)
    sources = sorted({path for track in tracks for path in track.recorded_in})
    if manifest:
        from dronectl.cli.track.manifest import write_manifest
        from dronectl.formats.reports.manifest import sha256_of

        digests = {folder / path: sha256_of(folder / path) for path in sources}
        write_manifest(output, {output: written.sha256()}, digests)
    failures: dict[Path, DronectlError] = dict(merged.failures)
    failures |= {folder / path: InputError(f"{folder / path}: {why}") for path, why in found.unread}
    if app.json:
        app.print_json(
            {
                "output": str(output),
                "bytes": written.size,
                "tracks": len(tracks),
                "recorded_in": sources,
                "errors": [error.as_json() for error in failures.values()],
            }
        )
    else:
        positions = sum(map(len, tracks))
        echo(
            f"{output}: {count(len(tracks), 'flight')} of {count(len(sources), 'recording')}, {positions} positions",
            err=True,
        )
        report_failures(failures)
    return SOME_FAILED if failures else 0
