"""A way as other programs plan it: places with heights, what is done there, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dronectl.model.geo import GeoPoint

MOST_PLACES = 10_000
"""More than any autopilot stores."""


class HeightAbove(Enum):
    """What a height is counted from."""

    HOME = "home"
    SEA = "mean sea level"
    GROUND = "the ground below"


class RouteEnd(Enum):
    """What is done after the last place."""

    UNSAID = "unsaid"
    HOVER = "hover"
    RETURN = "return"
    LAND = "land"
    FIRST = "go to the first place"


@dataclass(frozen=True, slots=True)
class RoutePoint:
    """``height_m`` is None where the file has none that could be flown."""

    place: GeoPoint
    height_m: float | None
    above: HeightAbove = HeightAbove.HOME
    speed_m_s: float | None = None
    """From here on; None: as before."""
    stay_s: float = 0.0
    photographs: int = 0
    """Taken here."""
    trigger_m: float | None = None
    """From here on a photograph each so many metres; 0: no more; None: as before."""


@dataclass(frozen=True, slots=True)
class Route:
    """``take_off_m``: above home, before the first place; None: to the first place's height."""

    points: tuple[RoutePoint, ...]
    take_off_m: float | None = None
    speed_m_s: float | None = None
    """On the way to the first place."""
    end: RouteEnd = RouteEnd.UNSAID
