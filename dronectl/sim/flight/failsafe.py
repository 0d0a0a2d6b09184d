"""What the copter does by itself: ground station lost, battery low, position lost, fence breached."""

from __future__ import annotations

from dronectl.sim.flight.modes import NEEDS_POSITION, Mode, mode_name
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.navigation import Navigation
from dronectl.sim.vehicle.outbox import CRITICAL, EMERGENCY, NOTICE, WARNING
from dronectl.sim.vehicle.world_parameters import World

_THRUST_LOSS_SAID_AFTER_S, _FALL_SAID_AFTER_S = 3.5, 7.0
"""Since a motor is too weak: until a vehicle that comes down upright says so; that tumbles. Measured on SITL."""
_THIRD = 3
_LAND_PAUSE_S = 4.0
"""A failsafe's landing begins with a pause (LAND_WITH_DELAY_MS); not a fence's."""
_GIVE_UP_M = 100.0
"""So far outside the fence, it lands at once."""
_BATTERY_ACTIONS = {1: (Mode.LAND,), 2: (Mode.RTL, Mode.LAND), 3: (Mode.SMART_RTL, Mode.RTL), 4: (Mode.SMART_RTL,)}
_GCS_ACTIONS = {1: (Mode.RTL, Mode.LAND), 3: (Mode.SMART_RTL, Mode.RTL), 4: (Mode.SMART_RTL,), 5: (Mode.LAND,)}
_FENCE_ACTIONS = {1: (Mode.RTL, Mode.LAND), 2: (Mode.LAND,), 3: (Mode.SMART_RTL, Mode.RTL, Mode.LAND),
                  4: (Mode.BRAKE, Mode.LAND), 5: (Mode.SMART_RTL, Mode.LAND)}  # fmt: skip


class _Limits:
    """What the parameters say is to be watched; worked out again when one of them has changed."""

    __slots__ = ("critical_mah", "critical_v", "gcs_action", "gcs_timeout_s", "low_mah", "low_v", "motor",
                 "motor_share", "of")  # fmt: skip

    def __init__(self, copter: Copter) -> None:
        parameters = copter.parameters
        self.of = parameters.changes
        self.gcs_action, self.gcs_timeout_s = int(parameters["FS_GCS_ENABLE"]), parameters["FS_GCS_TIMEOUT"]
        self.critical_v, self.critical_mah = parameters["BATT_CRT_VOLT"], parameters["BATT_CRT_MAH"]
        self.low_v, self.low_mah = parameters["BATT_LOW_VOLT"], parameters["BATT_LOW_MAH"]
        told, is_bits = int(parameters[World.MOTOR]), copter.firmware.failed_motors_are_bits
        self.motor = told.bit_length() if is_bits else told + 1
        self.motor_share = parameters[World.MOTOR_SHARE] if self.motor else 1.0


class Failsafes:
    """Watches once per step; acts in flight only, except that a spent battery forbids arming."""

    def __init__(self, copter: Copter, navigation: Navigation, pilot: Pilot) -> None:
        self._copter = copter
        self._navigation = navigation
        self._pilot = pilot
        self._gcs_heard_s: float | None = None
        self.has_gcs = False
        self.has_battery = False
        self._battery_low_since_s: float | None = None
        self._has_critical_battery = False
        self._has_ekf = False
        self._motor_weak_since_s: float | None = None
        self._is_thrust_loss_said = False
        self._limits = _Limits(copter)

    @property
    def is_any(self) -> bool:
        return self.has_gcs or self.has_battery or self._has_ekf

    def on_gcs_heartbeat(self) -> None:
        """A heartbeat of the system named in SYSID_MYGCS."""
        self._gcs_heard_s = self._copter.now_s
        if self.has_gcs:
            self.has_gcs = False
            self._copter.outbox.text(WARNING, "GCS Failsafe Cleared")

    def step(self) -> None:
        if self._limits.of != self._copter.parameters.changes:
            self._limits = _Limits(self._copter)
        self._watch_gcs()
        self._watch_battery()
        self._watch_position()
        self._watch_motors()

    def check_fence(self) -> None:
        """Once a second, as on the vehicle."""
        copter = self._copter
        before = copter.fence.breaches
        point = copter.point if self._navigation.knows_place else None
        fresh = copter.fence.check(point, copter.above_home_m, copter.home_point, copter.now_ms)
        if before and not copter.fence.breaches and not copter.is_landed and copter.firmware.names_fences:
            copter.outbox.text(NOTICE, "Fence breach cleared")
        if not fresh or not copter.is_armed:
            return
        if copter.is_landed:
            self._pilot.disarm()
            return
        copter.outbox.text(NOTICE, copter.fence.breach_text(fresh))
        action = int(copter.parameters["FENCE_ACTION"])
        if copter.fence.outside_m(copter.point, copter.home_point) > _GIVE_UP_M:
            action = 2
        self._enter(_FENCE_ACTIONS.get(action, ()))

    def _watch_gcs(self) -> None:
        copter, limits = self._copter, self._limits
        action = limits.gcs_action
        if not action or self._gcs_heard_s is None or self.has_gcs:
            return
        if copter.now_s - self._gcs_heard_s > limits.gcs_timeout_s:
            self.has_gcs = True
            copter.outbox.text(WARNING, "GCS Failsafe")
            self._act(_GCS_ACTIONS.get(action, ()))

    def _watch_battery(self) -> None:
        copter, limits = self._copter, self._limits
        battery, parameters = copter.battery, copter.parameters
        left_mah, voltage_v = battery.capacity_mah * battery.remaining_share, battery.voltage_v
        is_critical = voltage_v < limits.critical_v or left_mah < limits.critical_mah
        is_low = voltage_v < limits.low_v or left_mah < limits.low_mah
        if not is_low and not is_critical:
            self._battery_low_since_s = None
            return
        if self._battery_low_since_s is None:
            self._battery_low_since_s = copter.now_s
        if copter.now_s - self._battery_low_since_s < parameters["BATT_LOW_TIMER"]:
            return
        if is_critical and not self._has_critical_battery:
            self._has_critical_battery = self.has_battery = True
            self._say_battery("critical")
            self._act(_BATTERY_ACTIONS.get(int(parameters["BATT_FS_CRT_ACT"]), ()))
        elif not self.has_battery:
            self.has_battery = True
            self._say_battery("low")
            self._act(_BATTERY_ACTIONS.get(int(parameters["BATT_FS_LOW_ACT"]), ()))

    def _say_battery(self, how: str) -> None:
        battery = self._copter.battery
        used = f"{battery.voltage_v:.2f}V used {battery.consumed_mah:.0f} mAh"
        self._copter.outbox.text(WARNING, f"Battery 1 is {how} {used}")
        self._copter.outbox.text(WARNING, "Battery Failsafe")

    def _watch_position(self) -> None:
        copter, pilot = self._copter, self._pilot
        if self._navigation.is_position_ok:
            if self._has_ekf:
                self._has_ekf = False
                copter.outbox.text(CRITICAL, "EKF Failsafe Cleared")
        elif not self._has_ekf and self._navigation.has_variance and copter.is_armed and not copter.is_landed:
            self._has_ekf = True
            if pilot.mode is Mode.LAND:
                pilot.lose_position()
            elif pilot.mode in NEEDS_POSITION and copter.parameters["FS_EKF_ACTION"]:
                pilot.set_mode(Mode.LAND, pause_s=_LAND_PAUSE_S)
                copter.outbox.text(CRITICAL, f"EKF Failsafe: changed to {mode_name(pilot.mode, copter.firmware)} Mode")

    def _watch_motors(self) -> None:
        """A weak motor is no failsafe: the vehicle says so once, and goes on with what it was told."""
        copter, fails_at_s = self._copter, self._copter.settings.faults.motor_fail_at_s
        body, motor, share = copter.airframe, self._limits.motor, self._limits.motor_share
        if fails_at_s is not None and copter.now_s >= fails_at_s:
            motor, share = _THIRD, 0.0
        if share != body.motor_share and (copter.is_landed or share < body.motor_share):
            body.weaken(share)
            self._motor_weak_since_s, self._is_thrust_loss_said = None, False
        if copter.is_landed or not body.has_failed or self._is_thrust_loss_said:
            return
        if self._motor_weak_since_s is None:
            self._motor_weak_since_s = copter.now_s
        said_after_s = _FALL_SAID_AFTER_S if body.tumbles else _THRUST_LOSS_SAID_AFTER_S
        if copter.now_s - self._motor_weak_since_s >= said_after_s:
            self._is_thrust_loss_said = True
            copter.outbox.text(EMERGENCY, f"Potential Thrust Loss ({motor})")

    def _act(self, modes: tuple[Mode, ...]) -> None:
        copter = self._copter
        if not copter.is_armed:
            return
        if copter.is_landed and modes:
            self._pilot.disarm()
            return
        self._enter(modes, pause_s=_LAND_PAUSE_S)

    def _enter(self, modes: tuple[Mode, ...], *, pause_s: float = 0.0) -> None:
        """The first of these modes that can be entered."""
        for mode in modes:
            if self._pilot.set_mode(mode, pause_s=pause_s):
                return
