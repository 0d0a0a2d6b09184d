"""``dronectl track export --all``: every recording of a folder, each into a file of its own."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import SOME_FAILED, count, report_failures
from dronectl.errors import DronectlError, InputError, Interrupted
from dronectl.storage.files import real_path

if TYPE_CHECKING:
    from dronectl.ops.recordings.export_settings import ExportSettings
    from dronectl.ops.recordings.track_job import Exported, ExportJob
    from dronectl.ops.recordings.worker_pool import Outcome

MANIFEST_OF, MANIFEST_OF_DATA_SET = "tracks", "_tracks"
"""``--manifest`` with a folder is written as ``OUTDIR/tracks.manifest.json``, for all files together. What reads a data
set of Parquet passes over names that begin with a line."""


@dataclass(frozen=True, slots=True)
class Batch:
    """``--all`` and what belongs to it."""

    folder: Path
    processes: int
    merge: bool = False
    """All flights into one file."""
    cluster: str | None = None
    """Address of a Dask scheduler; None: processes of this machine."""


def batch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--all``, ``--jobs`` and ``--cluster``, given to the command as ``batch``; None without ``--all``."""

    @click.option(
        "--all",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Every .tlog, .bin and .log in DIR and the folders in it, each into a file of its own in the folder OUT.",
    )
    @click.option(
        "--jobs",
        type=click.IntRange(1, 512),
        metavar="N",
        help="With --all: this many processes. Default: as many as there are processors.",
    )
    @click.option(
        "--cluster",
        metavar="ADDRESS",
        help="With --all: by the workers of this Dask scheduler (tcp://host:8786), which see the same folders.",
    )
    @click.option(
        "--merge",
        is_flag=True,
        help="With --all: every flight once, into the one file OUT; those that --since and its fellows choose.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any, folder: Path | None, jobs: int | None, cluster: str | None, merge: bool, **kwargs: Any
    ) -> Any:
        if folder is None:
            given = {"--jobs": jobs is not None, "--cluster": cluster is not None, "--merge": merge}
            if option := next((name for name, is_given in given.items() if is_given), None):
                raise InputError(f"{option} is for --all DIR", hint="several FILEs go into one OUT, in one process")
            return command(*args, batch=None, **kwargs)
        from dronectl.ops.recordings.worker_pool import default_processes

        return command(*args, batch=Batch(folder, jobs or default_processes(), merge, cluster), **kwargs)

    return wrapped


def export_folder(
    app: App, batch: Batch, output: Path, settings: ExportSettings, plan_digests: Mapping[Path, str], *, manifest: bool
) -> int:
    """Export every recording of the folder and tell what became of each.

    Raises:
        InputError: no folder, nothing in it, or ``output`` is a file. Interrupted: Ctrl-C; what was written is whole.
    """
    from dronectl.formats.recordings.recording_folder import SUFFIXES, find_recordings, output_names
    from dronectl.ops.recordings.track_job import ExportJob

    started_s = time.perf_counter()
    found, unread = find_recordings(batch.folder)
    if not found and not unread:
        raise InputError(f"{batch.folder}: no recording in this folder", hint=f"they are called {' '.join(SUFFIXES)}")
    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file; --all writes a folder", hint="name a folder with -o")
    names = output_names(found, settings.suffix, flat=settings.suffix == ".parquet")
    if batch.cluster is not None:  # workers stand in other folders
        batch, output = replace(batch, folder=real_path(batch.folder)), real_path(output)
    jobs = [ExportJob(batch.folder / path, output / names[path]) for path in found]
    done = {outcome.job.source: outcome for outcome in _watched(app, batch, jobs, settings)}
    outcomes = [done[job.source] for job in jobs]
    failures: dict[Path, DronectlError] = {batch.folder / path: error for path, error in unread.items()}
    failures |= {outcome.job.source: outcome.error for outcome in outcomes if outcome.error is not None}
    exported = [(outcome.job, outcome.result) for outcome in outcomes if outcome.result is not None]
    if manifest:
        name = MANIFEST_OF_DATA_SET if settings.suffix == ".parquet" else MANIFEST_OF
        _write_manifest(output, name, exported, plan_digests)
    seconds = time.perf_counter() - started_s
    if app.json:
        files = [*map(_outcome_json, outcomes), *(_failure_json(batch.folder / path, unread[path]) for path in unread)]
        app.print_json({"output": str(output), "seconds": round(seconds, 3), "files": files})
    else:
        _print_table(app, batch.folder, output, outcomes, unread)
        written = sum(bool(result.outputs) for _, result in exported)
        words = f"{output}: {written} of {count(len(jobs), 'recording')} exported in {seconds:.1f} s"
        echo(words, err=True)
        for job, result in exported:
            for note in filter(None, (result.damage.words, result.note)):
                echo(f"note: {job.source}: {note}", err=True)
        report_failures(failures)
    return SOME_FAILED if failures else 0


def _watched(
    app: App, batch: Batch, jobs: Sequence[ExportJob], settings: ExportSettings
) -> Iterator[Outcome[ExportJob, Exported]]:
    """The outcomes as they come, with a bar on the terminal. The largest are begun first, so that none is left last."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from dronectl.ops.recordings.track_job import export_recording
    from dronectl.ops.recordings.worker_pool import on_processes

    console = app.err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    ended = 0
    largest_first = sorted(jobs, key=lambda job: -_size(job.source))
    if batch.cluster is None:
        outcomes = on_processes(export_recording, largest_first, settings, processes=batch.processes)
    else:
        from dronectl.ops.recordings.cluster import on_cluster

        outcomes = on_cluster(export_recording, largest_first, settings, address=batch.cluster)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("recordings", total=len(jobs))
        try:
            with contextlib.closing(outcomes):
                for outcome in outcomes:
                    ended += 1
                    bar.update(task, completed=ended)
                    yield outcome
        except (KeyboardInterrupt, Interrupted):
            raise Interrupted(
                f"stopped by the user: {ended} of {count(len(jobs), 'recording')} done",
                hint="each file that is there is whole",
            ) from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write_manifest(
    output: Path, name: str, exported: Sequence[tuple[ExportJob, Exported]], plan_digests: Mapping[Path, str]
) -> None:
    from dronectl.cli.track.manifest import write_manifest

    sources = {job.source: result.source_sha256 for job, result in exported if result.outputs}
    outputs = {path: digest for _, result in exported for path, digest in result.outputs.items()}
    if outputs:
        write_manifest(output / name, outputs, {**sources, **plan_digests}, named=output)


def _outcome_json(outcome: Outcome[ExportJob, Exported]) -> dict[str, object]:
    if outcome.result is None:
        assert outcome.error is not None
        return _failure_json(outcome.job.source, outcome.error)
    result = outcome.result
    return {
        "path": str(outcome.job.source),
        "sha256": result.source_sha256,
        **result.damage.as_json(),
        "outputs": [{"path": str(path), "sha256": digest} for path, digest in result.outputs.items()],
        "drones": list(result.drones),
        "flights": result.flights,
        "fixes": result.fixes,
        "bytes": result.size_bytes,
        "seconds": round(result.seconds, 3),
    }


def _failure_json(path: Path, error: DronectlError) -> dict[str, object]:
    return {"path": str(path), "error": error.as_json()}


def _print_table(
    app: App,
    folder: Path,
    output: Path,
    outcomes: Sequence[Outcome[ExportJob, Exported]],
    unread: Mapping[PurePath, DronectlError],
) -> None:
    from rich.text import Text

    from dronectl.cli.common.tables import new_table

    failed = Text("failed", style="red")
    table = new_table()
    table.add_column("file", overflow="fold")
    table.add_column("drones")
    for heading in ("flights", "fixes", "s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("result", overflow="fold")
    for outcome in outcomes:
        name = outcome.job.source.relative_to(folder).as_posix()
        result = outcome.result
        if result is None:
            table.add_row(name, "", "", "", "", failed)
        else:
            words = ", ".join(path.relative_to(output).as_posix() for path in result.outputs) or "no flight"
            drones = ", ".join(result.drones)
            table.add_row(name, drones, str(result.flights), str(result.fixes), f"{result.seconds:.2f}", words)
    for path in unread:
        table.add_row(path.as_posix(), "", "", "", "", failed)
    app.out().print(table)
