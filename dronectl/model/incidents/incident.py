"""What somebody reported: where, when, what, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dronectl.model.geo import GeoPoint


class IncidentKind(StrEnum):
    """What is said to go on."""

    FIGHT = "fight"
    ROBBERY = "robbery"
    THEFT = "theft"
    ACCIDENT = "accident"
    FIRE = "fire"
    FLOOD = "flood"
    MEDICAL = "medical"
    MISSING = "missing"
    SUSPICIOUS = "suspicious"
    CROWD = "crowd"
    NOISE = "noise"
    OTHER = "other"

    @property
    def thai(self) -> str:
        return _THAI[self]


_THAI = {
    IncidentKind.FIGHT: "ทะเลาะวิวาท",
    IncidentKind.ROBBERY: "ชิงทรัพย์",
    IncidentKind.THEFT: "ลักทรัพย์",
    IncidentKind.ACCIDENT: "อุบัติเหตุ",
    IncidentKind.FIRE: "เพลิงไหม้",
    IncidentKind.FLOOD: "น้ำท่วม",
    IncidentKind.MEDICAL: "เจ็บป่วยฉุกเฉิน",
    IncidentKind.MISSING: "คนหาย",
    IncidentKind.SUSPICIOUS: "บุคคลต้องสงสัย",
    IncidentKind.CROWD: "ชุมนุม",
    IncidentKind.NOISE: "เสียงดังรบกวน",
    IncidentKind.OTHER: "อื่น ๆ",
}


class IncidentEvent(StrEnum):
    """What a line of the incident log tells of."""

    REPORTED = "reported"
    """The first report."""
    AGAIN = "again"
    """A further report of the same."""
    PROPOSED = "proposed"
    """A drone was proposed to be sent."""
    CONFIRMED = "confirmed"
    """A person said that it shall go."""
    FIRST_BYTE = "first_byte"
    """The first byte for it went to the drone."""
    AIRBORNE = "airborne"
    """The drone flies: at once where it was in the air."""
    IN_SIGHT = "in_sight"
    """The drone is where the place is seen from."""
    LEFT = "left"
    """The drone went away from there: its stay was over, or somebody ended it."""
    FAILED = "failed"
    """It was not sent, or did not come."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IncidentPlace:
    """Where it is. ``id``: of the feature of geofences/ that was named; empty for a bare place."""

    point: GeoPoint
    name: str
    id: str = ""
    height_m: float = 0.0
    """Above the ground there, of what is looked at."""
    standoff_m: float | None = None
    """From how far it is looked at; None: as any place."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What one caller said. ``reported`` is when, with its time zone."""

    reported: datetime
    kind: IncidentKind
    words: str
    source: str
    place: IncidentPlace


@dataclass(frozen=True, slots=True)
class IncidentNote:
    """One line of the log about an incident: what was done, when, by whom, with which drone."""

    time: datetime
    event: IncidentEvent
    user: str = ""
    drone: str = ""
    words: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incident:
    """``reports``: at least one; the first is what the incident is known by."""

    day: date
    """Of the first report, at the site."""
    serial: int
    """1, 2, … on that day."""
    reports: tuple[IncidentReport, ...]
    notes: tuple[IncidentNote, ...] = ()

    @property
    def number(self) -> str:
        """As it is said on the radio: ``1201-07``, the seventh of the first of December."""
        return number_of(self.day, self.serial)

    @property
    def key(self) -> str:
        """The same with its year, which the log is kept by: ``2026-1201-07``."""
        return f"{self.day.year}-{self.number}"

    @property
    def kind(self) -> IncidentKind:
        return self.reports[0].kind

    @property
    def place(self) -> IncidentPlace:
        return self.reports[0].place

    @property
    def reported(self) -> datetime:
        return self.reports[0].reported

    @property
    def is_open(self) -> bool:
        return self.when(IncidentEvent.CLOSED) is None

    def when(self, event: IncidentEvent) -> datetime | None:
        """When that was first done; None: it was not, or not yet."""
        return next((note.time for note in self.notes if note.event is event), None)

    def last(self, event: IncidentEvent) -> IncidentNote | None:
        return next((note for note in reversed(self.notes) if note.event is event), None)


def number_of(day: date, serial: int) -> str:
    """``1201-07``."""
    return f"{day.month:02d}{day.day:02d}-{serial:02d}"
