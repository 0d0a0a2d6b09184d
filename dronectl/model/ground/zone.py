"""What lies on the ground of a site: zones, keep-outs, points, obstacles, rally points. One class per ``kind``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum

from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.validity import ALWAYS, Span, Validity


class ZoneCategory(StrEnum):
    """Why a zone is patrolled (Smart Safety Zone criteria)."""

    SYMBOLIC = "symbolic"
    PARK = "park"
    ECONOMIC = "economic"


class PoiCategory(StrEnum):
    """What stands at a point of interest."""

    BANK = "bank"
    GOLD_SHOP = "gold_shop"
    CONVENIENCE_STORE = "convenience_store"
    MARKET = "market"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    GOVERNMENT = "government"
    TEMPLE = "temple"
    LANDMARK = "landmark"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feature:
    """What every feature of geofences/*.geojson has: an ASCII id, a name (often Thai) and whether it was surveyed."""

    id: str
    name: str
    surveyed: bool
    source: str
    """File and feature index, for messages: ``geofences/site.geojson#3``."""


@dataclass(frozen=True, slots=True)
class Fence(Feature):
    """The one inclusion boundary, of the fleet (``drones`` empty) or of the drones named."""

    polygon: GeoPolygon
    drones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone(Feature):
    """An area to be patrolled."""

    polygon: GeoPolygon
    category: ZoneCategory
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class KeepOut(Feature):
    """A volume no aircraft enters: a polygon from ``floor_m`` to ``ceiling_m`` above ground (None: no top)."""

    polygon: GeoPolygon
    floor_m: float = 0.0
    ceiling_m: float | None = None
    validity: Validity = ALWAYS
    """When it closes; a dated one (a NOTAM, a procession, school hours) is free at other times."""
    is_person: bool = False
    """It is around somebody on the ground, as far as known now: no paper opens it, and no plan knows it."""

    @property
    def dated_name(self) -> str:
        """Its name, and when it closes where that is not always."""
        return self.name if self.validity.is_always else f"{self.name}, {self.validity.words}"

    def is_closed(self, during: Iterable[Span], zone: tzinfo) -> bool:
        """Whether it may close at any moment of these."""
        return self.validity.is_always or any(self.validity.in_force(*span, zone) for span in during)


@dataclass(frozen=True, slots=True)
class Obstacle(Feature):
    """A mast, tower or tree: a cylinder from the ground to ``height_m``."""

    position: GeoPoint
    height_m: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class PointOfInterest(Feature):
    """A place to look at, from ``standoff_m`` away, for ``dwell_s``."""

    position: GeoPoint
    category: PoiCategory
    weight: float = 1.0
    dwell_s: float | None = None
    standoff_m: float | None = None
    height_m: float = 0.0
    """Above ground, of what a camera is pointed at."""


@dataclass(frozen=True, slots=True)
class Corridor(Feature):
    """A street: its centre line and full width."""

    line: tuple[GeoPoint, ...]
    width_m: float


@dataclass(frozen=True, slots=True)
class Cctv(Feature):
    """A fixed camera and the sector it sees."""

    position: GeoPoint
    range_m: float
    bearing_deg: float
    field_of_view_deg: float
    stream: str = ""
    """Address of its moving picture; empty: none is known."""
    snapshot: str = ""
    """Address of a picture as it is now."""


@dataclass(frozen=True, slots=True)
class RallyPoint(Feature):
    """A safe place to return to instead of home."""

    position: GeoPoint
    relative_altitude_m: float


@dataclass(frozen=True, slots=True)
class HomePoint(Feature):
    """A take-off place; ``drones`` names whose."""

    position: GeoPoint
    drones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """Everything in geofences/, by kind, in file order."""

    fences: tuple[Fence, ...] = ()
    zones: tuple[Zone, ...] = ()
    keep_outs: tuple[KeepOut, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    points: tuple[PointOfInterest, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    cctv: tuple[Cctv, ...] = ()
    rally_points: tuple[RallyPoint, ...] = ()
    homes: tuple[HomePoint, ...] = ()

    def features(self) -> tuple[Feature, ...]:
        """All features, kind after kind."""
        return (
            *self.fences,
            *self.zones,
            *self.keep_outs,
            *self.obstacles,
            *self.points,
            *self.corridors,
            *self.cctv,
            *self.rally_points,
            *self.homes,
        )

    def fence_of(self, drone: str) -> Fence | None:
        """The fence that names this drone, else the fleet's, else None."""
        for fence in self.fences:
            if drone in fence.drones:
                return fence
        return next((fence for fence in self.fences if not fence.drones), None)

    def during(self, spans: Iterable[Span], zone: tzinfo) -> ZoneSet:
        """The same without keep-outs that close nothing then."""
        at = tuple(spans)
        return replace(self, keep_outs=tuple(one for one in self.keep_outs if one.is_closed(at, zone)))

    def zone(self, zone_id: str) -> Zone | None:
        return next((zone for zone in self.zones if zone.id == zone_id), None)
