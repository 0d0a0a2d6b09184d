"""Flight modes of ArduCopter: numbers, names and what each needs."""

from __future__ import annotations

from enum import IntEnum

from dronectl.sim.vehicle.firmware import Firmware


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
    GUIDED_NOGPS = 20
    SMART_RTL = 21


_TITLES: dict[int, tuple[str, str]] = {
    0: ("STABILIZE", "Stabilize"), 1: ("ACRO", "Acro"), 2: ("ALT_HOLD", "Altitude Hold"), 3: ("AUTO", "Auto"),
    4: ("GUIDED", "Guided"), 5: ("LOITER", "Loiter"), 6: ("RTL", "RTL"), 7: ("CIRCLE", "Circle"), 9: ("LAND", "Land"),
    11: ("DRIFT", "Drift"), 13: ("SPORT", "Sport"), 14: ("FLIP", "Flip"), 15: ("AUTOTUNE", "Autotune"),
    16: ("POSHOLD", "Position Hold"), 17: ("BRAKE", "Brake"), 18: ("THROW", "Throw"), 19: ("AVOID_ADSB", "Avoid ADSB"),
    20: ("GUIDED_NOGPS", "Guided No GPS"), 21: ("SMARTRTL", "Smart RTL"), 22: ("FLOWHOLD", "Flow Hold"),
    23: ("FOLLOW", "Follow"), 24: ("ZIGZAG", "ZigZag"), 25: ("SYSTEMID", "SystemID"), 26: ("AUTOROTATE", "Autorotate"),
    27: ("AUTO RTL", "Auto RTL"), 28: ("TURTLE", "Turtle"),
}  # fmt: skip
"""As they stand in status texts: in capitals, and in words since 4.7."""

NEEDS_POSITION = frozenset(
    {Mode.AUTO, Mode.GUIDED, Mode.LOITER, Mode.RTL, Mode.CIRCLE, Mode.POSHOLD, Mode.BRAKE, Mode.SMART_RTL}
)
STEERS_ITSELF = NEEDS_POSITION | {Mode.GUIDED_NOGPS}
"""Modes that set the flag GUIDED_ENABLED in HEARTBEAT.base_mode."""

NOT_ARMABLE = frozenset({Mode.RTL, Mode.CIRCLE, Mode.LAND, Mode.BRAKE, Mode.SMART_RTL})
"""AUTO is armable with AUTO_OPTIONS bit 0 only."""

NOT_FLOWN = frozenset(_TITLES) - frozenset(Mode)
"""Modes a real copter has and this one refuses."""


def mode_name(mode: int, firmware: Firmware) -> str:
    """As it stands in status texts."""
    return _TITLES[mode][firmware.modes_in_words]
