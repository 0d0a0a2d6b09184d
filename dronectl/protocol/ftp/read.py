"""Reads a file over MAVLink FTP: one burst, then what is missing of it by offset."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeVar

from dronectl.errors import InputError, Mismatch, NoAnswer
from dronectl.protocol.core.machine import Effect, MachineProgress
from dronectl.protocol.ftp.blocks import Blocks, BlocksElsewhere, BlocksInMemory
from dronectl.protocol.ftp.ftp_machine import FtpMachine, answer_to, sent_before
from dronectl.protocol.ftp.packet import DATA_BYTES, FtpPacket, Nak, Opcode

_WINDOW = 4
"""Reads under way at a time: ArduPilot queues five requests and drops what is more."""
_LOST_SESSION = (Nak.FILE_NOT_FOUND, Nak.INVALID_SESSION)
_DEFAULT_MAX_BYTES = 64 * 1024 * 1024
T = TypeVar("T")


class _Reading(FtpMachine[T]):
    """What both readers do; ``blocks`` is what has come."""

    gives_way = True

    def __init__(
        self,
        path: str,
        blocks: Blocks,
        *,
        session: int,
        verify: bool,
        max_bytes: int,
        timeout_s: float,
        attempts: int,
    ) -> None:
        super().__init__(path, session=session, timeout_s=timeout_s, attempts=attempts)
        self._blocks = blocks
        self._verify = verify or blocks.count > 0
        self._max_bytes = max_bytes
        self._size_hint = 0
        self._end: int | None = None
        self._burst_ended = False
        self._bursting = False
        self._gaps: deque[int] = deque()
        self._reads: dict[int, int] = {}
        """Reads under way: the sequence number of the answer → offset."""
        self._timeouts = 0
        self._reopenings = 3

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._open(now_s)

    def _open(self, now_s: float) -> Sequence[Effect]:
        return self._ask(Opcode.OPEN_FILE_RO, self._on_open, now_s)

    def _on_open(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        instead = self._opened(reply, now_s)
        if instead is not None:
            return instead
        self._size_hint = int.from_bytes(reply.data[:4], "little")
        return self._go_on(now_s)

    def _on_reply(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        if reply.request_opcode not in (Opcode.READ_FILE, Opcode.BURST_READ_FILE):
            return ()
        offset = self._reads.pop(reply.sequence, None)
        if offset is not None:
            # Reads are answered in their order: what was asked for before got lost, or its answer did.
            self._gaps.extendleft(self._reads.pop(answer) for answer in sent_before(self._reads, reply.sequence))
        if reply.nak is not None:
            return self._on_nak(reply, offset, now_s)
        if reply.offset % DATA_BYTES or not reply.data:
            return ()
        if reply.offset + len(reply.data) > self._max_bytes:
            return self._give_up(InputError(f"{self.path}: is larger than {self._max_bytes} bytes"))
        is_new = reply.offset not in self._blocks
        if is_new:
            self._keep(reply.offset, reply.data)
            self._timeouts = 0
            self.deadline_s = now_s + self._timeout_s
        if len(reply.data) < DATA_BYTES and is_new:
            self._end_at(reply.offset + len(reply.data))
        if self._end is not None and self._blocks.next > self._end:
            return self._changed()
        if reply.burst_complete and reply.request_opcode == Opcode.BURST_READ_FILE:
            self._bursting = False
        came_bytes = self._blocks.count * DATA_BYTES
        progress = MachineProgress(came_bytes, max(self._size_hint, came_bytes))
        return [progress] if self._bursting else [progress, *self._go_on(now_s)]

    def _on_nak(self, reply: FtpPacket, offset: int | None, now_s: float) -> Sequence[Effect]:
        is_burst = reply.request_opcode == Opcode.BURST_READ_FILE
        if not is_burst and offset is None:
            return ()  # a late answer to a read that has been given up
        if reply.nak in _LOST_SESSION and self._reopenings > 0:
            return self._reopen(now_s)
        if reply.nak != Nak.END_OF_FILE:
            return self._refuse(reply)
        if is_burst:
            self._bursting, self._burst_ended = False, True
        elif offset == self._blocks.next:
            self._end_at(self._blocks.next)
        else:
            return self._changed()
        return self._go_on(now_s)

    def _on_quiet(self, now_s: float) -> Sequence[Effect]:
        self._timeouts += 1
        if self._timeouts >= self._attempts:
            return self._give_up(NoAnswer(f"{self.path}: the file transfer stopped at {self._blocks.unbroken()} bytes"))
        self._bursting = False
        self._reads.clear()
        self._gaps.clear()
        return self._go_on(now_s)

    def _reopen(self, now_s: float) -> Sequence[Effect]:
        """The vehicle restarted, or let another session in. Without a checksum old and new might not fit together."""
        self._reopenings -= 1
        self._bursting = self._burst_ended = False
        self._reads.clear()
        self._gaps.clear()
        if not self._verify:
            self._blocks.clear()
            self._end = None
        return self._open(now_s)

    def _go_on(self, now_s: float) -> Sequence[Effect]:
        """The next requests: the tail by burst, then the gaps by offset, then the end of what has no short block."""
        if self._end is None and not self._burst_ended:
            self._bursting = True
            self.deadline_s = now_s + self._timeout_s
            burst = self._packet(Opcode.BURST_READ_FILE, offset=self._blocks.next, wanted_bytes=DATA_BYTES)
            return [burst.as_message()]
        if not self._gaps and not self._reads:
            self._gaps.extend(self._blocks.missing())
            if not self._gaps:
                if self._end is not None:
                    return self._close(now_s)
                self._gaps.append(self._blocks.next)
        effects: list[Effect] = []
        while self._gaps and len(self._reads) < _WINDOW:
            offset = self._gaps.popleft()
            if offset not in self._blocks:
                packet = self._packet(Opcode.READ_FILE, offset=offset, wanted_bytes=DATA_BYTES)
                self._reads[answer_to(packet)] = offset
                effects.append(packet.as_message())
                self.deadline_s = now_s + self._timeout_s
        return effects if effects or self._reads else self._go_on(now_s)

    def _end_at(self, end: int) -> None:
        self._end = end if self._end is None else min(end, self._end)
        self._bursting, self._burst_ended = False, True

    def _changed(self) -> Sequence[Effect]:
        return self._give_up(Mismatch(f"{self.path}: changed while it was read", hint="read it again"))

    def _close(self, now_s: float) -> Sequence[Effect]:
        if self._verify:
            return self._ask(Opcode.CALC_FILE_CRC32, self._on_checksum, now_s)
        return self._finish_with_data()

    def _on_checksum(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        if reply.nak is not None:
            return self._refuse(reply)
        if reply.data[:4] != self._blocks.crc32().to_bytes(4, "little"):
            return self._give_up(Mismatch(f"{self.path}: the vehicle's checksum is another one", hint="read it again"))
        return self._finish_with_data()

    def _finish_with_data(self) -> Sequence[Effect]:
        """The file is here: whether the vehicle hears that the session is over changes nothing about it."""
        self._finish(self._result())
        return [self._terminate()]

    def _keep(self, offset: int, data: bytes) -> None:
        self._blocks.add(offset, data)

    def _result(self) -> T:
        raise NotImplementedError


class FtpRead(_Reading[bytes]):
    """``outcome``: the file's bytes; ``NoAnswer``, ``Refused`` (the message has the vehicle's reason), ``Mismatch``
    (the checksum is another one, or the file changed while it was read), or ``InputError`` (larger than ``max_bytes``).

    Args:
        have: the beginning of the file, as :attr:`so_far` left it; only what follows is fetched. Needs ``verify``.
        verify: hold the whole file against the vehicle's CRC32 of it. Not for ``@PARAM/param.pck``: ArduPilot makes
            such files anew for each reader, with a padding that depends on how they are read.
    """

    def __init__(
        self,
        path: str,
        *,
        session: int,
        have: bytes = b"",
        verify: bool = True,
        max_bytes: int = _DEFAULT_MAX_BYTES,
        timeout_s: float = 1.0,
        attempts: int = 10,
    ) -> None:
        whole = range(0, len(have) - DATA_BYTES + 1, DATA_BYTES)
        self._in_memory = BlocksInMemory({offset: have[offset : offset + DATA_BYTES] for offset in whole})
        super().__init__(
            path,
            self._in_memory,
            session=session,
            verify=verify,
            max_bytes=max_bytes,
            timeout_s=timeout_s,
            attempts=attempts,
        )

    @property
    def so_far(self) -> bytes:
        """The unbroken beginning of the file that has come."""
        return self._in_memory.data

    def _result(self) -> bytes:
        return self.so_far


class FtpDownload(_Reading[int]):
    """A file of any length, of which no more is in memory than has come since the last :meth:`take`.

    ``outcome``: its size, when the checksum of what was taken is the vehicle's; else as :class:`FtpRead`.
    """

    def __init__(
        self,
        path: str,
        blocks: BlocksElsewhere,
        *,
        session: int,
        max_bytes: int,
        timeout_s: float = 1.0,
        attempts: int = 10,
    ) -> None:
        super().__init__(
            path, blocks, session=session, verify=True, max_bytes=max_bytes, timeout_s=timeout_s, attempts=attempts
        )
        self._fresh: list[tuple[int, bytes]] = []

    def take(self) -> list[tuple[int, bytes]]:
        """What has come since the last call: offsets and bytes, each once; for whoever keeps them in a file."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _keep(self, offset: int, data: bytes) -> None:
        super()._keep(offset, data)
        self._fresh.append((offset, data))

    def _result(self) -> int:
        return self._blocks.unbroken()
