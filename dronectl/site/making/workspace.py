"""A new workspace from the commented example that ships with the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from dronectl.errors import InputError
from dronectl.site.making.place import Place, moved
from dronectl.site.root import CONFIG_FILE
from dronectl.storage.files import write_atomic

_RENAMED = {"gitignore": ".gitignore"}
"""Under its own name, git would obey the example's file inside the package."""

_OF_GROUND = ("geofences", "missions")


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """Files by their path relative to the folder, with ``/``."""

    folder: Path
    created: tuple[str, ...]
    kept: tuple[str, ...]
    """These were there before and were left as they are."""


def make_workspace(folder: Path, place: Place | None = None, *, is_empty: bool = False) -> NewWorkspace:
    """Write each file of the example that is not there yet, around ``place``.

    A folder that holds zones or missions of its own gets no example beside them; ``is_empty``: neither does this one.

    Raises:
        InputError: ``folder`` is a file; or there is a place, and a workspace of another one already.
        StorageError: a file could not be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: found a file, allowed a folder", hint="name another folder")
    if place is not None and (folder / CONFIG_FILE).exists():
        raise InputError(
            f"{folder / CONFIG_FILE}: is there already, --home is for a new workspace",
            hint="name another folder, or edit dronectl.toml",
        )
    created: list[str] = []
    kept: list[str] = []
    full = {sub.name for sub in (folder / "geofences", folder / "missions", folder / "sim") if _holds_files(sub)}
    for path, content in _example():
        target = folder / path
        if is_empty and path.parts[0] in _OF_GROUND:
            continue
        if place is not None:
            content = moved(path.name, content.decode("utf-8"), place).encode("utf-8")
        if target.exists() or target.is_symlink():
            kept.append(str(path))
        elif path.parts[0] not in full:
            write_atomic(target, content)
            created.append(str(path))
    kept.extend(f"{name}/" for name in sorted(full) if not any(path.startswith(f"{name}/") for path in kept))
    return NewWorkspace(folder, tuple(created), tuple(kept))


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _example() -> Iterator[tuple[PurePosixPath, bytes]]:
    yield from _files_below(resources.files("dronectl.site") / "template", PurePosixPath())


def _files_below(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        here = path / _RENAMED.get(entry.name, entry.name)
        if entry.is_dir():
            yield from _files_below(entry, here)
        else:
            yield here, entry.read_bytes()
