"""Which parameters belong to one aircraft, and are never, or not without a reason, taken from another one's file.

From ArduPilot's parameter metadata of Copter 4.5 to 4.8 (what it marks as read-only, volatile or calibration), and what
tells one aircraft from another.
"""

from __future__ import annotations

import re

_IDENTITY = r"SYSID_THISMAV|MAV_SYSID|BRD_SERIAL_NUM|ADSB_ICAO_ID|NET_(IP|MAC)ADDR\d"
_STATION = r"SYSID_MYGCS|MAV_GCS_SYSID(_HI)?"
"""Which ground station it obeys: another one's number would shut this one out."""
_COUNTED = (
    r"STAT_\w+|FORMAT_VERSION|SYSID_SW_\w+|(MIS|FENCE|RALLY)_TOTAL|BTAG_CUR_CYCLES|GEN_L_RUNTIME|MAV\d+_OPTIONSCNV|"
    r"BARO\d*_GND_PRESS|BARO_GND_TEMP|BARO_FIELD_ELV|TCAL_(BARO_EXP|TEMP_(MIN|MAX))|AHRS_ORIG(IN)?_(LAT|LON|ALT)"
)
"""Counted or measured on board."""
_SENSORS = (
    r"\w*_DEVID\d*|COMPASS_DEV_ID\d*|COMPASS_PRIO\d_ID|INS\d?_(ACC|GYR)\d*_ID|GPS_CAN_NODEID\d|GPS\d_CAN_NODEID|"
    r"BATT\w?_SERIAL_NUM"
)
"""Which ones it has."""
_OWN = re.compile("|".join((_IDENTITY, _STATION, _COUNTED, _SENSORS)))
_CALIBRATION = re.compile(
    r"INS\d?_(ACC|GYR)\d*_?(OFFS|SCAL)_[XYZ]|INS\d?_(ACC|GYR)\d*_CALTEMP|INS\d?_TCAL\d?_((ACC|GYR)\d_[XYZ]|TM(IN|AX))|"
    r"COMPASS_(OFS|DIA|ODI|MOT|PMOT|SCALE)\d?(_[XYZ])?|COMPASS_MOTCT|ARSPD\d?_(OFFSET|RATIO)|AHRS_TRIM_[XYZ]|"
    r"RC\d+_(MIN|MAX|TRIM)|MOT_THST_HOVER|H_COL_HOVER|FFT_(FREQ|BW)_HOVER"
)


def is_own(name: str) -> bool:
    """Identity, what is counted or measured on board, and which sensors it has: never taken from a file."""
    return _OWN.fullmatch(name) is not None


def is_calibration(name: str) -> bool:
    """Measured on one airframe, or learned in flight: another one must not fly with it."""
    return _CALIBRATION.fullmatch(name) is not None
