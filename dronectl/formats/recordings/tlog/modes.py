"""Flight modes by name: what the numbers in heartbeats mean to each kind of vehicle and autopilot."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from dronectl.formats.recordings.tlog.layout import enum_names

PX4 = 12  # MAV_AUTOPILOT_PX4
_ENUM_OF_TYPE = {
    **dict.fromkeys((2, 3, 4, 13, 14, 15, 29, 35, 43), "COPTER_MODE"),
    **dict.fromkeys((1, 16, 17, 19, 20, 21, 22, 23, 24, 25, 28, 47), "PLANE_MODE"),
    **dict.fromkeys((10, 11, 46), "ROVER_MODE"),
    12: "SUB_MODE",
}
_AIRSHIP = 7

BLIMP_MODES = dict(enumerate(("LAND", "MANUAL", "VELOCITY", "LOITER", "RTL", "AUTO", "HOLD")))
"""ArduPilot's Blimp (Blimp/mode.h), which the dialect has no enum for."""

_PX4_MAIN = {
    1: "MANUAL",
    2: "ALTCTL",
    3: "POSCTL",
    4: "AUTO",
    5: "ACRO",
    6: "OFFBOARD",
    7: "STABILIZED",
    8: "RATTITUDE",
    9: "SIMPLE",
    10: "TERMINATION",
    11: "ALTITUDE_CRUISE",
}
_PX4_SUB: Mapping[int, Mapping[int, str]] = {
    3: {1: "ORBIT", 2: "SLOW"},
    4: {
        1: "READY",
        2: "TAKEOFF",
        3: "LOITER",
        4: "MISSION",
        5: "RTL",
        6: "LAND",
        7: "RTGS",
        8: "FOLLOW_TARGET",
        9: "PRECLAND",
        10: "VTOL_TAKEOFF",
        **{10 + number: f"EXTERNAL{number}" for number in range(1, 9)},
    },
}
"""Of px4_custom_mode.h, by main mode."""


@functools.cache
def mode_name(vehicle_type: int, autopilot: int, custom_mode: int) -> str:
    """``AUTO``, of PX4 also ``AUTO.MISSION``; ``mode 99`` where nobody named it."""
    unnamed = f"mode {custom_mode}"
    if autopilot == PX4:
        return _px4_name(custom_mode >> 16 & 0xFF, custom_mode >> 24 & 0xFF) or unnamed
    if vehicle_type == _AIRSHIP:
        return BLIMP_MODES.get(custom_mode, unnamed)
    enum = _ENUM_OF_TYPE.get(vehicle_type)
    return (enum_names(enum) if enum else {}).get(custom_mode, unnamed)


def _px4_name(main: int, sub: int) -> str | None:
    name = _PX4_MAIN.get(main)
    if name is None or not sub:
        return name
    return f"{name}.{_PX4_SUB.get(main, {}).get(sub, sub)}"
