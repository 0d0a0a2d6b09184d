"""The rules a plan is held against, and the papers that lift them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.schedule import Daylight

RULE_IDS: tuple[str, ...] = (
    "day",
    "fence",
    "keep-out",
    "obstacle",
    "ceiling",
    "aerodrome",
    "battery-reserve",
    "separation",
    "autopilot",
    "on-board",
    "structure",
    "terrain",
    "camera",
    "legs",
    "daylight",
    "schedule",
    "idleness",
)
"""Every rule id, in the order checks report them.

``structure``: no take-off, no return, dangling jump, empty mission, a path that cannot be proven.
``on-board``: the fence and the rally points that a drone carries."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of a site; margins are horizontal distances to fence and keep-outs."""

    ceiling_m: float = 90.0
    aerodrome_distance_m: float = 9_000.0
    fence_margin_m: float = 10.0
    keep_out_margin_m: float = 10.0
    separation_m: float = 10.0
    """Least 3-D distance between two drones at any time."""
    separation_delay_s: float = 20.0
    """Kept even when either drone is this much earlier or later than planned."""
    battery_reserve_pct: float = 30.0
    wind_m_s: float = 5.0
    """Nothing flies in more wind than this at flight height: every flight must end with its reserve, whatever side it
    blows from. 5 m/s is a gentle breeze; Roi Et's monthly means are about 1 to 3 m/s."""
    terrain_clearance_m: float = 20.0
    """Least height above ground on the way, where elevation files give the ground."""
    turnaround_min: float = 8.0
    """From a landing to the next take-off: changing batteries."""
    daylight: Daylight = Daylight.SUN


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A paper that lifts ``lifts`` (rule ids) in ``zones`` (ids; empty: the whole site); both dates inclusive."""

    authority: str
    document: str
    valid_from: date
    valid_to: date
    lifts: tuple[str, ...]
    zones: tuple[str, ...] = ()

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Aerodrome:
    """An aerodrome or landing strip whose surroundings are restricted."""

    id: str
    name: str
    position: GeoPoint
    elevation_m: float | None
    status: str
    """``open``, ``closed`` or ``unknown``; unknown counts as open."""
    surveyed: bool
