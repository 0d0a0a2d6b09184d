"""A log on its way to the disk: a ``.part`` file, and beside it what is in there and of which log.

Bytes are written before the JSON names them, once a second: a kill at any moment costs what came in the last second,
and what the JSON names is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from dronectl.errors import Mismatch, StorageError
from dronectl.protocol.core.byte_ranges import ByteRanges
from dronectl.storage.files import remove, write_atomic

_SAVE_EVERY_S = 1.0
_DOUBTED_BYTES = 90
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """What must be the same for a transfer to go on: the aircraft's board, the log's number, size and time.

    The newest log may have grown, as ArduPilot appends to it now and then; its time is then another one as well.
    """

    drone: str
    uid: str | None
    log_id: int
    size_bytes: int
    time_utc_s: int | None


class LogPart:
    """Use it as a context manager. ``had`` is what is there; the last block of an earlier run is fetched once more,
    and must be what it was.

    Raises:
        StorageError: it cannot be written.
    """

    def __init__(self, path: Path, identity: LogIdentity) -> None:
        self._path = path
        self._side = _side_of(path)
        self._identity = identity
        self._saved_s = time.monotonic()
        self._doubted: tuple[int, bytes] | None = None
        self.begun_anew = ""
        """Why what an earlier run had kept was not used; empty when it was, or when there was nothing."""
        self.had = ByteRanges()
        spans = self._earlier()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("r+b" if spans else "w+b", buffering=0)
            if spans:
                self._trust(spans)
        except OSError as error:
            raise self._fault(error) from error
        self.resumed_bytes = self.had.covered

    def __enter__(self) -> LogPart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._file.closed:
            try:
                with contextlib.suppress(StorageError):  # what is told is why the transfer ended
                    self.save()
            finally:
                self._file.close()

    def write(self, offset: int, data: bytes) -> None:
        """
        Raises:
            StorageError: the disk is full. Mismatch: the block that was fetched twice differs: this is another log.
        """
        if self._doubted is not None and self._doubted[0] == offset:
            before = self._doubted[1]
            self._doubted = None
            if before != data[: len(before)]:
                self.discard()
                raise Mismatch(
                    "what was kept of an earlier run is of another log; it has been thrown away",
                    hint="run it again: it begins anew",
                )
        try:
            self._file.seek(offset)
            if self._file.write(data) != len(data):
                raise OSError("the disk is full")
        except OSError as error:
            raise self._fault(error) from error
        self.had.add(offset, offset + len(data))
        if time.monotonic() - self._saved_s >= _SAVE_EVERY_S:
            self.save()

    def pieces(self, size_bytes: int) -> Iterator[bytes]:
        """The first so many bytes, a piece at a time: a log may be larger than memory.

        Raises:
            StorageError: they cannot be read.
        """
        try:
            self._file.seek(0)
            while size_bytes > 0 and (piece := self._file.read(min(_PIECE_BYTES, size_bytes))):
                size_bytes -= len(piece)
                yield piece
        except OSError as error:
            raise self._fault(error) from error

    def save(self) -> None:
        """Says in the JSON what is there.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._fault(error) from error
        write_atomic(self._side, json.dumps({"log": asdict(self._identity), "had": [list(span) for span in self.had]}))
        self._saved_s = time.monotonic()

    def finish(self, final: Path, size_bytes: int) -> None:
        """Moves the whole log of that size to its place.

        Raises:
            StorageError: it cannot be moved.
            Mismatch: it is not whole.
        """
        if list(self.had.missing(size_bytes)):
            raise Mismatch(f"{self.had.covered} bytes came of {size_bytes}")
        try:
            self._file.truncate(size_bytes)
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(final)
            remove(self._side)
        except OSError as error:
            raise self._fault(error) from error

    def discard(self) -> None:
        """Throws away what is there."""
        self._file.close()
        with contextlib.suppress(OSError):
            remove(self._side)
            self._path.unlink(missing_ok=True)

    def _earlier(self) -> ByteRanges | None:
        """What an earlier run has kept of this very log; None for nothing."""
        try:
            document = json.loads(self._side.read_text(encoding="utf-8"))
            there = self._path.stat().st_size
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            self.begun_anew = "what an earlier run had kept cannot be read"
            return None
        spans = _spans_of(document)
        if spans is None:
            self.begun_anew = "what an earlier run had kept cannot be read"
        elif not self._is_same(document["log"]):
            self.begun_anew = "what an earlier run had kept is of another log: its size, its time or the board differs"
        elif any(end > min(there, self._identity.size_bytes) for _, end in spans):
            self.begun_anew = "what an earlier run had kept is not all there"
        else:
            return spans if spans.covered else None
        return None

    def _is_same(self, earlier: dict[str, Any]) -> bool:
        now = asdict(self._identity)
        grew_from = earlier.get("size_bytes")
        if isinstance(grew_from, int) and grew_from < self._identity.size_bytes:
            changed = {"size_bytes": grew_from, "time_utc_s": earlier.get("time_utc_s")}
            return earlier == {**now, **changed}
        return earlier == now

    def _trust(self, spans: ByteRanges) -> None:
        """All but the last block."""
        *others, (begin, end) = spans
        doubted_from = max(begin, end - _DOUBTED_BYTES)
        self._file.seek(doubted_from)
        self._doubted = doubted_from, self._file.read(end - doubted_from)
        self.had = ByteRanges([*others, (begin, doubted_from)])

    def _fault(self, error: OSError) -> StorageError:
        reason = error.strerror or str(error)
        return StorageError(f"{self._path}: {reason}", hint="check the path, its permissions and the free space")


def forget_part(path: Path) -> None:
    """Removes what is left of a transfer whose log is in its place already: it was killed at the very end.

    A part that is still there was begun anew, by another run perhaps: it stays.
    """
    with contextlib.suppress(OSError):
        if not path.exists():
            remove(_side_of(path))


def _side_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _spans_of(document: Any) -> ByteRanges | None:
    try:
        pairs = [(begin, end) for begin, end in document["had"]]
        document["log"].items()
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
    whole = all(isinstance(edge, int) and not isinstance(edge, bool) for pair in pairs for edge in pair)
    return ByteRanges(pairs) if whole and all(0 <= begin <= end for begin, end in pairs) else None
