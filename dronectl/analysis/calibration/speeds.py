"""How fast an aircraft really goes, climbs and comes down, and how long it did what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.analysis.calibration.power_fit import Value
from dronectl.analysis.calibration.windows import WINDOW_S, Numbers, Windows

_LEAST_WINDOWS = 3
_HOVER_M_S = 1.5
_LEVEL_M_S = 0.5
_MOVING_M_S = 2.0
_VERTICAL_M_S = 0.6
_NEAR_FASTEST = 0.8
"""Slower than this share of the fast ones it sped up, slowed down, or flew at the speed of a work."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """None: not seen long enough."""

    hover_s: float
    """Seconds on the spot, in the windows in which the aircraft was in the air."""
    cruise: Value | None
    """Over ground, steadily and level: the usual speed among the faster ones."""
    climb: Value | None
    descent: Value | None
    fastest_m_s: float
    """Over ground, for some seconds."""


def speeds_of(windows: Windows) -> Speeds:
    level = (windows.climb_m_s < _LEVEL_M_S) & (windows.sink_m_s < _LEVEL_M_S)
    steady = windows.speed_m_s[windows.is_steady & level & (windows.speed_m_s > _MOVING_M_S)]
    return Speeds(
        hover_s=float((level & (windows.speed_m_s < _HOVER_M_S)).sum()) * WINDOW_S,
        cruise=_usual(steady),
        climb=_usual(windows.climb_m_s[windows.is_steady & (windows.climb_m_s > _VERTICAL_M_S)]),
        descent=_usual(windows.sink_m_s[windows.is_steady & (windows.sink_m_s > _VERTICAL_M_S)]),
        fastest_m_s=float(np.percentile(windows.speed_m_s, 99.0)) if len(windows) else 0.0,
    )


def seen_at_s(windows: Windows, speed_m_s: float) -> float:
    """Seconds of level flight within a tenth of a speed."""
    level = (windows.climb_m_s < _LEVEL_M_S) & (windows.sink_m_s < _LEVEL_M_S)
    return float((level & (np.abs(windows.speed_m_s - speed_m_s) < 0.1 * speed_m_s)).sum()) * WINDOW_S


def _usual(speeds_m_s: Numbers) -> Value | None:
    if len(speeds_m_s) < _LEAST_WINDOWS:
        return None
    fast = speeds_m_s[speeds_m_s >= _NEAR_FASTEST * np.percentile(speeds_m_s, 90.0)]
    middle = float(np.median(fast))
    # Of a median, by the median of the distances from it.
    spread = 1.4826 * float(np.median(np.abs(fast - middle)))
    return Value(middle, 1.96 * 1.253 * spread / float(np.sqrt(len(fast))), len(fast) * WINDOW_S)
