"""The vehicle's side of MAVLink FTP.

ArduPilot 4.5 has one session, whoever asks; 4.7 has five, each of one client and one session number, and one file in
each. Either answers one request after the other.
"""

from __future__ import annotations

import binascii
import math
from collections import deque
from dataclasses import dataclass, replace

from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.vehicle.firmware import DEFAULT, Firmware

NONE, TERMINATE, RESET, LIST, OPEN_READ, READ, CREATE, WRITE, CRC, BURST = 0, 1, 2, 3, 4, 5, 6, 7, 14, 15
ACK, NAK = 128, 129
FAIL, BAD_SIZE, BAD_SESSION, NO_SESSION, END_OF_FILE, NOT_FOUND = 1, 3, 4, 5, 6, 10
_DATA_BYTES = 239
_PAYLOAD_BYTES = 251
_QUEUE = 5
_IDLE_S = 3.0
_BLOCKS_PER_STEP = 20


@dataclass(frozen=True, slots=True)
class FtpRequest:
    """A request or a reply, of or to one client (system, component)."""

    client: tuple[int, int]
    seq: int
    session: int
    opcode: int
    size: int
    request: int
    complete: bool
    offset: int
    data: bytes

    @classmethod
    def parse(cls, client: tuple[int, int], payload: bytes) -> FtpRequest:
        raw = payload.ljust(_PAYLOAD_BYTES, b"\0")
        seq, offset = int.from_bytes(raw[:2], "little"), int.from_bytes(raw[8:12], "little")
        return cls(client, seq, raw[2], raw[3], raw[4], raw[5], bool(raw[6]), offset, raw[12:_PAYLOAD_BYTES])

    def payload(self) -> bytes:
        head = bytes((self.session, self.opcode, self.size, self.request, self.complete, 0))
        raw = self.seq.to_bytes(2, "little") + head + self.offset.to_bytes(4, "little") + self.data
        return raw.ljust(_PAYLOAD_BYTES, b"\0")

    def path(self) -> str | None:
        """The path of a request; None when its size does not say the same as its end."""
        name = self.data.split(b"\0", 1)[0]
        return name.decode("utf-8", "replace") if name and len(name) == self.size else None


@dataclass(slots=True)
class _Open:
    path: str
    session: int
    is_writing: bool
    content: bytes | None = None
    """Read files are made at the first read, for that reader's block size."""
    block_bytes: int = 0


@dataclass(slots=True)
class _Session:
    """A place for one open file. ``owner``: client and session number, where each has its own."""

    owner: tuple[tuple[int, int], int] | None = None
    file: _Open | None = None
    sent_s: float = -math.inf
    """When it last said something; never, or terminated since: minus infinity."""


@dataclass(slots=True)
class _Burst:
    request: FtpRequest
    block_bytes: int
    sent: int = 0


class FtpServer:
    """Requests in, replies out; :meth:`step` goes on with a burst. Meanwhile five requests wait; more are lost."""

    def __init__(self, files: VehicleFiles, firmware: Firmware = DEFAULT) -> None:
        self._files = files
        self._burst_blocks = firmware.ftp_burst_blocks
        self._sessions = [_Session() for _ in range(firmware.ftp_sessions)]
        self._session = self._sessions[0]
        """That of the request being served."""
        self._last: FtpRequest | None = None
        self._burst: _Burst | None = None
        self._waiting: deque[FtpRequest] = deque()

    @property
    def is_busy(self) -> bool:
        return self._burst is not None or bool(self._waiting)

    def handle(self, request: FtpRequest, now_s: float) -> list[FtpRequest]:
        if self.is_busy:
            if len(self._waiting) < _QUEUE:
                self._waiting.append(request)
            return []
        return self._serve(request, now_s)

    def step(self, now_s: float) -> list[FtpRequest]:
        replies: list[FtpRequest] = []
        if self._burst is not None:
            replies += self._burst_on(self._burst, now_s)
        while self._burst is None and self._waiting:
            replies += self._serve(self._waiting.popleft(), now_s)
        return replies

    def _serve(self, request: FtpRequest, now_s: float) -> list[FtpRequest]:
        if len(self._sessions) > 1:
            if request.opcode == RESET:
                return [self._reset(request)]
            if not self._find_session(request, now_s):
                return [_nak(request, NO_SESSION)]
        last = self._last
        again = (request.client, request.session, (request.seq + 1) % 65536)
        if last is not None and again == (last.client, last.session, last.seq):
            self._session.sent_s = now_s
            return [last]
        reply = self._answer(request, now_s)
        if reply is None:
            return []
        self._last = reply
        self._session.sent_s = -math.inf if request.opcode == TERMINATE else now_s
        return [reply]

    def _find_session(self, request: FtpRequest, now_s: float) -> bool:
        """Its own session, or the one that has been silent the longest; False when that is in use."""
        owner = (request.client, request.session)
        found = next((one for one in self._sessions if one.owner == owner), None)
        if found is None:
            found = min(self._sessions, key=lambda one: one.sent_s)
            if now_s - found.sent_s < _IDLE_S:
                return False
            found.owner, found.file, found.sent_s = owner, None, -math.inf
        self._session = found
        return True

    def _reset(self, request: FtpRequest) -> FtpRequest:
        """All sessions of this client end; the answer is not said again."""
        for one in self._sessions:
            if one.owner is not None and one.owner[0] == request.client:
                one.file, one.sent_s = None, -math.inf
        return _ack(request)

    def _answer(self, request: FtpRequest, now_s: float) -> FtpRequest | None:
        session = self._session
        is_idle = now_s - session.sent_s >= _IDLE_S
        if session.file is not None and session.file.session != request.session:
            if request.opcode in (TERMINATE, RESET):
                return _ack(request)
            if not is_idle:
                return _nak(request, BAD_SESSION)
            session.file = None
        if request.opcode in (TERMINATE, RESET):
            session.file = None
            return _ack(request)
        if request.opcode in (OPEN_READ, CREATE):
            return self._open_file(request, is_idle=is_idle)
        if request.opcode in (ACK, NAK):
            return None
        answers = {
            LIST: self._list,
            READ: self._read,
            WRITE: self._write,
            CRC: self._checksum,
            BURST: self._begin_burst,
            NONE: _ack,
        }
        answer = answers.get(request.opcode)
        return _nak(request, FAIL) if answer is None else answer(request)

    def _list(self, request: FtpRequest) -> FtpRequest:
        path = request.path()
        if path is None:
            return _nak(request, BAD_SIZE)
        entries = self._files.entries(path)
        if entries is None:
            return _nak(request, NOT_FOUND)
        data = b""
        for entry in entries[request.offset :]:
            piece = entry.encode() + b"\0\0"
            if len(data) + len(piece) > _DATA_BYTES:
                break
            data += piece
        return _ack(request, data, offset=request.offset) if data else _nak(request, END_OF_FILE)

    def _open_file(self, request: FtpRequest, *, is_idle: bool) -> FtpRequest:
        path, session = request.path(), self._session
        may_take_over = is_idle and (request.opcode == OPEN_READ or len(self._sessions) == 1)
        if session.file is not None and not may_take_over:
            return _nak(request, FAIL)
        if path is None:
            return _nak(request, BAD_SIZE)
        if request.opcode == CREATE:
            if not self._files.create(path):
                return _nak(request, FAIL)
            session.file = _Open(path, request.session, is_writing=True)
            return _ack(request)
        size = self._files.size_bytes(path)
        if size is None:
            return _nak(request, NOT_FOUND)
        session.file = _Open(path, request.session, is_writing=False)
        return _ack(request, size.to_bytes(4, "little"))

    def _block(self, offset: int, size: int) -> bytes | int:
        """A block of the open file, or why there is none."""
        file = self._session.file
        if file is None:
            return NOT_FOUND
        if file.is_writing:
            return FAIL
        if file.content is None:
            file.block_bytes = size
            file.content = self._files.read(file.path, block_bytes=size) or b""
        if size != file.block_bytes and file.path.startswith("@PARAM"):
            return FAIL
        return file.content[offset : offset + size] or END_OF_FILE

    def _read(self, request: FtpRequest) -> FtpRequest:
        found = self._block(request.offset, min(request.size, _DATA_BYTES))
        if isinstance(found, int):
            return _nak(request, found)
        return _ack(request, found, offset=request.offset)

    def _begin_burst(self, request: FtpRequest) -> FtpRequest | None:
        size = min(request.size or _DATA_BYTES, _DATA_BYTES)
        found = self._block(request.offset, size)
        if isinstance(found, int):
            return _nak(request, found)
        self._burst = _Burst(request, size)
        return None

    def _burst_on(self, burst: _Burst, now_s: float) -> list[FtpRequest]:
        replies: list[FtpRequest] = []
        for _ in range(_BLOCKS_PER_STEP):
            offset = burst.request.offset + burst.sent * burst.block_bytes
            found = self._block(offset, burst.block_bytes)
            burst.sent += 1
            numbered = replace(burst.request, seq=(burst.request.seq + burst.sent - 1) % 65536)
            if isinstance(found, int):
                replies.append(_nak(numbered, found))
            else:
                is_short = len(self._sessions) > 1 and len(found) < burst.block_bytes
                reply = _ack(numbered, found, offset=offset)
                replies.append(replace(reply, complete=is_short or burst.sent == self._burst_blocks))
            if isinstance(found, int) or burst.sent == self._burst_blocks:
                self._burst = None
                break
        self._last, self._session.sent_s = replies[-1], now_s
        return replies

    def _write(self, request: FtpRequest) -> FtpRequest:
        file = self._session.file
        if file is None:
            return _nak(request, NOT_FOUND)
        if not file.is_writing or request.size > _DATA_BYTES:
            return _nak(request, FAIL)
        if not self._files.write(file.path, request.offset, request.data[: request.size]):
            return _nak(request, FAIL)
        return _ack(request, offset=request.offset)

    def _checksum(self, request: FtpRequest) -> FtpRequest:
        path = request.path()
        content = None if path is None else self._files.read(path, block_bytes=64)
        if content is None:
            return _nak(request, BAD_SIZE if path is None else NOT_FOUND)
        # Begun with 0 and left as it is, unlike zip's.
        value = binascii.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
        return _ack(request, value.to_bytes(4, "little"))


def _ack(request: FtpRequest, data: bytes = b"", *, offset: int = 0) -> FtpRequest:
    return _reply(request, ACK, data, offset)


def _nak(request: FtpRequest, reason: int) -> FtpRequest:
    return _reply(request, NAK, bytes((reason,)), 0)


def _reply(request: FtpRequest, opcode: int, data: bytes, offset: int) -> FtpRequest:
    seq = (request.seq + 1) % 65536
    return FtpRequest(request.client, seq, request.session, opcode, len(data), request.opcode, False, offset, data)
