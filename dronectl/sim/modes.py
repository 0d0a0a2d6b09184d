"""Flight modes of ArduCopter: numbers, names and what each needs."""

from __future__ import annotations

from enum import IntEnum


class Mode(IntEnum):
    """``custom_mode`` of the modes that the simulated copter flies."""

    STABILIZE = 0
    ALT_HOLD = 2
    AUTO = 3
    GUIDED = 4
    LOITER = 5
    RTL = 6
    CIRCLE = 7
    LAND = 9
    POSHOLD = 16
    BRAKE = 17
    SMART_RTL = 21


NAMES: dict[Mode, str] = {Mode.ALT_HOLD: "ALTHOLD"}
"""Names that differ from the enumeration's."""

NEEDS_POSITION = frozenset(
    {Mode.AUTO, Mode.GUIDED, Mode.LOITER, Mode.RTL, Mode.CIRCLE, Mode.POSHOLD, Mode.BRAKE, Mode.SMART_RTL}
)
STEERS_ITSELF = NEEDS_POSITION
"""Modes that set the flag GUIDED_ENABLED in HEARTBEAT.base_mode."""

NOT_ARMABLE = frozenset({Mode.RTL, Mode.CIRCLE, Mode.LAND, Mode.BRAKE, Mode.SMART_RTL})
"""AUTO is armable with AUTO_OPTIONS bit 0 only."""

NOT_FLOWN = {
    1: "ACRO", 11: "DRIFT", 13: "SPORT", 14: "FLIP", 15: "AUTOTUNE", 18: "THROW", 19: "AVOID_ADSB",
    20: "GUIDED_NOGPS", 22: "FLOWHOLD", 23: "FOLLOW", 24: "ZIGZAG", 25: "SYSTEMID", 26: "AUTOROTATE",
    27: "AUTO RTL", 28: "TURTLE",
}  # fmt: skip
"""Modes a real copter has and this one refuses."""


def mode_name(mode: Mode) -> str:
    """As it stands in status texts."""
    return NAMES.get(mode, mode.name)
