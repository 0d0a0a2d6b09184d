"""Manifests of ``track export``, which ``track verify`` checks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from dronectl.cli.track.files import unique
from dronectl.errors import InputError
from dronectl.storage.files import real_path

manifest_option = click.option(
    "--manifest", is_flag=True, help="Write OUT.manifest.json as well: SHA-256 of sources and output, for track verify."
)

_NO_ARGUMENT = frozenset({"as_json", "verbose", "no_color", "manifest", "jobs", "cluster"})
"""What changes no byte of the output."""


def source_digests(output: str, files: Sequence[Path], plan_folder: Path | None) -> dict[Path, str]:
    """SHA-256 of recordings and plan, taken before they are read: what changes meanwhile shows, and is never hidden.

    A file that cannot be read is left out: reading it tells why.

    Raises:
        InputError: the output has no place for a manifest, or the manifest's place is a recording's.
    """
    from dronectl.formats.reports.manifest import manifest_path

    if output == "-":
        raise InputError("--manifest: standard output has no place for a manifest", hint="name a file with -o")
    if any(real_path(manifest_path(Path(output))) == real_path(path) for path in files):
        raise InputError(f"{manifest_path(Path(output))} is one of the recordings", hint="give another name with -o")
    return {**_digests(unique(files)), **plan_digests(plan_folder)}


def plan_digests(plan_folder: Path | None) -> dict[Path, str]:
    """SHA-256 of every file of a plan."""
    if plan_folder is None:
        return {}
    return _digests([path for path in sorted(plan_folder.rglob("*")) if path.is_file()] or [plan_folder])


def _digests(paths: Iterable[Path]) -> dict[Path, str]:
    from dronectl.formats.reports.manifest import sha256_of

    digests: dict[Path, str] = {}
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file():
                digests[path] = sha256_of(path)
    return digests


def write_manifest(
    output: Path, outputs: Mapping[Path, str], sources: Mapping[Path, str], *, named: Path | None = None
) -> None:
    """The manifest beside ``output``, with the SHA-256 of every file, and the arguments of the command that runs.

    ``named`` is what ``-o`` named, if not ``output``.

    Raises:
        StorageError: it could not be written.
    """
    from dronectl import __version__
    from dronectl.formats.reports.manifest import manifest_path, render_manifest
    from dronectl.storage.files import write_atomic

    given = click.get_current_context().params
    at = manifest_path(output)
    arguments = {name: value for name, value in given.items() if name not in _NO_ARGUMENT}
    arguments["output"] = named or output
    text = render_manifest(
        at,
        tool_version=__version__,
        arguments=arguments,
        sources=sources,
        outputs=outputs,
    )
    write_atomic(at, text)
