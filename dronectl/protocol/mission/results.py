"""What a MISSION_ACK says, in words for a person."""

from __future__ import annotations

from enum import IntEnum

from dronectl.errors import Refused
from dronectl.model.plan.mission import Mission, MissionType


class MissionResult(IntEnum):
    """MAV_MISSION_RESULT."""

    ACCEPTED = 0
    ERROR = 1
    UNSUPPORTED_FRAME = 2
    UNSUPPORTED = 3
    NO_SPACE = 4
    INVALID = 5
    INVALID_PARAM1 = 6
    INVALID_PARAM2 = 7
    INVALID_PARAM3 = 8
    INVALID_PARAM4 = 9
    INVALID_PARAM5_X = 10
    INVALID_PARAM6_Y = 11
    INVALID_PARAM7 = 12
    INVALID_SEQUENCE = 13
    DENIED = 14
    OPERATION_CANCELLED = 15


_WORDS: dict[int, str] = {
    MissionResult.ERROR: "an error that it does not name",
    MissionResult.UNSUPPORTED_FRAME: "coordinate frame not supported",
    MissionResult.UNSUPPORTED: "command not supported",
    MissionResult.NO_SPACE: "no space for so many items",
    MissionResult.INVALID: "invalid value",
    MissionResult.INVALID_PARAM1: "invalid parameter 1",
    MissionResult.INVALID_PARAM2: "invalid parameter 2",
    MissionResult.INVALID_PARAM3: "invalid parameter 3",
    MissionResult.INVALID_PARAM4: "invalid parameter 4",
    MissionResult.INVALID_PARAM5_X: "invalid latitude (parameter 5)",
    MissionResult.INVALID_PARAM6_Y: "invalid longitude (parameter 6)",
    MissionResult.INVALID_PARAM7: "invalid altitude (parameter 7)",
    MissionResult.INVALID_SEQUENCE: "item out of order",
    MissionResult.DENIED: "denied, another transfer is open",
    MissionResult.OPERATION_CANCELLED: "the transfer was cancelled",
}
ABOUT_ONE_ITEM = frozenset({2, 3, *range(5, 13)})
"""Results that speak of the item that was just received."""


def result_text(result: int) -> str:
    return _WORDS.get(result, f"result {result}")


def list_name(mission_type: MissionType) -> str:
    return {MissionType.MISSION: "mission", MissionType.FENCE: "fence", MissionType.RALLY: "rally points"}[mission_type]


def item_text(mission: Mission, seq: int) -> str:
    """``item 7 (NAV_WAYPOINT)``."""
    if not 0 <= seq < len(mission):
        return f"item {seq}"
    return f"item {seq} ({mission.items[seq].command_name()})"


def upload_refused(
    mission: Mission, result: int, *, blamed: int | None, times_closed: int | None, is_open: bool
) -> Refused:
    """The error of an upload.

    Args:
        blamed: the item that the answer speaks of, when it speaks of one.
        times_closed: how often the vehicle closed the transfer, when that was too often.
        is_open: the vehicle had asked for items.
    """
    kind = list_name(mission.mission_type)
    if result in ABOUT_ONE_ITEM:
        where = "" if blamed is None else f" at {item_text(mission, blamed)}"
        what = f"refused the {kind}{where} ({result_text(result)})"
    elif times_closed is not None:
        what = f"closed the upload of the {kind} {times_closed} times before its end ({result_text(result)})"
    elif not is_open and result in (MissionResult.DENIED, MissionResult.ERROR):
        what = f"does not take the {kind}: it stays busy with another transfer"
    else:
        what = f"refused the {kind} ({result_text(result)})"
    hint = "" if result in ABOUT_ONE_ITEM else "see what the vehicle says; try again when no other station uploads"
    return Refused(f"the vehicle {what}", hint=hint, details={"mission_type": kind, "result": result, "item": blamed})
