"""A way as a value: where an aircraft is, what it flies next, how it returns. Loads no geometry engine, so that drones
can be asked for it while that is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dronectl.checks.trajectory.defaults import RALLY_LIMIT_M, RETURN_ALTITUDE_M
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.wording import Form
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Message
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

_STRAIGHT = Form("the straight way to {place}", "ทางตรงไป {place}")
_CLIMB_BACK = Form("the climb of the return", "ช่วงไต่ของการบินกลับ")
_RETURN = Form("the straight return", "ทางบินกลับเส้นตรง")
_LANDING = Form("the landing", "การลงจอด")
_LANDING_HERE = Form("the landing here", "การลงจอดตรงนี้")
CLIMB_HERE = Form("the climb here", "การไต่ขึ้นตรงนี้")
_HOLD = Form("the place where it holds", "จุดที่ลอยตัว")
_NO_RALLY = Mission((), MissionType.RALLY)


@dataclass(frozen=True, slots=True)
class Present:
    """Where an aircraft is, and how it moves."""

    place: GeoPoint
    relative_altitude_m: float
    home: GeoPoint
    """The vehicle's own: what its altitude counts from, and where it returns to."""
    east_m_s: float = 0.0
    north_m_s: float = 0.0
    age_s: float = 0.0
    """Of what is known of it."""


@dataclass(frozen=True, slots=True)
class Returns:
    """How the vehicle returns, by its own settings."""

    altitude_m: float = RETURN_ALTITUDE_M
    rally: Mission = _NO_RALLY
    rally_limit_m: float = RALLY_LIMIT_M
    rally_includes_home: bool = True
    climb_min_m: float = 0.0
    cone_slope: float = 0.0
    """Near its goal it climbs to so many times the distance only; 0: to ``altitude_m`` everywhere."""


@dataclass(frozen=True)
class Way:
    """What is flown next: ``mission`` from item ``first`` on."""

    mission: Mission
    first: int = 1
    returns: Returns = Returns()
    names: Mapping[LegKind, Message] = field(default_factory=dict)
    """How legs are called where no item's number says it."""
    lift_m: float = 0.0
    """It first climbs to this above home, where it is lower."""
    height_is_loose: bool = False
    """Height and place are reached each in its own time (GUIDED's position controller): at any height between."""


def there(place: GeoPoint, relative_altitude_m: float) -> Way:
    """Straight to a place (DO_REPOSITION)."""
    item = MissionItem(
        Command.NAV_WAYPOINT,
        Frame.GLOBAL_RELATIVE_ALT,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        altitude_m=relative_altitude_m,
    )
    return Way(_one(item), names={LegKind.TRAVEL: _STRAIGHT(place=place)}, height_is_loose=True)


def over(stops: Sequence[tuple[GeoPoint, float]]) -> Way:
    """Straight from place to place (DO_REPOSITION), each with its height above home."""
    first, *further = [there(*stop) for stop in stops]
    items = (*first.mission.items, *(way.mission.items[1] for way in further))
    return replace(first, mission=Mission(items, MissionType.MISSION))


def back(returns: Returns) -> Way:
    """The vehicle's return: up, straight over its goal, down."""
    names = {
        LegKind.CLIMB: _CLIMB_BACK(),
        LegKind.RETURN: _RETURN(),
        LegKind.DESCENT: _LANDING(),
    }
    return Way(_one(MissionItem(Command.NAV_RETURN_TO_LAUNCH)), returns=returns, names=names)


def down() -> Way:
    """Straight down where it is."""
    return Way(_one(MissionItem(Command.NAV_LAND)), names={LegKind.DESCENT: _LANDING_HERE()})


def up(relative_altitude_m: float) -> Way:
    """Straight up from where it is."""
    item = MissionItem(Command.NAV_TAKEOFF, altitude_m=relative_altitude_m)
    return Way(_one(item), names={LegKind.TAKE_OFF: CLIMB_HERE()})


def stay() -> Way:
    """On until it stops, and then there."""
    names = {LegKind.HOLD: _HOLD()}
    return Way(_one(MissionItem(Command.NAV_DELAY, param1=1.0)), names=names)


def _one(item: MissionItem) -> Mission:
    return Mission((MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL), item), MissionType.MISSION)
