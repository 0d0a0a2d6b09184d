"""A log in day files that any number of processes append to at once, its lines held together by hashes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dronectl.errors import StorageError
from dronectl.formats.audit.chain import START, Line, Link, decode, decode_head, encode, encode_head
from dronectl.formats.audit.verification import MENDS, fragment_of, verify
from dronectl.model.audit import AuditState
from dronectl.storage.file_lock import locked
from dronectl.storage.files import sync_folder
from dronectl.storage.reading import unreadable

HEAD = "chain.head"
"""The file that is locked while a line is written; it says which line was the last."""
LOCK_TIMEOUT_S = 5.0
_DAY_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")
_TAILS = (1 << 14, 1 << 22)
"""Bytes of a file's end: enough for most lines, and more than the longest."""


@dataclass(frozen=True, slots=True)
class ChainedLog:
    """The log in ``folder``; the files are made when the first line is written."""

    folder: Path

    def append(self, entries: Sequence[Mapping[str, object]], day: str) -> None:
        """Writes lines, in their order, behind whatever is there by now, and has them on the disk when it returns.

        ``day``: ``2026-03-01``, of which a file is begun where the last one is of an earlier day.

        Raises:
            StorageError: they are not, or not all, in the log.
        """
        self.append_made(lambda: entries, day)

    def append_made(self, make: Callable[[], Sequence[Mapping[str, object]]], day: str) -> None:
        """The same for lines that depend on what is there: nobody else writes between ``make`` and them.

        Raises:
            StorageError: they are not, or not all, in the log. Whatever ``make`` raises; nothing is written then.
        """
        with locked(self.folder / HEAD, timeout_s=LOCK_TIMEOUT_S) as head:
            entries = make()
            if not entries:
                return
            files = self.day_files()
            last_file = files[-1] if files else ""
            name = max(last_file, f"{day}.jsonl")  # a clock that is set back goes on in the last file
            after, fragment = self._end(files, decode_head(head.read()) or START)
            data = b""
            for index, entry in enumerate(entries):
                mending = {MENDS: fragment_of(last_file, fragment)} if fragment and not index else {}
                line, after = encode({**mending, **entry}, after)
                data += line
            self._write(self.folder / name, data)
            head.seek(0)
            head.write(encode_head(after))

    def verify(self, *, holds: str | None = None) -> AuditState:
        """Whether all of it is what was written; see :func:`dronectl.formats.audit.verification.verify`.

        Raises:
            InputError: a file of it cannot be read.
        """
        head = None
        with suppress(OSError):
            head = decode_head((self.folder / HEAD).read_bytes())
        return verify({name: self._bytes(name) for name in self.day_files()}, head, holds=holds)

    def lines(self, *, since: str = "") -> Iterator[Mapping[str, Any]]:
        """What each line says, in their order; what is cut or changed says nothing. ``since``: of the files of this day
        (``2026-03-01``) and later ones alone.

        Raises:
            InputError: a file of it cannot be read.
        """
        for name in self.day_files():
            if name < since:
                continue
            for piece in self._bytes(name).split(b"\n"):
                line = decode(piece)
                if line is not None:
                    yield line.values

    def day_files(self) -> list[str]:
        """Names of its files, in the order of the days."""
        with suppress(OSError):
            return sorted(path.name for path in self.folder.iterdir() if _DAY_FILE.fullmatch(path.name))
        return []

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise unreadable(self.folder / name, error) from error

    def _end(self, files: Sequence[str], noted: Link) -> tuple[Link, bytes]:
        """The last line that was ever written, as far as files and head know, and what was left half behind it.

        Where the head knows of a later line than there is, what stands there was whole once: nothing mends that.
        """
        found, fragment = START, b""
        for name in reversed(files):
            line, piece = _last_line(self.folder / name)
            fragment = piece if name == files[-1] else fragment
            if line is not None:
                found = line.link
                break
        return (noted, b"") if noted.seq > found.seq else (found, fragment)

    def _write(self, path: Path, data: bytes) -> None:
        """Appends all of it or, as far as the disk lets us, nothing of it."""
        is_new = not path.exists()
        with path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size and _last_byte(path) != b"\n":
                data = b"\n" + data
            try:
                if file.write(data) != len(data):
                    raise StorageError(f"{path}: the disk is full", hint="free some space")
                os.fsync(file.fileno())
            except BaseException:
                with suppress(OSError):
                    file.truncate(size)
                raise
        if is_new:
            sync_folder(path.parent)


def _last_line(path: Path) -> tuple[Line | None, bytes]:
    """The last whole line of a file, and what stands behind it that is none."""
    for tail_bytes in _TAILS:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - tail_bytes))
            pieces = file.read().split(b"\n")
        if not pieces[-1]:
            pieces.pop()
        last = decode(pieces[-1]) if pieces else None
        if last is not None or not pieces:
            return last, b""
        whole = next((line for piece in reversed(pieces[:-1]) if (line := decode(piece)) is not None), None)
        if whole is not None or size <= tail_bytes:
            return whole, pieces[-1]
    return None, b""


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
