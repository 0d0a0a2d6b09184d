"""What the items of a mission have set by the time an item is flown to, and what of it a change of mode undoes."""

from __future__ import annotations

from dronectl.model.plan.mission import Command, Mission, MissionItem

_SET = frozenset(
    {
        Command.DO_CHANGE_SPEED,
        Command.DO_SET_ROI,
        Command.DO_SET_ROI_LOCATION,
        Command.DO_SET_CAM_TRIGG_DIST,
        Command.DO_MOUNT_CONTROL,
        Command.DO_GIMBAL_MANAGER_PITCHYAW,
    }
)
"""Each holds until the next one of its kind."""
ROI = frozenset({Command.DO_SET_ROI, Command.DO_SET_ROI_LOCATION, Command.DO_SET_ROI_NONE})
_LAST_NAVIGATION = 95
"""MAV_CMD_NAV_LAST."""


def set_before(mission: Mission, seq: int) -> tuple[MissionItem, ...]:
    """The DO items whose settings hold on the way to item ``seq``, in their order.

    ArduCopter leaves a mission with its speed, its ROI and its yaw undone; the camera's trigger goes on. A yaw
    (CONDITION_YAW) holds for the leg it stands before. Jumps are not followed: the items before ``seq`` count.
    """
    held: dict[object, MissionItem] = {}
    for item in mission.items[1:seq]:
        kind: object = item.command
        if item.command < _LAST_NAVIGATION:
            held.pop(Command.CONDITION_YAW, None)
            continue
        if item.command in ROI:
            kind = Command.DO_SET_ROI
        elif item.command == Command.DO_CHANGE_SPEED:
            kind = (item.command, max(1, int(item.param1)))
        elif item.command not in _SET and item.command != Command.CONDITION_YAW:
            continue
        held.pop(kind, None)
        if item.command not in ROI or item.lat_e7 or item.lon_e7:
            held[kind] = item
    return tuple(held.values())
