"""CONTROL_STATUS of MAVLink's development.xml, as of July 2026, in the shape of a message class of pymavlink.

It is no part of the dialects that pymavlink brings; a vehicle with another definition of it has another checksum, so
that nothing is misread.
"""

from __future__ import annotations

import struct
from types import SimpleNamespace

_FIELDS = (("flags", 0), ("gcs_main", 0), ("gcs_secondary", 10))
"""Names and lengths of arrays; each an ``uint8_t``."""


def definition(names: tuple[tuple[str, int], ...] = _FIELDS, name: str = "CONTROL_STATUS") -> bytes:
    """What a message's extra byte of the checksum is made of
    (https://mavlink.io/en/guide/serialization.html#crc_extra)."""
    fields = b"".join(f"uint8_t {one} ".encode() + (bytes((length,)) if length else b"") for one, length in names)
    return f"{name} ".encode() + fields


def control_status_class(crc_extra: int) -> SimpleNamespace:
    names = [name for name, _ in _FIELDS]
    return SimpleNamespace(
        msgname="CONTROL_STATUS",
        id=512,
        crc_extra=crc_extra,
        fieldnames=names,
        ordered_fieldnames=names,
        fieldtypes=["uint8_t"] * len(names),
        array_lengths=[length for _, length in _FIELDS],
        unpacker=struct.Struct("<12B"),
    )
