"""A chained log that is read once, and from then on what was appended to it: a line costs the same however long it is.

What was read counts as long as each file is the one that it was, no shorter, with the last line that was read where it
was. Else all of it is read anew. Each line is held against the one before it; what only a look at the whole tells (a
line changed in place within a tick of the file system's clock) is :meth:`ChainedLog.verify`'s to find.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dronectl.formats.audit.chain import decode
from dronectl.formats.audit.verification import ChainLook, Piece
from dronectl.model.audit import AuditDefect
from dronectl.ops.audit.chained_log import ChainedLog
from dronectl.storage.reading import unreadable

_Stamp = tuple[int, int, int]
"""Which file it is, how long, and when it was changed last."""


@dataclass(slots=True)
class _Read:
    """How far a file was read. ``last``: the bytes before ``at``, from the beginning of the last line on."""

    name: str
    at: int = 0
    lines: int = 0
    last: bytes = b""
    stamp: _Stamp = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Appended:
    """``is_all``: what was read before does not count any more. ``raw``: the bytes of the lines, and of what is no
    whole line yet."""

    is_all: bool
    lines: tuple[Mapping[str, Any], ...]
    raw: bytes


class FollowedLog:
    """For one thread at a time."""

    def __init__(self, log: ChainedLog) -> None:
        self._log = log
        self._reads: list[_Read] = []
        self._look = ChainLook()

    @property
    def defect(self) -> AuditDefect | None:
        """The first line that does not follow the one before it, or that a line is gone which was read before."""
        return self._look.defect

    def read_on(self) -> Appended:
        """What was appended since.

        Raises:
            InputError: a file of it cannot be read; it is read anew the next time.
        """
        try:
            return self._read_on()
        except OSError as error:
            self._reads = []
            raise unreadable(self._log.folder / str(error.filename or ""), error) from error

    def _read_on(self) -> Appended:
        names = self._log.day_files()
        is_all = not self._goes_on(names)
        before = self._look.last
        if is_all:
            self._reads, self._look = [], ChainLook()
        lines: list[Mapping[str, Any]] = []
        raw = b""
        first = max(0, len(self._reads) - 1)
        self._reads += [_Read(name) for name in names[len(self._reads) :]]
        for read in self._reads[first:]:
            data = self._rest(read)
            raw += data
            lines += self._lines(read, data)
        if is_all:
            self._look.require(before)
        return Appended(is_all, tuple(lines), raw)

    def _goes_on(self, names: list[str]) -> bool:
        """Whether all that was read still stands there."""
        if [read.name for read in self._reads] != names[: len(self._reads)] or not self._reads:
            return False
        *before, last = self._reads
        return all(self._stamp(read) == read.stamp for read in before) and self._is_longer(last)

    def _is_longer(self, read: _Read) -> bool:
        """The last one may have grown."""
        stamp = self._stamp(read)
        if stamp == read.stamp:
            return True
        if stamp[0] != read.stamp[0] or stamp[1] <= read.stamp[1]:
            return False
        with (self._log.folder / read.name).open("rb") as file:
            file.seek(read.at - len(read.last))
            return file.read(len(read.last)) == read.last

    def _stamp(self, read: _Read) -> _Stamp:
        status = (self._log.folder / read.name).stat()
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _rest(self, read: _Read) -> bytes:
        """What stands behind what was read."""
        if self._stamp(read) == read.stamp:
            return b""
        with (self._log.folder / read.name).open("rb") as file:
            status = os.fstat(file.fileno())
            file.seek(read.at)
            data = file.read(max(0, status.st_size - read.at))
        read.stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        return data

    def _lines(self, read: _Read, data: bytes) -> Iterator[Mapping[str, Any]]:
        """The whole ones; what is left half is read again with what comes behind it."""
        begin = 1 if data[:1] == b"\n" and read.last and not read.last.endswith(b"\n") else 0
        read.at += begin
        while begin < len(data):
            end = data.find(b"\n", begin)
            piece = data[begin:] if end < 0 else data[begin:end]
            line = decode(piece)
            if line is None and end < 0:
                return
            begin = len(data) if end < 0 else end + 1
            read.last = piece if end < 0 else piece + b"\n"
            read.at += len(read.last)
            read.lines += 1
            if self._look.defect is None:
                self._look.take(Piece(read.name, read.lines, piece), line)
            if line is not None:
                yield line.values
