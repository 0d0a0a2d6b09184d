"""Locks between the processes of this computer, which die with the process that holds them."""

from __future__ import annotations

import sys
from typing import IO

_LOCK_PLACE = 1 << 20
"""Windows forbids reading what is locked: so a byte far behind the end is."""


def lock_file(file: IO[bytes], *, wait: bool = False) -> bool:
    """Whether this process has the lock of this open file now; with ``wait`` it returns when it has it.

    The operating system frees it when the file is closed or the process ends, however it ends.

    Raises:
        OSError: only with ``wait``: the file system keeps no locks, or (on Windows) others hold it for ten seconds.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_LOCK_PLACE)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if wait:
            raise
        return False
    return True
