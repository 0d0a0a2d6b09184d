"""What an estimator says of itself is said in words, whatever its flags are."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega

from dronectl.protocol.vehicle.ekf_status import EkfFlag, ekf_words, is_ready

NAMES = {
    EkfFlag.ATTITUDE: "EKF_ATTITUDE",
    EkfFlag.VELOCITY_HORIZONTAL: "EKF_VELOCITY_HORIZ",
    EkfFlag.VELOCITY_VERTICAL: "EKF_VELOCITY_VERT",
    EkfFlag.POSITION_RELATIVE: "EKF_POS_HORIZ_REL",
    EkfFlag.POSITION_ABSOLUTE: "EKF_POS_HORIZ_ABS",
    EkfFlag.CONSTANT_POSITION: "EKF_CONST_POS_MODE",
    EkfFlag.UNINITIALISED: "EKF_UNINITIALIZED",
    EkfFlag.GPS_GLITCHING: "EKF_GPS_GLITCHING",
}


def test_flags_are_those_of_mavlink() -> None:
    assert {flag: getattr(ardupilotmega, name) for flag, name in NAMES.items()} == {flag: int(flag) for flag in EkfFlag}


@pytest.mark.parametrize(
    ("flags", "before_a_flight", "in_flight"),
    [
        (0x33F, "good", "good"),
        (0x1F, "good", "good"),
        (
            0x0A7,
            "no horizontal position yet, it takes itself to stand still",
            "no horizontal position, it takes itself to stand still",
        ),
        (0x1A7, None, "no horizontal position, it takes itself to stand still"),
        (0x12F, "no horizontal position on Earth yet", "no horizontal position on Earth"),
        (0x832F, None, "no horizontal position on Earth, it takes what its GPS says for wrong"),
        (0x833F, "it takes what its GPS says for wrong", "it takes what its GPS says for wrong"),
        (0x000, "no attitude, no horizontal speed, no vertical speed, no horizontal position yet", None),
        (0x43F, "it was never in order since it was switched on", None),
    ],
)
def test_what_is_missing_is_named(flags: int, before_a_flight: str | None, in_flight: str | None) -> None:
    assert before_a_flight in (None, ekf_words(flags, yet=True))
    assert in_flight in (None, ekf_words(flags))


def test_who_is_not_ready_says_why_and_no_number_is_shown() -> None:
    for flags in (*range(1 << 11), *range(0x8000, 0x8400)):
        words = ekf_words(flags)
        assert words
        assert "0x" not in words
        assert is_ready(flags) or words != "good"
        assert words != "good" or is_ready(flags)
        assert is_ready(flags) is (flags & 0x1F == 0x1F and not flags & 0x80)
