"""RTL: climb, fly home or to the nearest rally point, wait there, land."""

from __future__ import annotations

import math

from dronectl.sim.flight.fly_leg import FlyLeg
from dronectl.sim.flight.legs import Leg, limits_of
from dronectl.sim.flight.maneuvers import Hold, Land, Maneuver
from dronectl.sim.flight.places import Place, stopping_place
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.physics import Demand

_NEAR_M = 2.0
_LEAST_CLIMB_M = 0.05
"""A height is never quite the one that was asked for: so there is always a leg up, and it takes its time."""
_SETTLE_S = 1.5
"""What the real one takes for a climb and a return of a few centimetres."""
_LEAST_RETURN_M = 2.0
"""The cone of RTL_CONE_SLOPE does not reach lower than this."""


class ReturnHome:
    """The phases of RTL in a row; ``is_done`` when the copter stands."""

    def __init__(self, copter: Copter) -> None:
        target = _target(copter)
        start = stopping_place(copter)
        up_m = _return_up_m(copter, start, target)
        top = Place(start.north_m, start.east_m, max(up_m, start.up_m + _LEAST_CLIMB_M))
        over_target = Place(target.north_m, target.east_m, up_m)
        speed = (copter.parameters["RTL_SPEED"] or copter.parameters["WPNAV_SPEED"]) / 100.0
        wait_s = copter.parameters["RTL_LOIT_TIME"] / 1000.0
        if math.dist(start.point, target.point) < _NEAR_M:
            wait_s += _SETTLE_S
        limits = limits_of(copter.parameters, speed)
        climb, back = Leg(start, top, limits), Leg(top, over_target, limits)
        self._phases: list[Maneuver] = [
            FlyLeg(climb, limits, after=back),
            FlyLeg(back, limits, before=climb),
            Hold(over_target, wait_s),
        ]
        final_m = copter.parameters["RTL_ALT_FINAL"] / 100.0
        if final_m > 0:
            self._phases.append(Hold(Place(target.north_m, target.east_m, copter.up_of(final_m, 3))))
        else:
            self._phases.append(Land(target.point))
        self.is_done = False

    @property
    def destination(self) -> Place | None:
        phase = self._phases[0]
        return phase.end if isinstance(phase, FlyLeg) else None

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        demand = self._phases[0].demand(copter, dt_s)
        if self._phases[0].is_done:
            if len(self._phases) == 1:
                self.is_done = True
            else:
                self._phases.pop(0)
        return demand


def _target(copter: Copter) -> Place:
    """Home, or the nearest rally point within RALLY_LIMIT_KM that is nearer."""
    north, east = copter.home_point
    best = Place(north, east, copter.up_of(0.0, 3))
    limit_m = copter.parameters["RALLY_LIMIT_KM"] * 1000.0
    least = math.dist(copter.point, best.point) if copter.parameters["RALLY_INCL_HOME"] else math.inf
    for item in copter.rally.points:
        north, east = copter.chart.to_local(item.x, item.y)
        distance = math.dist(copter.point, (north, east))
        if distance < least and (limit_m <= 0 or distance <= limit_m):
            least, best = distance, Place(north, east, copter.up_of(item.z, item.frame))
    return best


def _return_up_m(copter: Copter, start: Place, target: Place) -> float:
    """RTL_ALT above home, less near home where the cone allows it, never lower than now."""
    parameters = copter.parameters
    home_up_m = copter.up_of(0.0, 3)
    now_m = start.up_m - home_up_m
    return_m = max(now_m + max(0.0, parameters["RTL_CLIMB_MIN"] / 100.0), parameters["RTL_ALT"] / 100.0)
    slope = parameters["RTL_CONE_SLOPE"]
    if slope > 0:
        distance = math.dist(start.point, target.point)
        return_m = min(return_m, max(distance * slope, _LEAST_RETURN_M))
    rally_m = target.up_m - home_up_m
    return home_up_m + max(return_m, now_m, rally_m if rally_m > 0.5 else 0.0)
