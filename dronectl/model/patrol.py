"""A mission file: what to fly, never how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pattern(StrEnum):
    """How the work of a patrol is laid out."""

    COVERAGE = "coverage"
    PERIMETER = "perimeter"
    TOUR = "tour"


class CameraAction(StrEnum):
    """What the camera does: photographs by distance, look at each point (ROI), or nothing."""

    PHOTOS = "photos"
    LOOK = "look"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Patrol:
    """One missions/*.toml. Exactly one of ``relative_altitude_m`` and ``gsd_cm`` is given."""

    id: str
    """The file's stem."""
    name: str
    pattern: Pattern
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
    angle_deg: float | None = None
    """Direction of coverage lines, clockwise from north; None: searched."""
    inset_m: float = 0.0
    """Perimeter: distance inward from the zone's edge."""
    rounds: int = 1
    points: tuple[str, ...] = ()
    """Tour: ids of points of interest; with ``categories`` the union."""
    categories: tuple[str, ...] = ()
    dwell_s: float = 0.0
    standoff_m: float = 0.0
    seed: int = 0
