"""What the dialect says about messages: layout and CRC seed, taken from pymavlink's tables, never typed by hand."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

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
class Layout:
    """One message: its id, the seed of its checksum, and its payload as a packed little-endian structured dtype."""

    name: str
    message_id: int
    crc_extra: int
    dtype: np.dtype[np.void]


@functools.cache
def dialect() -> Any:
    """pymavlink's ardupilotmega dialect; imported when first needed because that takes a tenth of a second."""
    return importlib.import_module("pymavlink.dialects.v20.ardupilotmega")


@functools.cache
def layout(name: str) -> Layout:
    """The layout of ``GLOBAL_POSITION_INT`` and its fellows.

    Raises:
        KeyError: the dialect has no such message.
    """
    for message in dialect().mavlink_map.values():
        if message.msgname == name:
            return Layout(name, message.id, message.crc_extra, _payload_dtype(message))
    raise KeyError(name)


def crc_extra(message_id: int) -> int | None:
    """CRC_EXTRA of a message; None for one the dialect does not know."""
    message = dialect().mavlink_map.get(message_id)
    return None if message is None else int(message.crc_extra)


def enum_names(enum: str, prefix: str) -> dict[int, str]:
    """Value → name without ``prefix`` for an enum of the dialect; its ``…_ENUM_END`` mark is left out."""
    entries = dialect().enums[enum].items()
    return {value: entry.name.removeprefix(prefix) for value, entry in entries if not entry.name.endswith("_ENUM_END")}


def _payload_dtype(message: Any) -> np.dtype[np.void]:
    # native_format is '<' and one letter a field in wire order; array_lengths is 0 for a single value.
    letters = bytes(message.native_format).decode("ascii").removeprefix("<")
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    for field, letter, length in zip(message.ordered_fieldnames, letters, message.array_lengths, strict=True):
        if letter == "c":
            fields.append((field, f"S{max(length, 1)}"))
        elif length:
            fields.append((field, _NUMPY_OF_STRUCT[letter], (length,)))
        else:
            fields.append((field, _NUMPY_OF_STRUCT[letter]))
    return np.dtype(fields)
