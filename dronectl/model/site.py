"""A validated workspace as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.model.checklist import ChecklistItem
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.tiles import MapSettings
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.law.filing import Filing
from dronectl.model.law.paper import Paper, Pilot
from dronectl.model.plan.patrol import Patrol
from dronectl.model.rules import Aerodrome, Authorisation, Rules
from dronectl.model.tak.settings import TakSettings
from dronectl.model.traffic import TrafficSettings

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain  # NumPy is not needed for orders


@dataclass(frozen=True, slots=True)
class Site:
    """One site's operation: everything that dronectl.toml, geofences/ and missions/ say."""

    root: Path
    name: str
    time_zone: str
    home: GeoPoint
    ground_elevation_m: float
    """Above mean sea level."""
    geoid_undulation_m: float
    """Ellipsoid height minus height above mean sea level."""
    rules: Rules
    authorisations: tuple[Authorisation, ...]
    aerodromes: tuple[Aerodrome, ...]
    drones: tuple[Drone, ...]
    zones: ZoneSet
    patrols: tuple[Patrol, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of every file that was read, by path relative to ``root`` with ``/``."""
    checklist: tuple[ChecklistItem, ...] = ()
    """What people confirm before a flight."""
    filings: tuple[Filing, ...] = ()
    papers: tuple[Paper, ...] = ()
    pilots: tuple[Pilot, ...] = ()
    traffic: TrafficSettings = field(default_factory=TrafficSettings)
    map: MapSettings = field(default_factory=MapSettings)
    tak: TakSettings | None = None
    """Whom officers' places come from."""
    terrain: Terrain | None = None
    """Elevation files of the ground; None: flat at ``ground_elevation_m``."""
    geoid_was_given_m: float | None = None
    """As dronectl.toml has it; None: not told. Only to be looked at: what counts is ``geoid_undulation_m``."""

    def drone(self, name: str) -> Drone | None:
        return next((drone for drone in self.drones if drone.name == name), None)

    def patrol(self, patrol_id: str) -> Patrol | None:
        return next((patrol for patrol in self.patrols if patrol.id == patrol_id), None)
