"""A dronectl that outlives the command that starts it, its words in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dronectl.errors import DronectlError, InputError, NotReady, StorageError

_KINDS: dict[int, type[DronectlError]] = {2: InputError, 6: NotReady}


def start_in_background(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Runs dronectl with these arguments, apart from this terminal; what it says goes to ``log``.

    Raises:
        StorageError: ``log`` cannot be written.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "dronectl", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment, "PYTHONUTF8": "1"},
                start_new_session=True,
                creationflags=_creation_flags(),
            )
    except OSError as error:
        raise StorageError(f"{log}: {error.strerror or error}", hint="check its permissions") from error


def failure_told(log: Path, exit_code: int) -> DronectlError:
    """The error that ended it, as it told it in ``log``."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    error = next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), "")
    hint = next((line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")), f"see {log}")
    if error:
        return _KINDS.get(exit_code, DronectlError)(error, hint=hint)
    return DronectlError(f"it ended at once (exit code {exit_code})", hint=f"see {log}")


def _creation_flags() -> int:
    flags = 0
    for name in ("CREATE_NEW_PROCESS_GROUP", "DETACHED_PROCESS"):
        flags |= int(getattr(subprocess, name, 0))
    return flags
