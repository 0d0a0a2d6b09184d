"""What single patterns are told beyond what every patrol says: how to go round a point, where to begin a search."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.geo import GeoPoint


class Direction(StrEnum):
    """Which way round, seen from above."""

    CLOCKWISE = "clockwise"
    ANTICLOCKWISE = "anticlockwise"


@dataclass(frozen=True, slots=True)
class Orbit:
    """Circles around points, the camera on the point."""

    radius_m: float
    turns: int = 1
    direction: Direction = Direction.CLOCKWISE
    arc_deg: tuple[float, float] | None = None
    """Only the part from the first bearing of the point clockwise to the second; None: the whole circle."""


@dataclass(frozen=True, slots=True)
class ExpandingSquare:
    """A search outward from where somebody was last seen (a place, or the id of a point of interest)."""

    last_seen: GeoPoint | str
    radius_m: float
    """Half the side of the square that is searched, at least."""
    track_spacing_m: float | None = None
    """None: the camera's swath."""
    first_leg_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class SectorSearch:
    """A search of a circle whose middle (a place, or the id of a point of interest) is crossed again and again."""

    last_seen: GeoPoint | str
    radius_m: float
    passes: int = 1
    """How many searches of nine legs, each turned so that its legs lie between those before."""
    first_leg_deg: float = 0.0
