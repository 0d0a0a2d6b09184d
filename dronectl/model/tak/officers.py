"""People on the ground as TAK tells of them: circles that move. Who is not known is never away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dronectl.model.geo import GeoPoint
from dronectl.model.text.shown_time import iso_z

OLD_S = 30.0
"""Devices say where they are every few seconds: who was not heard for so long is shown as old."""
FORGOTTEN = timedelta(minutes=5)
"""A place is nobody's any more after this time, however long its event says that it holds."""
MISSED_FOR = timedelta(minutes=30)
"""So long it is told that somebody is not known any more."""
UNTOLD_CE_M = 50.0
"""An event that does not say how exact it is may be off by a street's length."""
UNTOLD_SPEED_M_S = 3.0
"""Who does not tell a speed may run."""
LISTENS_WITHIN_S = 20.0
"""Who listens says so more often."""


@dataclass(frozen=True, slots=True)
class Officer:
    """``seen``: when the place was true, on our own clock; ``stale``: until when the event says that it holds."""

    uid: str
    name: str
    place: GeoPoint
    seen: datetime
    stale: datetime
    ce_m: float | None = None
    speed_m_s: float | None = None
    course_deg: float | None = None

    def age_s(self, moment: datetime) -> float:
        return max(0.0, (moment - self.seen).total_seconds())

    def radius_m(self, moment: datetime, margin_m: float) -> float:
        """Within this of the place it may be: as exact as told, moved since, and a margin."""
        ce_m = UNTOLD_CE_M if self.ce_m is None else self.ce_m
        speed_m_s = UNTOLD_SPEED_M_S if self.speed_m_s is None else self.speed_m_s
        return ce_m + speed_m_s * self.age_s(moment) + margin_m

    @property
    def known_until(self) -> datetime:
        """From then on the place is nobody's any more."""
        return min(self.stale, self.seen + FORGOTTEN)

    def is_known(self, moment: datetime) -> bool:
        return moment <= self.known_until


@dataclass(frozen=True, slots=True)
class OfficersPicture:
    """``listening``: who listens, as in ``tls://tak.example.org:8089``; empty: nobody does. ``why``: why their places
    cannot be relied on; empty: they can. ``missed``: those that were known and are not any more. ``crew``: names of
    those who work beside the drones, around whom nothing is kept clear."""

    listening: str = ""
    why: str = ""
    officers: tuple[Officer, ...] = ()
    missed: tuple[Officer, ...] = ()
    margin_m: float = 15.0
    crew: tuple[str, ...] = ()

    def words(self, moment: datetime) -> str:
        """``officers: 3 known; somchai old (45 s); not known any more: wichai``. It never says that nobody is there."""
        parts = [] if not self.why else [f"where officers are is not known: {self.why}"]
        if self.officers or not self.why:
            parts.append(f"{len(self.officers)} known")
        old = [one for one in self.officers if one.age_s(moment) > OLD_S]
        parts += [f"{one.name} old ({one.age_s(moment):.0f} s)" for one in old[:3]]
        if self.missed:
            parts.append(f"not known any more: {names_of(self.missed)}")
        return "; ".join(parts)

    @property
    def is_doubtful(self) -> bool:
        return bool(self.why or self.missed)

    def as_json(self, moment: datetime) -> dict[str, object]:
        return {
            "listening": self.listening or None,
            "why": self.why or None,
            "known": [officer_json(one, moment, self.margin_m) for one in self.officers],
            "missed": [officer_json(one, moment, None) for one in self.missed],
        }


def officer_json(officer: Officer, moment: datetime, margin_m: float | None) -> dict[str, object]:
    """``margin_m`` None: of one that is not known any more, of whom no circle is told."""
    age_s = officer.age_s(moment)
    return {
        "name": officer.name,
        "lat_deg": officer.place.lat_deg,
        "lon_deg": officer.place.lon_deg,
        "radius_m": None if margin_m is None else round(officer.radius_m(moment, margin_m), 1),
        "age_s": round(age_s, 1),
        "old": age_s > OLD_S,
        "seen_utc": iso_z(officer.seen, timespec="milliseconds"),
    }


def names_of(officers: Sequence[Officer], most: int = 5) -> str:
    """``somchai, wichai and 3 more``."""
    told = ", ".join(one.name for one in officers[:most])
    more = len(officers) - most
    return told if more <= 0 else f"{told} and {more} more"
