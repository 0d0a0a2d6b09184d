"""A simulated fleet that outlives the command that started it: its state file, starting it, stopping it.

The running fleet owns the state file: it writes it once its ports answer, touches it every second, and ends when
the file is gone. So nothing is ever killed by a number that may belong to another program by now. It also holds a lock
beside it, which the operating system frees however the fleet ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dronectl.errors import NoAnswer
from dronectl.model.text.plain_text import escaped_json
from dronectl.storage.background_process import failure_told, start_in_background
from dronectl.storage.file_lock import is_held_by_another, lock_file
from dronectl.storage.files import write_atomic

TOKEN_VARIABLE = "DRONECTL_SIM_TOKEN"
_TOUCH_S = 1.0
_STALE_S = 15.0
_WATCH_S = 0.2
_LOCK_S, _LOCK_PAUSE_S = 0.5, 0.01


@dataclass(frozen=True, slots=True)
class SimState:
    """What a running fleet says about itself. ``drones``: name, system_id, host, port, firmware."""

    pid: int
    token: str
    backend: str
    speedup: float
    started_utc: str
    drones: tuple[dict[str, Any], ...]
    is_locked: bool = False
    """It holds the lock beside the state file: without that lock it does not run any more."""

    def as_json(self) -> dict[str, object]:
        public = asdict(self)
        del public["token"], public["is_locked"]
        return {"running": True, **public, "drones": list(self.drones)}


def state_file(root: Path) -> Path:
    """Beside the recordings, which git ignores."""
    return root / "flights" / ".sim.json"


def log_file(root: Path) -> Path:
    """Where a detached fleet's messages go."""
    return root / "flights" / ".sim.log"


def read_state(root: Path) -> SimState | None:
    """The fleet that runs for this workspace; None when none does (a file left by a crash counts as none)."""
    state = _told(root)
    return None if state is None or (state.is_locked and not _is_locked(root)) else state


def _told(root: Path) -> SimState | None:
    """What the state file says, if it is fresh."""
    path = state_file(root)
    try:
        if time.time() - path.stat().st_mtime > _STALE_S:
            return None
        document = json.loads(path.read_text(encoding="utf-8"))
        return SimState(**{**document, "drones": tuple(document["drones"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lock_path(root: Path) -> Path:
    return root / "flights" / ".sim.lock"


def _is_locked(root: Path) -> bool:
    try:
        with _lock_path(root).open("rb+") as file:
            return is_held_by_another(file)
    except OSError:
        return False


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[bool]:
    """Whether the lock is held meanwhile; not where the file system keeps none."""
    path = _lock_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        until_s = time.monotonic() + _LOCK_S  # who asks for the state has it for a moment
        while not (has := lock_file(file)) and time.monotonic() < until_s:
            time.sleep(_LOCK_PAUSE_S)
        yield has


async def keep_state(root: Path, state: SimState) -> None:
    """Write the state file, keep it fresh, and return when somebody has removed (or replaced) it."""
    path = state_file(root)
    with _locked(root) as has:
        told = asdict(replace(state, is_locked=has))
        write_atomic(path, escaped_json(json.dumps(told, ensure_ascii=False)) + "\n")
        touched_s = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_S)
            current = await asyncio.to_thread(_told, root)
            if current is None or current.token != state.token:
                return
            if time.monotonic() - touched_s >= _TOUCH_S:
                touched_s = time.monotonic()
                with contextlib.suppress(FileNotFoundError):
                    os.utime(path)


def forget_state(root: Path, token: str) -> None:
    """Remove the state file if it is still ours."""
    current = _told(root)
    if current is not None and current.token == token:
        state_file(root).unlink(missing_ok=True)


def start_detached(root: Path, arguments: Sequence[str], *, token: str, timeout_s: float) -> SimState:
    """Run ``dronectl sim start`` with these arguments in the background; returns when its ports answer.

    Raises:
        DronectlError: it ended before that; the message is its own.
        NoAnswer: it was not ready in time (it is ended).
    """
    log = log_file(root)
    process = start_in_background(["sim", "start", *arguments], log, {TOKEN_VARIABLE: token})
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        state = read_state(root)
        if state is not None and state.token == token:
            return state
        if process.poll() is not None:
            raise failure_told(log, process.returncode)
        time.sleep(0.05)
    process.kill()
    raise NoAnswer(f"the simulated fleet was not ready after {timeout_s:.0f} s", hint=f"its messages are in {log}")


def stop_running(root: Path, *, timeout_s: float) -> SimState | None:
    """Ask the running fleet to end and wait for it; None when none runs.

    Raises:
        NoAnswer: its ports are still taken after ``timeout_s``.
    """
    state = read_state(root)
    state_file(root).unlink(missing_ok=True)
    if state is None:
        return None
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if all(is_port_free(drone["host"], drone["port"]) for drone in state.drones):
            return state
        time.sleep(0.05)
    raise NoAnswer(
        f"the simulated fleet (process {state.pid}) still holds its ports after {timeout_s:.0f} s",
        hint="end that process by hand",
    )


def is_port_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As asyncio does: a port in TIME_WAIT counts as free, one that is listened on does not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
