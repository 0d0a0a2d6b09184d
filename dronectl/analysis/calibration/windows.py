"""A flight in windows of a few seconds: mean power, and means of what power depends on.

Electrical power is taken to be linear in what it depends on, so means over a window are as good as its moments, and the
delay between the position's messages and the battery's hardly matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.battery_series import BatterySeries
from dronectl.model.track.track import Track

Numbers = NDArray[np.float64]

WINDOW_S = 4.0
_STEP_S = 0.2
_A_WINDOW = round(WINDOW_S / _STEP_S)
_SMOOTH_S = 1.0
_LONGEST_GAP_S = 3.0
_AIRBORNE_M = 1.0
_STEADY_M_S = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Of one flight, in the air; columns of one length (windows,)."""

    power_w: Numbers
    speed_m_s: Numbers
    """Over ground."""
    speed2: Numbers
    """Mean of the squares, m²/s²."""
    speed3: Numbers
    climb_m_s: Numbers
    """Mean of the climbing alone, never negative."""
    sink_m_s: Numbers
    """Mean of the sinking alone, never negative."""
    is_steady: NDArray[np.bool_]
    """Neither the speed nor the climb changed much within it."""

    def __len__(self) -> int:
        return len(self.power_w)

    @property
    def seconds(self) -> float:
        return len(self) * WINDOW_S

    @property
    def energy_wh(self) -> float:
        """What was drawn in all windows together."""
        return float(self.power_w.sum()) * WINDOW_S / 3600.0


def windows_of(flight: Track, series: BatterySeries) -> Windows:
    """The flight's windows in which both its position and its battery were heard.

    ``series`` is that of the flight's aircraft, on the clock of the track.
    """
    power_w = series.voltage_v * series.current_a
    told = np.isfinite(power_w)
    power_us, power_w = series.utc_us[told], power_w[told]
    track_us = flight.time_utc.astype(np.int64)
    height_m = flight.relative_altitude_m if np.isfinite(flight.relative_altitude_m).any() else flight.amsl_altitude_m
    known = np.isfinite(flight.ground_speed_m_s) & np.isfinite(height_m)
    track_us, height_m = track_us[known], height_m[known] - float(np.min(height_m[known], initial=np.inf))
    speed_m_s = flight.ground_speed_m_s[known]
    if len(track_us) < 2 or len(power_us) < 2:
        return _none()
    begin_us, end_us = max(track_us[0], power_us[0]), min(track_us[-1], power_us[-1])
    count = int((end_us - begin_us) / 1e6 / _STEP_S) // _A_WINDOW * _A_WINDOW
    if count <= 0:
        return _none()
    at_us = begin_us + np.arange(count) * (_STEP_S * 1e6)
    speed, height = np.interp(at_us, track_us, speed_m_s), np.interp(at_us, track_us, height_m)
    power = np.interp(at_us, power_us, power_w)
    climb = np.gradient(_smoothed(height), _STEP_S)
    heard = (height >= _AIRBORNE_M) & _is_near(at_us, track_us) & _is_near(at_us, power_us)

    def rows(values: Numbers) -> Numbers:
        return values.reshape(-1, _A_WINDOW)

    usable = rows(heard).all(axis=1)
    speeds, climbs = rows(speed)[usable], rows(climb)[usable]
    return Windows(
        rows(power)[usable].mean(axis=1),
        speeds.mean(axis=1),
        (speeds**2).mean(axis=1),
        (speeds**3).mean(axis=1),
        np.maximum(climbs, 0.0).mean(axis=1),
        np.maximum(-climbs, 0.0).mean(axis=1),
        (np.ptp(speeds, axis=1) < 2.0 * _STEADY_M_S) & (np.ptp(climbs, axis=1) < 2.0 * _STEADY_M_S)
        if len(speeds)
        else np.zeros(0, np.bool_),
    )


def joined(parts: Sequence[Windows]) -> Windows:
    """Those of several flights. At least one."""
    names = ("power_w", "speed_m_s", "speed2", "speed3", "climb_m_s", "sink_m_s", "is_steady")
    return Windows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _none() -> Windows:
    empty = np.zeros(0)
    return Windows(empty, empty, empty, empty, empty, empty, np.zeros(0, np.bool_))


def _smoothed(values: Numbers) -> Numbers:
    """Mean over a second, the ends kept: heights come in steps."""
    width = round(_SMOOTH_S / _STEP_S) | 1
    padded = np.pad(values, width // 2, mode="edge")
    smooth: Numbers = np.convolve(padded, np.full(width, 1.0 / width), mode="valid")
    return smooth


def _is_near(at_us: Numbers, told_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether it is not within a gap of what was told."""
    after = np.clip(np.searchsorted(told_us, at_us, side="left"), 1, len(told_us) - 1)
    near: NDArray[np.bool_] = told_us[after] - told_us[after - 1] <= _LONGEST_GAP_S * 1e6
    return near
