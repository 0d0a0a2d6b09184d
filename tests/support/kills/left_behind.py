"""What lies in a workspace after a command was killed: whole files under final names, and nothing else."""

from __future__ import annotations

import json
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from dronectl.formats.missions.parameter_file import parse_parameters
from dronectl.formats.missions.wpl import read_wpl
from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.storage.files import is_left_over


def _json_lines(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        json.loads(line)


def _tlog(path: Path) -> None:
    """Every byte of it belongs to a frame."""
    size = path.stat().st_size
    if size:
        assert sum(8 + len(frame) for _, frame in iter_frames(path)) == size, f"{path} ends in half a frame"


_READ: dict[str, Callable[[Path], object]] = {
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".geojson": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".jsonl": _json_lines,
    ".toml": lambda path: tomllib.loads(path.read_text(encoding="utf-8")),
    ".kml": lambda path: ET.fromstring(path.read_bytes()),
    ".plan": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".waypoints": lambda path: read_wpl(path.read_text(encoding="utf-8"), source=str(path)),
    ".param": lambda path: parse_parameters(path.read_bytes(), source=str(path)),
    ".tlog": _tlog,
}


def refuse_half_files(root: Path) -> None:
    """Reads every file beneath a workspace that is not marked as left over."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not is_left_over(path.name) and (read := _READ.get(path.suffix)):
            read(path)


def left_overs(root: Path) -> list[str]:
    """Files that a kill left of those that were being written, but for those of a backup that was never finished: its
    folder has no backup.json, and nobody looks into it."""
    found = (path for path in root.rglob("*") if is_left_over(path.name))
    return sorted(str(path.relative_to(root)) for path in found if not path.parent.name.startswith("backup-"))
