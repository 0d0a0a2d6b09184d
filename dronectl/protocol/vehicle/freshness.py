"""What is still live and what is old: the one place that decides it.

A value may be heard late or not at all for a while without being old, because links lose frames: at 20 % loss six in a
row are lost once in fifteen thousand. So a limit is a time in which nothing important can have changed unnoticed, and
never fewer than six frames at the rate that was asked for.
"""

from __future__ import annotations

from dronectl.model.telemetry import Kind
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S

LIMITS_S: dict[Kind, float] = {
    Kind.ANYTHING: LOST_AFTER_S,
    Kind.MODE: LOST_AFTER_S,
    Kind.POSITION: 2.0,
    Kind.ATTITUDE: 2.0,
    Kind.BATTERY: 6.0,
    Kind.GPS: 6.0,
    Kind.EKF: 6.0,
    Kind.MISSION: 6.0,
}
"""Seconds without it after which a value is old."""
FRAMES_LOST_IN_A_ROW = 6
SLOW_HZ = 2.0
"""What changes slowly is never asked for more often."""
SLOW = frozenset({Kind.BATTERY, Kind.GPS, Kind.EKF, Kind.MISSION})
_SENT_BY_ITSELF = frozenset({Kind.ANYTHING, Kind.MODE})
"""Heartbeats come once a second, whatever is asked for."""


def stale_after_s(kind: Kind, rate_hz: float) -> float:
    """How old a value of this kind may be and still be live, where telemetry was asked for at ``rate_hz``."""
    if kind in _SENT_BY_ITSELF:
        return LIMITS_S[kind]
    sent_hz = min(rate_hz, SLOW_HZ) if kind in SLOW else rate_hz
    return max(LIMITS_S[kind], FRAMES_LOST_IN_A_ROW / sent_hz)
