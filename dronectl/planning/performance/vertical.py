"""Take-off and landing as ArduCopter flies them, and how long they take.

Take-off: the rotors spool up, the throttle rises until the ground is left, the climb ends at half the acceleration that
it began with (AC_PosControl shapes the stop with it). Landing is RTL from above home: it settles, waits, descends
at the descent speed of missions to 10 m and at landing speed to the ground, and stops the motors once it surely stands.
Parameters that dronectl.toml does not have are at their defaults; the three times named ``_S`` without a parameter were
measured on ArduCopter 4.5.
"""

from __future__ import annotations

from dronectl.model.fleet import Drone

LIFT_OFF_S = 2.6
"""From the start of the mission to leaving the ground: spool-up and throttle ramp. The motors draw next to nothing."""
RTL_SETTLE_S = 3.1
"""RTL's climb and return of a few centimetres, above home already."""
RTL_LOITER_S = 5.0
"""Its wait above home."""
LAND_SLOW_BELOW_M = 10.0
"""Where landing speed begins."""
LAND_SPEED_M_S = 0.5
"""Below that."""
TOUCH_DOWN_S = 1.9
"""From touching the ground to disarming, the motors idle."""

_ACCELERATION_M_S2 = 1.0
"""Vertical, of missions."""
_SLOWING_S = 1.1
"""Slowing down for landing speed begins above its height."""


def climb_s(drone: Drone, altitude_m: float) -> float:
    """From the start of the mission on the ground to ``altitude_m``; ``LIFT_OFF_S`` of it before it moves."""
    return LIFT_OFF_S + altitude_m / drone.climb_speed_m_s + 1.5 * drone.climb_speed_m_s / _ACCELERATION_M_S2


def descent_s(drone: Drone, altitude_m: float) -> tuple[float, float]:
    """(down to where landing speed begins, from there to the ground), once the descent begins."""
    slow_m = min(altitude_m, LAND_SLOW_BELOW_M)
    fast_m = altitude_m - slow_m
    ramps_s = drone.descent_speed_m_s / (2.0 * _ACCELERATION_M_S2) + _SLOWING_S if fast_m > 0.0 else 0.0
    return fast_m / drone.descent_speed_m_s + ramps_s, slow_m / LAND_SPEED_M_S


def landing_s(drone: Drone, altitude_m: float) -> float:
    """RTL from above home at ``altitude_m`` until the motors stop; ``TOUCH_DOWN_S`` of it on the ground."""
    return RTL_SETTLE_S + RTL_LOITER_S + sum(descent_s(drone, altitude_m)) + TOUCH_DOWN_S
