"""Whether an audit log is what was written: every line of every file held against the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dronectl.formats.audit.chain import START, Line, Link, decode
from dronectl.model.audit import AuditDefect, AuditState

MENDS = "mends"
"""Key of the line behind one that was cut: ``{"file", "bytes", "sha256"}`` of what was left of it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two ends of lines: ``line``: which one of its file, from 1."""

    file: str
    line: int
    data: bytes


def fragment_of(file: str, data: bytes) -> dict[str, object]:
    """What a line says of the piece of a line before it."""
    return {"file": file, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def verify(files: Mapping[str, bytes], head: Link | None, *, holds: str | None = None) -> AuditState:
    """The state of a log: the bytes of its files by name, in the order of the names, and its last line as noted.

    ``head`` None: it was not noted anywhere, so nobody knows whether lines are missing at the end. ``holds``: the hash
    of a line that must be among them.
    """
    look = ChainLook()
    for piece in _pieces(files):
        look.take(piece, decode(piece.data))
        if look.defect is not None:
            break
    else:
        look.end(head, holds)
    return AuditState(len(files), look.last.seq, look.last.sha256, tuple(look.cuts), look.defect)


def _pieces(files: Mapping[str, bytes]) -> Iterator[Piece]:
    for file in sorted(files):
        lines = files[file].split(b"\n")  # other characters that end lines may stand in words
        for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
            yield Piece(file, number, line)


class ChainLook:
    """A look at a log from its first line on, one after the other; nothing behind a ``defect`` says anything."""

    def __init__(self) -> None:
        self.last = START
        self.cuts: list[str] = []
        self.defect: AuditDefect | None = None
        self._fragment: Piece | None = None
        self._place = Piece("", 0, b"")
        self._hashes = {START.sha256}

    def take(self, piece: Piece, line: Line | None) -> None:
        """``line``: what the piece decodes to."""
        self._place = piece
        if self._fragment is not None:
            self._mend(self._fragment, line)
            if self.defect is not None:
                return
        if line is None:
            self._fragment = piece
            return
        self._follow(line)

    def _mend(self, fragment: Piece, line: Line | None) -> None:
        """A piece of a line is harmless where the next line, which is held by the chain, tells of it."""
        self._fragment = None
        if line is None or line.values.get(MENDS) != fragment_of(fragment.file, fragment.data):
            self._changed(fragment)
            return
        self.cuts.append(f"{fragment.file}: line {fragment.line}")

    def _changed(self, piece: Piece) -> None:
        self._found("changed", f"is not what was written after line {self.last.seq} of the log", piece)

    def _follow(self, line: Line) -> None:
        expected = self.last.seq + 1
        if line.link.seq > expected:
            count = line.link.seq - expected
            gone = f"line {expected}" if count == 1 else f"lines {expected} to {line.link.seq - 1}"
            self._found("missing", f"{gone} of the log {_are(count)} missing before it")
        elif line.link.seq < expected:
            self._found("changed", f"says that it is line {line.link.seq} of the log, where line {expected} belongs")
        elif line.prev != self.last.sha256:
            self._found("changed", f"follows another line {self.last.seq} than the one before it")
        else:
            self.last = line.link
            self._hashes.add(line.link.sha256)

    def require(self, before: Link) -> None:
        """A line that was read before is still among them."""
        if self.defect is None and before.sha256 not in self._hashes:
            self._found("changed", f"line {before.seq} of the log is gone, or another one than it was")

    def end(self, head: Link | None, holds: str | None) -> None:
        """What is known of the end besides the lines themselves."""
        cut = self._fragment
        behind = 0 if head is None else head.seq - self.last.seq
        if cut is not None and behind > 0:
            self._changed(cut)  # it was whole when the head was written
        elif behind > 0:
            self._found("missing", f"{_lines_words(behind)} behind it {_are(behind)} missing")
        elif head is None and self.last.seq:
            self._found("missing", "nothing tells whether it is the last: chain.head is not there, or is no head")
        elif head is not None and head.sha256 not in self._hashes:
            self._found("changed", f"line {head.seq} of the log was another one when it was written")
        elif cut is not None:
            self._found("cut", "is cut: a process was killed, or the disk was full, while it was written", cut)
        elif holds is not None and holds not in self._hashes:
            self._found("missing", f"no line of the log has the hash {holds}")

    def _found(self, kind: str, message: str, at: Piece | None = None) -> None:
        place = at or self._place
        self.defect = AuditDefect(kind, place.file, place.line, message)


def _lines_words(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
