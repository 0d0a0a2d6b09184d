"""What was found in the flights of a rehearsal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from dronectl.model.text.finite_json import finite


@dataclass(frozen=True, slots=True)
class Breach:
    """A flight did what it must not: where and when it was worst."""

    rule: str
    """A rule's id, or ``landing`` for a flight that did not end on its feet."""
    drone: str
    sortie: int
    item: int
    """That it was on; 0: none."""
    time_s: float
    """After the start of the wave."""
    lat_deg: float
    lon_deg: float
    amount: float
    """By how much; what breaks a rule more has more."""
    words: str
    zone: str | None = None
    by: str | None = None
    """What authorises it: a document, or a person by name."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FlightFigures:
    """One flight of one run; clearances are the least of the flight, infinite where there is nothing to be near to."""

    drone: str
    sortie: int
    start_s: float
    duration_s: float
    left_pct: float
    fence_m: float
    """From the fence; below 0: outside."""
    keep_out_m: float
    """From the nearest keep-out or obstacle at its height; below 0: inside."""
    highest_m: float
    """Above ground."""
    photographs: int


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run of the whole plan."""

    number: int
    wind_m_s: float
    wind_from_deg: float
    gust_m_s: float
    flights: tuple[FlightFigures, ...]
    apart_m: float
    """Least distance of two drones; infinite where no two fly at a time."""
    coverage_pct: float | None
    worst_idleness_s: Mapping[str, float]
    """By hot-spot patrol."""
    breaches: tuple[Breach, ...]

    @property
    def is_safe(self) -> bool:
        return all(breach.by is not None for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class MomentFigures:
    """One failure in the middle of one leg of one run, and what the autopilot made of it."""

    run: int
    failure: str
    drone: str
    sortie: int
    item: int
    at_s: float
    end: str
    lasts_s: float
    left_pct: float
    said: tuple[str, ...]
    breaches: tuple[Breach, ...]
    known: bool = False
    """The checks warn of what breaks."""

    @property
    def is_safe(self) -> bool:
        return all(breach.by is not None for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class Odds:
    """So many of so many, and how few of all there may be with the confidence asked for."""

    good: int
    of: int
    least_pct: float
    confidence_pct: float

    @property
    def pct(self) -> float:
        return 100.0 * self.good / self.of if self.of else math.nan

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "pct": finite(self.pct)}


class Verdict(StrEnum):
    """What the odds say of the plan."""

    SAFE = "safe"
    TOO_FEW_RUNS = "too few runs"
    """Nothing speaks against it, and too little for it."""
    UNSAFE = "unsafe"
