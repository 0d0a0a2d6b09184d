"""Signing keys from one computer to another, through a file that only its owner can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from dronectl.errors import InputError, StorageError
from dronectl.link.signing.keys import KeyStore, others_can_read, parse_key, write_private
from dronectl.link.signing.signer import Key
from dronectl.model.fleet import Drone
from dronectl.storage.reading import unreadable

_HEADING = "dronectl signing keys"
_LINE = re.compile(r"(?P<name>[a-z][a-z0-9_]{0,31}) (?P<uid>[0-9a-f]{36}) (?P<key>[0-9a-f]{64})")
_MOST_BYTES = 100_000


def export_keys(drones: Sequence[Drone], store: KeyStore, path: Path) -> dict[str, str]:
    """Writes the drones' keys; returns their fingerprints by drone.

    Raises:
        InputError: a drone has no key here. StorageError: the file is there already, or cannot be written.
    """
    if path.exists():
        raise StorageError(f"{path}: exists already", hint="a file of keys is never overwritten: give another name")
    lines, fingerprints = [_HEADING], {}
    for drone in drones:
        key = store.read(drone.uid) if drone.uid else None
        if key is None:
            raise InputError(f"{drone.name}: this computer has no signing key for it", hint="leave it out with --drone")
        lines.append(f"{drone.name} {drone.uid} {key.secret.hex()}")
        fingerprints[drone.name] = key.fingerprint
    write_private(path, "\n".join(lines) + "\n")
    return fingerprints


def import_keys(path: Path, store: KeyStore, *, replace: bool = False) -> dict[str, str]:
    """Takes over every key in the file; returns their fingerprints by drone. All or none.

    Raises:
        InputError: the file cannot be read or is no file of keys, or another key is here and not to be replaced.
        StorageError: a key cannot be written.
    """
    keys = _read(path)
    for name, uid, key in keys:
        here = store.read(uid)
        if here is not None and here != key and not replace:
            raise InputError(
                f"{name}: this computer has another key for it ({here.fingerprint}; the file's is {key.fingerprint})",
                hint="'signing status' says which one the drone has; --replace takes the file's",
            )
    for _name, uid, key in keys:
        store.write(uid, key)
    return {name: key.fingerprint for name, _uid, key in keys}


def others_could_read(path: Path) -> bool:
    """Whether the file of keys lies open to other users of this computer."""
    return others_can_read(path.stat().st_mode)


def _read(path: Path) -> list[tuple[str, str, Key]]:
    """What is in the file is never part of an error."""
    try:
        with path.open("rb") as file:
            lines = file.read(_MOST_BYTES).decode("ascii", "replace").splitlines()
    except OSError as error:
        raise unreadable(path, error) from error
    if not lines or lines[0] != _HEADING:
        raise InputError(f"{path}: is no file of signing keys", hint="make one with 'dronectl signing export'")
    keys = []
    for number, line in enumerate(lines[1:], start=2):
        match = _LINE.fullmatch(line)
        key = parse_key(match["key"]) if match else None
        if match is None or key is None:
            raise InputError(f"{path}: line {number} is no key", hint="export it again; nothing was imported")
        keys.append((match["name"], match["uid"], key))
    if not keys:
        raise InputError(f"{path}: has no keys", hint="make one with 'dronectl signing export'")
    return keys
