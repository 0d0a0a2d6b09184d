"""ArduPilot's ``@PARAM/param.pck``: every parameter with its own type, names shortened by what they share.

(ArduPilot, libraries/AP_Filesystem/README.md.) All values are little endian. A header of three uint16: magic, how many
parameters follow, how many the vehicle has. Each parameter: type and flags in 4 bits each; length shared with the name
before and length of the rest less one in 4 bits each; the rest of the name; the value, and its default when flag bit 0
is set. Zero bytes between parameters are padding.
"""

from __future__ import annotations

import struct

from dronectl.errors import InputError
from dronectl.protocol.param.parameters import Parameter, ParameterType

PARAM_PACK_PATH = "@PARAM/param.pck"
_HEADER = struct.Struct("<HHH")
_MAGIC, _MAGIC_WITH_DEFAULTS = 0x671B, 0x671C
_TYPES = {
    1: (ParameterType.INT8, struct.Struct("<b")),
    2: (ParameterType.INT16, struct.Struct("<h")),
    3: (ParameterType.INT32, struct.Struct("<i")),
    4: (ParameterType.REAL32, struct.Struct("<f")),
}
_LONGEST_NAME = 16


def unpack_parameters(data: bytes) -> dict[str, Parameter]:
    """Every parameter by name, in the vehicle's order.

    Raises:
        InputError: not such a file, cut off, not all parameters of the vehicle, or a name that is none.
    """
    if len(data) < _HEADER.size:
        raise _broken("is too short")
    magic, count, total = _HEADER.unpack_from(data)
    if magic not in (_MAGIC, _MAGIC_WITH_DEFAULTS):
        raise _broken(f"begins with {magic:#06x}")
    if count != total:
        raise _broken(f"holds {count} of {total} parameters")
    found: dict[str, Parameter] = {}
    name, at = b"", _HEADER.size
    for _ in range(count):
        while at < len(data) and data[at] == 0:
            at += 1
        name, parameter, at = _parameter(data, at, name)
        if parameter.name in found:
            raise _broken(f"has {parameter.name} twice")
        found[parameter.name] = parameter
    if any(data[at:]):
        raise _broken("has more in it than it says")
    return found


def _parameter(data: bytes, at: int, before: bytes) -> tuple[bytes, Parameter, int]:
    """The parameter at ``at``: its name, itself, and where it ends."""
    if at + 2 > len(data):
        raise _broken("is cut off")
    kind, flags = data[at] & 0x0F, data[at] >> 4
    shared, rest = data[at + 1] & 0x0F, (data[at + 1] >> 4) + 1
    if kind not in _TYPES or flags > 1 or shared > len(before):
        raise _broken(f"makes no sense at byte {at}")
    type_, layout = _TYPES[kind]
    value_at = at + 2 + rest
    end = value_at + layout.size * (1 + flags)
    if end > len(data):
        raise _broken("is cut off")
    name = before[:shared] + data[at + 2 : value_at]
    if len(name) > _LONGEST_NAME or not name.replace(b"_", b"").isalnum():
        raise _broken(f"has a name at byte {at} that is none")
    (value,) = layout.unpack_from(data, value_at)
    return name, Parameter(name.decode("ascii"), value, type_), end


def _broken(what: str) -> InputError:
    return InputError(f"{PARAM_PACK_PATH} {what}")
