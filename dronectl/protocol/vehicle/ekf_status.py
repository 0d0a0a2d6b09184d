"""What a vehicle's estimator says of itself (EKF_STATUS_REPORT), in words.

Flags by MAVLink's EKF_STATUS_FLAGS (https://mavlink.io/en/messages/ardupilotmega.html#EKF_STATUS_FLAGS).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntFlag


class EkfFlag(IntFlag):
    """EKF_STATUS_FLAGS, those that say something of whether it can fly."""

    ATTITUDE = 0x001
    VELOCITY_HORIZONTAL = 0x002
    VELOCITY_VERTICAL = 0x004
    POSITION_RELATIVE = 0x008
    POSITION_ABSOLUTE = 0x010
    CONSTANT_POSITION = 0x080
    UNINITIALISED = 0x400
    GPS_GLITCHING = 0x8000


NEEDED = (
    EkfFlag.ATTITUDE
    | EkfFlag.VELOCITY_HORIZONTAL
    | EkfFlag.VELOCITY_VERTICAL
    | EkfFlag.POSITION_RELATIVE
    | EkfFlag.POSITION_ABSOLUTE
)
_LACKS = {
    EkfFlag.ATTITUDE: "no attitude",
    EkfFlag.VELOCITY_HORIZONTAL: "no horizontal speed",
    EkfFlag.VELOCITY_VERTICAL: "no vertical speed",
    EkfFlag.POSITION_RELATIVE: "no horizontal position",
    EkfFlag.POSITION_ABSOLUTE: "no horizontal position on Earth",
}
"""Of a flag that is not set."""
_SAYS = {
    EkfFlag.CONSTANT_POSITION: "it takes itself to stand still",
    EkfFlag.UNINITIALISED: "it was never in order since it was switched on",
    EkfFlag.GPS_GLITCHING: "it takes what its GPS says for wrong",
}
"""Of a flag that is set."""
GOOD = "good"


def is_ready(flags: int) -> bool:
    """Whether all is there that a flight needs, and measured."""
    return flags & NEEDED == NEEDED and not flags & EkfFlag.CONSTANT_POSITION


def ekf_words(flags: int, *, yet: bool = False) -> str:
    """``no horizontal position, it takes itself to stand still``; ``good``. ``yet``: before a flight."""
    lacks = ", ".join(_lacks(flags))
    told = [f"{lacks} yet" if lacks and yet else lacks, *(words for flag, words in _SAYS.items() if flags & flag)]
    return ", ".join(filter(None, told)) or GOOD


def _lacks(flags: int) -> Iterator[str]:
    for flag, words in _LACKS.items():
        known_by_another = flag is EkfFlag.POSITION_ABSOLUTE and not flags & EkfFlag.POSITION_RELATIVE
        if not flags & flag and not known_by_another:
            yield words
