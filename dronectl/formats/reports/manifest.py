"""A manifest: what a file was made from, by SHA-256, so that anybody can prove later that nothing changed since.

Paths are relative to the manifest's folder with forward slashes, so a folder can be moved as a whole. No time and
no machine is told: the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dronectl.errors import InputError
from dronectl.model.text.plain_text import escaped_json
from dronectl.storage.files import real_path
from dronectl.storage.reading import read_text

FORMAT = "dronectl-manifest"
VERSION = 1
SUFFIX = ".manifest.json"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HINT = "a manifest is what 'dronectl track export --manifest' writes"


class Role(StrEnum):
    """What a file is to the export."""

    SOURCE = "source"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A file as it was: ``path`` as the manifest tells it, SHA-256 in lower-case hex digits."""

    role: Role
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest file holds."""

    tool_version: str
    entries: tuple[ManifestEntry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as the manifest says: ``missing``, ``unreadable`` or ``changed``."""

    role: Role
    path: str
    kind: str

    def words(self) -> str:
        return f"{self.path}: {self.kind} {self.role}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file of any size, in hex digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_path(output: Path) -> Path:
    """Where the manifest of ``output`` lies: beside it."""
    return output.with_name(output.name + SUFFIX)


def render_manifest(
    at: Path,
    *,
    tool_version: str,
    arguments: Mapping[str, object],
    sources: Mapping[Path, str],
    outputs: Mapping[Path, str],
) -> str:
    """The text of a manifest that will lie at ``at``. ``sources`` and ``outputs`` map files to their SHA-256."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": "dronectl", "version": tool_version},
        "arguments": {name: _plain(arguments[name], at) for name in sorted(arguments)},
        "sources": [{"path": _relative(path, at), "sha256": digest} for path, digest in sources.items()],
        "outputs": [{"path": _relative(path, at), "sha256": digest} for path, digest in outputs.items()],
    }
    return escaped_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Raises InputError: not readable, or no manifest."""
    text = read_text(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no manifest: not JSON", hint=_HINT) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"{path}: no manifest: \"format\" is not '{FORMAT}'", hint=_HINT)
    if document.get("version") != VERSION:
        raise InputError(f"{path}: manifest of another version than {VERSION}", hint="a newer dronectl may read it")
    tool = document.get("tool")
    version = tool.get("version") if isinstance(tool, dict) else None
    if not isinstance(version, str):
        raise InputError(f"{path}: no manifest: the tool's version is missing", hint=_HINT)
    sources = _entries(path, document, Role.SOURCE)
    outputs = _entries(path, document, Role.OUTPUT)
    return Manifest(version, sources + outputs)


def manifest_differences(manifest: Manifest, folder: Path) -> list[Difference]:
    """Every file of the manifest in ``folder`` that is not as it was, in the manifest's order."""
    found = ((entry, _state(folder / entry.path, entry.sha256)) for entry in manifest.entries)
    return [Difference(entry.role, entry.path, kind) for entry, kind in found if kind]


def _state(path: Path, sha256: str) -> str:
    try:
        if not path.exists():
            return "missing"
        if not path.is_file():  # a device or a pipe would never end
            return "unreadable"
        return "" if sha256_of(path) == sha256 else "changed"
    except OSError:
        return "unreadable"


def _entries(path: Path, document: Mapping[str, object], role: Role) -> tuple[ManifestEntry, ...]:
    listed = document.get(f"{role}s")
    if not isinstance(listed, list) or not listed:
        raise InputError(f"{path}: no manifest: it lists no {role}s", hint=_HINT)
    return tuple(_entry(path, one, role, number) for number, one in enumerate(listed, 1))


def _entry(path: Path, one: object, role: Role, number: int) -> ManifestEntry:
    name = one.get("path") if isinstance(one, dict) else None
    digest = one.get("sha256") if isinstance(one, dict) else None
    if not isinstance(name, str) or not name or "\0" in name:
        raise InputError(f"{path}: {role} {number} has no path", hint=_HINT)
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise InputError(f"{path}: {role} {number} ({name!r}) has no SHA-256", hint=_HINT)
    return ManifestEntry(role, name, digest)


def _relative(path: Path, at: Path) -> str:
    try:
        return Path(os.path.relpath(real_path(path), real_path(at).parent)).as_posix()
    except ValueError:  # another drive of Windows: no way leads there
        return real_path(path).as_posix()


def _plain(value: object, at: Path) -> object:
    if isinstance(value, Path):
        return _relative(value, at)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one, at) for one in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
