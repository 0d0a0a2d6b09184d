"""What is still live and what is old: the one place that decides it.

A value may be heard late or not at all for a while without being old, because links lose frames: at 20 % loss six in a
row are lost once in fifteen thousand. So a limit is a time in which nothing important can have changed unnoticed, and
never fewer than six frames at the rate that was asked for.
"""

from __future__ import annotations

from dronectl.model.telemetry import TelemetryKind
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S

LIMITS_S: dict[TelemetryKind, float] = {
    TelemetryKind.ANYTHING: LOST_AFTER_S,
    TelemetryKind.MODE: LOST_AFTER_S,
    TelemetryKind.POSITION: 2.0,
    TelemetryKind.ATTITUDE: 2.0,
    TelemetryKind.BATTERY: 6.0,
    TelemetryKind.GPS: 6.0,
    TelemetryKind.EKF: 6.0,
    TelemetryKind.MISSION: 6.0,
}
"""Seconds without it after which a value is old."""
FRAMES_LOST_IN_A_ROW = 6
SLOW_HZ = 2.0
"""What changes slowly is never asked for more often."""
SLOW = frozenset({TelemetryKind.BATTERY, TelemetryKind.GPS, TelemetryKind.EKF, TelemetryKind.MISSION})
_SENT_BY_ITSELF = frozenset({TelemetryKind.ANYTHING, TelemetryKind.MODE})
"""Heartbeats come once a second, whatever is asked for."""


def stale_after_s(kind: TelemetryKind, rate_hz: float) -> float:
    """How old a value of this kind may be and still be live, where telemetry was asked for at ``rate_hz``."""
    if kind in _SENT_BY_ITSELF:
        return LIMITS_S[kind]
    sent_hz = min(rate_hz, SLOW_HZ) if kind in SLOW else rate_hz
    return max(LIMITS_S[kind], FRAMES_LOST_IN_A_ROW / sent_hz)
