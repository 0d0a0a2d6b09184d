"""What ArduPilot's simulator is told of the world by parameters of its own: the one table of their names.

A built-in copter listens to the same ones, so whoever plays something tells both alike. Names and units are those of
4.5; ``firmware.py`` has them as another release does. What each does is in ArduPilot's ``libraries/SITL``.
"""

from __future__ import annotations

from enum import StrEnum


class World(StrEnum):
    """By meaning; the value is the name."""

    WIND_M_S = "SIM_WIND_SPD"
    WIND_FROM_DEG = "SIM_WIND_DIR"
    WIND_BY_HEIGHT = "SIM_WIND_T"
    """How it grows up to ``WIND_FULL_FROM_M``: 0 by the square root of the height, 1 not at all."""
    WIND_FULL_FROM_M = "SIM_WIND_T_ALT"
    WIND_CHANGES_IN_S = "SIM_WIND_TC"
    GPS_IS_OFF = "SIM_GPS_DISABLE"
    GPS_ERRS_NORTH_DEG = "SIM_GPS_GLITCH_X"
    GPS_ERRS_EAST_DEG = "SIM_GPS_GLITCH_Y"
    BARO_ERRS_M = "SIM_BARO_GLITCH"
    FIELD_NORTH_MGAUSS = "SIM_MAG_ALY_X"
    """What all compasses feel besides the Earth's field …"""
    FIELD_EAST_MGAUSS = "SIM_MAG_ALY_Y"
    FIELD_TO_AN_EIGHTH_M = "SIM_MAG_ALY_HGT"
    """… on the ground; so high above it an eighth of that."""
    BOARD_IS_WARMER_C = "SIM_TEMP_BRD_OFF"
    """Than the air, once it is warm …"""
    BOARD_WARMS_IN_S = "SIM_TEMP_TCONST"
    """… which takes so long."""
    PACK_V = "SIM_BATT_VOLTAGE"
    PACK_AH = "SIM_BATT_CAP_AH"
    MOTOR = "SIM_ENGINE_FAIL"
    """Which one is weak: before 4.7 its number, from 0; then bits."""
    MOTOR_SHARE = "SIM_ENGINE_MUL"
    """What is left of it."""


WIND_BY_SQUARE_ROOT, WIND_ALIKE_EVERYWHERE = 0.0, 1.0
"""``WIND_BY_HEIGHT``."""
GOOD_PACK_V = 12.6
"""``PACK_V`` of a pack that has nothing wrong with it."""
ONE_MOTOR = 2.0
"""``MOTOR``: one of the four in any release, the third before 4.7 and the second since."""
EVERYWHERE_M = 100_000.0
"""``FIELD_TO_AN_EIGHTH_M`` of a field that is as strong at every height."""
