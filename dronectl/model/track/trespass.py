"""A stretch of a flight where it was not to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Bound(StrEnum):
    """What was overstepped."""

    FENCE = "fence"
    KEEP_OUT = "keep-out"
    """Or an obstacle."""
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Trespass:
    """From the first to the last fix outside the fence, within a keep-out at its heights, or above the ceiling."""

    flight: int
    """Which of the flights that were looked at, from 0."""
    bound: Bound
    name: str
    """Of the fence or the keep-out; empty for the ceiling."""
    begin_utc: np.datetime64
    """``datetime64[us]``, as ``end_utc``."""
    end_utc: np.datetime64
    beyond_m: float
    """The farthest: over ground from the edge, or above the ceiling."""
    lat_deg: float
    """Where that was."""
    lon_deg: float

    @property
    def duration_s(self) -> float:
        return float((self.end_utc - self.begin_utc) / np.timedelta64(1, "s"))
