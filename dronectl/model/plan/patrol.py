"""A mission file: what to fly, never how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.plan.hotspot import Hotspot
from dronectl.model.plan.pattern_settings import Direction, ExpandingSquare, Orbit, SectorSearch
from dronectl.model.plan.schedule import Schedule


class Pattern(StrEnum):
    """How the work of a patrol is laid out."""

    COVERAGE = "coverage"
    PERIMETER = "perimeter"
    CORRIDOR = "corridor"
    TOUR = "tour"
    HOTSPOT = "hotspot"
    ORBIT = "orbit"
    STARE = "stare"
    EXPANDING_SQUARE = "expanding_square"
    SECTOR_SEARCH = "sector_search"


POINTED_PATTERNS = frozenset({Pattern.TOUR, Pattern.ORBIT, Pattern.STARE, Pattern.HOTSPOT})
"""Patterns over points of interest, which they name by id or category."""


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
    cross_hatch: bool = False
    """Coverage: a second set of lines across the first."""
    inset_m: float = 0.0
    """Perimeter: distance inward from the zone's edge."""
    inset_step_m: float = 0.0
    """Perimeter: how much farther inward each round is than the one before."""
    hole_edges: bool = False
    """Perimeter: also around the zone's holes."""
    direction: Direction | None = None
    """Perimeter: which way round; None: the quicker."""
    corridors: tuple[str, ...] = ()
    """Corridor: ids of streets; zones are flown along their length too."""
    rounds: int = 1
    points: tuple[str, ...] = ()
    """Tour, orbit, stare: ids of points of interest; with ``categories`` the union."""
    categories: tuple[str, ...] = ()
    dwell_s: float = 0.0
    standoff_m: float = 0.0
    sides: int = 1
    """Stare: from how many sides each point is looked at."""
    orbit: Orbit | None = None
    expanding_square: ExpandingSquare | None = None
    sector_search: SectorSearch | None = None
    hotspot: Hotspot | None = None
    seed: int = 0
    schedule: Schedule | None = None
    """None: flown whenever the pilot says."""
