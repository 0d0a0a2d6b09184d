"""The payload of FILE_TRANSFER_PROTOCOL. (https://mavlink.io/en/services/ftp.html)"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from dronectl.model.message import Message
from dronectl.protocol.core.machine import Send

MESSAGE = "FILE_TRANSFER_PROTOCOL"
DATA_BYTES = 239
"""Most bytes of data in one packet; also the size of every block that is read."""
_HEAD = struct.Struct("<HBBBBBxI")
_PAYLOAD_BYTES = _HEAD.size + DATA_BYTES


class Opcode(IntEnum):
    """Requests, and the two kinds of reply."""

    TERMINATE_SESSION = 1
    RESET_SESSIONS = 2
    LIST_DIRECTORY = 3
    OPEN_FILE_RO = 4
    READ_FILE = 5
    CREATE_FILE = 6
    WRITE_FILE = 7
    CALC_FILE_CRC32 = 14
    BURST_READ_FILE = 15
    ACK = 128
    NAK = 129


class Nak(IntEnum):
    """Why a request was refused."""

    FAIL = 1
    FAIL_ERRNO = 2
    INVALID_DATA_SIZE = 3
    INVALID_SESSION = 4
    NO_SESSIONS_AVAILABLE = 5
    END_OF_FILE = 6
    UNKNOWN_COMMAND = 7
    FILE_EXISTS = 8
    FILE_PROTECTED = 9
    FILE_NOT_FOUND = 10


@dataclass(frozen=True, slots=True)
class FtpPacket:
    """One request or reply; ``request_opcode`` is what a reply answers."""

    sequence: int
    session: int
    opcode: int
    request_opcode: int = 0
    burst_complete: bool = False
    offset: int = 0
    data: bytes = b""
    wanted_bytes: int | None = None
    """The size field of a read request, which carries no data."""

    @property
    def nak(self) -> int | None:
        """The error code of a refusal; None for anything else."""
        if self.opcode != Opcode.NAK:
            return None
        return self.data[0] if self.data else int(Nak.FAIL)

    @property
    def refusal(self) -> str:
        """The vehicle's reason in words."""
        code = self.nak
        if code == Nak.FAIL_ERRNO and len(self.data) > 1:
            return f"error {self.data[1]} of its file system"
        names = {int(known): known.name for known in Nak}
        return names[code].lower().replace("_", " ") if code in names else f"error {code}"

    def as_message(self) -> Send:
        """The message that carries it."""
        size = len(self.data) if self.wanted_bytes is None else self.wanted_bytes
        head = _HEAD.pack(
            self.sequence, self.session, self.opcode, size, self.request_opcode, self.burst_complete, self.offset
        )
        return Send(MESSAGE, {"payload": list((head + self.data).ljust(_PAYLOAD_BYTES, b"\0"))})


def reply_of(message: Message) -> FtpPacket | None:
    """The reply in a message; None when it is none, or names more data than it can carry."""
    if message.name != MESSAGE:
        return None
    payload = bytes(message["payload"]).ljust(_PAYLOAD_BYTES, b"\0")
    sequence, session, opcode, size, request_opcode, complete, offset = _HEAD.unpack_from(payload)
    if opcode not in (Opcode.ACK, Opcode.NAK) or size > DATA_BYTES:
        return None
    data = payload[_HEAD.size : _HEAD.size + size]
    return FtpPacket(sequence, session, opcode, request_opcode, bool(complete), offset, data)


def checksum(data: bytes | Iterable[bytes]) -> int:
    """CalcFileCRC32 of bytes or of pieces of them: the usual polynomial, begun with 0 and not inverted at the end."""
    crc = 0xFFFFFFFF
    for piece in (data,) if isinstance(data, bytes) else data:
        crc = zlib.crc32(piece, crc)
    return crc ^ 0xFFFFFFFF
