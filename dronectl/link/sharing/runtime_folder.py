"""Where the processes of one user of this computer find each other."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from dronectl.errors import StorageError

FOLDER_VARIABLE = "DRONECTL_RUNTIME"


def runtime_folder() -> Path:
    """DRONECTL_RUNTIME, else the folder that this operating system has for such things; made, and nobody else's.

    Raises:
        StorageError: it cannot be made, or it is another user's.
    """
    folder = _named()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror or error}", hint=f"set {FOLDER_VARIABLE}") from error
    if sys.platform != "win32" and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
        raise StorageError(
            f"{folder}: others have access to it (owner {status.st_uid}, mode {stat.S_IMODE(status.st_mode):03o})",
            hint=f"chmod 700 '{folder}', or set {FOLDER_VARIABLE}",
        )
    return folder


def _named() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()) / "dronectl" / "run"
    base = os.environ.get("XDG_RUNTIME_DIR")
    return Path(base) / "dronectl" if base else Path(tempfile.gettempdir()) / f"dronectl-{os.getuid()}"
