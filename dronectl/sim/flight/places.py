"""Points in the air."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.geodesy import Point

_LINEAR_PER_S = 1.0
"""PSC_POSXY_P and PSC_POSZ_P: metres to metres a second, near the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the air: metres north, east and above the ground."""

    north_m: float
    east_m: float
    up_m: float

    @property
    def point(self) -> Point:
        return self.north_m, self.east_m


def here(copter: Copter) -> Place:
    return Place(copter.airframe.north_m, copter.airframe.east_m, copter.airframe.up_m)


def stopping_place(copter: Copter) -> Place:
    """Where the copter comes to rest when it brakes now."""
    body, parameters = copter.airframe, copter.parameters
    speed = body.ground_speed_m_s
    ahead_s = _stop_m(speed, parameters["WPNAV_ACCEL"] / 100.0) / speed if speed > 0.1 else 0.0
    up_m = body.up_m
    if abs(body.v_up_m_s) > 0.1:
        up_m += _stop_m(abs(body.v_up_m_s), parameters["WPNAV_ACCEL_Z"] / 100.0) * (1.0 if body.v_up_m_s > 0 else -1.0)
    return Place(
        body.north_m + body.v_north_m_s * ahead_s, body.east_m + body.v_east_m_s * ahead_s, max(0.0, up_m)
    )  # fmt: skip


def _stop_m(speed_m_s: float, acceleration_m_s2: float) -> float:
    """In proportion to the speed while that is small, else by a steady deceleration."""
    slow = acceleration_m_s2 / _LINEAR_PER_S
    if speed_m_s < slow:
        return speed_m_s / _LINEAR_PER_S
    return 0.5 * slow / _LINEAR_PER_S + speed_m_s * speed_m_s / (2.0 * acceleration_m_s2)
