"""Lists a directory over MAVLink FTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.protocol.core.machine import Effect
from dronectl.protocol.ftp.ftp_machine import FtpMachine
from dronectl.protocol.ftp.packet import FtpPacket, Nak, Opcode

_MOST_ENTRIES = 10_000
_OCCUPIED = (Nak.INVALID_SESSION, Nak.NO_SESSIONS_AVAILABLE)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """``size_bytes`` is None for a directory. The name has no path in it and nothing that cannot be printed."""

    name: str
    size_bytes: int | None


class FtpList(FtpMachine[tuple[DirectoryEntry, ...]]):
    """``outcome``: the entries in the vehicle's order, ``NoAnswer``, ``Refused``, or ``InputError`` (without end)."""

    def __init__(self, path: str, *, session: int, timeout_s: float = 1.0, attempts: int = 10) -> None:
        super().__init__(path, session=session, timeout_s=timeout_s, attempts=attempts)
        self._entries: dict[str, DirectoryEntry] = {}
        self._told = 0

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._ask_on(now_s)

    def cancel(self, now_s: float) -> Sequence[Effect]:
        return ()

    def _open(self, now_s: float) -> Sequence[Effect]:
        return self._ask_on(now_s)

    def _ask_on(self, now_s: float) -> Sequence[Effect]:
        return self._ask(Opcode.LIST_DIRECTORY, self._on_entries, now_s, offset=self._told)

    def _on_entries(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        if reply.nak == Nak.END_OF_FILE:
            self._finish(tuple(self._entries.values()))
            return [self._terminate()]  # since 4.7 a listing holds one of the vehicle's five sessions
        if reply.nak in _OCCUPIED:  # by somebody, or by a run of ours that was killed
            return self._opened(reply, now_s) or ()
        if reply.nak is not None:
            return self._refuse(reply)
        pieces = [piece for piece in reply.data.split(b"\0") if piece]
        self._told += len(pieces)
        if not pieces or self._told > _MOST_ENTRIES:
            return self._give_up(InputError(f"{self.path}: the vehicle's listing has no end"))
        for piece in pieces:
            entry = _entry(piece)
            if entry is not None:
                self._entries[entry.name] = entry
        return self._ask_on(now_s)


def _entry(piece: bytes) -> DirectoryEntry | None:
    """``Fname<tab>size`` or ``Dname``; None for what is skipped, malformed, or no plain name."""
    kind, text = piece[:1], piece[1:].decode("utf-8", "replace")
    name, _, size = text.partition("\t")
    if not name.isprintable() or not name or "/" in name or "\\" in name or name in (".", ".."):
        return None
    if kind == b"D":
        return DirectoryEntry(name, None)
    if kind == b"F" and size.isascii() and size.isdigit() and len(size) <= 12:
        return DirectoryEntry(name, int(size))
    return None
