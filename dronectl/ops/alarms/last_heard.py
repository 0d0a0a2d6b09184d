"""Where a drone was and what it did when it was heard last."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.local_plane import course_deg
from dronectl.protocol.vehicle.telemetry import VehicleState

STANDS_M_S = 0.5


@dataclass(frozen=True, slots=True)
class LastHeard:
    """None means: never heard. ``age_s``: since anything was heard."""

    age_s: float | None
    mode: str | None
    armed: bool | None
    lat_deg: float | None
    lon_deg: float | None
    relative_altitude_m: float | None
    home_distance_m: float | None
    ground_speed_m_s: float | None
    course_deg: float | None
    """Where it moved to; None while it stood."""
    battery_pct: float | None

    def as_json(self) -> dict[str, object]:
        return {
            key: round(value, 7 if key in ("lat_deg", "lon_deg") else 1) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }


def last_heard(f: FlightState) -> LastHeard:
    state = f.state
    return LastHeard(
        age_s=state.age_s(TelemetryKind.ANYTHING, f.now_s),
        mode=state.mode,
        armed=state.armed,
        lat_deg=state.position.lat_deg if state.position else None,
        lon_deg=state.position.lon_deg if state.position else None,
        relative_altitude_m=state.relative_altitude_m,
        home_distance_m=f.home_m(),
        ground_speed_m_s=state.ground_speed_m_s,
        course_deg=course_of(state),
        battery_pct=state.battery_pct,
    )


def course_of(state: VehicleState) -> float | None:
    """Where it moved to when it was heard last; None while it stood."""
    moves = (state.ground_speed_m_s or 0.0) >= STANDS_M_S
    return course_deg(state.velocity_north_m_s or 0.0, state.velocity_east_m_s or 0.0) if moves else None


def last_heard_text(f: FlightState) -> str:
    """The same in words: ``AUTO, armed, 44 m above home, at 16.05,103.65, …``."""
    last = last_heard(f)
    parts = [last.mode or "mode unknown", "armed" if last.armed else "disarmed"]
    if last.relative_altitude_m is not None:
        parts.append(f"{round(last.relative_altitude_m)} m above home")
    if last.lat_deg is not None:
        parts.append(f"at {last.lat_deg:.5f},{last.lon_deg:.5f}")
    if last.home_distance_m is not None:
        parts.append(f"{last.home_distance_m:.0f} m from home")
    if last.course_deg is not None:
        parts.append(f"moving at {last.ground_speed_m_s:.1f} m/s on course {last.course_deg:03.0f}°")
    if last.battery_pct is not None:
        parts.append(f"battery {last.battery_pct:.0f} %")
    return ", ".join(parts)
