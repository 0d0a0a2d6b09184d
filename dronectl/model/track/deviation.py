"""Where a flight was farthest off its plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Deviation:
    """The sample that was farthest off its leg over ground. Heights that are not known are NaN."""

    drone: str
    sortie: int
    time_utc: np.datetime64
    lat_deg: float
    lon_deg: float
    amsl_altitude_m: float
    relative_altitude_m: float
    """Above home."""
    planned_lat_deg: float
    planned_lon_deg: float
    planned_relative_altitude_m: float
    cross_track_m: float
    leg: str
    """In words."""
