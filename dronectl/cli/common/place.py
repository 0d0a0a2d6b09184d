"""A place as people type it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.model.geo import GeoPoint


def parse_place(text: str) -> tuple[GeoPoint, float | None]:
    """``LAT,LON`` or ``LAT,LON,ALT``.

    Raises:
        InputError: not two or three finite numbers, or no place on Earth.
    """
    from dronectl.model.geo import GeoPoint

    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) not in (2, 3) or not all(math.isfinite(number) for number in numbers):
            raise ValueError("two or three numbers are wanted")
        return GeoPoint(numbers[0], numbers[1]), (numbers[2] if len(numbers) == 3 else None)
    except ValueError as error:
        raise InputError(
            f"'{text}' is no place: {error}", hint="write LAT,LON or LAT,LON,ALT, e.g. 16.0545,103.6520,40"
        ) from None
