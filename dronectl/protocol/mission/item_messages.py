"""Mission items as MISSION_ITEM_INT: places to the last 1e-7 degree."""

from __future__ import annotations

import math

from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE
from dronectl.model.degrees import E7
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.protocol.core.machine import Send

_COUNTED = frozenset({int(command) for command in Command if command.name.startswith("FENCE_")})
"""Their first parameter is how many corners there are, or a radius."""


def send_item(mission: Mission, seq: int) -> Send:
    item = mission.items[seq]
    fields = {
        "seq": seq,
        "frame": int(item.frame),
        "command": int(item.command),
        "current": 0,
        "autocontinue": int(item.autocontinue),
        "param1": item.param1,
        "param2": item.param2,
        "param3": item.param3,
        "param4": item.param4,
        "x": item.lat_e7,
        "y": item.lon_e7,
        "z": item.altitude_m,
        "mission_type": int(mission.mission_type),
    }
    return Send("MISSION_ITEM_INT", fields)


def item_of(message: Message) -> MissionItem:
    """From a MISSION_ITEM_INT message."""
    return MissionItem(
        command=int(message["command"]),
        frame=int(message["frame"]),
        param1=float(message["param1"]),
        param2=float(message["param2"]),
        param3=float(message["param3"]),
        param4=float(message["param4"]),
        lat_e7=int(message["x"]),
        lon_e7=int(message["y"]),
        altitude_m=float(message["z"]),
        autocontinue=bool(message["autocontinue"]),
    )


def what_nobody_has_on_board(item: MissionItem) -> str | None:
    """``altitude nan``, ``latitude 95``: what no file can hold and no vehicle could fly; None for a sound item.

    A NaN parameter is one that is not set. ArduCopter refuses the rest when it is uploaded, so it has none on board.
    """
    if not math.isfinite(item.altitude_m):
        return f"altitude {item.altitude_m:g}"
    for number, value in enumerate(item.params, start=1):
        if math.isinf(value) or (math.isnan(value) and item.command in _COUNTED):
            return f"param{number} {value:g}"
    if item.command in COMMANDS_WITH_PLACE:
        if abs(item.lat_e7) > 90 * E7:
            return f"latitude {item.lat_e7 / E7:g}"
        if abs(item.lon_e7) > 180 * E7:
            return f"longitude {item.lon_e7 / E7:g}"
    return None
