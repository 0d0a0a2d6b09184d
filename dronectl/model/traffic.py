"""Other aircraft near the fleet, as transponders tell of them: what one message says, what is known of one aircraft,
and who listens. None means: not told, or not known."""

from __future__ import annotations

import string
from dataclasses import dataclass, field

from dronectl.model.geo import GeoPoint

NEAR_M, NEAR_HEIGHT_M = 300.0, 100.0
"""An aircraft that comes nearer than both to a drone is too near."""
OLD_S = 15.0
"""Aircraft say where they are twice a second: who was not heard for so long is shown as old."""
_QUARTERS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_CALLSIGN_LETTERS = frozenset(string.ascii_uppercase + string.digits)


@dataclass(frozen=True, slots=True)
class TrafficSettings:
    """How a site hears of other aircraft."""

    receivers: tuple[str, ...] = ()
    """Links of receivers on the ground."""
    aboard: tuple[str, ...] = ()
    """Drones that carry one."""

    @property
    def is_on(self) -> bool:
        return bool(self.receivers or self.aboard)


@dataclass(frozen=True, slots=True)
class TrafficReport:
    """What one message says of one aircraft."""

    address: int
    """24 bits, of the International Civil Aviation Organization."""
    heard_s: float
    """On the clock of whoever listens; where the message tells its age, when it was true."""
    source: str
    """Who heard it: a drone, or a receiver."""
    callsign: str | None = None
    position: GeoPoint | None = None
    pressure_altitude_m: float | None = None
    """By the standard atmosphere: off from the height above mean sea level as the weather is off from standard."""
    ellipsoid_altitude_m: float | None = None
    ground_speed_m_s: float | None = None
    track_deg: float | None = None
    """Where it moves to, from true north."""
    climb_m_s: float | None = None
    on_ground: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one aircraft, put together of its messages. ``…_s``: when that was told."""

    address: int
    source: str
    heard_s: float
    callsign: str | None = None
    position: GeoPoint | None = None
    position_s: float = 0.0
    pressure_altitude_m: float | None = None
    ellipsoid_altitude_m: float | None = None
    altitude_s: float = 0.0
    ground_speed_m_s: float | None = None
    track_deg: float | None = None
    turn_deg_s: float = 0.0
    """To the right, by its last courses."""
    climb_m_s: float | None = None
    on_ground: bool | None = None

    @property
    def name(self) -> str:
        """``THA412``, or the address where it told no callsign."""
        return self.callsign or f"{self.address:06X}"

    def age_s(self, now_s: float) -> float | None:
        """Since it told where it is."""
        return None if self.position is None else max(0.0, now_s - self.position_s)

    def as_json(self, now_s: float) -> dict[str, object]:
        age_s = self.age_s(now_s)
        return {
            "address": f"{self.address:06X}",
            "callsign": self.callsign,
            "lat_deg": self.position and self.position.lat_deg,
            "lon_deg": self.position and self.position.lon_deg,
            "pressure_altitude_m": _rounded(self.pressure_altitude_m),
            "ellipsoid_altitude_m": _rounded(self.ellipsoid_altitude_m),
            "ground_speed_m_s": _rounded(self.ground_speed_m_s),
            "course_deg": _rounded(self.track_deg),
            "climb_m_s": _rounded(self.climb_m_s),
            "on_ground": self.on_ground,
            "source": self.source,
            "age_s": _rounded(age_s),
            "old": age_s is not None and age_s > OLD_S,
        }


@dataclass(frozen=True, slots=True)
class Encounter:
    """How one drone and the aircraft that comes nearest to it pass, if both go on as they do."""

    aircraft: str
    now_m: float
    """Across the ground."""
    above_m: float | None
    """How much higher than the drone it is; None: not known."""
    bearing_deg: float
    """Where it is now, from the drone."""
    least_m: float
    in_s: float
    """When it is so near."""
    above_then_m: float | None
    breach_in_s: float | None
    """When it first is too near; None: it does not come so near."""
    height_is_vague: bool = False
    """Its height is known by the standard atmosphere alone, and today's is not known."""
    age_s: float = 0.0
    """Since it told where it is."""

    def words(self) -> str:
        """``THA412, 2.1 km away in the north-east, 120 m above: in 34 s it passes at 180 m, 40 m above``."""
        heights = "its height is not known" if self.above_m is None else _above(self.above_m)
        if self.height_is_vague:
            heights += ", if the air pressure is 1013 hPa"
        told = f", told {self.age_s:.0f} s ago" if self.age_s > OLD_S / 2 else ""
        place = f"{_far(self.now_m)} away in the {quarter(self.bearing_deg)}, {heights}{told}"
        if self.in_s < 1.0:
            return f"{self.aircraft} is {place}"
        then = "" if self.above_then_m is None else f", {_above(self.above_then_m)}"
        return f"{self.aircraft}, {place}: in {self.in_s:.0f} s it passes at {self.least_m:.0f} m{then}"


@dataclass(frozen=True, slots=True)
class ReceiverPicture:
    """Who listens for aircraft, and whether that can be relied on."""

    name: str
    is_up: bool
    why: str = ""
    """Why not; or, of one that is up, what is wrong with what it says."""
    heard_age_s: float | None = None
    """Since it told of any aircraft; None: never."""

    def words(self) -> str:
        """``tcp://127.0.0.1:30003 is away: connection refused``. It never says that the sky is clear."""
        if not self.is_up:
            return f"{self.name} is away: {self.why}"
        if self.why:
            return f"{self.name}: {self.why}"
        if self.heard_age_s is None:
            return f"{self.name} has heard nobody yet"
        return f"{self.name} heard somebody {self.heard_age_s:.0f} s ago"

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "is_up": self.is_up, "why": self.why, "heard_age_s": _rounded(self.heard_age_s)}


@dataclass(frozen=True, slots=True)
class TrafficPicture:
    """All other aircraft at one moment, the latest heard first, and who listens for them."""

    receivers: tuple[ReceiverPicture, ...] = ()
    contacts: tuple[Contact, ...] = field(default_factory=tuple)

    def as_json(self, now_s: float) -> dict[str, object]:
        return {
            "receivers": [receiver.as_json() for receiver in self.receivers],
            "aircraft": [contact.as_json(now_s) for contact in self.contacts],
        }


def quarter(bearing_deg: float) -> str:
    """``north-east``: of eight."""
    return _QUARTERS[round(bearing_deg / 45.0) % 8]


def _far(distance_m: float) -> str:
    return f"{distance_m:.0f} m" if distance_m < 1_000.0 else f"{distance_m / 1_000.0:.1f} km"


def _above(above_m: float) -> str:
    return f"{abs(above_m):.0f} m {'above' if above_m >= 0.0 else 'below'}"


def callsign_of(text: str) -> str | None:
    """At most eight letters and digits, which is what transponders can say; None: none, or something else."""
    letters = text.strip().upper()
    return letters if 0 < len(letters) <= 8 and _CALLSIGN_LETTERS.issuperset(letters) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
