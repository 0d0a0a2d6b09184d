"""What a shift, a week or a month brought: flights, places kept, incidents, rules that were lifted, batteries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from dronectl.model.track.flight_sums import FlightSums


@dataclass(frozen=True, slots=True)
class SpotKept:
    """A point of interest. ``alone_s``: the longest that nobody was near it between a day's first and last flight; None
    where nobody flew."""

    id: str
    name: str
    visits: int
    alone_s: float | None


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident; seconds count from its report, None for what did not come."""

    number: str
    reported: datetime
    kind: str
    place: str
    drone: str
    confirmed_s: float | None
    airborne_s: float | None
    in_sight_s: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Lifted:
    """A rule or a check that a person lifted, or a rule that refused an order."""

    time: datetime
    order: str
    drones: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """``begins`` is in it, ``ends`` is not."""

    title: str
    site_name: str
    begins: datetime
    ends: datetime
    flights: FlightSums
    zones_not_flown: tuple[str, ...]
    spots: tuple[SpotKept, ...]
    incidents: tuple[IncidentLine, ...]
    lifted: tuple[Lifted, ...]
    refused: tuple[Lifted, ...]
    notes: tuple[str, ...] = ()

    @property
    def median_airborne_s(self) -> float | None:
        """After the report, over the incidents that have it."""
        return _median(one.airborne_s for one in self.incidents)

    @property
    def median_in_sight_s(self) -> float | None:
        """Likewise."""
        return _median(one.in_sight_s for one in self.incidents)

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many incidents of which kind, the most frequent first."""
        counts: dict[str, int] = {}
        for one in self.incidents:
            counts[one.kind] = counts.get(one.kind, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
