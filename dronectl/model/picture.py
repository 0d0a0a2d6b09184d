"""The live picture: what is known of every drone at one moment, as one value that every screen and every sink shows.

It is folded by ``ops/picture`` from what the vehicles say and from the plan. None means: not known, or too old to be
taken for how things are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum

from dronectl.model.alarm import Alarm
from dronectl.model.tak.officers import OfficersPicture
from dronectl.model.telemetry import TelemetryKind, TelemetrySample
from dronectl.model.traffic import Encounter, TrafficPicture

AHEAD_S = 30.0
"""So far ahead distances are foretold."""


class FlightPhase(StrEnum):
    """What a drone is doing."""

    UNHEARD = "unheard"
    """It never was."""
    STANDING = "standing"
    ARMING = "arming"
    """Its motors run, and it has not left the ground."""
    CLIMBING = "climbing"
    PATROL = "patrol"
    """On its mission."""
    DISPATCHED = "dispatched"
    """On its way to a place that it was sent to."""
    HOLDING = "holding"
    RETURNING = "returning"
    LANDING = "landing"
    LANDED = "landed"
    STEERED = "steered"
    """A pilot has it."""
    LOST = "lost"
    """It was heard once, and is not now."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """How far a drone is from something that it keeps away from, and will be in the next :data:`AHEAD_S`.

    Metres; below zero inside a keep-out, and outside the fence. Between two drones it is their distance in space.
    """

    what: str
    """The zone, or the other drone."""
    now_m: float
    least_m: float
    """At the nearest."""
    in_s: float
    """When that is."""
    allowed_m: float
    """Who comes nearer breaks a rule."""
    breach_in_s: float | None = None
    """When it first is nearer than allowed; None: it stays away."""


@dataclass(frozen=True, slots=True)
class PersonBelow:
    """An officer within whose circle a drone flies; ``is_known``: where he is; else where he was, once."""

    name: str
    away_m: float
    """From the place where he was seen to the one under the drone."""
    radius_m: float
    """Of the circle within which he is taken to be."""
    age_s: float
    """Since he was seen."""
    is_known: bool

    @property
    def who(self) -> str:
        return f"officer {self.name} {'is' if self.is_known else 'may be'} below"

    @property
    def how(self) -> str:
        """How well that is known."""
        seen = f"known to {self.radius_m:.0f} m, seen {self.age_s:.0f} s ago"
        return seen if self.is_known else f"{seen} and not any more"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a drone is near to, or will be. Each is the one that it comes nearest to, measured by what is allowed."""

    fence: Clearance | None = None
    keep_out: Clearance | None = None
    """A keep-out or an obstacle that reaches to its height."""
    drone: Clearance | None = None
    aircraft: Encounter | None = None
    """The one of others that passes nearest, or too near first."""
    person: PersonBelow | None = None


@dataclass(frozen=True, slots=True)
class LinkPicture:
    """One link to a drone."""

    url: str
    heard: bool
    in_use: bool
    loss_pct: float | None
    round_trip_ms: float | None


@dataclass(frozen=True, slots=True)
class DroneIdentity:
    """Which aircraft it is, as it said itself, and the links that lead to it."""

    uid: str | None = None
    firmware: str | None = None
    links: tuple[LinkPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class DronePicture:
    """One drone. ``sample`` is what it said last, with the age of each value; the rest is made of it and its plan."""

    sample: TelemetrySample
    identity: DroneIdentity
    phase: FlightPhase
    phase_age_s: float
    """For how long."""
    phase_before: FlightPhase
    """What it was doing before; of one that is lost, when it was heard last."""
    leg: int | None = None
    """On which leg of its patrol it is, 1 … ``legs``."""
    legs: int | None = None
    horizontal_error_m: float | None = None
    vertical_error_m: float | None = None
    """How far off its place and its height may be (one standard deviation), as its receiver reckons it."""
    climb_m_s: float | None = None
    course_deg: float | None = None
    """Where it moves to; None while it stands in the air."""
    progress_pct: float | None = None
    """Of its sortie, by time; also of one that was interrupted."""
    time_left_s: float | None = None
    """Until its motors stop, in the vehicle's own seconds; None where nothing makes it land."""
    battery_at_landing_pct: float | None = None
    """By what it draws now; of one that holds or is sent somewhere: if it turned home at once."""
    battery_reserve_pct: float | None = None
    """What should be left."""
    outlook: Outlook = field(default_factory=Outlook)
    ahead: tuple[tuple[float, float], ...] = ()
    """Latitude and longitude on its way, from where it is to where it will be in :data:`AHEAD_S`."""
    alarms: tuple[Alarm, ...] = ()
    """Those that stand and those that were cleared and nobody has seen, the gravest first."""

    @property
    def name(self) -> str:
        return self.sample.drone

    @property
    def round_trip_ms(self) -> float | None:
        """How long an answer takes on the link in use."""
        used = next((link for link in self.identity.links if link.in_use), None)
        return _rounded(used.round_trip_ms, 1) if used is not None and not self.is_old(TelemetryKind.ANYTHING) else None

    @property
    def is_airborne(self) -> bool:
        return self.phase in _AIRBORNE or (self.phase is FlightPhase.LOST and self.phase_before in _AIRBORNE)

    @property
    def phase_text(self) -> str:
        """``patrol 3/12``, ``lost (patrol)``."""
        if self.phase is FlightPhase.PATROL and self.leg is not None:
            return f"{self.phase} {self.leg}/{self.legs}"
        return f"{self.phase} ({self.phase_before})" if self.phase is FlightPhase.LOST else str(self.phase)

    def is_old(self, kind: TelemetryKind) -> bool:
        return kind in self.sample.old

    def row(self, now_s: float) -> dict[str, object]:
        """Everything by the keys of ``telemetry stream``: what is old is None in it, whatever its age. ``now_s``: on
        the clock of the alarms."""
        fence, keep_out, drone = self.outlook.fence, self.outlook.keep_out, self.outlook.drone
        standing = [alarm.as_json(now_s) for alarm in self.alarms if alarm.is_active]
        return {
            **self.sample.live().as_json(),
            "alarms": standing,
            "round_trip_ms": self.round_trip_ms,
            "phase": str(self.phase),
            "phase_age_s": round(self.phase_age_s, 1),
            "leg": self.leg,
            "legs": self.legs,
            "climb_m_s": _rounded(self.climb_m_s, 2),
            "course_deg": _rounded(self.course_deg, 1),
            "progress_pct": _rounded(self.progress_pct, 1),
            "time_left_s": _rounded(self.time_left_s, 0),
            "battery_at_landing_pct": _rounded(self.battery_at_landing_pct, 1),
            "battery_reserve_pct": self.battery_reserve_pct,
            **_distances("fence", fence),
            **_distances("keep_out", keep_out),
            **_distances("drone", drone),
            **_passing(self.outlook.aircraft),
        }

    def as_json(self, now_s: float) -> dict[str, object]:
        """The same with who it is, its links, and the alarms that nobody has seen."""
        return {
            **self.row(now_s),
            "uid": self.identity.uid,
            "firmware": self.identity.firmware,
            "links": [asdict(link) for link in self.identity.links],
            "alarms": [alarm.as_json(now_s) for alarm in self.alarms],
        }


@dataclass(frozen=True, slots=True)
class FleetPicture:
    """All drones at one moment, in the fleet's order."""

    time_utc: str
    now_s: float
    """The same moment on the clock of the alarms."""
    drones: tuple[DronePicture, ...]
    traffic: TrafficPicture = field(default_factory=TrafficPicture)
    """Other aircraft, and who listens for them."""
    officers: OfficersPicture | None = None
    """People on the ground, as TAK tells of them; None: the workspace does not ask for them."""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Those that stand, the gravest and oldest first, then those that were cleared and nobody has seen."""
        return tuple(sorted((alarm for drone in self.drones for alarm in drone.alarms), key=alarm_order))

    def drone(self, name: str) -> DronePicture | None:
        return next((drone for drone in self.drones if drone.name == name), None)

    def rows(self) -> tuple[dict[str, object], ...]:
        """Each drone's :meth:`DronePicture.row`."""
        return tuple(drone.row(self.now_s) for drone in self.drones)

    def as_json(self) -> Mapping[str, object]:
        drones = [drone.as_json(self.now_s) for drone in self.drones]
        officers = self.officers and self.officers.as_json(datetime.fromisoformat(self.time_utc))
        traffic = self.traffic.as_json(self.now_s)
        return {"time_utc": self.time_utc, "drones": drones, "traffic": traffic, "officers": officers}


def alarm_order(alarm: Alarm) -> tuple[bool, bool, float]:
    """The gravest and oldest first, what is over last."""
    return not alarm.is_active, not alarm.is_critical, alarm.since_s


_AIRBORNE = frozenset(
    {
        FlightPhase.CLIMBING,
        FlightPhase.PATROL,
        FlightPhase.DISPATCHED,
        FlightPhase.HOLDING,
        FlightPhase.RETURNING,
        FlightPhase.LANDING,
        FlightPhase.STEERED,
    }
)


def _distances(key: str, clearance: Clearance | None) -> dict[str, object]:
    """``fence``, ``fence_m``, ``fence_ahead_m``, ``fence_ahead_s``."""
    c = clearance
    return {
        f"nearest_{key}" if key != "fence" else key: c and c.what,
        f"{key}_m": c and round(c.now_m, 1),
        f"{key}_ahead_m": c and round(c.least_m, 1),
        f"{key}_ahead_s": c and round(c.in_s, 1),
    }


def _passing(aircraft: Encounter | None) -> dict[str, object]:
    """How the other aircraft that comes nearest passes."""
    a = aircraft
    return {
        "nearest_aircraft": a and a.aircraft,
        "aircraft_m": a and round(a.now_m),
        "aircraft_above_m": a and _rounded(a.above_m, 0),
        "aircraft_ahead_m": a and round(a.least_m),
        "aircraft_ahead_s": a and round(a.in_s, 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


ROW_KEYS = tuple(
    DronePicture(TelemetrySample("", "", 0), DroneIdentity(), FlightPhase.UNHEARD, 0.0, FlightPhase.UNHEARD).row(0.0)
)
"""The keys of a row, in their order."""
