"""Straight legs in the air, flown by a target that moves along them; the next one begins before the last has ended.

At a corner that is not stopped at, the target's way on the new leg is added to the end of its way on the old one: so it
swings round inside the corner. When the new leg begins is what WPNAV_RADIUS and WPNAV_ACCEL_C say. The same holds for
two legs in any directions, up and down too. (ArduPilot's waypoint navigation since 4.1.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dronectl.sim.flight.places import Place
from dronectl.sim.flight.speed_profile import Profile, Softness, profile
from dronectl.sim.vehicle.parameters import Parameters

_LEAST_M = 0.01
_LEAST_JERK_M_S3 = 0.1
_SOFT_SHARE = 2.0
"""The jerk of a leg takes so many times ATC_INPUT_TC to come, and to go."""
_LEAST_INPUT_S = 0.1

Vector = tuple[float, float, float]
"""North, east, up."""
NOTHING: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the parameters let a copter do on its legs."""

    speed_m_s: float
    up_m_s: float
    down_m_s: float
    acceleration_m_s2: float
    vertical_m_s2: float
    corner_m_s2: float
    jerk_m_s3: float
    soft_s: float
    radius_m: float

    def along(self, direction: Vector) -> tuple[float, Softness]:
        """The speed and the softness of a leg in this direction (a unit vector)."""
        level, up = math.hypot(direction[0], direction[1]), direction[2]
        speed = _share(self.speed_m_s, level, self.up_m_s if up > 0.0 else self.down_m_s, abs(up))
        acceleration = _share(self.acceleration_m_s2, level, self.vertical_m_s2, abs(up))
        return speed, Softness(acceleration, self.jerk_m_s3, self.soft_s)


def limits_of(parameters: Parameters | Mapping[str, float], speed_m_s: float) -> Limits:
    """Those of WPNAV_*, at a ground speed."""
    acceleration = parameters["WPNAV_ACCEL"] / 100.0
    corner = parameters["WPNAV_ACCEL_C"] / 100.0
    return Limits(
        speed_m_s, parameters["WPNAV_SPEED_UP"] / 100.0, parameters["WPNAV_SPEED_DN"] / 100.0, acceleration,
        parameters["WPNAV_ACCEL_Z"] / 100.0, corner if corner > 0.0 else 2.0 * acceleration,
        max(parameters["WPNAV_JERK"], _LEAST_JERK_M_S3), _SOFT_SHARE * max(parameters["ATC_INPUT_TC"], _LEAST_INPUT_S),
        parameters["WPNAV_RADIUS"] / 100.0,
    )  # fmt: skip


class Leg:
    """From one place to another, and how much of it is flown."""

    def __init__(self, start: Place, end: Place, limits: Limits, *, from_m_s: float = 0.0, to_m_s: float = 0.0) -> None:
        self.start, self.end = start, end
        self._limits = limits
        whole = (end.north_m - start.north_m, end.east_m - start.east_m, end.up_m - start.up_m)
        self.whole: Vector = whole
        self.length_m = math.hypot(*whole)
        self.elapsed_s = 0.0
        self._profile: Profile | None = None
        self.direction: Vector = NOTHING
        if self.length_m >= _LEAST_M:
            self.direction = (whole[0] / self.length_m, whole[1] / self.length_m, whole[2] / self.length_m)
            speed, soft = limits.along(self.direction)
            self._profile = profile(self.length_m, speed, soft, from_m_s=from_m_s, to_m_s=to_m_s)

    @property
    def remaining_s(self) -> float:
        return self._profile.duration_s - self.elapsed_s if self._profile else 0.0

    @property
    def is_over(self) -> bool:
        return self.remaining_s <= 0.0

    @property
    def is_braking(self) -> bool:
        """For its end."""
        return self._profile is None or self.elapsed_s >= self._profile.slower_from_s

    @property
    def faster_until_s(self) -> float:
        return self._profile.faster_until_s if self._profile else 0.0

    @property
    def top_m_s(self) -> float:
        """As fast as it is flown."""
        return self._profile.parts[-2].to_m_s if self._profile else 0.0

    @property
    def fastest_m_s(self) -> float:
        """As fast as a long leg of this direction would be flown."""
        return self._limits.along(self.direction)[0] if self._profile else 0.0

    def advance(self, dt_s: float) -> None:
        if self._profile is not None:
            self.elapsed_s = min(self.elapsed_s + dt_s, self._profile.duration_s)

    def at(self, time_s: float) -> tuple[float, float, float]:
        """Distance, speed and acceleration along it."""
        return self._profile.at(time_s) if self._profile else (0.0, 0.0, 0.0)

    def change_end(self, speed_m_s: float) -> None:
        """The speed to end with, before it brakes for the end."""
        if self._profile is not None:
            self._profile.change_end(speed_m_s)

    def change_speed(self, limits: Limits) -> None:
        """From now on."""
        self._limits = limits
        if self._profile is not None:
            self._profile.change_speed(limits.along(self.direction)[0], self.elapsed_s)


def _share(level: float, level_share: float, vertical: float, vertical_share: float) -> float:
    """The greatest length of a vector in a direction whose level and upright parts have limits."""
    by_level = level / level_share if level_share > 1e-9 else math.inf
    by_height = vertical / vertical_share if vertical_share > 1e-9 else math.inf
    return min(by_level, by_height)
