"""What every file operation over MAVLink FTP shares: one question at a time, repeated until its own answer comes.

A question that is repeated keeps its sequence number: ArduPilot then answers with the same reply again and does
nothing twice. A vehicle has one session; a transfer that someone else left open is closed after 3 s of silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from dronectl.errors import DronectlError, InputError, NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.core.request_timer import RequestTimer
from dronectl.protocol.ftp.packet import DATA_BYTES, FtpPacket, Nak, Opcode, reply_of

T = TypeVar("T")
Then = Callable[[FtpPacket, float], Sequence[Effect]]

_BUSY = (Nak.FAIL, Nak.INVALID_SESSION, Nak.NO_SESSIONS_AVAILABLE)
_IDLE_S = 3.5
"""A session must be silent for more than 3 s before ArduPilot lets another one in."""
_LONGEST_TIMEOUT_S = 6.0
_SEQUENCES = 65536


class FtpMachine(BaseMachine[T]):
    """``session`` (0–255) should differ from the last one used: late replies are told apart by it.

    Raises:
        InputError: the path is empty, has a NUL, or is longer than 239 bytes.
    """

    transfers = True

    def __init__(self, path: str, *, session: int, timeout_s: float = 1.0, attempts: int = 10) -> None:
        super().__init__()
        self._name = path.encode()
        if not 0 < len(self._name) <= DATA_BYTES or b"\0" in self._name:
            raise InputError(f"'{path[:60]}' is no path on a vehicle", hint="1 to 239 bytes, as @PARAM/param.pck")
        self.path = path
        self._session = session % 256
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._sequence = session * 251 % _SEQUENCES
        self._question: FtpPacket | None = None
        self._then: Then = self._ignore
        self._request = RequestTimer(self.link)
        self._asked_s = 0.0
        self._waiting_to_open = False
        self._busy_left = 2

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        is_wanted = self.outcome is None and self._is_for_us(message)
        reply = reply_of(message) if is_wanted else None
        if reply is None:
            return ()
        question = self._question
        if question is None:
            return self._on_reply(reply, now_s) if reply.session == self._session else ()
        if (reply.sequence, reply.request_opcode) != (answer_to(question), question.opcode):
            return ()
        self._question = None
        # Only what was measured without a repetition could be too short; too long a time-out does little harm.
        self._timeout_s = min(max(self._timeout_s, 1.5 * (now_s - self._asked_s)), _LONGEST_TIMEOUT_S)
        return self._then(reply, now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._waiting_to_open:
            self._waiting_to_open = False
            return self._open(now_s)
        if self._question is None:
            return self._on_quiet(now_s)
        if self._request.is_over(now_s):
            return self._on_silence(now_s)
        self.deadline_s = self._request.ask(now_s)
        return [self._question.as_message()]

    def cancel(self, now_s: float) -> Sequence[Effect]:
        return [self._terminate()]

    # For the operations

    def _open(self, now_s: float) -> Sequence[Effect]:
        """(Re)opens the file; only for operations that hold one open."""
        raise NotImplementedError

    def _on_reply(self, reply: FtpPacket, now_s: float) -> Sequence[Effect]:
        """A reply of this session while no question is open."""
        return ()

    def _on_quiet(self, now_s: float) -> Sequence[Effect]:
        """The deadline came while no question is open."""
        return ()

    def _on_silence(self, now_s: float) -> Sequence[Effect]:
        return self._give_up(NoAnswer(self._request.silence(f"the file transfer of {self.path}", now_s)))

    def _ask(
        self, opcode: Opcode, then: Then, now_s: float, *, data: bytes | None = None, offset: int = 0
    ) -> Sequence[Effect]:
        """Asks (about the path, unless ``data`` is given), and again until it is answered: then ``then``."""
        packet = self._packet(opcode, data=self._name if data is None else data, offset=offset)
        self._question, self._then = packet, then
        self._request, self._asked_s = RequestTimer(self.link, timeout_s=self._timeout_s), now_s
        self.deadline_s = self._request.ask(now_s)
        return [packet.as_message()]

    def _packet(
        self, opcode: Opcode, *, data: bytes = b"", offset: int = 0, wanted_bytes: int | None = None
    ) -> FtpPacket:
        """A request with the next sequence number; after a burst, far from any that its replies may have used."""
        packet = FtpPacket(self._sequence, self._session, opcode, offset=offset, data=data, wanted_bytes=wanted_bytes)
        step = 1000 if opcode is Opcode.BURST_READ_FILE else 2
        self._sequence = (self._sequence + step) % _SEQUENCES
        return packet

    def _opened(self, reply: FtpPacket, now_s: float) -> Sequence[Effect] | None:
        """What to do instead when a file could not be opened; None when it is open."""
        if reply.nak is None:
            self._session = reply.session
            return None
        if reply.nak in _BUSY and self._busy_left > 0:
            self._busy_left -= 1
            self._waiting_to_open = True
            self.deadline_s = now_s + _IDLE_S
            if reply.nak == Nak.NO_SESSIONS_AVAILABLE:
                return [self._packet(Opcode.RESET_SESSIONS).as_message()]
            return ()
        return self._refuse(reply)

    def _refuse(self, reply: FtpPacket) -> Sequence[Effect]:
        return self._give_up(Refused(f"{self.path}: the vehicle refused the file transfer: {reply.refusal}"))

    def _give_up(self, error: DronectlError) -> Sequence[Effect]:
        self._finish(error)
        return [self._terminate()]

    def _terminate(self) -> Send:
        return self._packet(Opcode.TERMINATE_SESSION).as_message()

    def _ignore(self, _reply: FtpPacket, _now_s: float) -> Sequence[Effect]:
        return ()


def answer_to(request: FtpPacket) -> int:
    """The sequence number of the reply to a request."""
    return (request.sequence + 1) % _SEQUENCES


def sent_before(pending: Iterable[int], answered: int) -> list[int]:
    """Those of the expected sequence numbers that are older than an answered one, oldest first as they are given."""
    return [answer for answer in pending if (answered - answer) % _SEQUENCES < _SEQUENCES // 2]
