"""What a simulator says of one flight, as the judges read it."""

from __future__ import annotations

from array import array

import numpy as np

from dronectl.model.message import Message
from dronectl.model.rehearsal.flown import End, FloatColumn, FlownSortie, Photographs, Track
from dronectl.protocol.vehicle.statustext import StatusTextAssembler

_COLUMNS, _PICTURE_COLUMNS = 6, 5
_PREARM_CHECK = 0x10000000
"""MAV_SYS_STATUS_PREARM_CHECK."""
_ARMED = 0x80
"""MAV_MODE_FLAG_SAFETY_ARMED."""
_NEAR_GROUND_M, _FELL_M_S = 3.0, 3.0
_DISARMS = "Disarming motors"
"""Said at once; the heartbeat tells it up to a second later."""
_LIES_M, _LIES_S = 0.5, 10.0

EVERY = {"GLOBAL_POSITION_INT": 33, "SIM_STATE": 108, "MISSION_CURRENT": 42, "BATTERY_STATUS": 147}
"""What makes a sample, by message id: asked for at the samples' rate. SIM_STATE is where the aircraft truly is."""


class SitlRecorder:
    """Hears all messages of a flight; after :meth:`begin` it writes them down."""

    def __init__(self, home_amsl_m: float) -> None:
        self.now_s: float | None = None
        """Since it booted, by its latest position."""
        self.has_spoken = self.is_armed = self.is_ready = self.has_disarmed = False
        self.used_mah = 0.0
        self.begun_s: float | None = None
        self.said: list[tuple[float, str]] = []
        """With the seconds since the start; all texts."""
        self._home_amsl_m = home_amsl_m
        self._item = 0
        self._believed = (0.0, 0.0, 0.0)
        self._off = (0.0, 0.0, 0.0)
        """By how much the aircraft is elsewhere than it believes: degrees and metres."""
        self._ground_m: float | None = None
        self._samples, self._pictures = array("d"), array("d")
        self._fastest_fall_m_s = 0.0
        self._height_m = 0.0
        self._was_up = self._was_armed = False
        self._lies_since_s: float | None = None
        self._texts = StatusTextAssembler()

    def begin(self) -> None:
        """The mission starts now."""
        self.begun_s = self.now_s
        self.said.clear()
        self._was_armed = self.has_disarmed = False

    @property
    def flying_s(self) -> float:
        """Since its start."""
        return 0.0 if self.now_s is None or self.begun_s is None else self.now_s - self.begun_s

    @property
    def has_fallen(self) -> bool:
        """It came down faster than it may."""
        return self._fastest_fall_m_s > _FELL_M_S

    @property
    def lies_still(self) -> bool:
        """On the ground after a flight, for a while: it may stay armed upside down."""
        since_s, now_s = self._lies_since_s, self.now_s
        return self._was_up and since_s is not None and now_s is not None and now_s - since_s > _LIES_S

    @property
    def is_up(self) -> bool:
        """Off the ground."""
        return self._height_m > _LIES_M

    def hear(self, message: Message) -> None:
        match message.name:
            case "HEARTBEAT":
                self.has_spoken = True
                self.is_armed = bool(int(message["base_mode"]) & _ARMED)
                self.has_disarmed = self.has_disarmed or (self._was_armed and not self.is_armed)
                self._was_armed = self._was_armed or self.is_armed
            case "SYS_STATUS":
                self.is_ready = bool(int(message["onboard_control_sensors_health"]) & _PREARM_CHECK)
            case "GLOBAL_POSITION_INT":
                self.now_s = int(message["time_boot_ms"]) / 1000.0
                self._believed = (message["lat"] / 1e7, message["lon"] / 1e7, message["relative_alt"] / 1000.0)
            case "MISSION_CURRENT":
                self._item = int(message["seq"])
            case "BATTERY_STATUS":
                self.used_mah = max(0.0, float(message["current_consumed"]))
            case "SIM_STATE":
                self._sample(message)
            case "CAMERA_FEEDBACK":
                self._picture(message)
            case "STATUSTEXT":
                texts = [one.text for one in self._texts.feed(message)]
                self.said += [(self.flying_s, text) for text in texts]
                self.has_disarmed = self.has_disarmed or any(text.startswith(_DISARMS) for text in texts)

    def flown(
        self, drone: str, sortie: int, start_s: float, end: End, left_pct: FloatColumn, *, from_s: float = 0.0,
        said: tuple[str, ...] = (),
    ) -> FlownSortie:  # fmt: skip
        """The flight, ``start_s`` after the start of the wave, or what of it was ``from_s`` after its start and later.
        ``left_pct``: of the battery, in each sample of :meth:`used`."""
        time_s, lat_deg, lon_deg, height_m, item, _ = _table(self._samples, _COLUMNS)
        kept = time_s >= min(from_s, float(time_s[-1]) if len(time_s) else 0.0)
        track = Track(
            time_s[kept] + start_s, lat_deg[kept], lon_deg[kept], height_m[kept], item[kept].astype(np.int32),
            left_pct[kept],
        )  # fmt: skip
        pictures = _table(self._pictures, _PICTURE_COLUMNS)
        photographs = Photographs(*(column[pictures[0] >= from_s] for column in pictures[1:]))
        return FlownSortie(drone, sortie, track, photographs, start_s, end, said)

    def used(self) -> tuple[FloatColumn, FloatColumn]:
        """Seconds since the start and charge drawn since it booted, in mAh, of all samples."""
        table = _table(self._samples, _COLUMNS)
        return table[0], table[5]

    def _sample(self, message: Message) -> None:
        if self.now_s is None:
            return
        lat_deg, lon_deg = message["lat_int"] / 1e7, message["lon_int"] / 1e7
        height_m = float(message["alt"]) - self._home_amsl_m
        if self._ground_m is None or not self.is_armed:
            self._ground_m = height_m if self.begun_s is None else self._ground_m or 0.0
        height_m = self._height_m = max(0.0, height_m - self._ground_m)
        believed_lat, believed_lon, believed_m = self._believed
        self._off = (lat_deg - believed_lat, lon_deg - believed_lon, height_m - believed_m)
        if self.begun_s is None:
            return
        sink_m_s = float(message["vd"])
        self._was_up = self._was_up or height_m > _NEAR_GROUND_M
        if self._was_up and height_m < _NEAR_GROUND_M:
            self._fastest_fall_m_s = max(self._fastest_fall_m_s, sink_m_s)
        if height_m > _LIES_M:
            self._lies_since_s = None
        elif self._lies_since_s is None:
            self._lies_since_s = self.now_s
        self._samples.extend((self.flying_s, lat_deg, lon_deg, height_m, self._item, self.used_mah))

    def _picture(self, message: Message) -> None:
        if self.begun_s is None:
            return
        off_lat, off_lon, off_m = self._off
        self._pictures.extend(
            (self.flying_s, message["lat"] / 1e7 + off_lat, message["lng"] / 1e7 + off_lon,
             float(message["alt_rel"]) + off_m, float(message["yaw"]) % 360.0)
        )  # fmt: skip


def _table(values: array[float], columns: int) -> list[FloatColumn]:
    table = np.frombuffer(values, dtype=np.float64) if len(values) else np.zeros(0)
    return list(table.reshape(-1, columns).T.copy())
