"""One photograph in flight: when, from where, and how the aircraft lay in the air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Photograph:
    """As the autopilot noted it. Angles are the aircraft's, not a gimbal's; ``yaw_deg`` is from true north."""

    time_utc: np.datetime64
    """``datetime64[us]``."""
    number: int
    lat_deg: float
    lon_deg: float
    amsl_altitude_m: float
    relative_altitude_m: float
    """Above home."""
    roll_deg: float
    pitch_deg: float
    yaw_deg: float

    @property
    def event_text(self) -> str:
        """What the event of it says."""
        return f"photo {self.number}"
