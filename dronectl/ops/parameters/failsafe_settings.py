"""What a drone must be told besides its items, so that its own fence and its return are those that were checked."""

from __future__ import annotations

from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.plan.plan import DronePlan
from dronectl.model.rules import Rules

ALTITUDE, POLYGONS = 1, 4
"""Bits of the kinds of fence. The one between them is a circle around home, which no plan is checked against:
with ArduCopter's defaults (all kinds, 150 m) it would turn a patrol back soon after take-off."""
RETURN = 1
"""The fence's action: RTL, or land where that is not possible."""
RALLY_LIMIT_M = 300.0
"""Farther rally points are not returned to, nor, as home is included, is one that is farther than home: so the plan's
returns are proved. (ArduCopter's own defaults, https://ardupilot.org/copter/docs/parameters.html, RALLY_.)"""
RALLY_INCLUDE_HOME = 1


def failsafe_settings(drone: DronePlan, rules: Rules) -> dict[Setting, float]:
    """In SI. Whether the fence acts is not among them: that is decided with ``fence enable``.

    The fence's greatest altitude counts from home and the site's ceiling from the ground; homes stand on the ground.
    (https://ardupilot.org/copter/docs/parameters.html, FENCE_ and RTL_.)
    """
    settings = {
        Setting.FENCE_KINDS: float(ALTITUDE | (POLYGONS if len(drone.fence) else 0)),
        Setting.FENCE_ALTITUDE_MAX_M: rules.ceiling_m,
        Setting.FENCE_ACTION: float(RETURN),
    }
    if len(drone.rally):
        settings |= {Setting.RALLY_LIMIT_M: RALLY_LIMIT_M, Setting.RALLY_INCLUDE_HOME: float(RALLY_INCLUDE_HOME)}
    if drone.rtl_altitude_m > 0.0:  # else the plan does not say
        settings[Setting.RETURN_ALTITUDE_M] = round(drone.rtl_altitude_m, 2)  # ArduCopter keeps centimetres
    return settings
