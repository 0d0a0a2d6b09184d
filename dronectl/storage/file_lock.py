"""Locks between the processes of this computer, which die with the process that holds them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dronectl.errors import StorageError

_LOCK_PLACE = 1 << 20
"""Windows forbids reading what is locked: so a byte far behind the end is."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.001, 0.05


def lock_file(file: IO[bytes], *, wait: bool = False) -> bool:
    """Whether this process has the lock of this open file now; with ``wait`` it returns when it has it.

    The operating system frees it when the file is closed or the process ends, however it ends.

    Raises:
        OSError: only with ``wait``: the file system keeps no locks, or (on Windows) others hold it for ten seconds.
    """
    try:
        _lock(file, wait=wait)
    except OSError:
        if wait:
            raise
        return False
    return True


def is_held_by_another(file: IO[bytes]) -> bool:
    """Whether somebody else has the lock of this open file; if not, it is ours from now on, where there are locks."""
    try:
        _lock(file, wait=False)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:  # the file system keeps no locks
        return False
    return False


def _lock(file: IO[bytes], *, wait: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(_LOCK_PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def locked(path: Path, *, timeout_s: float) -> Iterator[IO[bytes]]:
    """The file, made where it is not there, open for reading and writing while nobody else of this computer has it.

    Raises:
        StorageError: another process did not let go of it in time, or it cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        with path.open("r+b", buffering=0) as file:
            _wait_for(file, path, timeout_s)
            file.seek(0)
            yield file
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: {error.strerror or error}", hint="check its permissions and the free space"
        ) from error


def _wait_for(file: IO[bytes], path: Path, timeout_s: float) -> None:
    deadline_s, wait_s = time.monotonic() + timeout_s, _FIRST_WAIT_S
    while not lock_file(file):
        if time.monotonic() >= deadline_s:
            raise StorageError(f"{path}: another process holds it for more than {timeout_s:g} s")
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
