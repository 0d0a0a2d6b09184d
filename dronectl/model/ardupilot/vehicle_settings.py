"""What dronectl reads and sets on a vehicle, by meaning: the one table of parameter names and units by firmware.

Inside dronectl a setting has one meaning and SI units, which its member's name tells. On the wire it has the name and
the unit of the vehicle's release (https://ardupilot.org/copter/docs/parameters.html). Nothing else in dronectl names a
parameter of the vehicle, but for the simulator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, unique
from functools import cache

from dronectl.model.ardupilot.float32 import as_single, moved_point
from dronectl.model.ardupilot.parameter_renames import renamed

OLDEST_SUPPORTED = (4, 5)
NEWEST_KNOWN = (4, 8)
"""The last release whose parameters this table was held against."""
_RENAMING = re.compile(r"(\d+)\.(\d+)")
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)(-rc)?")
"""Other builds (``-dev``, ``-beta``) may have been made between two renamings."""


@unique
class Setting(Enum):
    """A meaning, with its unit where it has one.

    The value: the name in ArduCopter 4.5 (or in the first release that has it), and how many places the decimal point
    of the value on that wire moves to make the SI value. Later names follow from
    :mod:`dronectl.model.ardupilot.parameter_renames`.
    """

    RETURN_ALTITUDE_M = "RTL_ALT", -2
    """A return first climbs to this, and never descends to it."""
    RETURN_FINAL_ALTITUDE_M = "RTL_ALT_FINAL", -2
    """Where a return ends; 0 lands."""
    RETURN_CLIMB_MIN_M = "RTL_CLIMB_MIN", -2
    RETURN_SPEED_M_S = "RTL_SPEED", -2
    """0: that of missions."""
    RETURN_LOITER_S = "RTL_LOIT_TIME", -3
    """How long it waits above home before it descends."""
    RETURN_ALTITUDE_FRAME = "RTL_ALT_TYPE", 0
    """0 above home, 1 above terrain."""
    RETURN_CONE_SLOPE = "RTL_CONE_SLOPE", 0
    RETURN_OPTIONS = "RTL_OPTIONS", 0
    LAND_SPEED_M_S = "LAND_SPEED", -2
    LAND_SPEED_HIGH_M_S = "LAND_SPEED_HIGH", -2
    LAND_SLOW_BELOW_M = "LAND_ALT_LOW", -2

    FENCE_ENABLED = "FENCE_ENABLE", 0
    FENCE_KINDS = "FENCE_TYPE", 0
    """Bits: 1 greatest altitude, 2 circle around home, 4 polygons and circles that were uploaded."""
    FENCE_ACTION = "FENCE_ACTION", 0
    FENCE_ALTITUDE_MAX_M = "FENCE_ALT_MAX", 0
    FENCE_ALTITUDE_MIN_M = "FENCE_ALT_MIN", 0
    FENCE_RADIUS_M = "FENCE_RADIUS", 0
    """Of the circle around home."""
    FENCE_MARGIN_M = "FENCE_MARGIN", 0
    FENCE_MARGIN_SIDEWAYS_M = "FENCE_MARGIN_XY", 0
    """Since 4.7; 0: the margin above."""

    RALLY_LIMIT_M = "RALLY_LIMIT_KM", 3
    """A rally point farther off than this is not returned to."""
    RALLY_INCLUDE_HOME = "RALLY_INCL_HOME", 0
    """Whether home is returned to when it is nearer than every rally point."""

    GCS_FAILSAFE = "FS_GCS_ENABLE", 0
    """What is done without heartbeats of the ground station: 0 nothing, 1 return, 3 and 4 smart return, 5 land …"""
    GCS_FAILSAFE_TIMEOUT_S = "FS_GCS_TIMEOUT", 0
    RADIO_FAILSAFE = "FS_THR_ENABLE", 0
    """What is done without the pilot's transmitter."""
    EKF_FAILSAFE = "FS_EKF_ACTION", 0
    """1 and 3 land, 2 holds the altitude."""
    EKF_FAILSAFE_THRESHOLD = "FS_EKF_THRESH", 0
    DEAD_RECKONING_FAILSAFE = "FS_DR_ENABLE", 0
    DEAD_RECKONING_FAILSAFE_TIMEOUT_S = "FS_DR_TIMEOUT", 0
    VIBRATION_FAILSAFE = "FS_VIBE_ENABLE", 0
    CRASH_CHECK = "FS_CRASH_CHECK", 0
    FAILSAFE_OPTIONS = "FS_OPTIONS", 0

    BATTERY_LOW_ACTION = "BATT_FS_LOW_ACT", 0
    """0 nothing, 1 land, 2 return, 3 and 4 smart return, 5 terminate …"""
    BATTERY_CRITICAL_ACTION = "BATT_FS_CRT_ACT", 0
    BATTERY_LOW_V = "BATT_LOW_VOLT", 0
    BATTERY_CRITICAL_V = "BATT_CRT_VOLT", 0
    BATTERY_LOW_AH = "BATT_LOW_MAH", -3
    BATTERY_CRITICAL_AH = "BATT_CRT_MAH", -3
    BATTERY_LOW_TIMEOUT_S = "BATT_LOW_TIMER", 0
    """So long the voltage must be low."""
    BATTERY_CAPACITY_AH = "BATT_CAPACITY", -3
    BATTERY_MONITOR = "BATT_MONITOR", 0

    WAYPOINT_SPEED_M_S = "WPNAV_SPEED", -2
    WAYPOINT_SPEED_UP_M_S = "WPNAV_SPEED_UP", -2
    WAYPOINT_SPEED_DOWN_M_S = "WPNAV_SPEED_DN", -2
    WAYPOINT_RADIUS_M = "WPNAV_RADIUS", -2
    WAYPOINT_ACCELERATION_M_S2 = "WPNAV_ACCEL", -2
    WAYPOINT_ACCELERATION_CORNER_M_S2 = "WPNAV_ACCEL_C", -2
    WAYPOINT_ACCELERATION_VERTICAL_M_S2 = "WPNAV_ACCEL_Z", -2
    WAYPOINT_JERK_M_S3 = "WPNAV_JERK", 0
    LEAN_ANGLE_MAX_DEG = "ANGLE_MAX", -2
    AUTO_OPTIONS = "AUTO_OPTIONS", 0
    """Bits: 1 may be armed in AUTO, 2 takes off without the pilot's throttle."""
    MISSION_RESTART = "MIS_RESTART", 0

    SYSTEM_ID = "SYSID_THISMAV", 0
    GCS_SYSTEM_ID = "SYSID_MYGCS", 0
    GCS_SYSTEM_ID_MAX = "MAV_GCS_SYSID_HI", 0
    """Since 4.7: the last of a range of ground stations."""
    GCS_ONLY = "SYSID_ENFORCE", 0
    """Bit 1: only the ground station's system id is listened to."""
    SIMULATION_PACE = "SIM_SPEEDUP", 0
    """Only a vehicle that simulates itself has it."""
    LOG_WHEN_DISARMED = "LOG_DISARMED", 0


@dataclass(frozen=True, slots=True)
class Wire:
    """A setting as one release has it: its name, and how many places the point of its value moves to make SI."""

    name: str
    places: int

    def si(self, value: float | int) -> float:
        """What the vehicle says, in SI."""
        return moved_point(value, self.places)

    def value(self, si: float) -> float:
        """What the vehicle is to be told, a float32."""
        return as_single(moved_point(si, -self.places))


def wires_of(setting: Setting, firmware: str | None) -> tuple[Wire, ...]:
    """All that the vehicle may have, the most likely first: one for a release that is known, else each to ask for.

    A firmware newer than any known is taken for one with the newest names, unless it answers to others.
    """
    first, last = _wires(setting)
    version = release_of(firmware)
    rename = renamed(first.name)
    if rename is None:
        return (first,)
    is_new = version is None or version >= _version_of(rename.since)
    ordered = (last, first) if is_new else (first, last)
    return ordered[:1] if is_known(firmware) else ordered


def is_known(firmware: str | None) -> bool:
    """Whether the table is sure of this firmware's names: a release, not newer than the newest known."""
    if firmware is None or _RELEASE.fullmatch(firmware) is None:
        return False
    version = release_of(firmware)
    return version is not None and version <= NEWEST_KNOWN


def is_supported(firmware: str) -> bool:
    """False for a release that is older than what dronectl is tested with."""
    version = release_of(firmware)
    return version is None or version >= OLDEST_SUPPORTED


def firmware_warning(firmware: str) -> str | None:
    """Why this firmware is not one that dronectl is sure of, in words that end a sentence about it; None: it is."""
    newest = ".".join(map(str, NEWEST_KNOWN))
    if not is_supported(firmware):
        return f"is older than {'.'.join(map(str, OLDEST_SUPPORTED))}, and dronectl is not tested with it: update it"
    if is_known(firmware):
        return None
    version = release_of(firmware)
    why = "is no release" if version is None or version <= NEWEST_KNOWN else f"is newer than dronectl knows ({newest})"
    return f"{why}: it is asked what it calls its parameters"


def firmware_remarks(firmware: Mapping[str, str]) -> tuple[str, ...]:
    """What a person should know of a fleet's firmware (by drone): that it is mixed, what is not known, what too old."""
    drones: dict[str, list[str]] = {}
    for drone, version in firmware.items():
        drones.setdefault(version, []).append(drone)
    told = [f"{version} ({', '.join(drones[version])})" for version in sorted(drones)]
    mixed = [f"mixed fleet: ArduCopter {', '.join(told)}; each is spoken to by its own names and units"]
    doubts = [f"{drone}: ArduCopter {of} {doubt}" for drone, of in firmware.items() if (doubt := firmware_warning(of))]
    return (*(mixed if len({release_of(version) for version in drones}) > 1 else ()), *doubts)


def setting_name(setting: Setting, firmware: str | None = None) -> str:
    """Its name for a person: the vehicle's own where that is sure, else ``SYSID_THISMAV (MAV_SYSID since 4.7)``."""
    wires = wires_of(setting, firmware)
    rename = renamed(wires[0].name)
    return wires[0].name if rename is None or len(wires) == 1 else f"{rename.old} ({rename.new} since {rename.since})"


def names_of(setting: Setting) -> tuple[str, ...]:
    """Its names in all releases, the oldest first."""
    return tuple(dict.fromkeys(wire.name for wire in _wires(setting)))


def setting_of(name: str) -> tuple[Setting, Wire] | None:
    """Which setting this parameter of a vehicle is, if it is one, and how its value is told."""
    return _by_name().get(name)


def _wires(setting: Setting) -> tuple[Wire, Wire]:
    """Before and since the renaming; twice the same where there was none."""
    name, places = setting.value
    before = Wire(name, places)
    rename = renamed(name)
    return before, before if rename is None else Wire(rename.new, places - rename.places)


@cache
def _by_name() -> dict[str, tuple[Setting, Wire]]:
    def each() -> Iterator[tuple[str, tuple[Setting, Wire]]]:
        for setting in Setting:
            for wire in _wires(setting):
                yield wire.name, (setting, wire)

    return dict(each())


def release_of(firmware: str | None) -> tuple[int, int] | None:
    """``(4, 7)`` of ``4.7.0``; None: not known, or no version."""
    found = _RENAMING.match(firmware or "")
    return (int(found[1]), int(found[2])) if found else None


def _version_of(release: str) -> tuple[int, int]:
    version = release_of(release)
    assert version is not None
    return version
