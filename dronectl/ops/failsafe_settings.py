"""What a drone must be told besides its items, so that its own fence and its return are those that were checked."""

from __future__ import annotations

from dronectl.model.plan import DronePlan
from dronectl.model.rules import Rules

ALTITUDE, POLYGONS = 1, 4
"""Bits of FENCE_TYPE. The one between them is a circle of FENCE_RADIUS around home, which no plan is checked against:
with ArduCopter's 7 and 150 m it would turn a patrol back soon after take-off."""
RETURN = 1
"""FENCE_ACTION: RTL, or land where that is not possible."""
RALLY_LIMIT_KM = 0.3
"""Farther rally points are not returned to, nor, with RALLY_INCL_HOME, is one that is farther than home: so the plan's
returns are proved. (ArduCopter's own defaults, https://ardupilot.org/copter/docs/parameters.html, RALLY_.)"""
RALLY_INCL_HOME = 1
_CM_PER_M = 100


def failsafe_settings(drone: DronePlan, rules: Rules) -> dict[str, float]:
    """Parameters by name. FENCE_ENABLE is not among them: whether a fence acts is decided with ``fence enable``.

    FENCE_ALT_MAX counts from home and the site's ceiling from the ground; homes stand on the ground.
    (https://ardupilot.org/copter/docs/parameters.html, FENCE_ and RTL_.)
    """
    settings = {
        "FENCE_TYPE": float(ALTITUDE | (POLYGONS if len(drone.fence) else 0)),
        "FENCE_ALT_MAX": rules.ceiling_m,
        "FENCE_ACTION": float(RETURN),
    }
    if len(drone.rally):
        settings |= {"RALLY_LIMIT_KM": RALLY_LIMIT_KM, "RALLY_INCL_HOME": float(RALLY_INCL_HOME)}
    return {**settings, **return_settings(drone)}


def return_settings(drone: DronePlan) -> dict[str, float]:
    """RTL_ALT of the plan, by name; nothing where it does not say."""
    return {"RTL_ALT": float(round(drone.rtl_altitude_m * _CM_PER_M))} if drone.rtl_altitude_m > 0.0 else {}
