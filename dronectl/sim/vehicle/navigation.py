"""GPS and position filter: the way from power-on to a usable position, the loss of it, and a GPS that errs."""

from __future__ import annotations

import math

from dronectl.sim.vehicle.compasses import Compasses
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.geodesy import Point
from dronectl.sim.vehicle.outbox import CRITICAL, INFO
from dronectl.sim.vehicle.world_parameters import World

_VARIANCE_AFTER_S, _FILTER_LOST_AFTER_S = 8.0, 15.0
"""Without GPS the filter coasts: so long until it says that it has lost its way, and until it gives its position up.
Measured on 4.7's SITL, as are the next."""
_GLITCH_M = 10.0
"""A position that is farther from where the filter thinks to be is not believed."""
_GLITCH_SAID_AFTER_S, _GLITCH_BELIEVED_AFTER_S, _GLITCH_OVER_AFTER_S = 1.2, 10.2, 20.1
"""Since it began: until it is told; until it is believed after all, and the position jumps there; until it is over."""
_RECOVERY_S = 3.0
_ALIGNED_S = 2.0
_STEADY_SHARE = 0.75
"""Of the time to a usable position: so long the accelerometers are watched before they are believed."""

ALIGNED_FLAGS = 0xA7
USABLE_FLAGS = 0x33F


class Navigation:
    """Says what the vehicle knows about its position and tells the ground when that changes."""

    def __init__(self, copter: Copter) -> None:
        self._copter = copter
        settings = copter.settings
        fix_s, usable_s = settings.gps_lock_s, settings.gps_lock_s + settings.ekf_settle_s
        self._script: list[tuple[float, tuple[str, ...]]] = [
            (0.3, ("Barometer 1 calibration complete", "Barometer 2 calibration complete")),
            (0.8, ("ArduPilot Ready", "AHRS: DCM active")),
            (1.5, ("EKF3 IMU0 initialised", "EKF3 IMU1 initialised", "AHRS: EKF3 active")),
            (1.8, ("EKF3 IMU0 tilt alignment complete", "EKF3 IMU1 tilt alignment complete")),
            (_ALIGNED_S, tuple(f"EKF3 IMU{n} MAG0 initial yaw alignment complete" for n in (0, 1))),
            (fix_s, ("GPS 1: detected as u-blox at 230400 baud",)),
        ]
        self._home_s = fix_s + 0.3 * settings.ekf_settle_s
        self._usable_from_s = usable_s
        self._steady_s = _STEADY_SHARE * usable_s
        self._lost_since_s: float | None = None
        self._is_aiding = False
        self.has_variance = False
        self.compasses = Compasses(copter.outbox, are_tried_in_turn=copter.firmware.compasses_in_turn)
        self.glitch_m: Point = (0.0, 0.0)
        """So far north and east of the truth is what the GPS says."""
        self._glitch_since_s: float | None = None
        self._is_glitch_said = False
        self._given_up_at: Point | None = None

    @property
    def has_fix(self) -> bool:
        copter = self._copter
        faults = copter.settings.faults
        if copter.now_s < copter.settings.gps_lock_s or copter.parameters[World.GPS_IS_OFF]:
            return False
        start = faults.gps_loss_at_s
        return start is None or not start <= copter.now_s < start + faults.gps_loss_for_s

    @property
    def is_aligned(self) -> bool:
        """The attitude is known."""
        return self._copter.now_s >= _ALIGNED_S

    @property
    def is_steady(self) -> bool:
        """The accelerometers have agreed for long enough."""
        return self._copter.now_s >= self._steady_s

    @property
    def is_position_ok(self) -> bool:
        return self._is_aiding and not self.has_variance

    @property
    def knows_place(self) -> bool:
        """Whether what the filter says of its place is more than a memory."""
        return self._is_aiding

    def place_e7(self) -> tuple[int, int]:
        """Latitude and longitude where it believes to be: after it gave up its position, where that was."""
        copter = self._copter
        return copter.position_e7() if self._given_up_at is None else copter.chart.to_e7(*self._given_up_at)

    def measured_e7(self) -> tuple[int, int]:
        """Latitude and longitude as the GPS has them."""
        copter = self._copter
        (north_m, east_m), (off_n, off_e) = copter.point, copter.off_m
        return copter.chart.to_e7(north_m - off_n + self.glitch_m[0], east_m - off_e + self.glitch_m[1])

    @property
    def flags(self) -> int:
        """EKF_STATUS_REPORT.flags."""
        if self._is_aiding:
            return USABLE_FLAGS
        return ALIGNED_FLAGS if self.is_aligned else int(mavlink.EKF_UNINITIALIZED)

    def step(self) -> None:
        copter = self._copter
        now_s = copter.now_s
        while self._script and now_s >= self._script[0][0]:
            for text in self._script.pop(0)[1]:
                copter.outbox.text(INFO, text)
        if self.compasses.field_mgauss or self.compasses.are_tried:
            self.compasses.step(now_s, copter.airframe.up_m)
        has_fix = self.has_fix
        if copter.home is None and has_fix and now_s >= self._home_s:
            self._set_origin()
        if self._glitch_since_s is not None or self.glitch_m != copter.off_m:
            self._weigh_glitch(now_s)
        if has_fix:
            self._recover(now_s)
        elif self._is_aiding:
            self._lose(now_s)

    def _weigh_glitch(self, now_s: float) -> None:
        """Coasts past a position that is far off, for a while; then believes it, and flies back to where that is."""
        copter = self._copter
        off_n, off_e = self.glitch_m[0] - copter.off_m[0], self.glitch_m[1] - copter.off_m[1]
        is_far = math.hypot(off_n, off_e) > _GLITCH_M
        if self._glitch_since_s is None:
            self._glitch_since_s = now_s
        lasts_s = now_s - self._glitch_since_s
        if is_far and lasts_s >= _GLITCH_SAID_AFTER_S and not self._is_glitch_said:
            self._is_glitch_said = True
            copter.outbox.text(CRITICAL, "GPS Glitch or Compass error")
        if (off_n or off_e) and (not is_far or lasts_s >= _GLITCH_BELIEVED_AFTER_S):
            copter.shift(off_n, off_e)
            is_far = False
        if not is_far and (lasts_s >= _GLITCH_OVER_AFTER_S or lasts_s < _GLITCH_BELIEVED_AFTER_S):
            self._glitch_since_s = None
            if self._is_glitch_said:
                self._is_glitch_said = False
                copter.outbox.text(CRITICAL, "Glitch cleared")

    def _set_origin(self) -> None:
        copter = self._copter
        copter.set_home_here()
        self.send_origin()
        copter.outbox.text(INFO, "EKF3 IMU0 origin set")
        copter.outbox.text(INFO, f"Field Elevation Set: {int(copter.amsl_m)}m")
        copter.outbox.text(INFO, "EKF3 IMU1 origin set")

    def send_origin(self) -> None:
        copter = self._copter
        home = copter.settings.home
        if copter.home is not None:
            altitude_mm = round(copter.settings.home_amsl_m * 1000.0)
            copter.outbox.send(
                mavlink.MAVLink_gps_global_origin_message(home.lat_e7, home.lon_e7, altitude_mm, copter.now_us)
            )

    def _recover(self, now_s: float) -> None:
        if self._lost_since_s is not None:
            self._lost_since_s = None
            self._usable_from_s = now_s if self._is_aiding else now_s + _RECOVERY_S
        if now_s < self._usable_from_s:
            return
        self.has_variance = False
        if not self._is_aiding:
            self._is_aiding = True
            self._given_up_at = None
            for core in (0, 1):
                self._copter.outbox.text(INFO, f"EKF3 IMU{core} is using GPS")

    def _lose(self, now_s: float) -> None:
        if self._lost_since_s is None:
            self._lost_since_s = now_s
        lost_s = now_s - self._lost_since_s
        if lost_s >= _VARIANCE_AFTER_S and not self.has_variance:
            self.has_variance = True
            self._copter.outbox.text(CRITICAL, "EKF variance")
        if lost_s >= _FILTER_LOST_AFTER_S:
            self._is_aiding = False
            self._given_up_at = self._copter.point
            for core in (0, 1):
                self._copter.outbox.text(INFO, f"EKF3 IMU{core} stopped aiding")
