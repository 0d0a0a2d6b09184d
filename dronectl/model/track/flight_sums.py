"""What was flown, added up: by day, drone and zone, and what it took of the batteries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FlownOnce:
    """One flight. ``day`` is the site's; batteries in per cent, None where they are not told."""

    day: date | None
    drone: str
    duration_s: float
    distance_m: float
    zones: tuple[str, ...] = ()
    highest_m: float | None = None
    battery_begin_pct: float | None = None
    battery_end_pct: float | None = None


@dataclass(frozen=True, slots=True)
class FlightSum:
    """Of some flights. ``what``: the day, drone or zone; empty for all of them."""

    what: str
    flights: int
    duration_s: float
    distance_m: float
    drones: tuple[str, ...]
    zones: tuple[str, ...]
    highest_m: float | None

    @property
    def hours(self) -> float:
        return self.duration_s / 3600.0


@dataclass(frozen=True, slots=True)
class BatterySum:
    """Of the flights of a drone that tell their battery."""

    drone: str
    flights: int
    """That tell it."""
    untold: int
    used_pct: float
    """Together: 250 are two and a half charges."""
    lowest_pct: float | None
    """Left at the end of any."""
    minutes_per_10_pct: float | None
    """Flown by a tenth of a charge, on average."""


@dataclass(frozen=True, slots=True)
class FlightSums:
    """``days`` in order, those of unknown days last; ``drones`` and ``zones`` by name. A flight through two zones is in
    both."""

    total: FlightSum
    days: tuple[FlightSum, ...]
    drones: tuple[FlightSum, ...]
    zones: tuple[FlightSum, ...]
    batteries: tuple[BatterySum, ...]
