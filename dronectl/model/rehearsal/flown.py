"""What one simulated drone flew in one run, as the simulator tells it and the judges read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatColumn = npt.NDArray[np.float64]


class End(StrEnum):
    """How a flight ended."""

    LANDED = "landed"
    FELL = "fell"
    EMPTY = "its battery was empty in the air"
    ENDLESS = "it did not come down"
    REFUSED = "it did not take off"
    EARLY = "it came home before the end of its mission"


@dataclass(frozen=True, slots=True)
class Track:
    """Samples a quarter of a second apart, where the aircraft truly was: with the errors of its own position.

    Columns of equal length; ``time_s`` counts from the start of the wave, ``height_m`` from the ground at its home.
    """

    time_s: FloatColumn
    lat_deg: FloatColumn
    lon_deg: FloatColumn
    height_m: FloatColumn
    item: npt.NDArray[np.int32]
    """The mission item that it was on; 0: none, as after the mission's end."""
    left_pct: FloatColumn
    """Of its battery."""


@dataclass(frozen=True, slots=True)
class Photographs:
    """Where pictures were taken; columns of equal length."""

    lat_deg: FloatColumn
    lon_deg: FloatColumn
    height_m: FloatColumn
    heading_deg: FloatColumn


@dataclass(frozen=True, slots=True)
class FlownSortie:
    """One flight: from the start of the mission to the stop of the motors."""

    drone: str
    sortie: int
    track: Track
    photographs: Photographs
    start_s: float
    """After the start of the wave."""
    end: End
    said: tuple[str, ...] = ()
    """The gravest words of the autopilot."""

    @property
    def duration_s(self) -> float:
        return float(self.track.time_s[-1]) - self.start_s

    @property
    def left_pct(self) -> float:
        """When it ended."""
        return float(self.track.left_pct[-1])
