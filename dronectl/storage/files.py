"""Files that are written: text is UTF-8, and each is whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from dronectl.errors import StorageError
from dronectl.storage.file_lock import is_held_by_another

_SURELY_LEFT_S = 10.0
"""On Windows a file cannot be moved while it is open: between closing and moving it nobody has its lock."""


def write_atomic(path: Path, data: bytes | str | Iterable[bytes]) -> None:
    """Write ``data`` (text as UTF-8, line ends as given; or pieces of it) beside ``path`` and move it into place.

    A crash or a full disk leaves the old file as it was; what a kill left beside it, the next one that is written there
    clears away. What a symbolic link points to is replaced, not the link;
    a device (``/dev/stdout``) is written to.

    Raises:
        StorageError: it could not be written.
    """
    whole = data.encode("utf-8") if isinstance(data, str) else data
    pieces = (whole,) if isinstance(whole, bytes) else whole
    try:
        target = _target(path)
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                device.writelines(pieces)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, pieces)
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}", hint="check the path, its permissions and the free space"
        ) from error


def remove(path: Path) -> None:
    """Remove a file, if it is there, and what a kill left of it when it was written.

    Raises:
        OSError: it cannot be removed.
    """
    path.unlink(missing_ok=True)
    _clear_left_over(_usual_part(path))


def clear_left_overs(folder: Path) -> None:
    """Removes what kills left in a folder of files that were being written. What cannot be removed stays."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            if is_left_over(path.name):
                _clear_left_over(path)


def is_left_over(name: str) -> bool:
    """Whether a file is what a kill left of one that was being written."""
    return name.startswith(".") and name.endswith(".part")


def real_path(path: Path) -> Path:
    """What a path points to in the end, absolute. Links that go round in a circle stay as they are, where
    ``Path.resolve`` would end in a RuntimeError before Python 3.13."""
    return Path(os.path.realpath(path))


def _target(path: Path) -> Path:
    """
    Raises:
        OSError: symbolic links that go round in a circle.
    """
    target = real_path(path)
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    temporary, file = _new_part(target)
    try:
        with file:
            try:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
                if target.exists():
                    temporary.chmod(target.stat().st_mode & 0o777)
                if sys.platform != "win32":
                    temporary.replace(target)  # while it is locked: nobody clears it away as left over
            except BaseException:
                _unlink(temporary)
                raise
        if sys.platform == "win32":
            temporary.replace(target)
    except BaseException:
        if sys.platform == "win32":
            _unlink(temporary)
        raise


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _new_part(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside ``target``, locked while it is written. It has the name that all of one target have, after what
    a kill left there is cleared away; another one where a living process has that."""
    usual = _usual_part(target)
    _clear_left_over(usual)
    for path in (usual, target.with_name(f"{usual.stem}.{os.urandom(4).hex()}.part")):
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        if not is_held_by_another(file):
            return path, file
        file.close()  # it was taken for left over before it was locked, and is cleared away
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(usual))


def _usual_part(target: Path) -> Path:
    return target.with_name(f".{target.name[:40]}.part")


def _clear_left_over(path: Path) -> None:
    """Removes it unless a living process writes it; what it is, nobody knows, so it is neither followed nor read."""
    with contextlib.suppress(OSError):
        there = path.lstat()
        if not stat.S_ISREG(there.st_mode):
            return
        if sys.platform == "win32":
            if time.time() - there.st_mtime > _SURELY_LEFT_S:
                path.unlink()  # which fails while it is open
            return
        with path.open("rb") as file:
            if not is_held_by_another(file) and os.path.samestat(os.fstat(file.fileno()), path.lstat()):
                path.unlink()


def sync_folder(path: Path) -> None:
    """Makes the names of a folder outlast a power cut, where the system can (Windows cannot, and need not)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
