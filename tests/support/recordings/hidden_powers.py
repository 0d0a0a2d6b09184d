"""Flights of an aircraft whose powers and battery only the test knows, with gusts and the noise of a power module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.battery_series import BatterySeries
from dronectl.model.track.track import PositionSource, Track

Numbers = NDArray[np.float64]

DAY_US = 86_400_000_000
START_US = 1_795_000_000_000_000
STEP_S = 0.1
_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Aircraft:
    """What is to be found."""

    hover_w: float = 310.0
    cruise_saving_w: float = 25.0
    """Induced power that flying at 8 m/s saves."""
    drag_w: float = 40.0
    """At 8 m/s; it grows with the cube."""
    climb_w_per_m_s: float = 28.0
    sink_w_per_m_s: float = -9.0
    cruise_m_s: float = 8.0
    climb_m_s: float = 2.5
    descent_m_s: float = 1.5
    capacity_ah: float = 5.8
    cells: int = 6
    resistance_ohm: float = 0.03
    noise: float = 0.03
    """Of the power, gusts aside."""
    gusts: float = 0.04

    def power_w(self, speed: Numbers, climb: Numbers) -> Numbers:
        level = self.hover_w - self.cruise_saving_w * (1.0 - np.exp(-((speed / 4.0) ** 2))) / (1.0 - np.exp(-4.0))
        level += self.drag_w * (speed / 8.0) ** 3
        return level + self.climb_w_per_m_s * np.maximum(climb, 0) + self.sink_w_per_m_s * np.maximum(-climb, 0)


def open_circuit_v(share: float) -> float:
    """A cell that is not quite one of those the fit knows."""
    return float(np.interp(share, [0.0, 0.06, 0.12, 0.35, 0.62, 0.85, 1.0], [3.2, 3.6, 3.69, 3.78, 3.88, 4.07, 4.19]))


def flight(aircraft: Aircraft, number: int, *, minutes: float = 12.0, full: float = 1.0) -> tuple[Track, BatterySeries]:
    """A patrol of its own of about so many minutes, the battery charged to ``full``."""
    random = np.random.default_rng(1000 + number)
    speed, height = _profile(aircraft, minutes, random)
    count = len(speed)
    climb = np.gradient(height, STEP_S)
    gust = _red_noise(count, 8.0, random)
    power = aircraft.power_w(speed, climb) * (1.0 + aircraft.gusts * gust)
    power = np.where(height > 0.05, power, 6.0)
    share, drawn_ah = full, 0.0
    voltage, current, drawn = np.empty(count), np.empty(count), np.empty(count)
    volts = open_circuit_v(share) * aircraft.cells
    for begin in range(0, count, _A_SECOND):
        now = slice(begin, begin + _A_SECOND)
        amps = power[now] / volts
        current[now] = amps
        voltage[now] = open_circuit_v(share) * aircraft.cells - aircraft.resistance_ohm * amps
        drawn[now] = drawn_ah + np.cumsum(amps) * STEP_S / 3600.0
        volts, drawn_ah = float(voltage[now][-1]), float(drawn[now][-1])
        share = full - drawn_ah / aircraft.capacity_ah
    start_us = START_US + number * DAY_US // 3
    us = start_us + (np.arange(count) * STEP_S * 1e6).astype(np.int64)
    seen = slice(None, None, 3)
    track = Track(
        name="alpha",
        system_id=1,
        source=PositionSource.EKF,
        time_utc=us[seen].astype("datetime64[us]"),
        lat_deg=16.05 + np.cumsum(speed)[seen] * STEP_S / 111_000.0,
        lon_deg=np.full(len(us[seen]), 103.65),
        amsl_altitude_m=140.0 + height[seen],
        relative_altitude_m=height[seen] + random.normal(0.0, 0.05, len(us[seen])),
        ground_speed_m_s=np.abs(speed[seen] + random.normal(0.0, 0.1, len(us[seen]))),
        heading_deg=np.zeros(len(us[seen])),
    )
    told = slice(None, None, 7)
    amount = len(us[told])
    noisy_a = current[told] * (1.0 + aircraft.noise * random.normal(0.0, 1.0, amount))
    noisy_v = np.round(voltage[told] + random.normal(0.0, 0.02, amount), 3)
    return track, BatterySeries(us[told], noisy_v, noisy_a, np.round(drawn[told], 3))


def _profile(aircraft: Aircraft, minutes: float, random: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Speed over ground and height above the start, a value a step."""
    top_m = float(random.uniform(40.0, 80.0))
    speeds: list[Numbers] = [np.zeros(50)]
    heights: list[Numbers] = [np.zeros(50)]

    def go(speed: Numbers, height: Numbers) -> None:
        speeds.append(speed)
        heights.append(height)

    up = np.arange(0.0, top_m, aircraft.climb_m_s * STEP_S)
    go(np.zeros(len(up)), up)
    while sum(map(len, speeds)) * STEP_S < 60.0 * minutes:
        hold = np.zeros(int(random.uniform(10, 80)))
        go(hold, np.full(len(hold), top_m))
        ramp = np.arange(0.0, aircraft.cruise_m_s, 2.0 * STEP_S)
        leg = np.concatenate([ramp, np.full(int(random.uniform(100, 600)), aircraft.cruise_m_s), ramp[::-1]])
        go(leg, np.full(len(leg), top_m))
    down = np.arange(top_m, 10.0, -aircraft.descent_m_s * STEP_S)
    slow = np.arange(10.0, 0.0, -0.5 * STEP_S)
    go(np.zeros(len(down)), down)
    go(np.zeros(len(slow)), slow)
    go(np.zeros(30), np.zeros(30))
    return np.concatenate(speeds), np.concatenate(heights)


def _red_noise(count: int, seconds: float, random: np.random.Generator) -> Numbers:
    """Of unit spread, forgotten after so many seconds."""
    keep = np.exp(-STEP_S / seconds)
    reach = np.arange(round(6.0 * seconds / STEP_S))
    white = random.normal(0.0, np.sqrt(1.0 - keep**2), count + len(reach) - 1)
    return np.convolve(white, keep**reach, mode="valid")
