"""Mission items as MISSION_ITEM_INT: places to the last 1e-7 degree."""

from __future__ import annotations

from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission, MissionItem
from dronectl.protocol.core.machine import Send


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
