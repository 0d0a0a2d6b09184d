"""DataFlash message formats: what a log says about its own messages (FMT, FMTU, UNIT, MULT).

A log begins with FMT messages: type number, length, name, a letter for the type of each field, and the fields' names.
Letters and their scales are those of ArduPilot's AP_Logger (LogStructure.h). FMTU adds a unit and a multiplier for
each field.
"""

from __future__ import annotations

import functools
import string
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

HEADER = b"\xa3\x95"
HEADER_BYTES = 3
"""Two bytes that mark a message, and its type."""

FMT_TYPE = 128
FMT_BYTES = 89
_FMT_BODY = struct.Struct("<BB4s16s64s")
_MOST_FIELDS = 16

_NUMPY_OF_LETTER: Mapping[str, tuple[str, int]] = {
    "a": ("<i2", 32),
    "b": ("i1", 0),
    "B": ("u1", 0),
    "h": ("<i2", 0),
    "H": ("<u2", 0),
    "i": ("<i4", 0),
    "I": ("<u4", 0),
    "f": ("<f4", 0),
    "d": ("<f8", 0),
    "n": ("S4", 0),
    "N": ("S16", 0),
    "Z": ("S64", 0),
    "c": ("<i2", 0),
    "C": ("<u2", 0),
    "e": ("<i4", 0),
    "E": ("<u4", 0),
    "L": ("<i4", 0),
    "M": ("u1", 0),
    "q": ("<i8", 0),
    "Q": ("<u8", 0),
    "g": ("<f2", 0),
}
_BYTES_OF_LETTER = {
    letter: int(kind.lstrip("<iufS")) * max(count, 1) for letter, (kind, count) in _NUMPY_OF_LETTER.items()
}
DIVISOR_OF_LETTER: Mapping[str, float] = {"c": 100.0, "C": 100.0, "e": 100.0, "E": 100.0, "L": 1e7}
"""Fields of these letters are whole numbers that stand for hundredths, or for 1e-7 degree."""

_NAME_LETTERS = frozenset(string.ascii_uppercase + string.digits + "_")


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """One message: its bytes as a packed structured dtype of its whole length, header left out as padding."""

    name: str
    type_id: int
    length: int
    """Bytes, header included."""
    letters: str
    fields: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit of each field that has one; ``instance`` marks the field that numbers a message's sources."""
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """What a field's value is multiplied by to be in its unit, where FMTU says so and it is not 1."""

    @property
    def dtype(self) -> np.dtype[np.void]:
        """Made when it is asked for: of two hundred messages a track needs ten."""
        return _dtype_of(self.letters, self.fields)

    def divisor(self, name: str) -> float:
        """What a field's whole numbers are divided by; 1 for those that are values themselves."""
        return DIVISOR_OF_LETTER.get(self.letters[self.fields.index(name)], 1.0)


def parse_fmt(message: bytes) -> MessageFormat | None:
    """The format that an FMT message (89 bytes, header included) defines; None when it defines none that holds.

    The length it states must be that of its letters: bytes that merely look like an FMT fail this.
    """
    type_id, length, name, letters, fields = _FMT_BODY.unpack(message[HEADER_BYTES:])
    return message_format(type_id, length, _text(name), _text(letters), _text(fields))


def message_format(type_id: int, length: int, name: str, letters: str, columns: str) -> MessageFormat | None:
    """A format by its parts; None when they contradict each other."""
    names = _unique_names(columns, len(letters))
    if not name or not set(name) <= _NAME_LETTERS or not 0 < len(letters) <= _MOST_FIELDS:
        return None
    if any(letter not in _NUMPY_OF_LETTER for letter in letters):
        return None
    if HEADER_BYTES + sum(_BYTES_OF_LETTER[letter] for letter in letters) != length:
        return None
    return MessageFormat(name, type_id, length, letters, names)


@functools.cache
def _dtype_of(letters: str, fields: tuple[str, ...]) -> np.dtype[np.void]:
    formats = []
    offsets = []
    at = HEADER_BYTES
    for letter in letters:
        kind, count = _NUMPY_OF_LETTER[letter]
        formats.append(np.dtype((kind, (count,))) if count else np.dtype(kind))
        offsets.append(at)
        at += _BYTES_OF_LETTER[letter]
    return np.dtype({"names": list(fields), "formats": formats, "offsets": offsets, "itemsize": at})


def _unique_names(columns: str, count: int) -> tuple[str, ...]:
    """One name a field: logs with a name missing or twice exist, and their other fields are good."""
    given = [name.strip() for name in columns.split(",")] if columns else []
    names: list[str] = []
    for index in range(count):
        name = given[index] if index < len(given) and given[index] else f"field{index}"
        while name in names:
            name += "_"
        names.append(name)
    return tuple(names)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()
