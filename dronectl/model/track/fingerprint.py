"""By which a flight is known again, whoever recorded it: when it was since the boot, and where, every so often.

Telemetry and the log on board count from the same boot, so their times agree to the millisecond whatever they hold to
be the time of day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.clock_facts import TimeSource
from dronectl.model.track.track import Track

_MOST_POINTS = 64
_E7 = 1e7


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``boot_us``: UTC of the boot since 1970; ``has_gps_time``: whether GPS told it. Begin and end are since boot.

    ``points``: latitude and longitude (int32, 1e-7 degree, little-endian) at each multiple of ``step_s`` since boot.
    """

    system_id: int
    boot_us: int
    has_gps_time: bool
    begin_ms: int
    end_ms: int
    samples: int
    step_s: int
    points: bytes

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.begin_ms

    def times_s(self) -> NDArray[np.int64]:
        """Since boot, of the points."""
        first = -(-self.begin_ms // (self.step_s * 1000)) * self.step_s
        return first + self.step_s * np.arange(len(self.points) // 8)

    def places_e7(self) -> NDArray[np.int64]:
        """(n, 2)."""
        return np.frombuffer(self.points, "<i4").reshape(-1, 2).astype(np.int64)


def fingerprint_of(track: Track) -> Fingerprint:
    boot_us = track.timing.boot_utc_us
    since_boot_us = track.time_utc.astype("datetime64[us]").astype(np.int64) - boot_us
    begin_ms, end_ms = int(since_boot_us[0]) // 1000, int(since_boot_us[-1]) // 1000
    step_s = 1
    while (end_ms - begin_ms) / 1000 > step_s * (_MOST_POINTS - 1):
        step_s *= 2
    wanted_s = np.arange(-(-begin_ms // (step_s * 1000)) * step_s, end_ms // 1000 + 1, step_s)
    lat, lon = track.places_at((wanted_s * 1_000_000 + boot_us).astype("datetime64[us]"))
    points = np.rint(np.stack([lat, lon], axis=1) * _E7).astype("<i4").tobytes()
    has_gps_time = track.timing.source is TimeSource.GPS
    return Fingerprint(track.system_id, boot_us, has_gps_time, begin_ms, end_ms, len(track), step_s, points)
