"""One sample of one drone's state, with the keys of ``telemetry stream --format jsonl``."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class TelemetrySample:
    """None means: not heard yet."""

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

    def as_json(self) -> dict[str, object]:
        return asdict(self)
