"""A barometer that errs, where it matters to a flight: the ground comes sooner or later than the aircraft believes."""

from __future__ import annotations

import numpy as np

from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.vehicle.copter import Copter

_MATTERS_BELOW_M = 10.0
"""No barometer errs by more."""


class BarometerDrift:
    """Of one flight, whose mission begins at the aircraft's own ``begins_s`` and lasts ``until_s`` at most."""

    def __init__(self, conditions: DroneConditions, begins_s: float, until_s: float) -> None:
        self._begins_s = begins_s
        self._times_s, self._errors_m = conditions.upward_errors_m(until_s)

    def move_ground(self, copter: Copter) -> None:
        """To where the aircraft believes it to be now, and the aircraft with it where it stands on it."""
        body = copter.airframe
        if body.up_m >= _MATTERS_BELOW_M:
            return
        stands = body.is_on_ground
        body.ground_m = -float(np.interp(copter.now_s - self._begins_s, self._times_s, self._errors_m))
        if stands:
            body.up_m = body.ground_m
