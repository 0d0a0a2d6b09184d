"""The wire format of protobuf, as far as TAK's messages need it: numbered fields, within limits.

https://protobuf.dev/programming-guides/encoding/. What is read comes from strangers: whatever is cut, of another kind
than is asked for, or too much, is a ValueError.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

MOST_FIELDS = 200
"""Of one message."""
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Fields:
    """One message: its values by number. Of one that comes several times the last counts, as protobuf has it."""

    values: dict[int, int | float | bytes]

    @classmethod
    def of(cls, data: bytes) -> Fields:
        """
        Raises:
            ValueError: it is no message, or has too many fields.
        """
        found: dict[int, int | float | bytes] = {}
        at = 0
        for _ in range(MOST_FIELDS):
            if at == len(data):
                return cls(found)
            key, at = _varint(data, at)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                found[number], at = _varint(data, at)
                continue
            size = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(kind, 0)
            if kind == _BYTES:
                size, at = _varint(data, at)
            elif not size:
                raise ValueError("no kind of field")
            value = data[at : at + size]
            if len(value) != size:
                raise ValueError("cut")
            found[number] = struct.unpack("<d", value)[0] if kind == _EIGHT_BYTES else value
            at += size
        raise ValueError("too many fields")

    def message(self, number: int) -> Fields:
        """An empty one where there is none."""
        return Fields.of(self.data(number))

    def text(self, number: int) -> str:
        return self.data(number).decode("utf-8")

    def data(self, number: int) -> bytes:
        value = self.values.get(number, b"")
        if not isinstance(value, bytes):
            raise ValueError("of another kind")
        return value

    def whole(self, number: int) -> int:
        value = self.values.get(number)
        if not isinstance(value, int):
            raise ValueError("no whole number")
        return value

    def double(self, number: int) -> float | None:
        """None: it is not there."""
        value = self.values.get(number)
        if value is not None and not (isinstance(value, float) and math.isfinite(value)):
            raise ValueError("no finite number")
        return value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A whole number of at most 64 bits, and where the next thing begins."""
    value = 0
    for index, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & (1 << 64) - 1, at + index + 1
    raise ValueError("a number that does not end")
