"""What goes wrong in an exercise, when and to whom; and what a pilot is to do about it (``sim/scenarios/*.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dronectl.model.geo import GeoPoint


class Happening(StrEnum):
    """What can go wrong."""

    WIND = "wind"
    GPS_LOSS = "gps_loss"
    GPS_GLITCH = "gps_glitch"
    COMPASS_ERROR = "compass_error"
    BATTERY_SAG = "battery_sag"
    BATTERY_LEFT = "battery_left"
    MOTOR_LOSS = "motor_loss"
    RADIO_LOSS = "radio_loss"
    RADIO_RANGE = "radio_range"
    RADIO_SHADOW = "radio_shadow"
    LINK_CUT = "link_cut"
    REBOOT = "reboot"
    CLOCK_JUMP = "clock_jump"
    REFUSE_ARM = "refuse_arm"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a happening takes: its limits, and what stands where it is not given (None: it must be)."""

    low: float
    high: float
    default: float | None = None


FIGURES: Mapping[Happening, Mapping[str, Figure]] = {
    Happening.WIND: {
        "speed_m_s": Figure(0.0, 30.0),
        "from_deg": Figure(0.0, 360.0, 0.0),
        "gust_m_s": Figure(0.0, 15.0, 0.0),
    },
    Happening.GPS_GLITCH: {"north_m": Figure(-1000.0, 1000.0, 50.0), "east_m": Figure(-1000.0, 1000.0, 0.0)},
    Happening.COMPASS_ERROR: {"mgauss": Figure(0.0, 2000.0, 500.0)},
    Happening.BATTERY_SAG: {"volts": Figure(0.0, 5.0)},
    Happening.BATTERY_LEFT: {"pct": Figure(0.0, 100.0)},
    Happening.MOTOR_LOSS: {"left_pct": Figure(0.0, 100.0, 0.0)},
    Happening.RADIO_LOSS: {"share": Figure(0.0, 1.0, 1.0)},
    Happening.RADIO_RANGE: {"beyond_m": Figure(10.0, 20_000.0)},
    Happening.CLOCK_JUMP: {"by_s": Figure(-1e8, 1e8)},
    Happening.UPLOAD: {"without_last": Figure(1.0, 100.0, 1.0)},
}
"""Those that take numbers."""
LASTING = frozenset(
    {
        Happening.WIND,
        Happening.GPS_LOSS,
        Happening.GPS_GLITCH,
        Happening.COMPASS_ERROR,
        Happening.BATTERY_SAG,
        Happening.RADIO_LOSS,
        Happening.RADIO_RANGE,
        Happening.RADIO_SHADOW,
        Happening.REFUSE_ARM,
    }
)
"""Those that can be over after a while."""


class Order(StrEnum):
    """What a pilot may do about it, as the drone gets it, whichever program it comes from."""

    HOLD = "hold"
    RTL = "rtl"
    LAND = "land"
    RESUME = "resume"
    GOTO = "goto"
    DISARM = "disarm"


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happens, to each drone by itself: the first moment at which what is given holds."""

    at_s: float | None = None
    """Simulated seconds since power-on."""
    flown_s: float | None = None
    """Seconds in the air."""
    item: int | None = None
    """It is on its way to this item of its mission, or a later one."""
    place: GeoPoint | None = None
    within_m: float = 30.0
    """So near to ``place``."""


@dataclass(frozen=True, slots=True)
class ScenarioEvent:
    """One thing that happens."""

    id: str
    what: Happening
    drones: tuple[str, ...]
    """To whom; empty: to all."""
    moment: Moment
    for_s: float | None = None
    """For how long; None: for good."""
    figures: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    """The reason that a refusal to arm gives."""


@dataclass(frozen=True, slots=True)
class ExpectedOrder:
    """What a pilot is to do."""

    orders: tuple[Order, ...]
    """Any of these."""
    drone: str
    after: str
    """The event that it answers."""
    within_s: float
    """So soon it has all its points, twice as late none."""
    points: int = 10


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    brief: str = ""
    """What a pilot is told before it begins."""
    events: tuple[ScenarioEvent, ...] = ()
    expected: tuple[ExpectedOrder, ...] = ()
    """In the order in which they are to be given."""
