"""Who holds a link or a drone: one process at a time, which says in a file who it is."""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import clock, iso_z, now
from dronectl.storage.file_lock import lock_file

_LONGEST_RECORD = 4_096
_MOST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Door:
    """Where joiners come in: a Unix socket, or a port of the loopback interface and what opens it."""

    path: str = ""
    port: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process of this computer. ``command``: what it was started for (``fly``); ``door`` None: it shares nothing."""

    pid: int
    command: str
    user: str
    since_utc: str
    door: Door | None = None

    def __str__(self) -> str:
        return f"{self.label} since {self.since_text}"

    @property
    def label(self) -> str:
        """``rtl by pid 4711``."""
        return f"{self.command} by pid {self.pid}"

    @property
    def since_text(self) -> str:
        """Time of day where this computer is."""
        try:
            since = datetime.fromisoformat(self.since_utc)
            return clock(since, since.astimezone().tzinfo or UTC, seconds=True)
        except (ValueError, OverflowError):
            return "?"

    def as_json(self) -> dict[str, object]:
        """What others may know of it."""
        return {"pid": self.pid, "command": self.command, "user": self.user, "since_utc": self.since_utc}


def this_process() -> Holder:
    return Holder(os.getpid(), _started_for(), _user(), iso_z(now()))


def holder_from_json(document: Any) -> Holder | None:
    """What :meth:`Holder.as_json`, or a record with a door, says; None for anything else."""
    try:
        pid, command, user, since = (document[key] for key in ("pid", "command", "user", "since_utc"))
        door = (
            None
            if (told := document.get("door")) is None
            else Door(str(told["path"]), int(told["port"]), told["token"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not isinstance(pid, int) or not all(isinstance(text, str) for text in (command, user, since)):
        return None
    return Holder(pid, plain(command)[:80], plain(user)[:40], plain(since)[:40], door)


class Claim:
    """One thing that one process holds at a time. Freed by the operating system when the process ends, however."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    @property
    def is_held(self) -> bool:
        """By this object."""
        return self._file is not None

    def take(self, holder: Holder) -> bool:
        """Whether it is ours now.

        Raises:
            OSError: the folder cannot be written.
        """
        file = self.path.open("ab+")
        if not lock_file(file):
            file.close()
            return False
        self._file = file
        self.tell(holder)
        return True

    def tell(self, holder: Holder) -> None:
        """Writes for others who holds it."""
        assert self._file is not None
        self._file.truncate(0)
        self._file.write(json.dumps(asdict(holder), ensure_ascii=True).encode("ascii"))
        self._file.flush()

    def holder(self) -> Holder | None:
        """Who says in the file that it holds it: true while :meth:`take` fails. None: nobody says so (yet)."""
        try:
            with self.path.open("rb") as file:
                return holder_from_json(json.loads(file.read(_LONGEST_RECORD)))
        except (OSError, ValueError):
            return None

    def free(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.truncate(0)
            file.close()


def _started_for() -> str:
    """``telemetry record`` of ``dronectl telemetry record -o x.tlog``; a script's name for other programs."""
    program = Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else "python"
    if program not in ("dronectl", "__main__"):
        return program
    words: list[str] = []
    for word in sys.argv[1 : 1 + _MOST_WORDS]:
        if not re.fullmatch(r"[a-z]+", word):
            break
        words.append(word)
    return " ".join(words) or program


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"
