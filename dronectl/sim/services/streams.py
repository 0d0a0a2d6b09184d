"""Which messages are sent how often: stream groups, single intervals, single requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.outbox import INFO, Outbox
from dronectl.sim.vehicle.parameters import Parameters

_MSG = {name.removeprefix("MAVLINK_MSG_ID_"): number for name, number in vars(mavlink).items()
        if name.startswith("MAVLINK_MSG_ID_")}  # fmt: skip

_GROUPS: dict[int, tuple[str, tuple[str, ...]]] = {
    mavlink.MAV_DATA_STREAM_RAW_SENSORS: (
        "SR0_RAW_SENS", ("RAW_IMU", "SCALED_IMU2", "SCALED_IMU3", "SCALED_PRESSURE", "SCALED_PRESSURE2"),
    ),
    mavlink.MAV_DATA_STREAM_EXTENDED_STATUS: (
        "SR0_EXT_STAT",
        ("SYS_STATUS", "POWER_STATUS", "MEMINFO", "MISSION_CURRENT", "GPS_RAW_INT", "NAV_CONTROLLER_OUTPUT",
         "FENCE_STATUS", "POSITION_TARGET_GLOBAL_INT"),
    ),
    mavlink.MAV_DATA_STREAM_RC_CHANNELS: ("SR0_RC_CHAN", ("SERVO_OUTPUT_RAW", "RC_CHANNELS")),
    mavlink.MAV_DATA_STREAM_RAW_CONTROLLER: ("SR0_RAW_CTRL", ()),
    mavlink.MAV_DATA_STREAM_POSITION: ("SR0_POSITION", ("GLOBAL_POSITION_INT", "LOCAL_POSITION_NED")),
    mavlink.MAV_DATA_STREAM_EXTRA1: ("SR0_EXTRA1", ("ATTITUDE", "SIMSTATE", "AHRS2")),
    mavlink.MAV_DATA_STREAM_EXTRA2: ("SR0_EXTRA2", ("VFR_HUD",)),
    mavlink.MAV_DATA_STREAM_EXTRA3: (
        "SR0_EXTRA3",
        ("AHRS", "SYSTEM_TIME", "WIND", "TERRAIN_REPORT", "BATTERY_STATUS", "EKF_STATUS_REPORT", "VIBRATION",
         "ESC_TELEMETRY_1_TO_4"),
    ),
}  # fmt: skip
_STREAMED = {_MSG[name]: group for group, (_, names) in _GROUPS.items() for name in names}
_HEARTBEAT_S = 1.0
_TIMESYNC_S = 10.0


class Streams:
    """Sends what is due. ``builders`` gives each message; ``on_request`` sends those that are no telemetry."""

    def __init__(
        self,
        builders: Mapping[int, Callable[[], Packet | None]],
        on_request: Mapping[int, Callable[[], None]],
        outbox: Outbox,
        parameters: Parameters,
    ) -> None:
        self._builders = builders
        self._on_request = on_request
        self._outbox = outbox
        self._parameters = parameters
        self._order = {message_id: place for place, message_id in enumerate(builders)}
        self._interval_s: dict[int, float] = {_MSG["HEARTBEAT"]: _HEARTBEAT_S}
        self._due_s: dict[int, float] = {_MSG["HEARTBEAT"]: 0.0}
        self._next_s = 0.0
        self._timesync_s = _TIMESYNC_S
        self._now_s = 0.0
        for group, (parameter, _) in _GROUPS.items():
            self._set_group(group, parameters[parameter])

    def on_request_data_stream(self, group: int, rate_hz: int, *, start: bool) -> None:
        """REQUEST_DATA_STREAM; group 0 is all of them. The rate is kept in the SR0_* parameters."""
        rate = float(rate_hz) if start else 0.0
        for number in _GROUPS if group == mavlink.MAV_DATA_STREAM_ALL else (group,):
            if number in _GROUPS:
                self._parameters.set(_GROUPS[number][0], rate)
                self._set_group(number, rate)

    def set_interval(self, message_id: int, interval_us: int) -> bool:
        """SET_MESSAGE_INTERVAL: -1 stops, 0 means the default rate; False for a message never sent."""
        if message_id not in self._builders:
            return False
        if interval_us == 0:
            group = _STREAMED.get(message_id)
            rate = self._parameters[_GROUPS[group][0]] if group is not None else 0.0
            if message_id == _MSG["HEARTBEAT"]:
                rate = 1.0
            self._set(message_id, 1.0 / rate if rate > 0 else None)
        else:
            self._set(message_id, min(max(interval_us, 1000), 60_000_000) / 1e6 if interval_us > 0 else None)
        return True

    def interval_us(self, message_id: int) -> int | None:
        """For MESSAGE_INTERVAL: 0 when not sent; None for a message that is unknown here."""
        if message_id not in self._builders:
            return None
        return round(self._interval_s.get(message_id, 0.0) * 1e6)

    def send_now(self, message_id: int) -> bool:
        """REQUEST_MESSAGE; False for a message that is unknown here."""
        special = self._on_request.get(message_id)
        if special is not None:
            special()
            return True
        build = self._builders.get(message_id)
        if build is None:
            return False
        message = build()
        if message is not None:
            self._outbox.send(message)
        return True

    def send_banner(self) -> None:
        """What ArduPilot says about itself when a ground station asks for its parameters."""
        for text in (f"ArduCopter V{self._parameters.firmware.text} (dronectl sim)", "Frame: QUAD/PLUS"):
            self._outbox.text(INFO, text)

    def step(self, now_s: float) -> None:
        self._now_s = now_s
        if now_s >= self._timesync_s:
            self._timesync_s += _TIMESYNC_S
            self._outbox.send(mavlink.MAVLink_timesync_message(0, round(now_s * 1e9)))
        if now_s < self._next_s:
            return
        due = [message_id for message_id, at_s in self._due_s.items() if at_s <= now_s]
        for message_id in due:
            interval = self._interval_s[message_id]
            # A late message keeps its rhythm; one that is whole periods late does not catch up in a burst.
            at_s = self._due_s[message_id] + interval
            self._due_s[message_id] = at_s if at_s > now_s else now_s + interval
        for message_id in sorted(due, key=self._order.__getitem__):
            message = self._builders[message_id]()
            if message is not None:
                self._outbox.send(message)
        self._next_s = min(self._due_s.values(), default=now_s + 1.0)

    def _set_group(self, group: int, rate_hz: float) -> None:
        interval = 1.0 / min(rate_hz, 400.0) if rate_hz > 0 else None
        for name in _GROUPS[group][1]:
            self._set(_MSG[name], interval)

    def _set(self, message_id: int, interval_s: float | None) -> None:
        if interval_s is None:
            self._interval_s.pop(message_id, None)
            self._due_s.pop(message_id, None)
        else:
            self._interval_s[message_id] = interval_s
            self._due_s[message_id] = self._now_s
        self._next_s = self._now_s
