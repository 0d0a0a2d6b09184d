"""What is known of one vehicle: a fold over its messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dronectl.model.degrees import E7
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.model.telemetry import FIELDS, TelemetryKind, TelemetrySample
from dronectl.protocol.vehicle import ekf_status
from dronectl.protocol.vehicle.arrivals import Arrivals
from dronectl.protocol.vehicle.freshness import stale_after_s
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S, LossMeter, is_autopilot_heartbeat
from dronectl.protocol.vehicle.modes import mode_name
from dronectl.protocol.vehicle.prearm import is_reason
from dronectl.protocol.vehicle.statustext import StatusText, StatusTextAssembler

STREAMED: Mapping[str, int] = {
    "GLOBAL_POSITION_INT": 33,
    "SYS_STATUS": 1,
    "GPS_RAW_INT": 24,
    "EKF_STATUS_REPORT": 193,
    "MISSION_CURRENT": 42,
    "ATTITUDE": 30,
    "VFR_HUD": 74,
    "SYSTEM_TIME": 2,
    "BATTERY_STATUS": 147,
}
"""Ids of the messages that the fold and recordings (SYSTEM_TIME: UTC for tracks) need, the most needed first. HEARTBEAT
and STATUSTEXT come by themselves; ArduCopter 4.5 knows no interval for HOME_POSITION and complains when it is asked
for one."""

_ARMED_FLAG = 0x80
_PREARM_BIT = 0x10000000
"""MAV_SYS_STATUS_PREARM_CHECK in SYS_STATUS.onboard_control_sensors_health."""
_FENCE_BIT = 0x00100000
"""MAV_SYS_STATUS_GEOFENCE, in what is present, enabled and healthy."""
_UNKNOWN_U16 = 0xFFFF
_LANDED = 1


@dataclass(slots=True)
class VehicleState:
    """None means: not heard yet, or the vehicle says that it does not know."""

    system_id: int = 0
    asked_hz: float = 4.0
    """The rate at which position and attitude were asked for last."""
    ordered_mode: str | None = None
    """The mode that was ordered from here last, by whatever command; another one that shows was somebody else's order,
    or the vehicle's."""
    ordered_by: str = ""
    """Which other command ordered it; empty: this one."""
    clock_s: float | None = None
    """Since the vehicle booted, as it said last."""
    heard_s: dict[TelemetryKind, float] = field(default_factory=dict)
    """When each kind of value was heard last, on the clock of ``now_s``."""
    last_heartbeat_s: float | None = None
    """On the clock of ``now_s``."""
    mode: str | None = None
    custom_mode: int | None = None
    armed: bool | None = None
    system_status: int | None = None
    """MAV_STATE of the heartbeat: 3 standby, 4 active, 5 critical (failsafe), 6 emergency."""
    position: GeoPoint | None = None
    position_s: float | None = None
    amsl_altitude_m: float | None = None
    relative_altitude_m: float | None = None
    velocity_north_m_s: float | None = None
    velocity_east_m_s: float | None = None
    climb_m_s: float | None = None
    ground_speed_m_s: float | None = None
    heading_deg: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    battery_v: float | None = None
    battery_pct: float | None = None
    gps_fix: int | None = None
    satellites: int | None = None
    horizontal_error_m: float | None = None
    vertical_error_m: float | None = None
    """As the receiver reckons its own, one standard deviation; None: it does not say."""
    ekf_flags: int | None = None
    fence_breached: bool | None = None
    """By the vehicle's own fence; None: it watches none."""
    prearm_ok: bool | None = None
    mission_item: int | None = None
    reached_item: int | None = None
    home: GeoPoint | None = None
    landed: bool | None = None
    loss: LossMeter = field(default_factory=LossMeter)
    arrivals: Arrivals = field(default_factory=Arrivals)
    status_texts: deque[StatusText] = field(default_factory=lambda: deque(maxlen=100))
    """The latest, oldest first."""
    prearm_reasons_s: dict[str, float] = field(default_factory=dict)
    """Why it would not arm, each text with when it was said last, on the clock of ``now_s``; none while it would."""
    _assembler: StatusTextAssembler = field(default_factory=StatusTextAssembler)

    def apply(self, message: Message, now_s: float) -> None:
        """Takes one message of this vehicle's autopilot in; those of other kinds are ignored. One of the past, that
        somebody else heard, makes nothing older than it is."""
        self.heard_s[TelemetryKind.ANYTHING] = max(now_s, self.heard_s.get(TelemetryKind.ANYTHING, now_s))
        if message.name in STREAMED:
            self.arrivals.came(message.name, now_s)
        handler = _HANDLERS.get(message.name)
        if handler is not None:
            handler(self, message, now_s)
            if (kind := _KINDS.get(message.name)) is not None:
                self.heard_s[kind] = now_s

    def age_s(self, kind: TelemetryKind, now_s: float) -> float | None:
        """Seconds since such a value was heard; None: never."""
        heard_s = self.heard_s.get(kind)
        return None if heard_s is None else max(0.0, now_s - heard_s)

    def is_fresh(self, kind: TelemetryKind, now_s: float) -> bool:
        """Heard, and not too long ago to be taken for how it is now."""
        age_s = self.age_s(kind, now_s)
        return age_s is not None and age_s <= stale_after_s(kind, self.asked_hz)

    def is_old(self, kind: TelemetryKind, now_s: float) -> bool:
        """Heard once, and too long ago."""
        return kind in self.heard_s and not self.is_fresh(kind, now_s)

    @property
    def ekf_ready(self) -> bool | None:
        """Attitude, velocity and position are good enough to fly missions."""
        return None if self.ekf_flags is None else ekf_status.is_ready(self.ekf_flags)

    @property
    def heard(self) -> bool:
        """A heartbeat has come, at some time."""
        return self.last_heartbeat_s is not None

    def is_alive(self, now_s: float) -> bool:
        return self.last_heartbeat_s is not None and now_s - self.last_heartbeat_s <= LOST_AFTER_S

    @property
    def link_loss_pct(self) -> float | None:
        return self.loss.recent_pct

    def sample(self, drone_name: str, time_utc: str, now_s: float) -> TelemetrySample:
        """The state as one row. ``time_utc``: ISO 8601 with Z, when the row is taken: at ``now_s``."""
        ages = {kind: None if (age_s := self.age_s(kind, now_s)) is None else round(age_s, 1) for kind in TelemetryKind}
        return TelemetrySample(
            time_utc=time_utc,
            drone=drone_name,
            system_id=self.system_id,
            mode=self.mode,
            armed=self.armed,
            lat_deg=self.position.lat_deg if self.position else None,
            lon_deg=self.position.lon_deg if self.position else None,
            amsl_altitude_m=self.amsl_altitude_m,
            relative_altitude_m=self.relative_altitude_m,
            ground_speed_m_s=self.ground_speed_m_s,
            heading_deg=self.heading_deg,
            battery_pct=self.battery_pct,
            battery_v=self.battery_v,
            gps_fix=self.gps_fix,
            satellites=self.satellites,
            mission_item=self.mission_item,
            link_loss_pct=self.link_loss_pct,
            age_s=ages[TelemetryKind.ANYTHING],
            mode_age_s=ages[TelemetryKind.MODE],
            position_age_s=ages[TelemetryKind.POSITION],
            battery_age_s=ages[TelemetryKind.BATTERY],
            gps_age_s=ages[TelemetryKind.GPS],
            mission_age_s=ages[TelemetryKind.MISSION],
            old=tuple(kind for kind in FIELDS if self.is_old(kind, now_s)),
        )


def _point(lat_e7: int, lon_e7: int) -> GeoPoint | None:
    """None for ArduPilot's "no position" (0, 0) and for numbers that are no place."""
    on_earth = abs(lat_e7) <= 90 * E7 and abs(lon_e7) <= 180 * E7
    return GeoPoint.from_e7(lat_e7, lon_e7) if on_earth and (lat_e7 or lon_e7) else None


def _heartbeat(state: VehicleState, message: Message, now_s: float) -> None:
    if not is_autopilot_heartbeat(message):
        return
    state.last_heartbeat_s = state.heard_s[TelemetryKind.MODE] = now_s
    state.custom_mode = int(message["custom_mode"])
    state.mode = mode_name(state.custom_mode)
    state.armed = bool(int(message["base_mode"]) & _ARMED_FLAG)
    state.system_status = int(message["system_status"])


def _sys_status(state: VehicleState, message: Message, _now_s: float) -> None:
    state.prearm_ok = bool(int(message["onboard_control_sensors_health"]) & _PREARM_BIT)
    if state.prearm_ok:
        state.prearm_reasons_s.clear()
    watches_fence = int(message.get("onboard_control_sensors_enabled", 0)) & _FENCE_BIT
    has_fence = int(message.get("onboard_control_sensors_present", 0)) & _FENCE_BIT
    fence_is_well = int(message["onboard_control_sensors_health"]) & _FENCE_BIT
    # A fence that only reports is not shown as enabled, but when it is breached.
    state.fence_breached = not fence_is_well if watches_fence or (has_fence and not fence_is_well) else None
    millivolts, remaining = int(message["voltage_battery"]), int(message["battery_remaining"])
    state.battery_v = None if millivolts == _UNKNOWN_U16 else millivolts / 1000.0
    state.battery_pct = None if remaining < 0 else float(remaining)


def _gps_raw(state: VehicleState, message: Message, _now_s: float) -> None:
    state.gps_fix = int(message["fix_type"])
    satellites = int(message["satellites_visible"])
    state.satellites = None if satellites == 255 else satellites
    state.horizontal_error_m = int(message.get("h_acc", 0)) / 1000.0 or None  # an extension field: 0 where untold
    state.vertical_error_m = int(message.get("v_acc", 0)) / 1000.0 or None


def _global_position(state: VehicleState, message: Message, now_s: float) -> None:
    state.position = _point(int(message["lat"]), int(message["lon"]))
    state.position_s = now_s
    _clock(state, message)
    state.amsl_altitude_m = message["alt"] / 1000.0
    state.relative_altitude_m = message["relative_alt"] / 1000.0
    state.velocity_north_m_s = message["vx"] / 100.0
    state.velocity_east_m_s = message["vy"] / 100.0
    state.climb_m_s = -message["vz"] / 100.0
    state.ground_speed_m_s = round((message["vx"] ** 2 + message["vy"] ** 2) ** 0.5 / 100.0, 2)
    heading = int(message["hdg"])
    state.heading_deg = None if heading == _UNKNOWN_U16 else heading / 100.0


def _clock(state: VehicleState, message: Message) -> None:
    boot_ms = message.get("time_boot_ms")
    state.clock_s = state.clock_s if boot_ms is None else int(boot_ms) / 1000.0


def _attitude(state: VehicleState, message: Message, _now_s: float) -> None:
    _clock(state, message)
    state.roll_deg = message["roll"] * 57.29577951308232
    state.pitch_deg = message["pitch"] * 57.29577951308232


def _mission_current(state: VehicleState, message: Message, _now_s: float) -> None:
    state.mission_item = int(message["seq"])


def _item_reached(state: VehicleState, message: Message, _now_s: float) -> None:
    state.reached_item = int(message["seq"])


def _ekf(state: VehicleState, message: Message, _now_s: float) -> None:
    state.ekf_flags = int(message["flags"])


def _home(state: VehicleState, message: Message, _now_s: float) -> None:
    state.home = _point(int(message["latitude"]), int(message["longitude"]))


def _landed(state: VehicleState, message: Message, _now_s: float) -> None:
    landed_state = int(message["landed_state"])
    state.landed = None if landed_state == 0 else landed_state == _LANDED


def _status_text(state: VehicleState, message: Message, now_s: float) -> None:
    texts = state._assembler.feed(message)
    state.status_texts.extend(texts)
    state.prearm_reasons_s.update({status.text: now_s for status in texts if is_reason(status)})


_KINDS: dict[str, TelemetryKind] = {
    "SYS_STATUS": TelemetryKind.BATTERY,
    "GPS_RAW_INT": TelemetryKind.GPS,
    "GLOBAL_POSITION_INT": TelemetryKind.POSITION,
    "ATTITUDE": TelemetryKind.ATTITUDE,
    "MISSION_CURRENT": TelemetryKind.MISSION,
    "EKF_STATUS_REPORT": TelemetryKind.EKF,
}
"""Heartbeats are not here: those of gimbals and stations tell nothing of the vehicle."""

_HANDLERS: dict[str, Any] = {
    "HEARTBEAT": _heartbeat,
    "SYS_STATUS": _sys_status,
    "GPS_RAW_INT": _gps_raw,
    "GLOBAL_POSITION_INT": _global_position,
    "ATTITUDE": _attitude,
    "MISSION_CURRENT": _mission_current,
    "MISSION_ITEM_REACHED": _item_reached,
    "EKF_STATUS_REPORT": _ekf,
    "HOME_POSITION": _home,
    "EXTENDED_SYS_STATE": _landed,
    "STATUSTEXT": _status_text,
}
