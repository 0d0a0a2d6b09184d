"""Lines onto a terminal: only those that changed are written, in one piece, by a thread.

A terminal may take its time (a slow line, Ctrl-S): whoever waits for it must not be the one who keeps the heartbeat to
the drones going. So a frame that is not yet taken is replaced by the next one.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"
"""The other screen, no cursor, no wrapping at the edge, and all clear."""
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Terminals that know it show nothing in between; the others ignore it."""
BELL = "\x07"
TAKES_AT_MOST_S = 2.0
"""So long the last words may take at the end."""


class FullScreen:
    """Within: the terminal's other screen, which is left as it was found."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._writer = _Writer(console.file)
        self._shown: list[Text] = []
        self._size = (0, 0)
        self._rings = False

    def __enter__(self) -> FullScreen:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.finish(LEAVE)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal, which may change at any time."""
        return self._console.size.width, self._console.size.height

    def bell(self) -> None:
        """Rings with the next frame."""
        self._rings = True

    def show(self, lines: Sequence[Text]) -> bool:
        """Whether it is on its way; False while the terminal has not taken the one before."""
        if self._writer.is_busy:
            return False
        size = self.size
        parts = [] if size == self._size else [ENTER]
        before = self._shown if size == self._size else []
        for number, line in enumerate(lines[: size[1]]):
            if number >= len(before) or not _is_same(before[number], line):
                rest = "\x1b[K" if line.cell_len < size[0] else ""  # at the edge it would clear the last cell
                parts.append(f"\x1b[{number + 1};1H{self._drawn(line)}{rest}")
        self._shown, self._size = list(lines), size
        if self._rings:
            parts.append(BELL)
            self._rings = False
        if parts:
            self._writer.write(f"{BEGIN}{''.join(parts)}{END}")
        return True

    def _drawn(self, line: Text) -> str:
        """With its colours, as far as the terminal has any."""
        with self._console.capture() as captured:
            self._console.print(line, end="", no_wrap=True, overflow="crop", crop=True)
        return captured.get()


class PlainScreen:
    """For a terminal that cannot move its cursor, a pipe or a log: what is news, a line each; the rows now and then."""

    def __init__(self, console: Console, *, every_s: float | None) -> None:
        """``every_s``: so often the rows are written; None: at the end only."""
        self._console = console
        self._every_s = every_s
        self._due_s = 0.0
        self._prompt = ""

    def say(self, line: str) -> None:
        self._write(line)

    def show(self, rows: Sequence[Text], prompt: str, now_s: float) -> None:
        """``now_s``: on a clock that only goes on."""
        if self._every_s is None:
            return
        if now_s >= self._due_s:
            self._due_s = now_s + self._every_s
            self.rows(rows)
        if prompt != self._prompt:
            self._prompt = prompt
            self._write(prompt)

    def rows(self, rows: Sequence[Text]) -> None:
        for row in rows:
            self._write(row)

    def bell(self) -> None:
        self._console.bell()  # nothing where there is no terminal

    def _write(self, line: Text | str) -> None:
        with suppress(OSError):
            self._console.print(line)


class _Writer:
    """A thread that writes one piece after the other."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._piece: str | None = None
        self._ends = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="screen", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        with self._changed:
            return self._piece is not None

    def write(self, piece: str) -> None:
        with self._changed:
            self._piece = piece
            self._changed.notify()

    def finish(self, last: str) -> None:
        """Writes the last piece after what is on its way, unless the terminal takes nothing any more."""
        with self._changed:
            self._piece = (self._piece or "") + last
            self._ends = True
            self._changed.notify()
        self._thread.join(TAKES_AT_MOST_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._piece is None and not self._ends:
                    self._changed.wait()
                piece, ends = self._piece, self._ends
            with suppress(OSError, ValueError, io.UnsupportedOperation):  # the terminal is gone
                self._file.write(piece or "")
                self._file.flush()
            with self._changed:
                if self._piece is piece:
                    self._piece = None
                elif piece is not None and self._piece is not None:
                    self._piece = self._piece.removeprefix(piece)
                if ends and self._piece is None:
                    return


def _is_same(one: Text, other: Text) -> bool:
    return one.plain == other.plain and one.spans == other.spans and one.style == other.style
