"""Heartbeats that stand among those of another aircraft, or of another link."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dronectl.formats.recordings.tlog.frames import Rows

ARMED = 0x80  # MAV_MODE_FLAG_SAFETY_ARMED
_NEIGHBOURS = 5


def calm(heartbeats: Rows) -> Rows:
    """What most of five say of being armed is said by the one in their middle."""
    if len(heartbeats) < _NEIGHBOURS:
        return heartbeats
    armed = (heartbeats.fields["base_mode"] & ARMED) != 0
    padded = np.pad(armed, _NEIGHBOURS // 2, mode="edge")
    said = np.lib.stride_tricks.sliding_window_view(padded, _NEIGHBOURS).sum(axis=1) > _NEIGHBOURS // 2
    fields = heartbeats.fields.copy()
    fields["base_mode"] = np.where(said, fields["base_mode"] | ARMED, fields["base_mode"] & ~np.uint8(ARMED))
    return replace(heartbeats, fields=fields)
