"""What a pattern hands to the allocation: pieces of work, each flown whole by one drone, from either end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.model.geo import GeoPoint

SAME_PLACE_M = 0.02
"""Two places nearer to each other than this are one: a mission item holds a place to 1.1 cm."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A line to fly (``path_xy``: (k, 2) metres, k ≥ 2) or a place to stay at (k = 1)."""

    name: str
    path_xy: FloatArray
    dwell_s: float = 0.0
    look_at: GeoPoint | None = None
    look_height_m: float = 0.0
    """Above ground, of what is looked at."""
    one_way: bool = False
    """Flown in its own direction from whichever end it is entered: only for a line that ends where it begins."""

    @property
    def length_m(self) -> float:
        return float(np.hypot(*np.diff(self.path_xy, axis=0).T).sum())

    def ends(self) -> FloatArray:
        """Its two ends as (2, 2); a place has the same end twice."""
        return self.path_xy[[0, -1]]

    def flown(self, *, reverse: bool) -> FloatArray:
        return self.path_xy[::-1] if reverse and not self.one_way else self.path_xy


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A waypoint of a sortie. ``working``: the leg that ends here is part of the work, not a way to it."""

    xy: FloatArray
    working: bool = False
    dwell_s: float = 0.0
    look_at: GeoPoint | None = None
    look_height_m: float = 0.0
