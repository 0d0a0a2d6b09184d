"""What a rehearsal says of a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from dronectl.model.geo import GeoPoint
from dronectl.model.rehearsal.flown import FlownSortie
from dronectl.model.rehearsal.found import Breach, MomentFigures, Odds, RunFigures, Verdict
from dronectl.model.text.finite_json import finite

PERCENTILES = (5.0, 50.0, 95.0)


@dataclass(frozen=True, slots=True)
class Band:
    """The 5th, 50th and 95th percentile of a figure over all runs, and its worst."""

    low: float
    middle: float
    high: float
    worst: float

    def as_json(self) -> dict[str, object]:
        return {
            "p5": finite(self.low),
            "p50": finite(self.middle),
            "p95": finite(self.high),
            "worst": finite(self.worst),
        }


@dataclass(frozen=True, slots=True)
class FlightBands:
    """One sortie of one drone over all runs, beside what the plan promises."""

    drone: str
    sortie: int
    duration_s: Band
    planned_s: float
    planned_windy_s: float
    left_pct: Band
    """Of the battery, after landing."""
    planned_left_pct: float
    """In the site's wind where that is known."""
    fence_m: Band
    keep_out_m: Band
    highest_m: Band

    def as_json(self) -> dict[str, object]:
        return {
            "drone": self.drone,
            "sortie": self.sortie,
            "duration_s": self.duration_s.as_json(),
            "planned_duration_s": self.planned_s,
            "planned_windy_duration_s": self.planned_windy_s,
            "battery_left_pct": self.left_pct.as_json(),
            "planned_battery_left_pct": self.planned_left_pct,
            "fence_clearance_m": self.fence_m.as_json(),
            "keep_out_clearance_m": self.keep_out_m.as_json(),
            "highest_above_ground_m": self.highest_m.as_json(),
        }


@dataclass(frozen=True, slots=True)
class BreachGroup:
    """One rule broken by one drone at one zone: in how many runs, and where it was worst."""

    worst: Breach
    worst_run: int
    runs: int

    def as_json(self) -> dict[str, object]:
        return {"runs": self.runs, "worst_run": self.worst_run, **self.worst.as_json()}


@dataclass(frozen=True, slots=True)
class FailureFigures:
    """What became of one kind of failure, tried on every leg."""

    failure: str
    weight: str
    tried: int
    safe: int
    known: int
    """Not safe, and told so by the checks."""
    least_left_pct: float
    worst: tuple[MomentFigures, ...]
    """The worst one for each leg that is not safe and not known."""

    @property
    def bad(self) -> int:
        """Not safe, and nobody said so."""
        return self.tried - self.safe - self.known

    def as_json(self) -> dict[str, object]:
        return {
            "failure": self.failure,
            "weight": self.weight,
            "tried": self.tried,
            "safe": self.safe,
            "known": self.known,
            "least_battery_left_pct": finite(self.least_left_pct),
            "worst": [asdict(one) for one in self.worst],
        }


@dataclass(frozen=True, slots=True)
class WorstRun:
    """A run that was not safe, or came nearest to not being it."""

    figures: RunFigures
    worst: Breach | None

    def as_json(self) -> dict[str, object]:
        figures = self.figures
        return {
            "run": figures.number,
            "wind_m_s": figures.wind_m_s,
            "wind_from_deg": figures.wind_from_deg,
            "gust_m_s": figures.gust_m_s,
            "breaches": [breach.as_json() for breach in figures.breaches if breach.by is None],
        }


Rings = list[list[list[GeoPoint]]]
"""Polygons as rings of places, the outline first."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The whole result. ``envelope``: by drone and sortie, where all flights went."""

    plan: str
    plan_sha256: str
    stamp_sha256: str
    backend: str
    seed: int
    runs: int
    flown_s: float
    """Seconds of flight, of all drones and runs."""
    odds: Odds
    needed_pct: float
    verdict: Verdict
    runs_needed: int
    """So many runs without a breach show the odds that are asked for."""
    flights: tuple[FlightBands, ...]
    apart_m: Band | None
    coverage_pct: Band | None
    promised_coverage_pct: float | None
    idleness_s: Mapping[str, Band]
    promised_idleness_s: Mapping[str, float]
    groups: tuple[BreachGroup, ...]
    lifted: tuple[BreachGroup, ...]
    failures: tuple[FailureFigures, ...]
    asked_failures: tuple[str, ...]
    """All but those that are off."""
    worst_runs: tuple[WorstRun, ...]
    envelope: Mapping[tuple[str, int], Rings] = field(default_factory=dict)
    firmware: Mapping[str, str] = field(default_factory=dict)
    """By drone, which release of ArduCopter flew; empty: the built-in copters."""
    not_taken: Mapping[str, int] = field(default_factory=dict)
    """On so many legs the simulator did not take what was to fail."""
    left_out: int = 0
    """So many failures on legs were not tried, as fewer were asked for."""
    tracks: Mapping[tuple[int, int], tuple[FlownSortie, ...]] = field(default_factory=dict)
    """By run and sortie, the flights of the worst runs where they cannot be flown again."""

    @property
    def not_tried(self) -> tuple[str, ...]:
        """What counts or is told, and failed on no leg, or not on all: nobody knows how it would end."""
        tried = {one.failure for one in self.failures if one.failure not in self.not_taken}
        return tuple(one for one in self.asked_failures if one not in tried)

    @property
    def runs_text(self) -> str:
        """``200 runs``."""
        return f"{self.runs} run{'' if self.runs == 1 else 's'}"

    @property
    def failures_break(self) -> tuple[FailureFigures, ...]:
        """Those that break the rule."""
        return tuple(one for one in self.failures if one.weight == "breaks" and one.bad)

    @property
    def is_unsafe(self) -> bool:
        """The odds, or what failures lead to, break the rule."""
        return self.verdict is Verdict.UNSAFE or bool(self.failures_break)

    @property
    def is_proven(self) -> bool:
        """Safe, with runs enough to say so, and nothing that the simulator could not let fail."""
        return self.verdict is Verdict.SAFE and not self.failures_break and self.all_tried

    @property
    def all_tried(self) -> bool:
        """Nothing was left out, and the simulator took all that was to fail."""
        return not self.not_taken and not self.left_out

    def as_json(self) -> dict[str, object]:
        return {
            "plan": self.plan,
            "plan_sha256": self.plan_sha256,
            "stamp_sha256": self.stamp_sha256,
            "backend": self.backend,
            "firmware": dict(self.firmware),
            "seed": self.seed,
            "runs": self.runs,
            "flown_s": round(self.flown_s, 1),
            "safe": self.is_proven,
            "unsafe": self.is_unsafe,
            "verdict": str(self.verdict),
            "odds": self.odds.as_json(),
            "needed_pct": self.needed_pct,
            "drones": [flight.as_json() for flight in self.flights],
            "separation_m": None if self.apart_m is None else self.apart_m.as_json(),
            "coverage_pct": None if self.coverage_pct is None else self.coverage_pct.as_json(),
            "planned_coverage_pct": self.promised_coverage_pct,
            "idleness_s": {
                patrol: {**band.as_json(), "promised": self.promised_idleness_s.get(patrol, math.nan)}
                for patrol, band in self.idleness_s.items()
            },
            "breaches": [group.as_json() for group in self.groups],
            "authorised": [group.as_json() for group in self.lifted],
            "failures": [failure.as_json() for failure in self.failures],
            "failures_not_tried": list(self.not_tried),
            "failures_left_out": self.left_out,
            "worst_runs": [run.as_json() for run in self.worst_runs],
        }
