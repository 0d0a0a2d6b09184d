"""A station in the background, with its words in a file."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dronectl.errors import NoAnswer
from dronectl.link.sharing.runtime_folder import runtime_folder
from dronectl.storage.background_process import failure_told, start_in_background
from dronectl.storage.files import write_atomic

READY_VARIABLE = "DRONECTL_STATION_READY"
_LOOK_EVERY_S = 0.05


def log_file(root: Path) -> Path:
    """Where its messages go: beside the recordings, which git ignores."""
    return root / "flights" / ".station.log"


def start_detached(root: Path, arguments: Sequence[str], *, timeout_s: float) -> tuple[int, str]:
    """Runs ``dronectl station start`` with these arguments in the background; its process id, and what it says that it
    holds, once it has tried the links.

    Raises:
        DronectlError: it ended before that; the message is its own. NoAnswer: it was not ready in time (it is ended).
    """
    log, ready = log_file(root), runtime_folder() / f"station-{secrets.token_hex(8)}.ready"
    process = start_in_background(["station", "start", *arguments], log, {READY_VARIABLE: str(ready)})
    end_s = time.monotonic() + timeout_s
    try:
        while time.monotonic() < end_s:
            if ready.exists():
                return process.pid, ready.read_text(encoding="utf-8")
            if process.poll() is not None:
                raise failure_told(log, process.returncode)
            time.sleep(_LOOK_EVERY_S)
        process.kill()
        raise NoAnswer(f"the station was not ready after {timeout_s:.0f} s", hint=f"its messages are in {log}")
    finally:
        ready.unlink(missing_ok=True)


def ready_told() -> Callable[[str], None]:
    """What tells the command that started this process that it is ready, in words; nothing where none waits."""
    named = os.environ.get(READY_VARIABLE)
    return (lambda text: write_atomic(Path(named), text)) if named else lambda _: None
