"""ArduCopter's flight modes by name. The numbers are HEARTBEAT.custom_mode (ArduCopter/mode.h, Mode::Number)."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command

_NUMBERS: dict[str, int] = {
    "STABILIZE": 0,
    "ACRO": 1,
    "ALT_HOLD": 2,
    "AUTO": 3,
    "GUIDED": 4,
    "LOITER": 5,
    "RTL": 6,
    "CIRCLE": 7,
    "LAND": 9,
    "DRIFT": 11,
    "SPORT": 13,
    "FLIP": 14,
    "AUTOTUNE": 15,
    "POSHOLD": 16,
    "BRAKE": 17,
    "THROW": 18,
    "AVOID_ADSB": 19,
    "GUIDED_NOGPS": 20,
    "SMART_RTL": 21,
    "FLOWHOLD": 22,
    "FOLLOW": 23,
    "ZIGZAG": 24,
    "SYSTEMID": 25,
    "AUTOROTATE": 26,
    "AUTO_RTL": 27,
    "TURTLE": 28,
}
_NAMES = {number: name for name, number in _NUMBERS.items()}
MODE_NAMES = tuple(_NUMBERS)


def mode_name(custom_mode: int) -> str:
    """``AUTO``; ``mode 99`` for a number that we do not know."""
    return _NAMES.get(custom_mode, f"mode {custom_mode}")


def mode_number(name: str) -> int:
    """The custom_mode of a mode's name, in any case, with or without ``_`` or ``-``.

    Raises:
        InputError: there is no such mode.
    """
    plain = name.upper().replace("-", "").replace("_", "")
    for known, number in _NUMBERS.items():
        if known.replace("_", "") == plain:
            return number
    raise InputError(f"no flight mode '{name}'", hint=f"modes: {', '.join(MODE_NAMES)}")


def ordered_mode(message: Message) -> str | None:
    """The mode that a message to a vehicle orders by name: MAV_CMD_DO_SET_MODE, SET_MODE; None: it orders none."""
    if message.name == "COMMAND_LONG" and int(message["command"]) == Command.DO_SET_MODE:
        return mode_name(int(message["param2"]))
    return mode_name(int(message["custom_mode"])) if message.name == "SET_MODE" else None
