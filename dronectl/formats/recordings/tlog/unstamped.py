"""MAVLink streams without time stamps: what Mission Planner keeps as .rlog and MAVProxy as .tlog.raw.

Such a stream does not tell when it was received. With the moment at which it began, stamps are made for it: the
vehicles' times since boot tell how far each frame is from the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.frames import STAMP_BYTES, frame_is_right, frame_size

Bytes = NDArray[np.uint8]

_SEARCHED = 1 << 16
_ENOUGH = 8
_BOOT_MS_AT = {2: 8, 33: 0, 30: 0}
"""Where SYSTEM_TIME, GLOBAL_POSITION_INT and ATTITUDE have their milliseconds since boot."""
_LONGEST_STEP_MS = 3_600_000
_OLD_MAGIC = 0x55
_LONGEST_FRAME = 280


def looks_unstamped(data: Bytes) -> bool:
    """Whether frames follow each other without stamps at the beginning of a file."""
    head = data[:_SEARCHED].tobytes()
    at, found, last_end = 0, 0, -1
    while at < len(head) and found < _ENOUGH:
        size = frame_size(head, at)
        if size and frame_is_right(head[at : at + size]):
            found += at == last_end
            at = last_end = at + size
        else:
            at += 1
    return found >= _ENOUGH or (found > 0 and last_end == len(data))


def looks_like_old_mavlink(data: Bytes) -> bool:
    """Whether a file has stamps and frames of MAVLink 0.9, which nothing has sent since 2012."""
    head = data[:_SEARCHED].tobytes()
    at, found = 0, 0
    while at + STAMP_BYTES + 8 < len(head) and found < _ENOUGH:
        if head[at] or head[at + STAMP_BYTES] != _OLD_MAGIC:
            return False
        at += STAMP_BYTES + 8 + head[at + STAMP_BYTES + 1]
        found += 1
    return found >= _ENOUGH


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stream as a telemetry log."""

    data: Bytes
    left_out_bytes: int
    partial_tail: bool


def with_stamps(data: Bytes, start_us: int) -> Stamped:
    """The same frames, each with the stamp that a computer would have given it which heard the first at ``start_us``
    (microseconds since 1970)."""
    raw = data.tobytes()
    pieces = bytearray()
    elapsed_ms = 0
    last_ms: dict[tuple[int, int], int] = {}
    at = left_out = tail = 0
    while at < len(raw):
        size = frame_size(raw, at)
        frame = raw[at : at + size]
        if not size or not frame_is_right(frame):
            at, tail = at + 1, tail + 1
            continue
        at, left_out, tail = at + size, left_out + tail, 0
        boot_ms, sender = _boot_ms(frame)
        if boot_ms is not None:
            step_ms = boot_ms - last_ms.get(sender, boot_ms)
            last_ms[sender] = boot_ms
            if 0 < step_ms < _LONGEST_STEP_MS and sender == next(iter(last_ms)):  # the first is the others' clock
                elapsed_ms += step_ms
        pieces += (start_us + elapsed_ms * 1000).to_bytes(STAMP_BYTES, "big") + frame
    is_cut = 0 < tail < _LONGEST_FRAME
    return Stamped(np.frombuffer(pieces, np.uint8), left_out + (0 if is_cut else tail), is_cut)


def _boot_ms(frame: bytes) -> tuple[int | None, tuple[int, int]]:
    """Milliseconds since boot, if the frame tells them, and (system id, component id)."""
    is_v2 = frame[0] == 0xFD
    message_id = int.from_bytes(frame[7:10], "little") if is_v2 else frame[5]
    sender = (frame[5], frame[6]) if is_v2 else (frame[3], frame[4])
    field = _BOOT_MS_AT.get(message_id)
    header = 10 if is_v2 else 6
    if field is None or frame[1] < field + 1:
        return None, sender
    end = min(header + field + 4, header + frame[1])
    return int.from_bytes(frame[header + field : end], "little"), sender
