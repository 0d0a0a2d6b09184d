"""Electrical power in level flight by airspeed, through what was measured: hover, cruise, flat out.

P(v) = hover + a v² + b v³: the cube is drag, the square the induced power that forward flight saves (a < 0) or not.
A dip between hover and cruise that nobody measured is not counted on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.model.fleet import Drone


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """Watts over m/s."""

    hover_w: float
    square_w: float
    cube_w: float
    least_w: float

    def __call__(self, airspeed_m_s: FloatArray) -> FloatArray:
        power = self.hover_w + (self.square_w + self.cube_w * airspeed_m_s) * airspeed_m_s**2
        return np.maximum(power, self.least_w)


def power_curve(drone: Drone) -> PowerCurve:
    """The curve through the three powers of a drone's battery, at 0, its cruise speed and its highest airspeed."""
    battery = drone.battery
    slow, fast = drone.cruise_speed_m_s, drone.max_airspeed_m_s
    cruise_more = (battery.cruise_power_w - battery.hover_power_w) / slow**2
    fast_more = (battery.fastest_power_w - battery.hover_power_w) / fast**2
    cube = (fast_more - cruise_more) / (fast - slow)
    return PowerCurve(
        hover_w=battery.hover_power_w,
        square_w=cruise_more - cube * slow,
        cube_w=cube,
        least_w=min(battery.hover_power_w, battery.cruise_power_w),
    )
