"""A point mass that goes where it is asked within what a copter can do."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, replace

from dronectl.sim.vehicle.settings import Wind

GRAVITY_M_S2 = 9.80665
VELOCITY_LAG_S = 0.35
_JERK_M_S3 = 5.0
_YAW_RATE_RAD_S = math.radians(60.0)
GUSTS_LAST_S = 3.0
"""After so long a gust is e times less."""
_DRAG_PER_S = 0.56
"""Lean against the air: acceleration per m/s of airspeed. 30° of lean make 10.1 m/s, as on ArduPilot SITL."""
_SLOW_DRAG_PER_S, _FAST_DRAG_PER_M = 0.36, 0.02
"""The same where it matters at any speed: so soon a level copter of SITL goes with the wind."""
_GUST_PUSH_PER_S = 0.15
Pull = tuple[float, float, float, float]
"""What the rotors do: accelerations north, east and up (gravity included), and the heading they do it at."""
Tilt = tuple[float, float]
"""Roll and pitch in radians."""
_LEVEL: Pull = (0.0, 0.0, GRAVITY_M_S2, 0.0)
_HOVERS_FROM, _STEERS_FROM, _TUMBLES_BELOW = 0.65, 0.55, 0.35
"""What must be left of one motor's thrust to stay up; to go where it is told, sinking; not to turn over."""
_SINKS_M_S = ((0.0, 13.5), (0.2, 11.0), (0.3, 9.7), (0.4, 6.9), (0.5, 5.3), (0.6, 1.3), (_HOVERS_FROM, 0.0))
"""With what is left of one motor's thrust: how fast a quadrotor comes down in the end. SITL of 4.5.6 and 4.7.0-dev,
hovering, the mean of both; they differ by a fifth."""
_SINKS_WITHIN_S = 1.5
_DRIFT_ENDS_PER_S = 0.35
_UPSIDE_DOWN_RAD, _TURNS_OVER_RAD_S, _ASKEW_RAD = math.radians(170.0), math.radians(60.0), math.radians(25.0)


@dataclass(slots=True)
class Demand:
    """What the autopilot asks of the airframe in one step: velocity north, east and up, limits, heading."""

    north_m_s: float = 0.0
    east_m_s: float = 0.0
    up_m_s: float = 0.0
    acceleration_m_s2: float = 2.5
    lean_rad: float = math.radians(30.0)
    vertical_acceleration_m_s2: float = 1.0
    heading_rad: float | None = None
    push_m_s2: tuple[float, float] | None = None
    """Leaning, north and east, and never mind the speed that comes of it."""


class Airframe:
    """Position (metres north, east and up of the launch point), velocity, acceleration and attitude."""

    def __init__(self, *, heading_rad: float, wind: Wind, seed: int) -> None:
        self.north_m = self.east_m = self.up_m = 0.0
        self.ground_m = 0.0
        """What ``up_m`` is on the ground: another than at take-off where heights are those of a barometer that errs."""
        self.v_north_m_s = self.v_east_m_s = self.v_up_m_s = 0.0
        self.a_north_m_s2 = self.a_east_m_s2 = self.a_up_m_s2 = 0.0
        self.yaw_rad = heading_rad
        self.yaw_rate_rad_s = 0.0
        self._pull = self._pulled = _LEVEL
        self._step_s = 1.0
        self._tilt: Tilt | None = None
        """Of one that falls, or lies there."""
        self.is_flying = False
        self.motor_share = 1.0
        """What is left of one motor's thrust."""
        self._wind = self._full_wind = (0.0, 0.0)
        self._full_from_m = 0.0
        self._blows = (math.nan, math.nan, math.nan)
        self.blow(wind.speed_m_s, wind.from_deg, wind.full_from_m)
        self._gust_m_s = wind.gust_m_s
        self._gusts = (0.0, 0.0, 0.0)
        self._random = random.Random(seed)

    def weaken(self, motor_share: float) -> None:
        """From now on so much is left of one motor; all of it: it was mended, and stands upright again."""
        self.motor_share = motor_share
        if not self.has_failed:
            self._tilt = None

    @property
    def has_failed(self) -> bool:
        """A motor is too weak: it comes down, whatever is asked of it."""
        return self.motor_share < _HOVERS_FROM

    @property
    def tumbles(self) -> bool:
        return self.motor_share < _TUMBLES_BELOW

    @property
    def roll_rad(self) -> float:
        return (self._tilt or _tilt_of(self._pull))[0]

    @property
    def pitch_rad(self) -> float:
        return (self._tilt or _tilt_of(self._pull))[1]

    @property
    def roll_rate_rad_s(self) -> float:
        return (_tilt_of(self._pull)[0] - _tilt_of(self._pulled)[0]) / self._step_s

    @property
    def pitch_rate_rad_s(self) -> float:
        return (_tilt_of(self._pull)[1] - _tilt_of(self._pulled)[1]) / self._step_s

    def blow(self, speed_m_s: float, from_deg: float, full_from_m: float) -> None:
        """The steady wind from now on: from this height on, less below; 0: at every height."""
        if (speed_m_s, from_deg, full_from_m) == self._blows:
            return
        self._blows = (speed_m_s, from_deg, full_from_m)
        self._full_from_m = full_from_m
        to_rad = math.radians(from_deg + 180.0)
        self._full_wind = (speed_m_s * math.cos(to_rad), speed_m_s * math.sin(to_rad))
        self._wind_at_height()

    def _wind_at_height(self) -> None:
        north_m_s, east_m_s = self._full_wind
        full_from_m = self._full_from_m
        share = math.sqrt(max(self.up_m, 0.0) / full_from_m) if full_from_m and self.up_m < full_from_m else 1.0
        self._wind = (north_m_s * share, east_m_s * share)

    def gust(self, deviation_m_s: float) -> None:
        """Standard deviation of its gusts from now on."""
        self._gust_m_s = deviation_m_s
        if not deviation_m_s:
            self._gusts = (0.0, 0.0, 0.0)

    @property
    def is_on_ground(self) -> bool:
        return self.up_m <= self.ground_m

    @property
    def ground_speed_m_s(self) -> float:
        return math.hypot(self.v_north_m_s, self.v_east_m_s)

    @property
    def wind_m_s(self) -> tuple[float, float]:
        """Where the air moves to: north, east, gusts included."""
        return self._wind[0] + self._gusts[0], self._wind[1] + self._gusts[1]

    @property
    def air_speed_m_s(self) -> float:
        wind_north, wind_east = self.wind_m_s
        return math.hypot(self.v_north_m_s - wind_north, self.v_east_m_s - wind_east)

    def stand(self) -> None:
        """On the ground, motors off or idle."""
        self.is_flying = False
        if self.up_m <= self.ground_m + 0.05:
            self.up_m = self.ground_m
        self.v_north_m_s = self.v_east_m_s = self.v_up_m_s = 0.0
        self.a_north_m_s2 = self.a_east_m_s2 = self.a_up_m_s2 = 0.0
        self.yaw_rate_rad_s = 0.0
        self._pull = self._pulled = _LEVEL

    def step(self, demand: Demand, dt_s: float) -> bool:
        """Fly one step; True when the ground was touched."""
        self.is_flying = True
        if self.motor_share < _STEERS_FROM:
            return self._fall(dt_s, self._sink_m_s())
        if self.has_failed:
            demand = replace(demand, up_m_s=min(demand.up_m_s, -self._sink_m_s()))
        self._move_air(dt_s)
        self._accelerate(demand, dt_s)
        self.north_m += self.v_north_m_s * dt_s
        self.east_m += self.v_east_m_s * dt_s
        self.up_m += self.v_up_m_s * dt_s
        self._lean(demand, dt_s)
        if self.up_m <= self.ground_m and self.v_up_m_s < 0.0:
            self.up_m = self.ground_m
            self.v_north_m_s = self.v_east_m_s = self.v_up_m_s = 0.0
            return True
        return False

    def drop(self, dt_s: float) -> bool:
        """One step with its motors off; True when it is down."""
        return self._fall(dt_s, _SINKS_M_S[0][1])

    def _fall(self, dt_s: float, sink_m_s: float) -> bool:
        """With the wind, askew or turning over, no faster than air and the other motors let it; True when it is down.
        It stays on its side, or stands."""
        if self._full_from_m:
            self._wind_at_height()
        self.v_north_m_s += (self._wind[0] - self.v_north_m_s) * _DRIFT_ENDS_PER_S * dt_s
        self.v_east_m_s += (self._wind[1] - self.v_east_m_s) * _DRIFT_ENDS_PER_S * dt_s
        sinks_by_m_s2 = min((self.v_up_m_s + sink_m_s) / _SINKS_WITHIN_S, GRAVITY_M_S2)
        self.v_up_m_s -= sinks_by_m_s2 * dt_s
        most_rad = _UPSIDE_DOWN_RAD if self.tumbles else _ASKEW_RAD
        self._tilt = (min(self.roll_rad + _TURNS_OVER_RAD_S * dt_s, most_rad), self.pitch_rad)
        self.north_m += self.v_north_m_s * dt_s
        self.east_m += self.v_east_m_s * dt_s
        self.up_m += self.v_up_m_s * dt_s
        if not self.is_on_ground:
            return False
        self.up_m = self.ground_m
        self.v_north_m_s = self.v_east_m_s = self.v_up_m_s = 0.0
        if not self.tumbles:
            self._tilt = None
        return True

    def _sink_m_s(self) -> float:
        for (low, low_m_s), (high, high_m_s) in itertools.pairwise(_SINKS_M_S):
            if self.motor_share < high:
                return low_m_s + (high_m_s - low_m_s) * (self.motor_share - low) / (high - low)
        return 0.0

    def _move_air(self, dt_s: float) -> None:
        if self._full_from_m:
            self._wind_at_height()
        if self._gust_m_s:
            # An Ornstein-Uhlenbeck process: gusts last about GUSTS_LAST_S and keep their standard deviation.
            kick = self._gust_m_s * math.sqrt(2.0 * dt_s / GUSTS_LAST_S)
            gauss = self._random.gauss
            north, east, up = self._gusts
            self._gusts = (
                north + (-north * dt_s / GUSTS_LAST_S + kick * gauss(0.0, 1.0)),
                east + (-east * dt_s / GUSTS_LAST_S + kick * gauss(0.0, 1.0)),
                up + (-up * dt_s / GUSTS_LAST_S + kick * gauss(0.0, 1.0)),
            )

    def _accelerate(self, demand: Demand, dt_s: float) -> None:
        if demand.push_m_s2 is None:
            want_n = (demand.north_m_s - self.v_north_m_s) / VELOCITY_LAG_S
            want_e = (demand.east_m_s - self.v_east_m_s) / VELOCITY_LAG_S
            size = math.hypot(want_n, want_e)
            if size > demand.acceleration_m_s2:
                want_n, want_e = (want_n * demand.acceleration_m_s2 / size, want_e * demand.acceleration_m_s2 / size)
            want_n, want_e = self._leanable(want_n, want_e, GRAVITY_M_S2 * math.tan(demand.lean_rad))
        else:
            through_n, through_e = self.v_north_m_s - self._wind[0], self.v_east_m_s - self._wind[1]
            drag_per_s = _SLOW_DRAG_PER_S + _FAST_DRAG_PER_M * math.hypot(through_n, through_e)
            want_n = demand.push_m_s2[0] - drag_per_s * through_n
            want_e = demand.push_m_s2[1] - drag_per_s * through_e
        change_n, change_e = want_n - self.a_north_m_s2, want_e - self.a_east_m_s2
        size, limit = math.hypot(change_n, change_e), _JERK_M_S3 * dt_s
        if size > limit:
            change_n, change_e = change_n * limit / size, change_e * limit / size
        self.a_north_m_s2 += change_n
        self.a_east_m_s2 += change_e
        limit_up, want_up = demand.vertical_acceleration_m_s2, (demand.up_m_s - self.v_up_m_s) / VELOCITY_LAG_S
        self.a_up_m_s2 = limit_up if want_up > limit_up else -limit_up if want_up < -limit_up else want_up
        gust_n, gust_e, gust_up = self._gusts
        self.v_north_m_s += (self.a_north_m_s2 + gust_n * _GUST_PUSH_PER_S) * dt_s
        self.v_east_m_s += (self.a_east_m_s2 + gust_e * _GUST_PUSH_PER_S) * dt_s
        self.v_up_m_s += (self.a_up_m_s2 + 0.3 * (gust_up * _GUST_PUSH_PER_S)) * dt_s

    def _leanable(self, want_n: float, want_e: float, limit_m_s2: float) -> tuple[float, float]:
        """What is left of an acceleration when leaning must hold against the air too."""
        drag_n = _DRAG_PER_S * (self.v_north_m_s - self._wind[0])
        drag_e = _DRAG_PER_S * (self.v_east_m_s - self._wind[1])
        force_n, force_e = want_n + drag_n, want_e + drag_e
        size = math.hypot(force_n, force_e)
        if size <= limit_m_s2:
            return want_n, want_e
        return force_n * limit_m_s2 / size - drag_n, force_e * limit_m_s2 / size - drag_e

    def _lean(self, demand: Demand, dt_s: float) -> None:
        """Turns to the heading; the attitude is what makes this acceleration against this air."""
        if demand.push_m_s2 is None:
            wind_north, wind_east = self.wind_m_s
            force_n = self.a_north_m_s2 + _DRAG_PER_S * (self.v_north_m_s - wind_north)
            force_e = self.a_east_m_s2 + _DRAG_PER_S * (self.v_east_m_s - wind_east)
        else:
            force_n, force_e = demand.push_m_s2
        if demand.heading_rad is not None:
            turn = (demand.heading_rad - self.yaw_rad + math.pi) % math.tau - math.pi
            limit = _YAW_RATE_RAD_S * dt_s
            turn = limit if turn > limit else -limit if turn < -limit else turn
            self.yaw_rate_rad_s = turn / dt_s
            self.yaw_rad = (self.yaw_rad + turn + math.pi) % math.tau - math.pi
        self._pulled = self._pull
        self._pull = (force_n, force_e, GRAVITY_M_S2 + self.a_up_m_s2, self.yaw_rad)
        self._step_s = dt_s


def _tilt_of(pull: Pull) -> Tilt:
    """Small-angle body axes after the heading. Telemetry asks a few times a second, a rehearsal hardly ever."""
    force_n, force_e, lift, yaw_rad = pull
    cos_yaw, sin_yaw = math.cos(yaw_rad), math.sin(yaw_rad)
    return (
        math.atan2(-force_n * sin_yaw + force_e * cos_yaw, lift),
        0.0 - math.atan2(force_n * cos_yaw + force_e * sin_yaw, lift),
    )
