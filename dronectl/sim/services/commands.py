"""COMMAND_LONG and COMMAND_INT: what each request does and how it is acknowledged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dronectl.sim.flight.arming import Arming
from dronectl.sim.flight.modes import Mode
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.flight.places import Place
from dronectl.sim.services.streams import Streams
from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.camera import Camera
from dronectl.sim.vehicle.copter import Copter, Home
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.outbox import INFO

ACCEPTED: int = mavlink.MAV_RESULT_ACCEPTED
DENIED: int = mavlink.MAV_RESULT_DENIED
UNSUPPORTED: int = mavlink.MAV_RESULT_UNSUPPORTED
FAILED: int = mavlink.MAV_RESULT_FAILED
_GLOBAL_FRAMES = frozenset({0, 3, 5, 6, 10, 11})
_ABOVE_SEA, _ABOVE_HOME, _ABOVE_TERRAIN = 0, 3, (10, 11)
_ALTITUDE_LIMIT_M = 83_000.0
_CUSTOM_MODE = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command in one form, whichever message brought it; ``x``/``y`` are degrees x 1e7."""

    command: int
    p1: float
    p2: float
    p3: float
    p4: float
    x: int
    y: int
    z: float
    frame: int

    @property
    def has_good_numbers(self) -> bool:
        return all(math.isfinite(value) for value in (self.p1, self.p2, self.p3))


def command_request(packet: Packet) -> CommandRequest:
    """The request of a COMMAND_LONG or a COMMAND_INT."""
    head = (packet.command, packet.param1, packet.param2, packet.param3, packet.param4)
    if packet.get_type() == "COMMAND_INT":
        return CommandRequest(*head, packet.x, packet.y, packet.z, packet.frame)
    x, y = (round(value * 1e7) if math.isfinite(value) else 0 for value in (packet.param5, packet.param6))
    # A COMMAND_LONG carries no frame; ArduCopter reads its altitudes as relative to home, but for a home itself.
    frame = _ABOVE_SEA if packet.command == mavlink.MAV_CMD_DO_SET_HOME else _ABOVE_HOME
    return CommandRequest(*head, x, y, packet.param7, frame)


class Commands:
    """The table of commands. Each handler returns a MAV_RESULT."""

    def __init__(self, copter: Copter, pilot: Pilot, arming: Arming, camera: Camera, streams: Streams) -> None:
        self._copter = copter
        self._pilot = pilot
        self._arming = arming
        self._camera = camera
        self._streams = streams
        self.wants_reboot = False
        self._table: dict[int, Callable[[CommandRequest], int]] = {
            mavlink.MAV_CMD_NAV_LOITER_UNLIM: lambda request: self._enter(Mode.LOITER),
            mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH: lambda request: self._enter(Mode.RTL),
            mavlink.MAV_CMD_NAV_LAND: lambda request: self._enter(Mode.LAND),
            mavlink.MAV_CMD_NAV_TAKEOFF: self._take_off,
            mavlink.MAV_CMD_CONDITION_YAW: self._turn,
            mavlink.MAV_CMD_DO_SET_MODE: self._set_mode,
            mavlink.MAV_CMD_DO_CHANGE_SPEED: self._change_speed,
            mavlink.MAV_CMD_DO_SET_HOME: self._set_home,
            mavlink.MAV_CMD_DO_REPOSITION: self._reposition,
            mavlink.MAV_CMD_DO_PAUSE_CONTINUE: self._pause_continue,
            mavlink.MAV_CMD_DO_SET_ROI: self._set_roi,
            mavlink.MAV_CMD_DO_SET_ROI_LOCATION: self._set_roi,
            mavlink.MAV_CMD_DO_SET_ROI_NONE: self._clear_roi,
            mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST: self._trigger_distance,
            mavlink.MAV_CMD_DO_DIGICAM_CONTROL: self._shoot,
            mavlink.MAV_CMD_IMAGE_START_CAPTURE: self._shoot,
            mavlink.MAV_CMD_DO_FENCE_ENABLE: self._enable_fence,
            mavlink.MAV_CMD_DO_SET_MISSION_CURRENT: self._set_mission_current,
            mavlink.MAV_CMD_MISSION_START: lambda request: ACCEPTED if self._pilot.start_mission() else FAILED,
            mavlink.MAV_CMD_COMPONENT_ARM_DISARM: self._arm_disarm,
            mavlink.MAV_CMD_RUN_PREARM_CHECKS: self._run_prearm_checks,
            mavlink.MAV_CMD_GET_HOME_POSITION: self._get_home,
            mavlink.MAV_CMD_SET_MESSAGE_INTERVAL: self._set_message_interval,
            mavlink.MAV_CMD_GET_MESSAGE_INTERVAL: self._get_message_interval,
            mavlink.MAV_CMD_REQUEST_MESSAGE: self._request_message,
            mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES: self._capabilities,
            mavlink.MAV_CMD_DO_SEND_BANNER: self._banner,
            mavlink.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN: self._reboot,
            mavlink.MAV_CMD_PREFLIGHT_CALIBRATION: lambda request: FAILED if self._copter.is_armed else ACCEPTED,
            mavlink.MAV_CMD_PREFLIGHT_STORAGE: lambda request: DENIED,
            mavlink.MAV_CMD_DO_SET_SERVO: lambda request: ACCEPTED,
            mavlink.MAV_CMD_DO_SET_RELAY: lambda request: FAILED,
        }

    def handle(self, packet: Packet) -> None:
        """Do what the command says and acknowledge it to its sender."""
        handler = self._table.get(packet.command)
        request = command_request(packet)
        result = UNSUPPORTED if handler is None else handler(request) if request.has_good_numbers else DENIED
        self._copter.outbox.send(
            mavlink.MAVLink_command_ack_message(
                packet.command, result, 0, 0, packet.get_srcSystem(), packet.get_srcComponent()
            )
        )

    def set_mode_message(self, packet: Packet) -> None:
        """The old SET_MODE message; it is acknowledged like a command of number 11."""
        result = self._mode_result(packet.base_mode, packet.custom_mode)
        self._copter.outbox.send(
            mavlink.MAVLink_command_ack_message(11, result, 0, 0, packet.get_srcSystem(), packet.get_srcComponent())
        )

    def set_current(self, seq: int, *, restart: bool = False) -> bool:
        """Jump to a mission item; tell the new current item when that worked."""
        if not self._pilot.run.set_current(seq, restart=restart):
            return False
        self._streams.send_now(mavlink.MAVLINK_MSG_ID_MISSION_CURRENT)
        return True

    def place_of(self, request: CommandRequest) -> Place | None:
        """Where a request is; None when it is nowhere on Earth."""
        is_off_globe = items.refusal_of_place(request.x, request.y) != items.ACCEPTED
        if request.frame not in _GLOBAL_FRAMES or not abs(request.z) < _ALTITUDE_LIMIT_M or is_off_globe:
            return None
        if request.x == 0 and request.y == 0:
            return None
        north_m, east_m = self._copter.chart.to_local(request.x, request.y)
        return Place(north_m, east_m, self._copter.up_of(request.z, request.frame))

    def _enter(self, mode: Mode) -> int:
        return ACCEPTED if self._pilot.set_mode(mode) else FAILED

    def _take_off(self, request: CommandRequest) -> int:
        if request.frame not in (3, 6) or not math.isfinite(request.z):
            return DENIED
        return ACCEPTED if self._pilot.take_off(request.z) else FAILED

    def _turn(self, request: CommandRequest) -> int:
        turn = math.radians(request.p1)
        if request.p4 == 1.0:
            turn = self._copter.airframe.yaw_rad + turn * (-1.0 if request.p3 < 0 else 1.0)
        if self._pilot.mode is Mode.GUIDED:
            self._pilot.guided.set_heading(turn)
        elif self._pilot.mode is Mode.AUTO:
            self._pilot.run.set_heading(turn)
        else:
            return FAILED
        return ACCEPTED

    def _set_mode(self, request: CommandRequest) -> int:
        return self._mode_result(int(request.p1), int(request.p2))

    def _mode_result(self, base_mode: int, custom_mode: int) -> int:
        if not base_mode & _CUSTOM_MODE:
            return DENIED
        return ACCEPTED if self._pilot.set_mode(custom_mode) else FAILED

    def _change_speed(self, request: CommandRequest) -> int:
        if request.p2 <= 0 or self._pilot.mode not in (Mode.AUTO, Mode.GUIDED, Mode.RTL):
            return FAILED
        if request.p1 > 1.9:
            name = "WPNAV_SPEED_DN" if request.p1 > 2.9 else "WPNAV_SPEED_UP"
            self._copter.parameters.set(name, request.p2 * 100.0)
        else:
            self._pilot.run.set_speed(request.p2)
            self._pilot.guided.set_speed(request.p2)
        return ACCEPTED

    def _set_home(self, request: CommandRequest) -> int:
        copter = self._copter
        if copter.home is None:
            return FAILED
        if request.p1 == 1.0 or (request.x == 0 and request.y == 0):
            copter.set_home_here()
            return ACCEPTED
        if request.frame in _ABOVE_TERRAIN:
            return FAILED
        place = self.place_of(request)
        if place is None:
            return DENIED
        copter.set_home(Home(request.x, request.y, copter.settings.home_amsl_m + place.up_m))
        return ACCEPTED

    def _reposition(self, request: CommandRequest) -> int:
        pilot = self._pilot
        changes_mode = int(request.p2) & int(mavlink.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE)
        if pilot.mode is not Mode.GUIDED and not changes_mode:
            return DENIED
        place = self.place_of(request)
        if place is None:
            return DENIED
        if not pilot.guided.can_go(place) or not pilot.set_mode(Mode.GUIDED):
            return FAILED
        pilot.go_to(place)
        return ACCEPTED

    def _pause_continue(self, request: CommandRequest) -> int:
        if request.p1 == 0.0:
            return ACCEPTED if self._pilot.pause() else FAILED
        if request.p1 == 1.0:
            return ACCEPTED if self._pilot.resume() else FAILED
        return DENIED

    def _set_roi(self, request: CommandRequest) -> int:
        place = self.place_of(request)
        if place is None:
            return self._clear_roi(request) if request.x == 0 and request.y == 0 else FAILED
        self._pilot.run.set_roi(place)
        self._pilot.guided.set_roi(place)
        return ACCEPTED

    def _clear_roi(self, request: CommandRequest) -> int:
        self._pilot.run.set_roi(None)
        self._pilot.guided.set_roi(None)
        return ACCEPTED

    def _trigger_distance(self, request: CommandRequest) -> int:
        self._camera.trigger_by_distance(request.p1, now=request.p3 == 1.0)
        return ACCEPTED

    def _shoot(self, request: CommandRequest) -> int:
        self._camera.shoot()
        return ACCEPTED

    def _enable_fence(self, request: CommandRequest) -> int:
        if request.p1 not in (0.0, 1.0):
            return FAILED
        fence, enable, types = self._copter.fence, request.p1 == 1.0, int(request.p2)
        if enable and not fence.can_enable(types):
            return FAILED
        fence.order(enable=enable, types=types)
        return ACCEPTED

    def _set_mission_current(self, request: CommandRequest) -> int:
        if not 0 <= request.p1 < len(self._copter.mission):
            return DENIED
        return ACCEPTED if self.set_current(int(request.p1), restart=request.p2 == 1.0) else FAILED

    def _arm_disarm(self, request: CommandRequest) -> int:
        done = self._arming.on_command(request.p1, request.p2)
        return UNSUPPORTED if done is None else ACCEPTED if done else FAILED

    def _run_prearm_checks(self, request: CommandRequest) -> int:
        if self._copter.is_armed:
            return int(mavlink.MAV_RESULT_TEMPORARILY_REJECTED)
        self._arming.check_now()
        return ACCEPTED

    def _get_home(self, request: CommandRequest) -> int:
        if self._copter.home is None:
            return FAILED
        self._copter.send_home()
        return ACCEPTED

    def _set_message_interval(self, request: CommandRequest) -> int:
        message_id = int(request.p1)
        if self._streams.set_interval(message_id, int(request.p2)):
            return ACCEPTED
        self._copter.outbox.text(INFO, f"No ap_message for mavlink id ({message_id})")
        return DENIED

    def _get_message_interval(self, request: CommandRequest) -> int:
        message_id = int(request.p1)
        interval_us = self._streams.interval_us(message_id)
        if interval_us is None:
            return FAILED
        self._copter.outbox.send(mavlink.MAVLink_message_interval_message(message_id, interval_us))
        return ACCEPTED

    def _request_message(self, request: CommandRequest) -> int:
        return ACCEPTED if self._streams.send_now(int(request.p1)) else FAILED

    def _capabilities(self, request: CommandRequest) -> int:
        if request.p1 != 1.0:
            return FAILED
        self._streams.send_now(mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION)
        return ACCEPTED

    def _banner(self, request: CommandRequest) -> int:
        self._streams.send_banner()
        return ACCEPTED

    def _reboot(self, request: CommandRequest) -> int:
        if self._copter.is_armed or request.p1 not in (1.0, 3.0):
            return FAILED
        self.wants_reboot = True
        return ACCEPTED
