"""What the owner of a link and those who joined it say to each other: whole frames, and what belongs to them.

A record is its kind, the length of its body (big endian) and the body. Both ends run the same version or say so.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from dronectl.model.text.plain_text import plain

PROTOCOL = 1
_HEAD = struct.Struct(">BI")
_FRAME_HEAD = struct.Struct(">BH")
_LONGEST_BODY = 1 << 16
_OLDEST_MS = 0xFFFF
_LONGEST_WORDS = 400
_READ_BYTES = 65_536


class Kind(IntEnum):
    """Who says it: ``>`` the owner, ``<`` a joiner."""

    HELLO = 1
    """< who joins, with which drones."""
    WELCOME = 2
    """> who owns the link, and whether it is up."""
    REFUSED = 3
    """> why not."""
    FRAME = 4
    """> from a vehicle; < to one."""
    SENT = 5
    """> a frame went out; in place of a peer, whose it is."""
    UP = 6
    DOWN = 7
    PEER_GONE = 8
    DENIED = 9
    """> a frame to this system was not sent, and why."""
    GIVE_WAY = 10
    """<> an order wants the way to a drone free."""
    STILL_HERE = 11
    """> said twice a second: an owner that says nothing is frozen."""
    STOP = 12
    """< an owner that runs for its own sake is asked to end."""
    CHALLENGE = 13
    """> what a token of another computer has to answer."""


class BadRecord(Exception):
    """The other side does not speak as this one does."""


@dataclass(frozen=True, slots=True)
class Record:
    kind: Kind
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """
        Raises:
            BadRecord: it is none, or no object.
        """
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRecord(str(error)) from error
        if not isinstance(document, dict):
            raise BadRecord("no JSON object")
        return document

    def of_drone(self, key: str) -> tuple[int, str]:
        """What is said of one drone: its system id, and the text under ``key``.

        Raises:
            BadRecord: it does not say so.
        """
        document = self.json()
        system_id, text = document.get("system_id"), document.get(key)
        if type(system_id) is not int or not 0 <= system_id <= 255 or not isinstance(text, str):
            raise BadRecord(f"no system id, or no {key}")
        return system_id, plain(text)[:_LONGEST_WORDS]

    def text(self) -> str:
        return plain(self.body.decode("utf-8", "replace"))


def packed(kind: Kind, body: bytes | str | Mapping[str, object] = b"") -> bytes:
    """A record; a mapping as JSON, text as UTF-8."""
    if isinstance(body, Mapping):
        body = json.dumps(body, ensure_ascii=False)
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return _HEAD.pack(kind, len(data)) + data


def frame_body(raw: bytes, peer: str, age_s: float = 0.0) -> bytes:
    """A frame with where on the link it came from or goes to, and how long ago it came."""
    named = peer.encode("utf-8", "replace")[:255]
    return _FRAME_HEAD.pack(len(named), min(_OLDEST_MS, round(age_s * 1000.0))) + named + raw


def frame_of_body(body: bytes) -> tuple[bytes, str, float]:
    """The frame, its peer and its age in seconds.

    Raises:
        BadRecord: it is cut.
    """
    if len(body) < _FRAME_HEAD.size:
        raise BadRecord("a frame without its head")
    named, age_ms = _FRAME_HEAD.unpack_from(body)
    start = _FRAME_HEAD.size + named
    return body[start:], body[_FRAME_HEAD.size : start].decode("utf-8", "replace"), age_ms / 1000.0


class RecordReader:
    """Finds the records in a byte stream."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Record]:
        """The records that these bytes complete; of kinds that this version does not know: none.

        Raises:
            BadRecord: a body longer than any record has.
        """
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._buffer)
            if length > _LONGEST_BODY:
                raise BadRecord(f"a record of {length} bytes")
            end = _HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            if kind in Kind._value2member_map_:
                yield Record(Kind(kind), body)


async def records_of(reader: asyncio.StreamReader) -> AsyncGenerator[Record, None]:
    """Every record that comes, until the other side ends.

    Raises:
        BadRecord: it does not speak as this one does. OSError.
    """
    found = RecordReader()
    while data := await reader.read(_READ_BYTES):
        for record in found.feed(data):
            yield record
