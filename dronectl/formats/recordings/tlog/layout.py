"""What the dialect says about messages: layout and seed of the checksum, from tables made from pymavlink's."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass

import numpy as np

from dronectl.formats.recordings.tlog.dialect_tables import CRC_EXTRA, ENUMS, FIELDS

_NUMPY_OF_STRUCT = {
    "b": "i1",
    "B": "u1",
    "h": "<i2",
    "H": "<u2",
    "i": "<i4",
    "I": "<u4",
    "q": "<i8",
    "Q": "<u8",
    "f": "<f4",
    "d": "<f8",
}


@dataclass(frozen=True, slots=True)
class PayloadLayout:
    """One message: its id, the seed of its checksum, and its payload as a packed little-endian structured dtype."""

    name: str
    message_id: int
    crc_extra: int
    dtype: np.dtype[np.void]


@functools.cache
def payload_layout(name: str) -> PayloadLayout:
    """The layout of ``GLOBAL_POSITION_INT`` and its fellows.

    Messages that tracks are not made of are looked up in the dialect, which takes its time to import.

    Raises:
        KeyError: the dialect has no such message.
    """
    message_id, fields = FIELDS.get(name) or _from_dialect(name)
    return PayloadLayout(name, message_id, CRC_EXTRA[message_id], _payload_dtype(fields))


def crc_extra(message_id: int) -> int | None:
    """CRC_EXTRA of a message; None for one the dialect does not know."""
    return CRC_EXTRA.get(message_id)


def enum_names(enum: str) -> dict[int, str]:
    """Value → name for an enum of modes (``COPTER_MODE``), the enum's own name left out."""
    return ENUMS[enum]


def _from_dialect(name: str) -> tuple[int, tuple[tuple[str, str, int], ...]]:
    dialect = importlib.import_module("pymavlink.dialects.v20.ardupilotmega")
    for message in dialect.mavlink_map.values():
        if message.msgname == name:
            # native_format is '<' and one letter a field in wire order; array_lengths is 0 for a single value.
            letters = bytes(message.native_format).decode("ascii").removeprefix("<")
            return message.id, tuple(zip(message.ordered_fieldnames, letters, message.array_lengths, strict=True))
    raise KeyError(name)


def _payload_dtype(fields: tuple[tuple[str, str, int], ...]) -> np.dtype[np.void]:
    columns: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    for field, letter, length in fields:
        if letter == "c":
            columns.append((field, f"S{max(length, 1)}"))
        elif length:
            columns.append((field, _NUMPY_OF_STRUCT[letter], (length,)))
        else:
            columns.append((field, _NUMPY_OF_STRUCT[letter]))
    return np.dtype(columns)
