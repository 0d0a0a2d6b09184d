"""What a run is flown in: drawn from the settings' spreads, the same for the same seed and run."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

from dronectl.model.rehearsal.flown import FloatColumn
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.sim.vehicle.settings import Wind

_KNOT_S = 5.0
"""Errors of the position are drawn so far apart, and go straight between."""
_LEAST_SHARE = 0.2
"""No pack is worse, and no power less, however wide the spread."""


@dataclass(frozen=True, slots=True)
class Wander:
    """An error that wanders about 0 (Gauss-Markov): its standard deviation, and how soon it forgets what it was."""

    deviation: float
    forgets_s: float

    def path(self, seed: str, until_s: float, *, from_zero: bool = False) -> tuple[FloatColumn, FloatColumn]:
        """Times and values of its knots."""
        source = random.Random(seed)
        keeps = math.exp(-_KNOT_S / self.forgets_s)
        kick = self.deviation * math.sqrt(1.0 - keeps * keeps)
        value = 0.0 if from_zero else source.gauss(0.0, self.deviation)
        values = [value]
        for _ in range(math.ceil(until_s / _KNOT_S)):
            value = value * keeps + source.gauss(0.0, kick)
            values.append(value)
        times_s = np.array([knot * _KNOT_S for knot in range(len(values))])
        return times_s, np.array(values)


@dataclass(frozen=True, slots=True)
class DroneConditions:
    """Of one flight in one run."""

    wind: Wind
    late_s: float
    capacity_share: float
    power_share: float
    seed: int
    """Of its gusts."""
    errors: str
    """What the errors of its position are drawn from."""
    over_ground: Wander
    upward: Wander

    def position_errors_m(self, time_s: FloatColumn) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
        """North, east and up at these seconds since take-off."""
        until_s = float(time_s[-1]) if len(time_s) else 0.0
        north = self.over_ground.path(f"{self.errors} north", until_s)
        east = self.over_ground.path(f"{self.errors} east", until_s)
        up = self.upward_errors_m(until_s)
        return np.interp(time_s, *north), np.interp(time_s, *east), np.interp(time_s, *up)

    def upward_errors_m(self, until_s: float) -> tuple[FloatColumn, FloatColumn]:
        """Seconds since take-off, and how much higher than it believes the aircraft is then; straight between."""
        return self.upward.path(f"{self.errors} up", until_s, from_zero=True)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its wind blows for all drones, all else is each flight's own."""

    number: int
    seed: int
    wind: Wind
    late_s: float
    settings: RehearsalSettings

    def of(self, drone: str, sortie: int) -> DroneConditions:
        """The conditions of one flight."""
        name = f"{self.seed} {self.number} {drone} {sortie}"
        source = random.Random(name)
        battery, position = self.settings.battery, self.settings.position
        return DroneConditions(
            wind=self.wind,
            late_s=source.uniform(0.0, self.late_s),
            capacity_share=max(_LEAST_SHARE, source.gauss(battery.capacity_share, battery.capacity_spread)),
            power_share=max(_LEAST_SHARE, source.gauss(battery.power_share, battery.power_spread)),
            seed=source.getrandbits(32),
            errors=name,
            over_ground=Wander(position.gps_m, position.gps_wanders_s),
            upward=Wander(position.barometer_m, position.barometer_wanders_s),
        )


def draw_run(settings: RehearsalSettings, number: int, *, seed: int, wind_m_s: float, late_s: float) -> Run:
    """Run ``number``, from 1. ``wind_m_s``, ``late_s``: the site's limits, where the settings name none."""
    source = random.Random(f"{seed} {number}")
    spread = settings.wind
    most_m_s = wind_m_s if spread.most_m_s is None else spread.most_m_s
    speed_m_s = source.uniform(min(spread.least_m_s, most_m_s), most_m_s)
    from_deg = source.uniform(0.0, 360.0)
    gust_m_s = speed_m_s * source.uniform(spread.least_gust_share, spread.most_gust_share)
    wind = Wind(round(speed_m_s, 3), round(from_deg, 2), round(gust_m_s, 3), spread.full_from_m)
    return Run(number, seed, wind, late_s if settings.start.late_s is None else settings.start.late_s, settings)
