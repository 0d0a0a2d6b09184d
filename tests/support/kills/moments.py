"""Commands that are ended in the middle of their work, at moments that are spread over it.

How much work there is, one undisturbed run tells (:class:`Work`). A moment is a share of it: the so many-th change of a
file, so much CPU time, or so much of a progress that a test sees from outside (bytes at the vehicles, bytes in a file).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from effort import IS_THOROUGH

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
ENDINGS = [(number, seed) for seed in range(50 if IS_THOROUGH else 1) for number in (KILL, signal.SIGINT)]
"""Signals for a command, and seeds of the moments when they come."""
KILLS = ENDINGS if IS_THOROUGH else ENDINGS[:1]
"""The same for what takes long: one kill, usually."""
INTERRUPTED = 130
_PROGRAM = Path(__file__).with_name("killed_program.py")
_LOOK_EVERY_S = 0.001
_LONGEST_S = 120.0

Progress = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run does that nobody disturbs: changes of files, seconds of CPU, and the progress of its end."""

    touches: int
    cpu_s: float
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One of the three is not None."""

    touch: int | None = None
    cpu_s: float | None = None
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """``code``: as of ``subprocess``, negative for a signal. ``said``: on both streams."""

    code: int
    said: str

    @property
    def was_killed(self) -> bool:
        return self.code == -KILL


@dataclass(frozen=True, slots=True)
class Killed:
    """A command that is to be ended. ``begins``: the module whose import ends its start-up."""

    words: tuple[str, ...]
    folder: Path
    begins: str

    def measured(self, progress: Progress | None = None) -> Work:
        """The work of a whole run, which must succeed."""
        told = self.folder.parent / "work.json"
        ended = self._run(Moment(), signal.SIGINT, None, told)
        assert ended.code == 0, ended.said
        return Work(**json.loads(told.read_text(encoding="utf-8")), progress=progress() if progress else 0.0)

    def ended(self, moment: Moment, number: int, progress: Progress | None = None, *, whole: int = 0) -> Ended:
        """Runs it until that moment, in which it may be done already, with the exit code ``whole``; it says so in one
        line."""
        ended = self._run(moment, number, progress, self.folder.parent / "work.json")
        assert ended.code in (-KILL if number == KILL else INTERRUPTED, whole), ended
        assert "Traceback" not in ended.said, ended.said
        return ended

    def _run(self, moment: Moment, number: int, progress: Progress | None, told: Path) -> Ended:
        wanted: dict[str, Any] = {
            "folder": str(self.folder),
            "begins": self.begins,
            "signal": int(number),
            "touch": moment.touch,
            "cpu_s": moment.cpu_s,
            "told": str(told),
        }
        own: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {}
        process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), json.dumps(wanted), *self.words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", cwd=self.folder, **own,
        )  # fmt: skip
        if moment.progress is not None:
            assert progress is not None
            while process.poll() is None and progress() < moment.progress:
                time.sleep(_LOOK_EVERY_S)
            _send(process, number)
        said, _ = process.communicate(timeout=_LONGEST_S)
        wait_until_alone(process.pid)
        return Ended(process.returncode, said)


def _send(process: subprocess.Popen[str], number: int) -> None:
    """As a terminal does: Ctrl-C goes to every process at once."""
    if number == signal.SIGINT and os.name == "posix" and process.poll() is None:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)


def chosen(work: Work, seed: str) -> Moment:
    """A moment anywhere in that work: by its files, by CPU time, and half of them by progress where there is one."""
    chance = random.Random(seed)
    way = chance.choice(("touch", "cpu", "progress", "progress") if work.progress else ("touch", "cpu"))
    if way == "touch":
        return Moment(touch=chance.randint(1, work.touches))
    if way == "progress":
        return Moment(progress=chance.random() * work.progress)
    return Moment(cpu_s=chance.random() * work.cpu_s)


def wait_until_alone(group: int) -> None:
    """Until none of a program's processes is left, which a killed one cannot see to."""
    if os.name != "posix":
        return
    deadline_s = time.monotonic() + _LONGEST_S
    with suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < deadline_s:
            os.killpg(group, 0)
            time.sleep(0.02)
        raise AssertionError("a process outlived its program")
