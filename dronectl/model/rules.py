"""The rules a plan is held against, and the authorisations that lift them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from dronectl.model.geo import GeoPoint
from dronectl.model.law.law import NOTICE_DAYS, Law
from dronectl.model.plan.schedule import Daylight
from dronectl.model.validity import DailyHours, Span, Validity

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
    "hours",
    "daylight",
    "notice",
    "papers",
    "schedule",
    "idleness",
)
"""Every rule, listed here once, in the order in which findings are told. Here and not in ``checks``, since a workspace
that names rules is read without the geometry engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What a person is told of a rule."""

    id: str
    title: str
    explanation: str
    """What it asks."""
    why: str
    source: str
    """The law, standard, data sheet or measurement behind it."""
    example: str
    """A message of it."""
    remedy: str
    """How a plan that breaks it is mended."""

    def chapters(self) -> tuple[tuple[str, str], ...]:
        """What there is to say, with a heading each."""
        return (
            ("asks", self.explanation),
            ("why", self.why),
            ("source", self.source),
            ("example", self.example),
            ("mend", self.remedy),
        )

    def as_json(self) -> dict[str, str]:
        return {key: getattr(self, key) for key in ("id", "title", "explanation", "why", "source", "example", "remedy")}


class RehearsalAsked(StrEnum):
    """What is asked of a plan's rehearsal before it is put on board or flown."""

    OFF = "off"
    WARNED = "warned"
    """A plan without a stamp of today is told of."""
    REQUIRED = "required"
    """It is a no, unless a person answers for it by name."""


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
    law: Law = Law.NONE
    """Whose hours, notices and papers are asked for."""
    hours: tuple[DailyHours, ...] = ()
    """By the clock of the site, without leave."""
    notice_days: int = NOTICE_DAYS
    rehearsal: RehearsalAsked = RehearsalAsked.WARNED


class AuthorisationKind(StrEnum):
    """What a paper is, which decides what it can lift."""

    PERMIT = "permit"
    """Of the authority whose rule it lifts."""
    POLICE_DUTY = "police_duty"
    """Police on duty may operate inside the no-fly zones of the notices; no more than that is known."""
    EMERGENCY = "emergency"
    """Floods and the like had leave for the night and for restricted zones."""

    @property
    def can_lift(self) -> tuple[str, ...]:
        """Rule ids."""
        narrow = {"police_duty": ("keep-out",), "emergency": ("keep-out", "hours", "daylight", "notice")}
        return narrow.get(str(self), RULE_IDS)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Lifts ``lifts`` (rule ids) in ``zones`` (ids; empty: the whole site); both dates inclusive."""

    authority: str
    document: str
    valid_from: date
    valid_to: date
    lifts: tuple[str, ...]
    zones: tuple[str, ...] = ()
    hours: tuple[DailyHours, ...] = ()
    """At which times of day; none for any."""
    days: tuple[int, ...] = ()
    """On which days of the week, 0 is Monday; none for any."""
    kind: AuthorisationKind = AuthorisationKind.PERMIT

    @property
    def validity(self) -> Validity:
        return Validity(self.valid_from, self.valid_to, self.hours, self.days)

    @property
    def hours_text(self) -> str:
        """Its hours and days of the week, as files write them; empty for any."""
        return Validity(hours=self.hours, days=self.days).words

    def is_valid_on(self, day: date) -> bool:
        """Whether the day lies between its dates."""
        return self.valid_from <= day <= self.valid_to

    def covers(self, spans: Iterable[Span], zone: tzinfo) -> bool:
        """Whether it is valid all the time."""
        return all(self.validity.covers(*span, zone) for span in spans)


def last_day(authorisations: Iterable[Authorisation], document: str) -> date | None:
    """Until when a document lifts rules; None when none is of that name."""
    return max((one.valid_to for one in authorisations if one.document == document), default=None)


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
