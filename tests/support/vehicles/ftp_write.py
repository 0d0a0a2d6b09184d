"""Puts a file on a vehicle over MAVLink FTP, to be read from there, and proves it by the vehicle's checksum."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import Mismatch, NoAnswer
from dronectl.protocol.core.machine import Effect, MachineProgress, Send
from dronectl.protocol.ftp.ftp_machine import FtpMachine, answer_to, sent_before
from dronectl.protocol.ftp.packet import DATA_BYTES, FtpPacket, Opcode, checksum

_WINDOW = 4


class FtpWrite(FtpMachine[int]):
    """``outcome``: the bytes that are on board with the right CRC32; ``NoAnswer``, ``Refused`` or ``Mismatch``. After
    one of these the file on board may be a part."""

    def __init__(self, path: str, data: bytes, *, session: int, timeout_s: float = 1.0, attempts: int = 10) -> None:
        super().__init__(path, session=session, timeout_s=timeout_s, attempts=attempts)
        self._data = data
        self._unsent = 0
        self._done_bytes = 0
        self._writes: dict[int, FtpPacket] = {}
        """Writes under way by the sequence number of their answer."""
        self._timeouts = 0

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._open(now_s)

    def _open(self, now_s: float) -> Sequence[Effect]:
        return self._ask(Opcode.CREATE_FILE, self._on_open, now_s)

    def _on_open(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        instead = self._opened(reply, now_s)
        return self._go_on(now_s) if instead is None else instead

    def _go_on(self, now_s: float) -> Sequence[Effect]:
        effects: list[Effect] = []
        while self._unsent < len(self._data) and len(self._writes) < _WINDOW:
            effects.append(self._write(self._unsent))
            self._unsent += DATA_BYTES
        if not self._writes:
            return self._ask(Opcode.TERMINATE_SESSION, self._on_closed, now_s, data=b"")
        self.deadline_s = now_s + self._timeout_s
        return effects

    def _on_reply(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        written = self._writes.pop(reply.sequence, None) if reply.request_opcode == Opcode.WRITE_FILE else None
        if written is None:
            return ()
        if reply.nak is not None:
            return self._refuse(reply)
        self._timeouts = 0
        self._done_bytes += len(written.data)
        # Writes are answered in their order: what was sent before the answered one got lost, or its answer did.
        lost = [self._writes.pop(answer) for answer in sent_before(self._writes, reply.sequence)]
        again = [self._write(packet.offset) for packet in lost]
        return [MachineProgress(self._done_bytes, len(self._data)), *again, *self._go_on(now_s)]

    def _write(self, offset: int) -> Send:
        data = self._data[offset : offset + DATA_BYTES]
        packet = self._packet(Opcode.WRITE_FILE, data=data, offset=offset)
        self._writes[answer_to(packet)] = packet
        return packet.as_message()

    def _on_quiet(self, now_s: float) -> Sequence[Effect]:
        self._timeouts += 1
        if self._timeouts >= self._attempts:
            return self._give_up(NoAnswer(f"{self.path}: the file transfer stopped at {self._done_bytes} bytes"))
        self.deadline_s = now_s + self._timeout_s
        return [packet.as_message() for packet in self._writes.values()]

    def _on_closed(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        if reply.nak is not None:
            return self._refuse(reply)
        return self._ask(Opcode.CALC_FILE_CRC32, self._on_checksum, now_s)

    def _on_checksum(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        if reply.nak is not None:
            return self._refuse(reply)
        if reply.data[:4] != checksum(self._data).to_bytes(4, "little"):
            return self._give_up(Mismatch(f"{self.path}: what is on board is not what was written"))
        self._finish(len(self._data))
        return ()
