"""One sample of one drone's state, with the keys of ``telemetry stream --format jsonl``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class TelemetryKind(StrEnum):
    """Values that come in one message, and so grow old together."""

    ANYTHING = "anything"
    """Any frame of the autopilot: what the link's figures are made of."""
    MODE = "mode"
    """The heartbeat: mode, armed, the vehicle's own word on whether it is well."""
    POSITION = "position"
    """Place, heights, velocity, heading."""
    ATTITUDE = "attitude"
    BATTERY = "battery"
    GPS = "gps"
    EKF = "ekf"
    MISSION = "mission"


@dataclass(frozen=True, slots=True)
class TelemetrySample:
    """None means: not heard yet. An ``…_age_s`` is the time since such values were heard."""

    time_utc: str
    drone: str
    system_id: int
    mode: str | None = None
    armed: bool | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    amsl_altitude_m: float | None = None
    relative_altitude_m: float | None = None
    ground_speed_m_s: float | None = None
    heading_deg: float | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    gps_fix: int | None = None
    satellites: int | None = None
    mission_item: int | None = None
    link_loss_pct: float | None = None
    age_s: float | None = None
    """Since anything was heard of the vehicle."""
    mode_age_s: float | None = None
    position_age_s: float | None = None
    battery_age_s: float | None = None
    gps_age_s: float | None = None
    mission_age_s: float | None = None
    old: tuple[TelemetryKind, ...] = ()
    """Kinds of values that were heard, and longer ago than a live one may be."""
    alarms: tuple[Mapping[str, object], ...] = ()
    """Those that stand (:meth:`dronectl.model.alarm.Alarm.as_json`)."""

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "old": [str(kind) for kind in self.old], "alarms": list(self.alarms)}

    def age_of(self, kind: TelemetryKind) -> float | None:
        age: float | None = getattr(self, "age_s" if kind is TelemetryKind.ANYTHING else f"{kind}_age_s", None)
        return age

    def live(self) -> TelemetrySample:
        """The same without what is old: None in its place, for readers that look at no age."""
        gone: dict[str, Any] = {name: None for kind in self.old for name in FIELDS.get(kind, ())}
        return replace(self, **gone)


FIELDS: dict[TelemetryKind, tuple[str, ...]] = {
    TelemetryKind.ANYTHING: ("link_loss_pct",),
    TelemetryKind.MODE: ("mode", "armed"),
    TelemetryKind.POSITION: (
        "lat_deg",
        "lon_deg",
        "amsl_altitude_m",
        "relative_altitude_m",
        "ground_speed_m_s",
        "heading_deg",
    ),
    TelemetryKind.BATTERY: ("battery_pct", "battery_v"),
    TelemetryKind.GPS: ("gps_fix", "satellites"),
    TelemetryKind.MISSION: ("mission_item",),
}
"""The fields of a sample that each kind has."""
