"""Backups on disk: what drones held before a transaction, kept where neither a kill nor a power cut takes it away.

``flights/backup-<UTC>/`` holds ``NAME-mission.waypoints``, ``NAME-fence.waypoints``, ``NAME-rally.waypoints`` (a list
that was empty has no file), ``NAME.param``, and ``backup.json`` with the SHA-256 of each, which is written last: a
folder without it belongs to a transaction that had not begun to write. A drone's entry is *open* until it is known
what the drone holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.missions.parameter_file import parse_parameters, write_parameters
from dronectl.formats.missions.wpl import read_wpl, write_wpl
from dronectl.formats.text.json_reader import Node, parse
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.text.file_names import DRONE_NAME_WORDS, is_drone_name, is_folder_name
from dronectl.model.text.plain_text import escaped_json
from dronectl.model.text.shown_time import file_stamp, iso_z, now
from dronectl.ops.items.backup import KINDS, Backup
from dronectl.storage.files import sync_folder, write_atomic
from dronectl.storage.reading import decode, read_bytes

BACKUP_FILE = "backup.json"
_PREFIX = "backup-"
_FORMAT = "dronectl backup"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class BackedUpState:
    """What a backup says that one drone held."""

    drone: str
    system_id: int
    uid: str | None
    items: dict[MissionType, Mission]
    parameters: dict[str, float]


@dataclass(frozen=True, slots=True)
class OpenBackup:
    """A backup of a transaction whose end nobody saw. ``drones``: those of which it is not known what they hold."""

    path: Path
    begin_utc: str
    action: str
    drones: tuple[str, ...]

    def description(self) -> str:
        """What happened, and the command that mends it."""
        return (
            f"'{self.action}' of {self.begin_utc} did not come to its end: {', '.join(self.drones)} may hold a mixture "
            f"of old and new (unless it runs still); {restore_command(self.path)} puts back what was on board before it"
        )


def restore_command(folder: Path) -> str:
    shown = f'"{folder}"' if " " in str(folder) else str(folder)
    return f"'dronectl push --restore {shown}'"


def write_backup(flights: Path, action: str, operator: str, backups: Sequence[Backup]) -> Path:
    """Keeps what these drones hold, all of them open, and returns the new folder.

    Raises:
        StorageError: it could not be written.
    """
    begin = now()
    folder = flights / f"{_PREFIX}{file_stamp(begin, microseconds=True)}"
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "action": action,
        "operator": operator,
        "begin_utc": iso_z(begin),
        "drones": [_write_drone(folder, backup) for backup in backups],
    }
    _write_document(folder, document)
    sync_folder(folder)
    sync_folder(flights)
    return folder


def close_backup(folder: Path, outcomes: Mapping[str, str]) -> None:
    """Writes down what became of these drones: their entries are open no more.

    Raises:
        InputError: it is no backup. StorageError: it could not be written.
    """
    document = _document(folder)
    for entry in document["drones"]:
        if entry["name"] in outcomes:
            entry.update(open=False, holds=outcomes[entry["name"]])
    _write_document(folder, document)


def open_backups(flights: Path) -> list[OpenBackup]:
    """Those of transactions that never came to their end, the oldest first. What cannot be read is left out."""
    found = []
    for folder, document in _documents(flights):
        drones = tuple(entry["name"] for entry in document["drones"] if entry["open"])
        if drones:
            found.append(OpenBackup(folder, str(document["begin_utc"]), str(document["action"]), drones))
    return found


def close_superseded(flights: Path, drone: str, lists: Collection[MissionType], parameters: Collection[str]) -> None:
    """Closes the drone's entries in open backups that say nothing but what was just written anew and read back.

    Raises:
        StorageError: it could not be written.
    """
    for folder, document in _documents(flights):
        for entry in document["drones"]:
            kept = {mission_type for kind, mission_type in KINDS.items() if kind in entry}
            is_covered = kept <= set(lists) and set(entry["parameters"]["names"]) <= set(parameters)
            if entry["name"] == drone and entry["open"] and is_covered:
                close_backup(folder, {drone: "what a later command put there"})


def read_backup(folder: Path) -> tuple[BackedUpState, ...]:
    """What the drones of a backup held.

    Raises:
        InputError: no backup, or its files are not those that were written.
    """
    return tuple(_read_drone(folder, entry) for entry in _document(folder)["drones"])


def _write_drone(folder: Path, backup: Backup) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": backup.drone,
        "system_id": backup.system_id,
        "uid": backup.identity.uid,
        "open": True,
    }
    for kind, mission_type in KINDS.items():
        if mission_type in backup.held:
            held = backup.held[mission_type]
            text = write_wpl(held) if len(held) else None
            entry[kind] = {"items": len(held), **_write(folder, f"{backup.drone}-{kind}.waypoints", text)}
    values = {name: parameter.value for name, parameter in backup.parameters.held.items()}
    text = write_parameters(values) if values else None
    entry["parameters"] = {"names": sorted(values), **_write(folder, f"{backup.drone}.param", text)}
    return entry


def _write(folder: Path, name: str, text: str | None) -> dict[str, str | None]:
    if text is None:
        return {"file": None, "sha256": None}
    write_atomic(folder / name, text)
    return {"file": name, "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest()}


def _read_drone(folder: Path, entry: Mapping[str, Any]) -> BackedUpState:
    items: dict[MissionType, Mission] = {}
    for kind, mission_type in KINDS.items():
        if kind not in entry:
            continue
        data = _read(folder, entry[kind])
        source = f"{folder}: {entry[kind]['file']}"
        held = Mission((), mission_type) if data is None else read_wpl(decode(data, source=source), source=source)
        if held.mission_type is not mission_type:
            raise InputError(f"{source}: no {kind} items in it")
        items[mission_type] = held
    data = _read(folder, entry["parameters"])
    values = {} if data is None else parse_parameters(data, source=f"{folder}: {entry['parameters']['file']}")
    return BackedUpState(entry["name"], entry["system_id"], entry["uid"], items, values)


def _read(folder: Path, file: Mapping[str, Any]) -> bytes | None:
    if file["file"] is None:
        return None
    path = folder / str(file["file"])
    data = read_bytes(path)
    if hashlib.sha256(data).hexdigest() != file["sha256"]:
        raise InputError(f"{path}: is not what was backed up (its SHA-256 differs)", hint="someone has changed it")
    return data


def _write_document(folder: Path, document: Mapping[str, Any]) -> None:
    write_atomic(folder / BACKUP_FILE, escaped_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def _documents(flights: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(flights.glob(f"{_PREFIX}*/{BACKUP_FILE}")):
        try:
            yield path.parent, _document(path.parent)
        except InputError:
            continue


def _document(folder: Path) -> dict[str, Any]:
    """
    Raises:
        InputError: there is none, or the place where it is not as it was written.
    """
    path = folder / BACKUP_FILE
    root = parse(decode(read_bytes(path), source=str(path)), source=str(path))
    document = root.value
    if not isinstance(document, dict) or document.get("format") != _FORMAT or document.get("version") != _VERSION:
        raise InputError(f"{path}: is no backup of dronectl", hint=f"'{_FORMAT}', version {_VERSION} is wanted in it")
    for key in ("action", "begin_utc"):
        root[key].text()
    for entry in root["drones"].elements():
        _require_entry(entry)
    return document


def _require_entry(entry: Node) -> None:
    if not is_drone_name(entry["name"].text()):
        entry["name"].wants(f"the name of a drone ({DRONE_NAME_WORDS})")
    entry["system_id"].whole_number()
    if entry["uid"].value is not None:
        entry["uid"].text()
    if not isinstance(entry["open"].value, bool):
        entry["open"].wants("true or false")
    for name in entry["parameters"]["names"].elements():
        name.text()
    for kept in (entry["parameters"], *(entry[kind] for kind in KINDS if entry.get(kind) is not None)):
        if kept["file"].value is not None:
            if not is_folder_name(kept["file"].text()):
                kept["file"].wants("the name of a file of this folder")
            kept["sha256"].text()
