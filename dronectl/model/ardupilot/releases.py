"""What later releases of ArduCopter make of an item that 4.5 makes something else of.

Measured on 4.5.6, 4.6.2 and 4.7.0-dev (SITL); ``tests/autopilot`` holds each row against the vehicle.
"""

from __future__ import annotations

from dataclasses import replace

from dronectl.model.ardupilot.stored_items import FENCE_CIRCLES, canonical_item
from dronectl.model.ardupilot.vehicle_settings import release_of
from dronectl.model.plan.mission import Command, MissionItem, MissionType

_SAYS_MOUNT_MODE, _KEEPS_RADII = (4, 6), (4, 7)
_STEPS = ((4, 5), _SAYS_MOUNT_MODE, _KEEPS_RADII)
_MAVLINK_TARGETING = 2.0
"""MAV_MOUNT_MODE: the only one that a mission of 4.6 and later has for DO_MOUNT_CONTROL, whatever was sent."""


def kept_forms(item: MissionItem, seq: int, mission_type: MissionType, firmware: str | None) -> tuple[MissionItem, ...]:
    """The item as a vehicle with this ``firmware`` (``4.7.0``) reads it back; unknown: as each release does."""
    release = release_of(firmware)
    releases = (release,) if release else _STEPS
    return tuple(dict.fromkeys(_kept(item, seq, mission_type, one) for one in releases))


def _kept(item: MissionItem, seq: int, mission_type: MissionType, release: tuple[int, int]) -> MissionItem:
    kept = canonical_item(item, seq, mission_type)
    match mission_type:
        case MissionType.MISSION if item.command == Command.DO_MOUNT_CONTROL and release >= _SAYS_MOUNT_MODE:
            return replace(kept, altitude_m=_MAVLINK_TARGETING)
        case MissionType.FENCE if item.command in FENCE_CIRCLES and release >= _KEEPS_RADII:
            return replace(kept, param1=item.param1)
    return kept
