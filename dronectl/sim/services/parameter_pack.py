"""How ArduPilot writes ``@PARAM/param.pck``: made for one reader, who must keep to one size of block."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import takewhile

from dronectl.sim.vehicle.dialect import mavlink

_MAGIC = 0x671B
_FORMATS = {
    mavlink.MAV_PARAM_TYPE_INT8: (1, "<b"),
    mavlink.MAV_PARAM_TYPE_INT16: (2, "<h"),
    mavlink.MAV_PARAM_TYPE_INT32: (3, "<i"),
    mavlink.MAV_PARAM_TYPE_REAL32: (4, "<f"),
}


def pack_parameters(parameters: Iterable[tuple[str, float, int]], block_bytes: int) -> bytes:
    """``parameters`` are (name, value, MAV_PARAM_TYPE). Padding keeps each value within one block of ``block_bytes``,
    so that a block that is read again later holds no value of two times."""
    listed = list(parameters)
    data = bytearray(struct.pack("<HHH", _MAGIC, len(listed), len(listed)))
    before = ""
    for name, value, kind in listed:
        code, layout = _FORMATS[kind]
        number = struct.pack(layout, value if layout == "<f" else int(value))
        # The one byte that is left of a name is sent again when a name is the beginning of the one before.
        shared = min(len(list(takewhile(lambda pair: pair[0] == pair[1], zip(name, before, strict=False)))), 15)
        shared = min(shared, len(name) - 1)
        rest = name[shared:].encode()
        entry = bytes((code, shared | (len(rest) - 1) << 4)) + rest + number
        over = (len(data) + len(entry)) % block_bytes
        if len(number) > 1 and 0 < over < len(number):
            data += bytes(len(number) - over)
        data += entry
        before = name
    return bytes(data)
