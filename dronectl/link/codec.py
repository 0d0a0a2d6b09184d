"""Bytes to frames to messages and back. pymavlink's ardupilotmega dialect is the table of messages.

Framing and field packing are done here and not by pymavlink's parser: it reads byte by byte, and a checksum of each
frame in Python would cost more than all the rest at 50 Hz telemetry. (https://mavlink.io/en/guide/serialization.html)
"""

from __future__ import annotations

import struct
from binascii import crc_hqx
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.link.control_status import control_status_class, definition
from dronectl.link.signing.signer import SIGNATURE_BYTES, Sign
from dronectl.model.message import Message
from dronectl.model.text.plain_text import plain

_MAGIC_1, _MAGIC_2 = 0xFE, 0xFD
_SIGNED = 0x01
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def checksum(data: bytes, extra: int) -> int:
    """CRC-16/MCRF4XX over the frame without its magic byte, and the message's extra byte.

    The standard library's CRC runs most significant bit first; MAVLink's is its mirror image.
    """
    mirrored = crc_hqx((data + bytes((extra,))).translate(_REVERSED), 0xFFFF)
    return _REVERSED[mirrored & 0xFF] << 8 | _REVERSED[mirrored >> 8]


@dataclass(frozen=True, slots=True)
class MavlinkFrame:
    """One frame with a right checksum (or of a message that the dialect does not know, whose checksum cannot be
    checked: ``is_known`` False). ``raw`` is the whole frame as it came."""

    raw: bytes
    message_id: int
    sequence: int
    system_id: int
    component_id: int
    payload: bytes
    is_known: bool

    def message(self) -> Message | None:
        """Decoded; None when the dialect does not know it."""
        layout = LAYOUTS.get(self.message_id)
        if layout is None:
            return None
        return Message(layout.name, layout.unpack(self.payload), self.system_id, self.component_id)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    is_text: bool
    is_piece: bool
    """A piece of a text, cut between any two bytes: whoever joins them makes words of it."""
    start: int
    count: int
    """0: a plain value."""


class MessageLayout:
    """How one message lies in its payload."""

    def __init__(self, message_class: Any) -> None:
        self.name: str = message_class.msgname
        self.message_id: int = message_class.id
        self.crc_extra: int = message_class.crc_extra
        self.field_names = frozenset(message_class.fieldnames)
        self._struct: struct.Struct = message_class.unpacker
        types = dict(zip(message_class.fieldnames, message_class.fieldtypes, strict=True))
        self._fields: list[_Field] = []
        start = 0
        for index, name in enumerate(message_class.ordered_fieldnames):
            # pymavlink keeps lengths in wire order; text is one struct value, an array is several.
            is_text = types[name] == "char" and message_class.array_lengths[index] > 0
            length = message_class.array_lengths[index]
            is_piece = (self.name, name) == ("STATUSTEXT", "text")
            self._fields.append(_Field(name, is_text, is_piece, start, 0 if is_text else length))
            start += 1 if is_text or length == 0 else length

    def unpack(self, payload: bytes) -> dict[str, Any]:
        """Field values by name: numbers, str (as one plain line), or lists. Cut zeros and unknown extensions are made
        up for."""
        size = self._struct.size
        values = self._struct.unpack(payload.ljust(size, b"\0") if len(payload) < size else payload[:size])
        fields: dict[str, Any] = {}
        for item in self._fields:
            if item.count:
                fields[item.name] = list(values[item.start : item.start + item.count])
            elif item.is_text:
                text = values[item.start].split(b"\0", 1)[0]
                pieces = text.decode("utf-8", "surrogateescape") if item.is_piece else None
                fields[item.name] = plain(text.decode("utf-8", "replace")) if pieces is None else pieces
            else:
                fields[item.name] = values[item.start]
        return fields

    def pack(self, fields: Mapping[str, Any]) -> bytes:
        """The payload with trailing zeros cut, as MAVLink 2 wants it; fields left out are zero.

        Raises:
            ValueError: a field that the message does not have, or a value that does not fit into its field.
        """
        unknown = fields.keys() - self.field_names
        if unknown:
            raise ValueError(f"{self.name} has no field {', '.join(sorted(unknown))}")
        values: list[Any] = []
        for item in self._fields:
            value = fields.get(item.name)
            if item.count:
                given: Sequence[Any] = () if value is None else list(value)
                values.extend([*given, *(0,) * (item.count - len(given))])
            elif item.is_text:
                values.append(b"" if value is None else value.encode() if isinstance(value, str) else value)
            else:
                values.append(0 if value is None else value)
        try:
            payload = self._struct.pack(*values)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"{self.name}: {error}") from error
        return payload.rstrip(b"\0") or payload[:1]


LAYOUTS: dict[int, MessageLayout] = {}
LAYOUTS_BY_NAME: dict[str, MessageLayout] = {}
for _message_class in dialect.mavlink_map.values():
    _layout = MessageLayout(_message_class)
    LAYOUTS[_layout.message_id] = LAYOUTS_BY_NAME[_layout.name] = _layout


_extra = checksum(definition()[:-1], definition()[-1])
_layout = MessageLayout(control_status_class((_extra & 0xFF) ^ (_extra >> 8)))
LAYOUTS.setdefault(_layout.message_id, _layout)
LAYOUTS_BY_NAME.setdefault(_layout.name, _layout)


class FrameParser:
    """Finds frames in one byte stream. Garbage is skipped; a frame with a wrong checksum is counted and its bytes are
    searched again from the next one, so that a true frame inside is not lost with it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.skipped_bytes = 0

    def feed(self, data: bytes) -> Iterator[MavlinkFrame]:
        """The frames that these bytes complete. Take all of them: what is not taken stays in the buffer."""
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> MavlinkFrame | None:
        buffer = self._buffer
        while buffer:
            if buffer[0] not in (_MAGIC_1, _MAGIC_2):
                self._skip_to_magic()
                continue
            length = _frame_length(buffer)
            if length is None or len(buffer) < length:
                return None
            frame = _frame_of(bytes(buffer[:length]))
            # A message that the dialect does not know has no checksum to trust: it must at least end where one begins.
            ends_well = len(buffer) == length or buffer[length] in (_MAGIC_1, _MAGIC_2)
            if frame is not None and (frame.is_known or ends_well):
                del buffer[:length]
                return frame
            self._drop(1)
        return None

    def _skip_to_magic(self) -> None:
        places = (self._buffer.find(_MAGIC_2), self._buffer.find(_MAGIC_1))
        found = [place for place in places if place >= 0]
        self._drop(min(found) if found else len(self._buffer))

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self.skipped_bytes += count


def _frame_length(buffer: bytearray) -> int | None:
    """Of the frame that begins here; None while too little has come to tell."""
    if len(buffer) < 3:
        return None
    if buffer[0] == _MAGIC_1:
        return buffer[1] + 8
    return buffer[1] + 12 + (SIGNATURE_BYTES if buffer[2] & _SIGNED else 0)


def _frame_of(raw: bytes) -> MavlinkFrame | None:
    """None when the checksum or the flags are wrong."""
    length = raw[1]
    if raw[0] == _MAGIC_2:
        if raw[2] & ~_SIGNED:
            return None  # an incompatibility flag that we do not know: the frame must not be read
        head, sequence, system_id, component_id = 10, raw[4], raw[5], raw[6]
        message_id = raw[7] | raw[8] << 8 | raw[9] << 16
    else:
        head, sequence, system_id, component_id, message_id = 6, raw[2], raw[3], raw[4], raw[5]
    end = head + length
    layout = LAYOUTS.get(message_id)
    if layout is not None and checksum(raw[1:end], layout.crc_extra) != raw[end] | raw[end + 1] << 8:
        return None
    return MavlinkFrame(raw, message_id, sequence, system_id, component_id, raw[head:end], layout is not None)


def whole_frame(raw: bytes) -> MavlinkFrame | None:
    """The frame that these bytes are; None when they are not one whole right frame."""
    if len(raw) < 3 or raw[0] not in (_MAGIC_1, _MAGIC_2) or _frame_length(bytearray(raw[:3])) != len(raw):
        return None
    return _frame_of(raw)


class Encoder:
    """Writes MAVLink 2 frames of one sender, with its running sequence number."""

    def __init__(self, system_id: int, component_id: int) -> None:
        self._system_id = system_id
        self._component_id = component_id
        self._sequence = 0

    def encode(self, name: str, fields: Mapping[str, Any], sign: Sign | None = None) -> bytes:
        """One frame, signed when ``sign`` is given.

        Raises:
            ValueError: no such message or field, or a value that does not fit.
        """
        layout = LAYOUTS_BY_NAME.get(name)
        if layout is None:
            raise ValueError(f"no MAVLink message {name}")
        return self.frame(layout.message_id, layout.crc_extra, layout.pack(fields), sign)

    def relayed(self, frame: MavlinkFrame, sign: Sign | None = None) -> bytes:
        """What another process says, under its own ids, numbered and signed as what we say ourselves.

        A message that the dialect does not know is given on as it is.
        """
        layout = LAYOUTS.get(frame.message_id)
        if layout is None:
            return frame.raw
        who = (frame.system_id, frame.component_id)
        return self.frame(layout.message_id, layout.crc_extra, frame.payload, sign, who)

    def frame(
        self,
        message_id: int,
        crc_extra: int,
        payload: bytes,
        sign: Sign | None = None,
        who: tuple[int, int] | None = None,
    ) -> bytes:
        """A frame around a payload that is packed already. ``who``: in whose name; None: in ours."""
        system_id, component_id = who or (self._system_id, self._component_id)
        head = struct.pack(
            "<BBBBBBHB",
            len(payload),
            0 if sign is None else _SIGNED,
            0,
            self._sequence,
            system_id,
            component_id,
            message_id & 0xFFFF,
            message_id >> 16,
        )
        self._sequence = (self._sequence + 1) % 256
        body = head + payload
        raw = bytes((_MAGIC_2,)) + body + struct.pack("<H", checksum(body, crc_extra))
        return raw if sign is None else raw + sign(raw)


def has_target(name: str) -> tuple[bool, bool]:
    """Whether this message names a target system and a target component."""
    layout = LAYOUTS_BY_NAME[name]
    return "target_system" in layout.field_names, "target_component" in layout.field_names
