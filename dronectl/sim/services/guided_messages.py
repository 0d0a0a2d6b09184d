"""The messages that steer a copter in GUIDED without being commands."""

from __future__ import annotations

import math

from dronectl.sim.flight.guided import Lean
from dronectl.sim.flight.modes import Mode
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.flight.places import Place, here
from dronectl.sim.services.commands import CommandRequest, Commands
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.items import Item

_NO_POSITION = 0x07
_NO_VELOCITY = 0x38
_NO_YAW = 0x400
_NO_RATES, _NO_YAW_RATE, _NO_THRUST, _NO_ATTITUDE = 0x07, 0x04, 0x40, 0x80
"""Of SET_ATTITUDE_TARGET."""
_UNIT = 1e-3
_LEVEL_THRUST = 0.5
_BODY_FRAMES = frozenset({mavlink.MAV_FRAME_BODY_NED, mavlink.MAV_FRAME_BODY_OFFSET_NED})
_OFFSET_FRAMES = frozenset({mavlink.MAV_FRAME_LOCAL_OFFSET_NED, mavlink.MAV_FRAME_BODY_OFFSET_NED})


class GuidedMessages:
    """SET_POSITION_TARGET_*, SET_ATTITUDE_TARGET, the mission item with ``current`` 2 or 3; ignored outside GUIDED."""

    def __init__(self, copter: Copter, pilot: Pilot, commands: Commands) -> None:
        self._copter = copter
        self._pilot = pilot
        self._commands = commands

    def on_global_target(self, packet: Packet) -> None:
        if self._pilot.mode is not Mode.GUIDED:
            return
        if packet.type_mask & _NO_POSITION == 0:
            place = self._place(packet.lat_int, packet.lon_int, packet.alt, packet.coordinate_frame)
            if place is not None:
                self._pilot.go_to(place)
        elif packet.type_mask & _NO_VELOCITY == 0:
            self._move(packet.vx, packet.vy, packet.vz, 0.0)
        self._turn(packet)

    def on_local_target(self, packet: Packet) -> None:
        if self._pilot.mode is not Mode.GUIDED:
            return
        turn = self._copter.airframe.yaw_rad if packet.coordinate_frame in _BODY_FRAMES else 0.0
        if packet.type_mask & _NO_POSITION == 0:
            if not all(math.isfinite(value) for value in (packet.x, packet.y, packet.z)):
                return
            north_m, east_m = _turned(packet.x, packet.y, turn)
            up_m = -packet.z
            if packet.coordinate_frame in _OFFSET_FRAMES:
                now = here(self._copter)
                north_m, east_m, up_m = north_m + now.north_m, east_m + now.east_m, up_m + now.up_m
            self._pilot.go_to(Place(north_m, east_m, up_m))
        elif packet.type_mask & _NO_VELOCITY == 0:
            self._move(packet.vx, packet.vy, packet.vz, turn)
        self._turn(packet)

    def on_attitude_target(self, packet: Packet) -> None:
        """Thrust says how fast to climb: 0.5 to stay level, 1 and 0 to climb and sink as fast as in missions. Without
        it, or with an attitude that is none, nothing is ordered, or the copter stays, as the release has it."""
        if self._pilot.mode not in (Mode.GUIDED, Mode.GUIDED_NOGPS):
            return
        mask, guided = packet.type_mask, self._pilot.guided
        has_attitude, no_rates = not mask & _NO_ATTITUDE, mask & _NO_RATES
        w, x, y, z = packet.q
        length = math.sqrt(w * w + x * x + y * y + z * z)
        is_clear = not has_attitude or abs(length - 1.0) <= _UNIT
        firmware = self._copter.firmware
        if mask & _NO_THRUST or not is_clear or not math.isfinite(packet.thrust):
            if firmware.stays_without_thrust:
                guided.lean_no_more()
            return
        if firmware.stays_when_unclear and no_rates not in (0, _NO_RATES):
            guided.lean_no_more()
            return
        roll = pitch = 0.0
        yaw = self._copter.airframe.yaw_rad
        if has_attitude:
            roll = math.atan2(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y))
            pitch = math.asin(min(1.0, max(-1.0, 2.0 * (w * y - z * x))))
            yaw = math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
        rate = None if has_attitude or mask & _NO_YAW_RATE else packet.body_yaw_rate
        guided.lean(Lean(roll, pitch, yaw, rate, self._climb_m_s(packet.thrust)))

    def on_guided_item(self, item: Item, *, only_altitude: bool) -> int:
        """A MAV_MISSION_RESULT for "fly there" (``current`` 2) or "change altitude" (3)."""
        if self._pilot.mode is not Mode.GUIDED:
            return int(mavlink.MAV_MISSION_ERROR)
        if only_altitude:
            now = here(self._copter)
            place: Place | None = Place(now.north_m, now.east_m, self._copter.up_of(item.z, item.frame))
        else:
            place = self._place(item.x, item.y, item.z, item.frame)
        if place is None or not math.isfinite(place.up_m) or not self._pilot.go_to(place):
            return int(mavlink.MAV_MISSION_ERROR)
        return int(mavlink.MAV_MISSION_ACCEPTED)

    def _place(self, x: int, y: int, altitude_m: float, frame: int) -> Place | None:
        return self._commands.place_of(CommandRequest(0, 0.0, 0.0, 0.0, 0.0, x, y, altitude_m, frame))

    def _climb_m_s(self, thrust: float) -> float:
        share = (min(1.0, max(0.0, thrust)) - _LEVEL_THRUST) / _LEVEL_THRUST
        return share * self._copter.parameters["WPNAV_SPEED_UP" if share > 0.0 else "WPNAV_SPEED_DN"] / 100.0

    def _move(self, x_m_s: float, y_m_s: float, down_m_s: float, turn_rad: float) -> None:
        if all(math.isfinite(value) for value in (x_m_s, y_m_s, down_m_s)):
            self._pilot.guided.move(*_turned(x_m_s, y_m_s, turn_rad), -down_m_s)

    def _turn(self, packet: Packet) -> None:
        if packet.type_mask & _NO_YAW == 0 and math.isfinite(packet.yaw):
            self._pilot.guided.set_heading(packet.yaw)


def _turned(x: float, y: float, angle_rad: float) -> tuple[float, float]:
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    return x * cos - y * sin, x * sin + y * cos
