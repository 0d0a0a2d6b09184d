"""From what was flown to what dronectl.toml ought to say."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.analysis.calibration.drone_calibration import DroneCalibration
from dronectl.analysis.calibration.power_fit import Value
from dronectl.model.fleet import Drone

_LEAST_CHANGE_PCT = 1.0
_LEAST_SPEED_CHANGE_PCT = 5.0
"""The time of a patrol depends on speeds, which the autopilot keeps to its parameters: noise is no reason to change."""
_BATTERY_KEYS = ("capacity_wh", "hover_power_w", "cruise_power_w", "climb_power_w", "fast_power_w")


@dataclass(frozen=True, slots=True)
class Proposal:
    """For one key. ``key`` is as in dronectl.toml: ``battery.hover_power_w``, ``cruise_speed_m_s``."""

    key: str
    stands: float | None
    """What dronectl.toml says; None: nothing."""
    flown: Value | None
    why_not: str = ""
    """Nothing was found."""
    proposed: float | None = None
    """None: what stands is right within what is known, or nothing was found."""


def proposals(calibration: DroneCalibration, drone: Drone | None) -> tuple[Proposal, ...]:
    """In the order in which people read them: battery first."""
    found = []
    by_endurance = drone is not None and drone.battery.endurance_s is not None
    for key, told in calibration.values.items():
        is_battery = key in _BATTERY_KEYS
        stands = None if drone is None or (is_battery and by_endurance) else _stands(drone, key)
        name = f"battery.{key}" if is_battery else key
        if isinstance(told, str):
            found.append(Proposal(name, stands, None, told))
            continue
        rounded = _rounded(key, told.value)

        least_pct = _LEAST_CHANGE_PCT if is_battery else _LEAST_SPEED_CHANGE_PCT
        changes = stands is None or abs(told.value - stands) > max(told.plus_minus, least_pct / 100.0 * stands)
        found.append(Proposal(name, stands, told, proposed=rounded if changes and drone is not None else None))
    return tuple(found)


def _stands(drone: Drone, key: str) -> float | None:
    value = getattr(drone.battery if key in _BATTERY_KEYS else drone, key)
    return None if value is None else float(value)


def _rounded(key: str, value: float) -> float:
    """To what a person would write."""
    return round(value, 1) if key.endswith("_m_s") or value < 100.0 else float(round(value))
