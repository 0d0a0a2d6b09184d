"""What is wrong with a drone in flight: one alarm, from when it was raised to when it was cleared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlarmSeverity(StrEnum):
    WARNING = "warning"
    """Look at it."""
    CRITICAL = "critical"
    """The aircraft, or people under it, may be in danger."""


class AlarmKind(StrEnum):
    """The gravest causes first: of several alarms, the first is what a flight ended by."""

    CRASH = "crash"
    TILT = "tilt"
    THRUST = "thrust"
    EKF_FAILSAFE = "failsafe-ekf"
    BATTERY_FAILSAFE = "failsafe-battery"
    RADIO_FAILSAFE = "failsafe-radio"
    GCS_FAILSAFE = "failsafe-gcs"
    TERRAIN_FAILSAFE = "failsafe-terrain"
    OTHER_FAILSAFE = "failsafe"
    FENCE = "fence"
    GPS = "gps"
    EKF = "ekf"
    NOT_NEARER = "not-nearer"
    BATTERY_HOME = "battery-home"
    SINKING = "sinking"
    SEPARATION = "separation"
    TRAFFIC = "traffic"
    KEEP_OUT = "keep-out"
    OFFICER = "officer"
    OUTSIDE = "outside"
    CEILING = "ceiling"
    DRIFT = "drift"
    OFF_WAY = "off-way"
    UNHEARD = "unheard"
    MODE = "mode"
    STILL_ARMED = "still-armed"
    VIBRATION = "vibration"
    SEPARATION_AHEAD = "separation-ahead"
    KEEP_OUT_AHEAD = "keep-out-ahead"
    FENCE_AHEAD = "fence-ahead"
    BATTERY_VOLTAGE = "battery-voltage"
    BATTERY_RESERVE = "battery-reserve"
    BATTERY_FORECAST = "battery-forecast"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of one drone. Times are on the clock of whoever watches (an event loop's), in seconds."""

    kind: AlarmKind
    severity: AlarmSeverity
    drone: str
    message: str
    """With its figure as it was last known."""
    since_s: float
    amount: float | None = None
    unit: str | None = None
    cleared_s: float | None = None
    """None: it stands."""
    seen_s: float | None = None
    """When a person said to have seen it; None: nobody has."""
    seen_by: str | None = None

    @property
    def is_active(self) -> bool:
        return self.cleared_s is None

    @property
    def is_critical(self) -> bool:
        return self.severity is AlarmSeverity.CRITICAL

    @property
    def is_seen(self) -> bool:
        return self.seen_s is not None

    def as_json(self, now_s: float) -> dict[str, object]:
        """``age_s``: since it was raised; ``cleared_age_s``: since it was cleared, None while it stands;
        ``seen_age_s``: since somebody, ``seen_by``, said to have seen it."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "drone": self.drone,
            "message": self.message,
            "amount": None if self.amount is None else round(self.amount, 2),
            "unit": self.unit,
            "age_s": round(now_s - self.since_s, 1),
            "cleared_age_s": None if self.cleared_s is None else round(now_s - self.cleared_s, 1),
            "seen_age_s": None if self.seen_s is None else round(now_s - self.seen_s, 1),
            "seen_by": self.seen_by,
        }
