"""How the x and y of an item are written in files: degrees for commands with a place, plain numbers for the others.

Follows the rule of MISSION_ITEM_INT: x and y are degrees x 1e7 where they are a place and unscaled where they are
param5 and param6. A command that dronectl does not know is taken to have a place, unless its frame is MISSION.
"""

from __future__ import annotations

from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE, is_dropped
from dronectl.model.degrees import E7
from dronectl.model.plan.mission import Command, Frame, MissionItem

_KNOWN = frozenset(int(command) for command in Command)
_INT32 = 2**31

FLOAT32_MAX = 3.4028234663852886e38
"""The largest parameter or altitude that MAVLink carries."""


def has_place(command: int, frame: int) -> bool:
    """Whether x and y of such an item are degrees."""
    return command in COMMANDS_WITH_PLACE or (command not in _KNOWN and frame != Frame.MISSION)


def to_file(item: MissionItem) -> tuple[float, float]:
    """x and y as files have them."""
    if has_place(item.command, item.frame):
        return item.lat_e7 / E7, item.lon_e7 / E7
    return float(item.lat_e7), float(item.lon_e7)


def from_file(value: float, command: int, frame: int) -> int:
    """x or y as the item keeps it. Degrees that were left over in a command that has no place, and of which nothing is
    made (a return that says where it was added), are 0.

    Raises:
        ValueError: it does not fit MAVLink's 32 bits.
    """
    is_nothing = not has_place(command, frame) and is_dropped(command, "x") and value % 1.0
    scaled = 0.0 if is_nothing else value * E7 if has_place(command, frame) else value
    if not -_INT32 <= scaled <= _INT32 - 1:  # also what times 1e7 is infinite
        raise ValueError(f"{value:g} does not fit a mission item")
    return round(scaled)
