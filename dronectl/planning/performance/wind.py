"""What wind does to a copter: it holds its ground speed as long as it can, and works harder for it.

The autopilot steers over ground. Into the wind the airspeed is higher by the wind; where it would be higher than what
the aircraft reaches leaning as far as it may, the ground speed gives way (AC_WPNav lets the plan wait for it).
"""

from __future__ import annotations

import numpy as np

from dronectl.geodesy.frame import FloatArray

SIDES = 16
"""So many directions of wind are looked at: every 22.5°. Half-way between two, a headwind loses 2 % of itself."""


def winds_from_every_side(speed_m_s: float) -> FloatArray:
    """(SIDES, 2): where the air moves to, east and north."""
    angles = np.arange(SIDES) * (2.0 * np.pi / SIDES)
    return speed_m_s * np.column_stack([np.cos(angles), np.sin(angles)])


def wind_from(speed_m_s: float, from_deg: float) -> FloatArray:
    """(1, 2): the same for one wind, named as weather reports do by where it comes from, clockwise from north."""
    to_rad = np.radians(from_deg + 180.0)
    return speed_m_s * np.array([[np.sin(to_rad), np.cos(to_rad)]])


def ground_speeds_m_s(
    directions: FloatArray, wanted_m_s: FloatArray, winds_m_s: FloatArray, max_airspeed_m_s: float
) -> FloatArray:
    """(winds, legs): the ground speed kept along each leg.

    The wind across the leg must be stood against first; what is left of the airspeed, and the wind along the leg, make
    the speed over ground. ``directions``: (legs, 2) of unit length; ``winds_m_s``: (winds, 2), each slower than
    ``max_airspeed_m_s``.
    """
    along = winds_m_s @ directions.T
    across_squared = (winds_m_s**2).sum(axis=1)[:, None] - along**2
    reachable = along + np.sqrt(np.maximum(max_airspeed_m_s**2 - across_squared, 0.0))
    speeds: FloatArray = np.minimum(wanted_m_s, reachable)
    return speeds


def airspeeds_m_s(directions: FloatArray, ground_m_s: FloatArray, winds_m_s: FloatArray) -> FloatArray:
    """(winds, legs): the speed through the air at these ground speeds along the legs."""
    along = winds_m_s @ directions.T
    squared = ground_m_s**2 - 2.0 * ground_m_s * along + (winds_m_s**2).sum(axis=1)[:, None]
    speeds: FloatArray = np.sqrt(np.maximum(squared, 0.0))
    return speeds
