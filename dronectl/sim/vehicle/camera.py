"""The camera's shutter: by command, or by distance flown."""

from __future__ import annotations

import math

from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.dialect import mavlink


class Camera:
    """Counts pictures; with CAM1_TYPE set, each is reported with CAMERA_FEEDBACK."""

    def __init__(self, copter: Copter) -> None:
        self._copter = copter
        self._every_m = 0.0
        self._last = copter.point
        self.pictures = 0

    def trigger_by_distance(self, every_m: float, *, now: bool) -> None:
        """A picture every so many metres; 0 stops."""
        self._every_m = max(0.0, every_m)
        self._last = self._copter.point
        if self._every_m and now:
            self.shoot()

    def step(self) -> None:
        if self._every_m and not self._copter.is_landed:
            point = self._copter.point
            if math.dist(point, self._last) >= self._every_m:
                self._last = point
                self.shoot()

    def shoot(self) -> None:
        copter = self._copter
        self.pictures += 1
        if not copter.parameters["CAM1_TYPE"]:
            return
        lat_e7, lon_e7 = copter.position_e7()
        body = copter.airframe
        attitude = (math.degrees(angle) for angle in (body.roll_rad, body.pitch_rad, body.yaw_rad))
        copter.outbox.send(
            mavlink.MAVLink_camera_feedback_message(
                round((copter.boot_unix_s + copter.now_s) * 1e6), copter.settings.system_id, 0, self.pictures,
                lat_e7, lon_e7, copter.amsl_m, copter.above_home_m, *attitude, 0.0,
                mavlink.CAMERA_FEEDBACK_PHOTO, self.pictures,
            )
        )  # fmt: skip
