"""What a list of items is, as bytes and as SHA-256: the same before it is sent and after it was read back."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Callable

from dronectl.model.ardupilot.stored_items import ALTITUDE_LIMIT_M, canonical_item
from dronectl.model.plan.mission import Mission, MissionItem, MissionType


def packed_items(mission: Mission) -> bytes:
    """The items as ArduCopter keeps them."""
    parts = [struct.pack("<BI", mission.mission_type, len(mission))]
    for seq, item in enumerate(mission.items):
        kept = canonical_item(item, seq, mission.mission_type) if _is_sane(item) else item
        place = (kept.lat_e7, kept.lon_e7)
        parts.append(struct.pack("<HH4fiif?", kept.command, kept.frame, *kept.params, *place, kept.altitude_m, True))
    return b"".join(parts)


def items_sha256(mission: Mission) -> str:
    """Over what the vehicle stores of each item, so that a list and its read-back have the same.

    A mission's item 0, which is the vehicle's own home, is left out. Of fence items only command, size and place
    count, of rally points place and altitude in whole metres, of altitudes in missions the centimetres.
    """
    first = 1 if mission.mission_type is MissionType.MISSION else 0
    digest = hashlib.sha256(bytes([mission.mission_type]))
    for seq, item in enumerate(mission.items[first:], start=first):
        kept = canonical_item(item, seq, mission.mission_type) if _is_sane(item) else item
        digest.update(struct.pack("<Hii", kept.command, kept.lat_e7, kept.lon_e7))
        match mission.mission_type:
            case MissionType.MISSION:
                digest.update(struct.pack("<H5d", kept.frame, *kept.params, _whole(kept.altitude_m * 100.0)))
            case MissionType.FENCE:
                digest.update(struct.pack("<d", kept.param1))
            case MissionType.RALLY:
                digest.update(struct.pack("<d", _whole(kept.altitude_m, math.trunc)))
    return digest.hexdigest()


def _whole(value: float, how: Callable[[float], int] = round) -> float:
    return float(how(value)) if math.isfinite(value) else value


def _is_sane(item: MissionItem) -> bool:
    """Whether the autopilot could keep its numbers at all."""
    return item.is_finite() and abs(item.altitude_m) <= ALTITUDE_LIMIT_M
