"""A real flight with photographs: CAMERA_FEEDBACK put in where the vehicle of a telemetry log flew."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pymavlink.dialects.v20 import ardupilotmega as dialect

_STAMP, _V2 = 8, 0xFD


def with_photographs(tlog: bytes, *, every: int, above_m: float = 10.0, system: int = 1) -> bytes:
    """The log with a report of the camera after each ``every``-th position higher than ``above_m`` above home.

    Place, heights and attitude are those that the vehicle has just told of itself.
    """
    codec, sender = dialect.MAVLink(None), dialect.MAVLink(None, system, 1)
    made = bytearray()
    positions = number = 0
    attitude = None
    for entry in _entries(tlog):
        made += entry
        if entry[_STAMP + (5 if entry[_STAMP] == _V2 else 3)] != system:
            continue
        try:
            message = codec.decode(bytearray(entry[_STAMP:]))
        except dialect.MAVError:
            continue
        if message.get_type() == "ATTITUDE":
            attitude = tuple(math.degrees(angle) for angle in (message.roll, message.pitch, message.yaw))
        if message.get_type() != "GLOBAL_POSITION_INT" or message.relative_alt < above_m * 1000 or attitude is None:
            continue
        positions += 1
        if positions % every == 0:
            number += 1
            heights_m = message.alt / 1000, message.relative_alt / 1000
            report = dialect.MAVLink_camera_feedback_message(
                0, system, 0, number, message.lat, message.lon, *heights_m, *attitude, 0.0, 0, number
            )
            made += entry[:_STAMP] + report.pack(sender)
    return bytes(made)


def _entries(tlog: bytes) -> Iterator[bytes]:
    """Stamp and frame, of an undamaged log."""
    at = 0
    while at < len(tlog):
        head = at + _STAMP
        size = tlog[head + 1] + (12 if tlog[head] == _V2 else 8)
        if tlog[head] == _V2 and tlog[head + 2] & 1:
            size += 13
        yield tlog[at : head + size]
        at = head + size
