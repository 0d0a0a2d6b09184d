"""Signing keys on this computer: one file for each aircraft, outside every workspace, for its owner's eyes only.

A key belongs to a flight controller, so its files are named after the board's uid: a drone of another site with the
same name has another key, and a swapped aircraft is not signed to. Beside ``UID.key`` lie, for each link id in use,
``UID.linkN.time`` (the timestamp up to which all may have been used) and ``UID.linkN.lock`` (held by the process that
uses it: two at once never sign with one link id). Link ids are drawn at random once, as another computer with the same
key draws its own, and used again, as ArduPilot remembers sixteen streams and no more.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from dronectl.errors import InputError, StorageError
from dronectl.link.signing.signer import KEY_BYTES, Key, SignedLink, Signing
from dronectl.storage.file_lock import lock_file
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import unreadable

log = logging.getLogger(__name__)

FOLDER_VARIABLE = "DRONECTL_KEYS"
_HEADING = "dronectl signing key"
_KEY_DIGITS = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_MOST_LINKS = 8
"""At once; two computers together stay within the autopilot's sixteen streams. What is beyond that shares the first:
then a frame that is overtaken may be refused, and said again."""


def keys_folder() -> Path:
    """DRONECTL_KEYS, else the user's configuration folder of this operating system.

    Raises:
        InputError: there is none.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
        else:
            base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError as error:
        raise InputError("this user has no home folder for signing keys", hint=f"set {FOLDER_VARIABLE}") from error
    return base / "dronectl" / "keys"


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keys in one folder, by the board's uid."""

    folder: Path

    def path(self, uid: str) -> Path:
        return self.folder / f"{uid}.key"

    def pending_path(self, uid: str) -> Path:
        """A key that may have been sent and is not proved yet: lost, it could lock everybody out."""
        return self.folder / f"{uid}.pending-key"

    def read(self, uid: str) -> Key | None:
        """The aircraft's key; None when there is none here.

        Raises:
            InputError: the file is not a key, or others may read it.
        """
        return _read_private(self.path(uid))

    def read_pending(self, uid: str) -> Key | None:
        """The key of a set-up that was not finished.

        Raises:
            InputError: as for :meth:`read`.
        """
        return _read_private(self.pending_path(uid))

    def write(self, uid: str, key: Key) -> None:
        """Raises: StorageError."""
        write_private(self.path(uid), _key_text(key))

    def write_pending(self, uid: str, key: Key) -> None:
        """Raises: StorageError."""
        write_private(self.pending_path(uid), _key_text(key))

    def promote(self, uid: str) -> None:
        """The pending key is the aircraft's key now."""
        self.pending_path(uid).replace(self.path(uid))

    def forget(self, uid: str) -> None:
        """Deletes the keys. The times stay: the aircraft may remember them until it is switched off."""
        for path in (self.path(uid), self.pending_path(uid)):
            path.unlink(missing_ok=True)

    def open(self, drone: str, uid: str, key: Key, *, accept_unsigned: bool = False) -> Signing:
        """The key, ready for use."""
        return Signing(drone, key, lambda: self.take_link(uid), accept_unsigned=accept_unsigned)

    def take_link(self, uid: str) -> SignedLink:
        """A link id that no other process of this computer uses meanwhile.

        Raises:
            StorageError: the folder cannot be written.
            InputError: a file of times holds something else.
        """
        link_id, lock = self._lock_one(uid)
        times = self.folder / f"{uid}.link{link_id}.time"
        try:
            floor = _read_time(times)
        except BaseException:
            lock.close()
            raise
        return SignedLink(link_id, floor, lambda until: write_atomic(times, f"{until}\n"), lock.close)

    def _lock_one(self, uid: str) -> tuple[int, IO[bytes]]:
        """A free link id that was used before, else a new one, with its lock. An order must go out in any case: when
        all are taken, one is shared."""
        name = re.compile(rf"{re.escape(uid)}\.link(\d{{1,3}})\.lock")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            known = sorted(int(m[1]) for p in self.folder.iterdir() if (m := name.fullmatch(p.name)))
            fresh = [link_id for link_id in range(1, 256) if link_id not in known]
            room = max(0, _MOST_LINKS - len(known))
            for link_id in [*known, *secrets.SystemRandom().sample(fresh, room)]:
                file = (self.folder / f"{uid}.link{link_id}.lock").open("ab")
                if lock_file(file):
                    return link_id, file
                file.close()
            log.warning("%d links sign for one drone at once: end another dronectl", _MOST_LINKS)
            return known[0], (self.folder / f"{uid}.link{known[0]}.lock").open("ab")
        except OSError as error:
            raise StorageError(
                f"{self.folder}: {error.strerror or error}", hint=f"check its permissions, or set {FOLDER_VARIABLE}"
            ) from error


class KeyOwner(Protocol):
    """What is asked of a drone to sign for it."""

    @property
    def name(self) -> str: ...

    @property
    def uid(self) -> str | None: ...

    @property
    def accept_unsigned(self) -> bool | None: ...


def open_signing(drone: KeyOwner) -> Signing:
    """What the drone's frames are signed and judged with.

    Raises:
        InputError: the key cannot be used, or there is none although unsigned frames are not to be accepted.
    """
    store = KeyStore(keys_folder()) if drone.uid else None
    key = store.read(drone.uid) if store and drone.uid else None
    if store and drone.uid and key:
        return store.open(drone.name, drone.uid, key, accept_unsigned=bool(drone.accept_unsigned))
    if drone.accept_unsigned is False:
        raise InputError(
            f"{drone.name}: dronectl.toml says accept_unsigned = false, but this computer has no signing key for it",
            hint=f"'dronectl signing setup --drone {drone.name}' over a cable, or 'dronectl signing import'"
            if drone.uid
            else f"keys go by the board's uid: 'dronectl fleet record --drone {drone.name}', then 'signing setup'",
        )
    return Signing(drone.name)


def write_private(path: Path, text: str) -> None:
    """A file that nobody but its owner can read at any moment, whole or not at all. On Windows the access list of the
    folder does that: a user's profile keeps others out.

    Raises:
        StorageError: it could not be written.
    """
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}", hint="check the path and its permissions") from error


def parse_key(digits: str) -> Key | None:
    """A key from 64 hex digits; None for anything else, and for zeros, which protect nothing."""
    if not _KEY_DIGITS.fullmatch(digits):
        return None
    secret = bytes.fromhex(digits)
    return Key(secret) if any(secret) else None


def others_can_read(mode: int) -> bool:
    """Whether a file with this mode is open to other users (Windows has access lists instead)."""
    return sys.platform != "win32" and bool(mode & 0o077)


def _key_text(key: Key) -> str:
    return f"{_HEADING}\n{key.secret.hex()}\n"


def _read_private(path: Path) -> Key | None:
    """What is in the file is never part of an error."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            lines = file.read(1000).decode("ascii", "replace").splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from error
    if others_can_read(status.st_mode):
        raise InputError(
            f"{path}: others can read this key (mode {stat.S_IMODE(status.st_mode):03o})",
            hint=f"give the drone a new one with 'dronectl signing setup'; if nobody has seen it: chmod 600 '{path}'",
        )
    key = parse_key(lines[1]) if len(lines) == 2 and lines[0] == _HEADING else None
    if key is None:
        raise InputError(f"{path}: is no signing key", hint="delete it, then 'dronectl signing import' or 'setup'")
    return key


def _read_time(path: Path) -> int:
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    if not re.fullmatch(r"\d{1,15}", text):
        raise InputError(f"{path}: is no timestamp", hint="delete it if this computer's clock is right")
    return int(text)
