"""How a rehearsal spreads what nobody knows before a flight, and what it asks of the flights (sim/rehearsal.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class WindSpread:
    """A steady wind for a run, from any side, and gusts on it."""

    least_m_s: float = 0.0
    most_m_s: float | None = None
    """None: the site's [rules] wind_m_s. Every speed between is as likely."""
    least_gust_share: float = 0.1
    """Standard deviation of the gusts over the steady wind …"""
    most_gust_share: float = 0.3
    """… up to this: the turbulence over a town is about a quarter."""
    full_from_m: float = 0.0
    """The steady wind is less below this height, as the square root of it; 0: the same at every height."""


@dataclass(frozen=True, slots=True)
class StartSpread:
    """How late each drone takes off."""

    late_s: float | None = None
    """None: the site's [rules] separation_delay_s. Every delay from 0 to this is as likely."""


@dataclass(frozen=True, slots=True)
class BatterySpread:
    """Packs and powers over what dronectl.toml says, normally distributed."""

    capacity_share: float = 0.97
    capacity_spread: float = 0.02
    power_share: float = 1.0
    power_spread: float = 0.04


@dataclass(frozen=True, slots=True)
class PositionSpread:
    """Errors of the position that the autopilot flies by, which wander; standard deviations."""

    gps_m: float = 0.8
    """Of each axis over ground."""
    gps_wanders_s: float = 120.0
    barometer_m: float = 0.8
    """Since arming, where it is 0."""
    barometer_wanders_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a flight must keep to be safe, and how many must be."""

    margin_kept_share: float = 0.1
    """Of [rules] fence_margin_m and keep_out_margin_m: the rest is there for errors and gusts."""
    separation_kept_share: float = 0.5
    """Of [rules] separation_m."""
    ceiling_tolerance_m: float = 2.0
    reserve_kept_share: float = 0.5
    """Of [rules] battery_reserve_pct, after landing."""
    coverage_tolerance_pct: float = 2.0
    """So much less than promised may be photographed."""
    idleness_tolerance_share: float = 0.1
    """So much longer than promised a hot spot may be left alone."""
    safe_pct: float = 98.0
    """Of the runs, at least."""
    confidence_pct: float = 95.0
    """Of the bound on the odds."""


class Weight(StrEnum):
    """What becomes of a failsafe that does not end well."""

    BREAKS = "breaks"
    """The plan breaks the rule."""
    TOLD = "told"
    OFF = "off"
    """It is not tried."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What goes wrong on each leg, one at a time, and what it counts for."""

    runs: int = 6
    """In the conditions of so many runs."""
    battery_low_pct: float = 20.0
    """Left when the autopilot calls the battery low and returns, where sim/ does not say."""
    link: Weight = Weight.BREAKS
    battery: Weight = Weight.BREAKS
    gps: Weight = Weight.TOLD
    """The autopilot lands where it is, whatever is below."""
    motor: Weight = Weight.TOLD
    """It falls, whatever the autopilot does."""


@dataclass(frozen=True, slots=True)
class RehearsalSettings:
    """Everything that sim/rehearsal.toml may say."""

    runs: int = 200
    seed: int = 1
    wind: WindSpread = WindSpread()
    start: StartSpread = StartSpread()
    battery: BatterySpread = BatterySpread()
    position: PositionSpread = PositionSpread()
    judgement: Judgement = Judgement()
    moments: Moments = Moments()
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Of the aircraft before an upload, by ArduPilot's names."""
