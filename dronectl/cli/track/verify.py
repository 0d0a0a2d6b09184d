"""``dronectl track verify``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import SOME_FAILED, count, report_failures, unique
from dronectl.errors import DronectlError

if TYPE_CHECKING:
    from dronectl.formats.reports.manifest import Difference, Manifest


@click.command()
@click.argument("manifests", nargs=-1, required=True, metavar="MANIFEST...", type=click.Path(path_type=Path))
@command_options(workspace=False)
def verify(app: App, manifests: tuple[Path, ...]) -> int:
    """Prove that the sources and outputs of each MANIFEST are what they were."""
    from dronectl.formats.reports.manifest import manifest_differences, read_manifest

    failures: dict[Path, DronectlError] = {}
    checked: dict[Path, tuple[Manifest, list[Difference]]] = {}
    for path in unique(manifests):
        try:
            manifest = read_manifest(path)
            checked[path] = manifest, manifest_differences(manifest, path.parent)
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
