"""What each telemetry message says about the copter. One method per message, built only when it is sent."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dronectl.sim.flight.arming import Arming
from dronectl.sim.flight.failsafe import Failsafes
from dronectl.sim.flight.mission_run import ACTIVE, COMPLETE
from dronectl.sim.flight.modes import STEERS_ITSELF, Mode
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.flight.places import Place
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.navigation import USABLE_FLAGS, Navigation
from dronectl.sim.vehicle.physics import GRAVITY_M_S2

_PRESENT = 0x5371FC2F
_ENABLED = 0x52619C2F
_ENABLED_ARMED = 0x5361FC2F
_HEALTHY = 0x4771FC2F
"""Sensor bits of SYS_STATUS as a 4.5.6 SITL vehicle shows them."""
_PREARM = 0x10000000
_GPS = 0x20
_GEOFENCE = 0x100000
_UNKNOWN = 65535
_SEA_LEVEL_HPA = 1013.25
_HPA_PER_M = 0.1185
_HOVER_THROTTLE = 0.34
CAPABILITIES = 64495
"""AUTOPILOT_VERSION.capabilities, the same in all releases: mission and commands as integers, targets for attitude and
position, files, fence, rally, MAVLink 2."""
_OFFICIAL = 255
"""FIRMWARE_VERSION_TYPE."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Reads the copter's parts and builds messages from them."""

    copter: Copter
    navigation: Navigation
    pilot: Pilot
    arming: Arming
    failsafes: Failsafes

    def builders(self) -> dict[int, Callable[[], Packet | None]]:
        """Message id to the method that builds it (None: nothing to say now), in the order of a real burst."""
        return {
            mavlink.MAVLINK_MSG_ID_ATTITUDE: self.attitude,
            mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: self.global_position_int,
            mavlink.MAVLINK_MSG_ID_SYS_STATUS: self.sys_status,
            mavlink.MAVLINK_MSG_ID_POWER_STATUS: self.power_status,
            mavlink.MAVLINK_MSG_ID_MEMINFO: self.meminfo,
            mavlink.MAVLINK_MSG_ID_NAV_CONTROLLER_OUTPUT: self.nav_controller_output,
            mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: self.mission_current,
            mavlink.MAVLINK_MSG_ID_VFR_HUD: self.vfr_hud,
            mavlink.MAVLINK_MSG_ID_SERVO_OUTPUT_RAW: self.servo_output_raw,
            mavlink.MAVLINK_MSG_ID_RC_CHANNELS: self.rc_channels,
            mavlink.MAVLINK_MSG_ID_RAW_IMU: self.raw_imu,
            mavlink.MAVLINK_MSG_ID_SCALED_IMU2: self.scaled_imu2,
            mavlink.MAVLINK_MSG_ID_SCALED_IMU3: self.scaled_imu3,
            mavlink.MAVLINK_MSG_ID_SCALED_PRESSURE: self.scaled_pressure,
            mavlink.MAVLINK_MSG_ID_SCALED_PRESSURE2: self.scaled_pressure2,
            mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: self.gps_raw_int,
            mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: self.system_time,
            mavlink.MAVLINK_MSG_ID_AHRS: self.ahrs,
            mavlink.MAVLINK_MSG_ID_SIMSTATE: self.simstate,
            mavlink.MAVLINK_MSG_ID_SIM_STATE: self.sim_state,
            mavlink.MAVLINK_MSG_ID_AHRS2: self.ahrs2,
            mavlink.MAVLINK_MSG_ID_WIND: self.wind,
            mavlink.MAVLINK_MSG_ID_TERRAIN_REPORT: self.terrain_report,
            mavlink.MAVLINK_MSG_ID_EKF_STATUS_REPORT: self.ekf_status_report,
            mavlink.MAVLINK_MSG_ID_LOCAL_POSITION_NED: self.local_position_ned,
            mavlink.MAVLINK_MSG_ID_VIBRATION: self.vibration,
            mavlink.MAVLINK_MSG_ID_POSITION_TARGET_GLOBAL_INT: self.position_target_global_int,
            mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: self.battery_status,
            mavlink.MAVLINK_MSG_ID_ESC_TELEMETRY_1_TO_4: self.esc_telemetry,
            mavlink.MAVLINK_MSG_ID_FENCE_STATUS: self.fence_status,
            mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: self.extended_sys_state,
            mavlink.MAVLINK_MSG_ID_HEARTBEAT: self.heartbeat,
            mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: self.autopilot_version,
            mavlink.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: self.attitude_quaternion,
        }

    # State

    def heartbeat(self) -> Packet:
        mode = self.pilot.mode
        base = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED | mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED
        base |= mavlink.MAV_MODE_FLAG_MANUAL_INPUT_ENABLED
        if mode in STEERS_ITSELF:
            base |= mavlink.MAV_MODE_FLAG_GUIDED_ENABLED
        if self.copter.is_armed:
            base |= mavlink.MAV_MODE_FLAG_SAFETY_ARMED
        if self.failsafes.is_any and self.copter.is_armed:
            state = mavlink.MAV_STATE_CRITICAL
        else:
            state = mavlink.MAV_STATE_STANDBY if self.copter.is_landed else mavlink.MAV_STATE_ACTIVE
        return mavlink.MAVLink_heartbeat_message(
            mavlink.MAV_TYPE_QUADROTOR, mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA, base, mode, state, 3
        )

    def sys_status(self) -> Packet:
        copter, battery = self.copter, self.copter.battery
        enabled = _ENABLED_ARMED if copter.is_armed else _ENABLED
        health = _HEALTHY
        if self.arming.is_ready:
            health |= _PREARM
        if not self.navigation.has_fix:
            health &= ~_GPS
        if copter.fence.is_shown:
            enabled |= _GEOFENCE
        if copter.fence.breaches:
            health &= ~_GEOFENCE
        return mavlink.MAVLink_sys_status_message(
            _PRESENT, enabled, health, 0, round(battery.voltage_v * 1000.0),
            min(32767, round(battery.current_a * 100.0)), battery.remaining_pct, 0, 0, 0, 0, 0, 0,
        )  # fmt: skip

    def battery_status(self) -> Packet:
        battery = self.copter.battery
        volts = [min(_UNKNOWN - 1, round(battery.voltage_v * 1000.0)), *[_UNKNOWN] * 9]
        return mavlink.MAVLink_battery_status_message(
            0, 0, 0, 32767, volts, min(32767, round(battery.current_a * 100.0)), round(battery.consumed_mah),
            round(battery.consumed_j / 100.0), battery.remaining_pct, 0, 1, [0, 0, 0, 0], 0, 0,
        )  # fmt: skip

    def ekf_status_report(self) -> Packet:
        variance = 0.0 if self.navigation.flags != USABLE_FLAGS else 0.005
        position = 1.5 if self.navigation.has_variance else variance
        return mavlink.MAVLink_ekf_status_report_message(
            self.navigation.flags, variance, position, variance, variance, 0.0
        )

    def extended_sys_state(self) -> Packet:
        landed = mavlink.MAV_LANDED_STATE_ON_GROUND if self.copter.is_landed else mavlink.MAV_LANDED_STATE_IN_AIR
        return mavlink.MAVLink_extended_sys_state_message(mavlink.MAV_VTOL_STATE_UNDEFINED, landed)

    def mission_current(self) -> Packet:
        run, copter = self.pilot.run, self.copter
        total = max(0, len(copter.mission) - 1)
        if total == 0:
            state = mavlink.MISSION_STATE_NO_MISSION
        elif run.state == ACTIVE:
            state = mavlink.MISSION_STATE_ACTIVE
        elif run.state == COMPLETE:
            state = mavlink.MISSION_STATE_COMPLETE
        else:
            state = mavlink.MISSION_STATE_NOT_STARTED
        mode = int(self.pilot.mode is Mode.AUTO)
        return mavlink.MAVLink_mission_current_message(run.current_seq, total, state, mode)

    def fence_status(self) -> Packet | None:
        fence = self.copter.fence
        if not fence.is_enabled:
            return None
        return mavlink.MAVLink_fence_status_message(
            int(fence.breaches != 0), fence.breach_count, fence.breach_type, fence.breach_time_ms, 0
        )

    def autopilot_version(self) -> Packet:
        no_hash = [0] * 8
        major, minor, patch = self.copter.firmware.version
        git = list(f"{self.copter.firmware.text}sim".encode())
        return mavlink.MAVLink_autopilot_version_message(
            CAPABILITIES, major << 24 | minor << 16 | patch << 8 | _OFFICIAL, 0, 0, 0, git, no_hash, no_hash, 0, 0, 0,
            list(bytes.fromhex(self.copter.settings.uid)),
        )  # fmt: skip

    def system_time(self) -> Packet:
        unix_s = self.copter.boot_unix_s + self.copter.now_s
        unix_us = round(unix_s * 1e6) if self.copter.now_s >= self.copter.settings.gps_lock_s else 0
        return mavlink.MAVLink_system_time_message(unix_us, self.copter.now_ms)

    # Place and movement

    def global_position_int(self) -> Packet:
        copter, body = self.copter, self.copter.airframe
        now_ms, heading = copter.now_ms, round(math.degrees(body.yaw_rad) % 360.0 * 100.0) % 36000
        if copter.home is None:
            return mavlink.MAVLink_global_position_int_message(now_ms, 0, 0, 0, 0, 0, 0, 0, heading)
        lat_e7, lon_e7 = self.navigation.place_e7()
        return mavlink.MAVLink_global_position_int_message(
            now_ms, lat_e7, lon_e7, round(copter.amsl_m * 1000.0), round(copter.above_home_m * 1000.0),
            round(body.v_north_m_s * 100.0), round(body.v_east_m_s * 100.0), round(-body.v_up_m_s * 100.0), heading,
        )  # fmt: skip

    def local_position_ned(self) -> Packet | None:
        if not self.navigation.is_position_ok:
            return None
        body = self.copter.airframe
        return mavlink.MAVLink_local_position_ned_message(
            self.copter.now_ms, body.north_m, body.east_m, -body.up_m,
            body.v_north_m_s, body.v_east_m_s, -body.v_up_m_s,
        )  # fmt: skip

    def gps_raw_int(self) -> Packet:
        copter, body = self.copter, self.copter.airframe
        if not self.navigation.has_fix:
            return mavlink.MAVLink_gps_raw_int_message(0, 0, 0, 0, 0, _UNKNOWN, _UNKNOWN, 0, 0, 0)
        lat_e7, lon_e7 = self.navigation.measured_e7()
        course = round(math.degrees(math.atan2(body.v_east_m_s, body.v_north_m_s)) % 360.0 * 100.0) % 36000
        altitude_mm = round(copter.amsl_m * 1000.0)
        return mavlink.MAVLink_gps_raw_int_message(
            copter.now_us, 6, lat_e7, lon_e7, altitude_mm, 121, 200, round(body.ground_speed_m_s * 100.0),
            course, 10, altitude_mm, 300, 300, 40, 0, 0,
        )  # fmt: skip

    def attitude(self) -> Packet:
        body = self.copter.airframe
        return mavlink.MAVLink_attitude_message(
            self.copter.now_ms, body.roll_rad, body.pitch_rad, body.yaw_rad,
            body.roll_rate_rad_s, body.pitch_rate_rad_s, body.yaw_rate_rad_s,
        )  # fmt: skip

    def attitude_quaternion(self) -> Packet:
        body = self.copter.airframe
        cr, sr = math.cos(body.roll_rad / 2), math.sin(body.roll_rad / 2)
        cp, sp = math.cos(body.pitch_rad / 2), math.sin(body.pitch_rad / 2)
        cy, sy = math.cos(body.yaw_rad / 2), math.sin(body.yaw_rad / 2)
        return mavlink.MAVLink_attitude_quaternion_message(
            self.copter.now_ms, cr * cp * cy + sr * sp * sy, sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy, cr * cp * sy - sr * sp * cy,
            body.roll_rate_rad_s, body.pitch_rate_rad_s, body.yaw_rate_rad_s,
        )  # fmt: skip

    def vfr_hud(self) -> Packet:
        body = self.copter.airframe
        return mavlink.MAVLink_vfr_hud_message(
            body.air_speed_m_s, body.ground_speed_m_s, int(math.degrees(body.yaw_rad) % 360.0),
            round(100.0 * self._throttle()), self.copter.amsl_m, body.v_up_m_s,
        )  # fmt: skip

    def nav_controller_output(self) -> Packet:
        body, target = self.copter.airframe, self._target()
        roll_deg, pitch_deg = math.degrees(body.roll_rad), math.degrees(body.pitch_rad)
        bearing = round(math.degrees(body.yaw_rad))
        if target is None:
            return mavlink.MAVLink_nav_controller_output_message(roll_deg, pitch_deg, bearing, 0, 0, 0.0, 0.0, 0.0)
        d_north, d_east = target.north_m - body.north_m, target.east_m - body.east_m
        to_target = round(math.degrees(math.atan2(d_east, d_north)) % 360.0) % 360
        distance = min(_UNKNOWN, round(math.hypot(d_north, d_east)))
        return mavlink.MAVLink_nav_controller_output_message(
            roll_deg, pitch_deg, bearing, to_target, distance, target.up_m - body.up_m, 0.0, 0.0
        )

    def position_target_global_int(self) -> Packet | None:
        target = self._target()
        if target is None or self.copter.is_landed:
            return None
        lat_e7, lon_e7 = self.copter.chart.to_e7(target.north_m, target.east_m)
        return mavlink.MAVLink_position_target_global_int_message(
            self.copter.now_ms, 0, 0xFDF8, lat_e7, lon_e7, self.copter.settings.home_amsl_m + target.up_m,
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip

    def simstate(self) -> Packet:
        body = self.copter.airframe
        lat_e7, lon_e7 = self.copter.true_position_e7()
        return mavlink.MAVLink_simstate_message(
            body.roll_rad, body.pitch_rad, body.yaw_rad, body.a_north_m_s2, body.a_east_m_s2,
            -GRAVITY_M_S2 - body.a_up_m_s2, body.roll_rate_rad_s, body.pitch_rate_rad_s, body.yaw_rate_rad_s,
            lat_e7, lon_e7,
        )  # fmt: skip

    def sim_state(self) -> Packet:
        """Where it truly is. SITL has degrees times 1e7 in the fields that are floats."""
        copter = self.copter
        body, (lat_e7, lon_e7) = copter.airframe, copter.position_e7()
        return mavlink.MAVLink_sim_state_message(
            1.0, 0.0, 0.0, 0.0, body.roll_rad, body.pitch_rad, body.yaw_rad, body.a_north_m_s2, body.a_east_m_s2,
            -GRAVITY_M_S2 - body.a_up_m_s2, body.roll_rate_rad_s, body.pitch_rate_rad_s, body.yaw_rate_rad_s,
            float(lat_e7), float(lon_e7), copter.settings.home_amsl_m + body.up_m, 0.0, 0.0, body.v_north_m_s,
            body.v_east_m_s, -body.v_up_m_s, lat_e7, lon_e7,
        )  # fmt: skip

    def ahrs2(self) -> Packet:
        body = self.copter.airframe
        lat_e7, lon_e7 = self.navigation.place_e7() if self.copter.home else (0, 0)
        return mavlink.MAVLink_ahrs2_message(
            body.roll_rad, body.pitch_rad, body.yaw_rad, self.copter.amsl_m, lat_e7, lon_e7
        )

    def wind(self) -> Packet | None:
        if not self.navigation.is_position_ok:
            return None
        north, east = self.copter.airframe.wind_m_s
        direction = math.degrees(math.atan2(-east, -north))
        return mavlink.MAVLink_wind_message(direction, math.hypot(north, east), 0.0)

    def terrain_report(self) -> Packet:
        lat_e7, lon_e7 = self.navigation.place_e7() if self.copter.home else (0, 0)
        return mavlink.MAVLink_terrain_report_message(lat_e7, lon_e7, 0, 0.0, self.copter.amsl_m, 336, 0)

    # Sensors and actuators

    def _body_milli_g(self) -> tuple[int, int, int]:
        body = self.copter.airframe
        return (
            round(1000.0 * math.sin(body.pitch_rad)), round(-1000.0 * math.sin(body.roll_rad)),
            round(-1000.0 * (1.0 + body.a_up_m_s2 / GRAVITY_M_S2)),
        )  # fmt: skip

    def _gyro_milli_rad_s(self) -> tuple[int, int, int]:
        body = self.copter.airframe
        rates = (body.roll_rate_rad_s, body.pitch_rate_rad_s, body.yaw_rate_rad_s)
        x, y, z = (max(-32768, min(32767, round(rate * 1000.0))) for rate in rates)
        return x, y, z

    def _compass_milli_gauss(self) -> tuple[int, int, int]:
        yaw = self.copter.airframe.yaw_rad
        return round(409.0 * math.cos(yaw)), round(-409.0 * math.sin(yaw)), 156

    def raw_imu(self) -> Packet:
        values = (*self._body_milli_g(), *self._gyro_milli_rad_s(), *self._compass_milli_gauss())
        return mavlink.MAVLink_raw_imu_message(self.copter.now_us, *values, 0, 3500)

    def scaled_imu2(self) -> Packet:
        values = (*self._body_milli_g(), *self._gyro_milli_rad_s(), *self._compass_milli_gauss())
        return mavlink.MAVLink_scaled_imu2_message(self.copter.now_ms, *values, 3500)

    def scaled_imu3(self) -> Packet:
        values = (0, 0, 0, 0, 0, 0, *self._compass_milli_gauss())
        return mavlink.MAVLink_scaled_imu3_message(self.copter.now_ms, *values, 0)

    def scaled_pressure(self) -> Packet:
        pressure = _SEA_LEVEL_HPA - _HPA_PER_M * self.copter.amsl_m
        return mavlink.MAVLink_scaled_pressure_message(self.copter.now_ms, pressure, 0.0, 3400)

    def scaled_pressure2(self) -> Packet:
        pressure = _SEA_LEVEL_HPA - _HPA_PER_M * self.copter.amsl_m
        return mavlink.MAVLink_scaled_pressure2_message(self.copter.now_ms, pressure, 0.0, 3400)

    def vibration(self) -> Packet:
        level = 0.003 if self.copter.is_landed else 0.02
        return mavlink.MAVLink_vibration_message(self.copter.now_us, level, level, level, 0, 0, 0)

    def ahrs(self) -> Packet:
        return mavlink.MAVLink_ahrs_message(-0.0036, -0.0037, -0.0035, 0.0, 0.0, 0.0024, 0.0020)

    def power_status(self) -> Packet:
        return mavlink.MAVLink_power_status_message(5000, 0, 0)

    def meminfo(self) -> Packet:
        return mavlink.MAVLink_meminfo_message(0, 65535, 131072)

    def servo_output_raw(self) -> Packet:
        pwm = 1000 + round(1000.0 * self._throttle()) if self.copter.is_armed else 1000
        return mavlink.MAVLink_servo_output_raw_message(
            self.copter.now_us & 0xFFFFFFFF, 0, pwm, pwm, pwm, pwm, 0, 0, 0, 0
        )

    def rc_channels(self) -> Packet:
        sticks = (1500, 1500, 1000, 1500, 1800, 1000, 1000, 1800, *[0] * 10)
        return mavlink.MAVLink_rc_channels_message(self.copter.now_ms, 16, *sticks, 255)

    def esc_telemetry(self) -> Packet:
        rpm = round(9000.0 * self._throttle())
        amps = round(self.copter.battery.current_a * 25.0)
        volts = round(self.copter.battery.voltage_v * 100.0)
        used = min(_UNKNOWN, round(self.copter.battery.consumed_mah / 4.0))
        count = int(self.copter.now_s * 150.0) % _UNKNOWN
        return mavlink.MAVLink_esc_telemetry_1_to_4_message(
            [32] * 4, [volts] * 4, [amps] * 4, [used] * 4, [rpm] * 4, [count] * 4
        )

    def _throttle(self) -> float:
        body = self.copter.airframe
        if self.copter.is_landed or not self.copter.is_armed:
            return 0.0
        lean = max(0.5, math.cos(body.roll_rad) * math.cos(body.pitch_rad))
        return min(1.0, _HOVER_THROTTLE * (1.0 + body.a_up_m_s2 / GRAVITY_M_S2 + 0.03 * body.v_up_m_s) / lean)

    def _target(self) -> Place | None:
        if self.pilot.mode is Mode.AUTO:
            return self.pilot.run.destination
        return self.pilot.guided.destination if self.pilot.mode is Mode.GUIDED else None
