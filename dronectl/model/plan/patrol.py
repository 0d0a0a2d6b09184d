"""A mission file: what to fly, never how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.plan.pattern import Pattern, pattern_of
from dronectl.model.plan.pattern_settings import PatternSettings
from dronectl.model.plan.schedule import Schedule


class CameraAction(StrEnum):
    """What the camera does: photographs by distance, look at each point (ROI), a video of the work, or nothing.

    Orbits and stares look at their points whatever else the camera does.
    """

    PHOTOS = "photos"
    LOOK = "look"
    VIDEO = "video"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Patrol:
    """One missions/*.toml: what every patrol says, and ``settings``, what its pattern alone is told.

    Exactly one of ``relative_altitude_m`` and ``gsd_cm`` is given.
    """

    id: str
    """The file's stem."""
    name: str
    settings: PatternSettings
    zones: tuple[str, ...]
    drones: tuple[str, ...]
    """Empty: every drone of the fleet."""
    source: str
    relative_altitude_m: float | None = None
    gsd_cm: float | None = None
    layer_step_m: float = 10.0
    """Altitude between one drone's layer and the next."""
    speed_m_s: float | None = None
    """None: each drone's cruise speed."""
    camera: CameraAction = CameraAction.NONE
    sidelap_pct: float = 30.0
    frontlap_pct: float = 60.0
    seed: int = 0
    schedule: Schedule | None = None
    """None: flown whenever the pilot says."""

    @property
    def pattern(self) -> Pattern:
        return pattern_of(self.settings)
