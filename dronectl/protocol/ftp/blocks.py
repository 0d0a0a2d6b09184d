"""Blocks of a file that comes over MAVLink FTP in any order: in memory, or on the disk of whoever reads a long one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from dronectl.protocol.core.byte_ranges import ByteRanges
from dronectl.protocol.ftp.packet import DATA_BYTES, checksum


class Blocks(Protocol):
    """What has come of a file, each block under its offset, a multiple of 239 bytes."""

    @property
    def next(self) -> int:
        """The first offset above everything that came."""

    @property
    def count(self) -> int:
        """How many have come."""

    def __contains__(self, offset: object) -> bool: ...
    def add(self, offset: int, data: bytes) -> None: ...
    def missing(self) -> Iterator[int]:
        """Offsets below ``next`` of which no block has come."""

    def unbroken(self) -> int:
        """How long the beginning without a gap is."""

    def crc32(self) -> int:
        """Of the whole file as the vehicle reckons it, when nothing is missing."""

    def clear(self) -> None: ...


class BlocksInMemory:
    """All bytes; ``data`` is the unbroken beginning."""

    def __init__(self, held: Mapping[int, bytes]) -> None:
        self._blocks = dict(held)
        self.next = max(self._blocks, default=-DATA_BYTES) + DATA_BYTES

    @property
    def count(self) -> int:
        return len(self._blocks)

    @property
    def data(self) -> bytes:
        pieces = []
        offset = 0
        while (block := self._blocks.get(offset)) is not None:
            pieces.append(block)
            offset += DATA_BYTES
        return b"".join(pieces)

    def __contains__(self, offset: object) -> bool:
        return offset in self._blocks

    def add(self, offset: int, data: bytes) -> None:
        self._blocks[offset] = data
        self.next = max(self.next, offset + len(data))

    def missing(self) -> Iterator[int]:
        return (offset for offset in range(0, self.next, DATA_BYTES) if offset not in self._blocks)

    def unbroken(self) -> int:
        return len(self.data)

    def crc32(self) -> int:
        return checksum(self.data)

    def clear(self) -> None:
        self._blocks.clear()
        self.next = 0


class BlocksElsewhere:
    """Only which blocks have come: whoever takes them keeps them, and reckons the checksum of the whole.

    Args:
        had: what is kept already; of a block that is there in part nothing counts.
        crc32_of: of the first so many bytes, as the vehicle reckons it
            (:func:`~dronectl.protocol.ftp.packet.checksum`).
    """

    def __init__(self, had: ByteRanges, crc32_of: Callable[[int], int]) -> None:
        self._crc32_of = crc32_of
        self._had = ByteRanges(
            (-(-begin // DATA_BYTES) * DATA_BYTES, end // DATA_BYTES * DATA_BYTES) for begin, end in had
        )
        self.next = max((end for _, end in self._had), default=0)
        self.count = self._had.covered // DATA_BYTES

    def __contains__(self, offset: object) -> bool:
        assert isinstance(offset, int)
        return next(self._had.missing(offset + 1, offset), None) is None

    def add(self, offset: int, data: bytes) -> None:
        self._had.add(offset, offset + len(data))
        self.next = max(self.next, offset + len(data))
        self.count += 1

    def missing(self) -> Iterator[int]:
        for begin, end in self._had.missing(self.next):
            yield from range(begin // DATA_BYTES * DATA_BYTES, end, DATA_BYTES)

    def unbroken(self) -> int:
        return next((begin for begin, _ in self._had.missing(self.next)), self.next)

    def crc32(self) -> int:
        return self._crc32_of(self.unbroken())

    def clear(self) -> None:
        self._had, self.next, self.count = ByteRanges(), 0, 0
