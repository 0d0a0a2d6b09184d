"""GUIDED: the ground says where to, one order at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dronectl.sim.flight.maneuvers import (
    Climb,
    GoTo,
    Hold,
    Maneuver,
)
from dronectl.sim.flight.places import Place, stopping_place
from dronectl.sim.flight.steering import new_demand
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.physics import GRAVITY_M_S2, Demand


@dataclass(frozen=True, slots=True)
class Lean:
    """An attitude to keep: angles to the right and up, where to look to or how fast to turn, and how fast to climb."""

    roll_rad: float
    pitch_rad: float
    yaw_rad: float
    yaw_rate_rad_s: float | None
    climb_m_s: float


class Guided:
    """The latest order: climb, go to a place, keep a velocity or an attitude, or hold."""

    def __init__(self, copter: Copter) -> None:
        self._copter = copter
        self._maneuver: Maneuver | None = None
        self._velocity: tuple[float, float, float] | None = None
        self._lean: Lean | None = None
        self._ordered_at_s = 0.0
        self._spool_s = 0.0
        self._heading_rad: float | None = None
        self._roi: Place | None = None
        self._speed_m_s: float | None = None
        self.is_climbing = False

    @property
    def destination(self) -> Place | None:
        if isinstance(self._maneuver, GoTo):
            return self._maneuver.end
        return self._maneuver.place if isinstance(self._maneuver, (Hold, Climb)) else None

    def rest(self) -> None:
        """Forget every order."""
        self._maneuver = None
        self._velocity = None
        self._lean = None
        self._heading_rad = None
        self._roi = None
        self._speed_m_s = None
        self.is_climbing = False

    def hold(self, place: Place) -> None:
        self._maneuver, self._velocity, self._lean, self.is_climbing = Hold(place), None, None, False

    def climb(self, place: Place) -> None:
        self._maneuver, self._velocity, self._lean, self.is_climbing = Climb(place), None, None, True

    def can_go(self, place: Place) -> bool:
        """Whether the fence lets the copter go there."""
        copter = self._copter
        above_home_m = place.up_m - copter.up_of(0.0, 3)
        return copter.fence.allows(place.point, above_home_m, copter.home_point)

    def go_to(self, place: Place) -> bool:
        """Fly straight to a place; False when the fence forbids it. On the ground the order is kept in mind only."""
        if not self.can_go(place):
            return False
        if self._copter.is_landed:
            return True
        speed = self._speed_m_s or self._copter.parameters["WPNAV_SPEED"] / 100.0
        radius_m = self._copter.parameters["WPNAV_RADIUS"] / 100.0
        self._maneuver = GoTo(place, speed, radius_m)
        self._velocity, self._lean, self.is_climbing = None, None, False
        return True

    def move(self, north_m_s: float, east_m_s: float, up_m_s: float) -> None:
        """Keep a velocity; it lapses after GUID_TIMEOUT unless repeated."""
        if not self._copter.is_landed:
            self._velocity = (north_m_s, east_m_s, up_m_s)
            self._ordered_at_s = self._copter.now_s
            self._lean, self.is_climbing = None, False

    def lean(self, order: Lean) -> None:
        """Keep an attitude; it lapses after GUID_TIMEOUT unless repeated. On the ground, a climb takes off."""
        if self._lean is None:
            self._spool_s = 0.0
        self._lean, self._velocity, self._maneuver = order, None, None
        self._ordered_at_s = self._copter.now_s
        self.is_climbing = order.climb_m_s > 0.0

    def lean_no_more(self) -> None:
        """An order for an attitude that says too little: stay, where it stays already."""
        is_moving = self._lean is not None or self._velocity is not None or not isinstance(self._maneuver, Hold)
        if is_moving and not self._copter.is_landed:
            self.hold(stopping_place(self._copter))

    def set_speed(self, speed_m_s: float) -> None:
        self._speed_m_s = speed_m_s
        if isinstance(self._maneuver, GoTo):
            self._maneuver.speed_m_s = speed_m_s

    def set_heading(self, heading_rad: float) -> None:
        self._heading_rad = heading_rad
        self._roi = None

    def set_roi(self, place: Place | None) -> None:
        self._roi = place

    def demand(self, dt_s: float) -> Demand | None:
        copter = self._copter
        if self._lean is not None:
            return self._leaning(self._lean, dt_s)
        if self._velocity is not None:
            demand = self._velocity_demand()
        elif self._maneuver is not None:
            demand = self._maneuver.demand(copter, dt_s)
            if self._maneuver.is_done and isinstance(self._maneuver, (Climb, GoTo)):
                end = self._maneuver.end if isinstance(self._maneuver, GoTo) else self._maneuver.place
                self.hold(end)
        elif copter.is_landed:
            return None
        else:
            self.hold(stopping_place(copter))
            return self.demand(dt_s)
        if self._roi is not None:
            body = copter.airframe
            demand.heading_rad = math.atan2(self._roi.east_m - body.east_m, self._roi.north_m - body.north_m)
        elif self._heading_rad is not None:
            demand.heading_rad = self._heading_rad
        return demand

    def _leaning(self, order: Lean, dt_s: float) -> Demand | None:
        copter = self._copter
        body = copter.airframe
        if copter.now_s - self._ordered_at_s > copter.parameters["GUID_TIMEOUT"]:
            order = Lean(0.0, 0.0, body.yaw_rad, None, 0.0)
        if copter.is_landed:
            self._spool_s = self._spool_s + dt_s if order.climb_m_s > 0.0 else 0.0
            if self._spool_s < copter.firmware.spool_up_s:
                return None
            copter.is_landed = False
        elif body.is_on_ground and order.climb_m_s <= 0.0:
            copter.is_landed = True
            return None
        demand = new_demand(copter)
        limit = demand.lean_rad
        right = GRAVITY_M_S2 * math.tan(min(max(order.roll_rad, -limit), limit))
        ahead = GRAVITY_M_S2 * math.tan(min(max(-order.pitch_rad, -limit), limit))
        cos, sin = math.cos(body.yaw_rad), math.sin(body.yaw_rad)
        demand.push_m_s2 = (ahead * cos - right * sin, ahead * sin + right * cos)
        demand.up_m_s = order.climb_m_s
        demand.heading_rad = order.yaw_rad
        if order.yaw_rate_rad_s is not None:
            demand.heading_rad = body.yaw_rad + order.yaw_rate_rad_s * dt_s
        return demand

    def _velocity_demand(self) -> Demand:
        copter = self._copter
        demand = new_demand(copter)
        assert self._velocity is not None
        if copter.now_s - self._ordered_at_s > copter.parameters["GUID_TIMEOUT"]:
            self.hold(stopping_place(copter))
            return demand
        limit = copter.parameters["WPNAV_SPEED"] / 100.0
        north, east, up = self._velocity
        size = math.hypot(north, east)
        share = min(1.0, limit / size) if size > 0 else 1.0
        demand.north_m_s, demand.east_m_s = north * share, east * share
        demand.up_m_s = min(
            max(up, -copter.parameters["WPNAV_SPEED_DN"] / 100.0), copter.parameters["WPNAV_SPEED_UP"] / 100.0
        )
        if size > 1.0:
            demand.heading_rad = math.atan2(east, north)
        return demand
