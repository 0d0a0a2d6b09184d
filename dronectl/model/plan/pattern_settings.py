"""What each pattern of patrol is told beyond what every patrol says: one value for each, with what it knows alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.hotspot import KOPER_RETURN_S


class Direction(StrEnum):
    """Which way round, seen from above."""

    CLOCKWISE = "clockwise"
    ANTICLOCKWISE = "anticlockwise"


@dataclass(frozen=True, slots=True)
class CoverageSettings:
    """Lines over the whole of the patrol's zones."""

    angle_deg: float | None = None
    """Direction of the lines, clockwise from north; None: searched."""
    cross_hatch: bool = False
    """A second set of lines across the first."""


@dataclass(frozen=True, slots=True)
class PerimeterSettings:
    """Along the edges of the patrol's zones."""

    inset_m: float = 0.0
    """Distance inward from the zone's edge."""
    inset_step_m: float = 0.0
    """How much farther inward each round is than the one before."""
    hole_edges: bool = False
    """Also around the zone's holes."""
    rounds: int = 1
    direction: Direction | None = None
    """None: the quicker."""


@dataclass(frozen=True, slots=True)
class CorridorSettings:
    """Along streets; the patrol's zones are flown along their length too."""

    corridors: tuple[str, ...] = ()
    """Ids of streets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSettings:
    """Of every pattern over points of interest: the union of those named and those of the categories named."""

    points: tuple[str, ...] = ()
    """Ids of points of interest."""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSettings(PointSettings):
    """Of every pattern that stays at its points for some time, some way off."""

    dwell_s: float = 0.0
    standoff_m: float = 0.0


@dataclass(frozen=True, slots=True)
class TourSettings(VisitSettings):
    """From point to point. What a point says of stay and distance itself comes first."""

    rounds: int = 1


@dataclass(frozen=True, slots=True)
class OrbitSettings(PointSettings):
    """Circles around points, the camera on the point."""

    radius_m: float
    turns: int = 1
    direction: Direction = Direction.CLOCKWISE
    arc_deg: tuple[float, float] | None = None
    """Only the part from the first bearing of the point clockwise to the second; None: the whole circle."""


@dataclass(frozen=True, slots=True)
class StareSettings(VisitSettings):
    """Hovering and looking at a point, for as long as asked here whatever the point says."""

    rounds: int = 1
    sides: int = 1
    """From how many sides each point is looked at."""


@dataclass(frozen=True, slots=True)
class ExpandingSquareSettings:
    """A search outward from where somebody was last seen (a place, or the id of a point of interest)."""

    last_seen: GeoPoint | str
    radius_m: float
    """Half the side of the square that is searched, at least."""
    track_spacing_m: float | None = None
    """None: the camera's swath."""
    first_leg_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class SectorSearchSettings:
    """A search of a circle whose middle (a place, or the id of a point of interest) is crossed again and again."""

    last_seen: GeoPoint | str
    radius_m: float
    passes: int = 1
    """How many searches of nine legs, each turned so that its legs lie between those before."""
    first_leg_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class HotspotSettings(VisitSettings):
    """Visits at random over a period. Its short looks last and stand off as a tour's; ``stay_s`` are the long ones."""

    period_s: float
    max_idleness_s: float = KOPER_RETURN_S
    """No point is left alone for longer than this, from the first take-off to the end of the period."""
    stay_s: tuple[float, float] | None = None
    """Least and longest of the long stays, each drawn at random; None: short looks only."""
    stay_at: tuple[str, ...] = ()
    """Points of the long stays; empty: all."""
    most_sorties: int | None = None
    """Of each drone in the period; None: as many as fit."""
    cctv_discount: float = 0.5
    """Share (0..1) of its weight that a point loses when a fixed camera sees it."""


PatternSettings = (
    CoverageSettings
    | PerimeterSettings
    | CorridorSettings
    | TourSettings
    | HotspotSettings
    | OrbitSettings
    | StareSettings
    | ExpandingSquareSettings
    | SectorSearchSettings
)
