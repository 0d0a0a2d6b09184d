"""``dronectl track verify``, and the manifests of ``track export`` that it checks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import SOME_FAILED, count, report_failures, unique
from dronectl.errors import DronectlError, InputError

if TYPE_CHECKING:
    from dronectl.formats.reports.manifest import Difference, Manifest

manifest_option = click.option(
    "--manifest", is_flag=True, help="Write OUT.manifest.json as well: SHA-256 of sources and output, for track verify."
)

_NO_ARGUMENT = frozenset({"as_json", "verbose", "no_color", "manifest", "jobs", "cluster"})
"""What changes no byte of the output."""


@click.command()
@click.argument("manifests", nargs=-1, required=True, metavar="MANIFEST...", type=click.Path(path_type=Path))
@command_options(workspace=False)
def verify(app: App, manifests: tuple[Path, ...]) -> int:
    """Prove that the sources and outputs of each MANIFEST are what they were."""
    from dronectl.formats.reports.manifest import differences, read_manifest

    failures: dict[Path, DronectlError] = {}
    checked: dict[Path, tuple[Manifest, list[Difference]]] = {}
    for path in unique(manifests):
        try:
            manifest = read_manifest(path)
            checked[path] = manifest, differences(manifest, path.parent)
        except DronectlError as error:
            failures[path] = error
    differ = any(found for _, found in checked.values())
    if app.json:
        listed = [_manifest_json(path, checked, failures) for path in unique(manifests)]
        app.print_json({"ok": not differ and not failures, "manifests": listed})
    else:
        for path, (manifest, found) in checked.items():
            for difference in found:
                echo(f"error: {path}: {difference.words()}", err=True)
            if not found:
                echo(f"{path}: {count(len(manifest.entries), 'file')} as they were")
        report_failures(failures)
    return SOME_FAILED if differ or failures else 0


def _manifest_json(
    path: Path, checked: Mapping[Path, tuple[Manifest, list[Difference]]], failures: Mapping[Path, DronectlError]
) -> dict[str, object]:
    if path in failures:
        return {"path": str(path), "ok": False, "error": failures[path].as_json()}
    manifest, found = checked[path]
    return {
        "path": str(path),
        "ok": not found,
        "tool_version": manifest.tool_version,
        "files": len(manifest.entries),
        "differences": [{"path": one.path, "role": str(one.role), "kind": one.kind} for one in found],
    }


def source_digests(output: str, files: Sequence[Path], plan_folder: Path | None) -> dict[Path, str]:
    """SHA-256 of recordings and plan, taken before they are read: what changes meanwhile shows, and is never hidden.

    A file that cannot be read is left out: reading it tells why.

    Raises:
        InputError: the output has no place for a manifest, or the manifest's place is a recording's.
    """
    from dronectl.formats.reports.manifest import manifest_path

    if output == "-":
        raise InputError("--manifest: standard output has no place for a manifest", hint="name a file with -o")
    if any(manifest_path(Path(output)).resolve() == path.resolve() for path in files):
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
