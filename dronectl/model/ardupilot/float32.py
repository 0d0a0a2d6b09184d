"""float32, as parameters travel: ArduPilot carries each value as one, whatever its type on board."""

from __future__ import annotations

import math
import struct
from decimal import Decimal

_EVERY_DIGIT = 1e15
"""Whole numbers below this are shown with all their digits."""


def as_single(value: float) -> float:
    """The float32 nearest to it; infinite when it is more than one holds."""
    try:
        (single,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(single)


def in_digits(value: float | int) -> str:
    """The shortest decimal number that is the same float32; of a whole number every digit."""
    if isinstance(value, int) or (value.is_integer() and 0 < abs(value) < _EVERY_DIGIT):
        return str(int(value))
    return _shortest(value)


def moved_point(value: float | int, places: int) -> float:
    """``value`` × 10^``places``, reckoned in decimal: 15.2 m that came as a float32 are 1520 cm, not 1519.9999.

    What has six digits or fewer comes back as the same float32 when it is moved there and back; more digits may lose
    the last one, as the float32 numbers are not equally dense everywhere.
    """
    if not math.isfinite(value):
        return float(value)
    return float(Decimal(value if isinstance(value, int) else _shortest(value)).scaleb(places))


def _shortest(value: float) -> str:
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if as_single(float(text)) == as_single(value)), repr(value))
