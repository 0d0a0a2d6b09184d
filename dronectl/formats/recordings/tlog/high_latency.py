"""Positions of high-latency telemetry, what satellite links carry: HIGH_LATENCY2, and HIGH_LATENCY of before 2018."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dronectl.formats.recordings.flight_samples import Samples, is_a_place
from dronectl.formats.recordings.tlog.clock import Clock, utc_by_own_time
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.timed import FIX_3D, HIGH_LATENCY
from dronectl.model.degrees import E7

_HEADING_UNITS = {"HIGH_LATENCY2": 0.5, "HIGH_LATENCY": 100.0}
"""Of a degree: it counts in twos, or in hundredths."""
_SPEED_UNITS = {"HIGH_LATENCY2": 5.0, "HIGH_LATENCY": 1.0}
_ALTITUDE = {"HIGH_LATENCY2": "altitude", "HIGH_LATENCY": "altitude_amsl"}
_BATTERY = {"HIGH_LATENCY2": "battery", "HIGH_LATENCY": "battery_remaining"}
_GPS_FAILED = 1  # HL_FAILURE_FLAG_GPS


def high_latency_samples(rows: Mapping[str, Rows], clock: Clock) -> Samples:
    """Of the message that came most often. Heights above home are not told."""
    name = max(HIGH_LATENCY, key=lambda one: len(rows[one]))
    told = rows[name]
    fields = told.fields
    lat_deg, lon_deg = fields["latitude"] / E7, fields["longitude"] / E7
    is_place = is_a_place(lat_deg, lon_deg)
    if name == "HIGH_LATENCY2":
        has_fix = (fields["failure_flags"] & _GPS_FAILED) == 0
    else:
        has_fix = fields["gps_fix_type"] >= FIX_3D
    battery = fields[_BATTERY[name]].astype(np.float64)
    unknown = np.full(len(told), np.nan)
    return Samples(
        place=told.offset,
        utc_us=utc_by_own_time(name, told, clock),
        usable=is_place & has_fix,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        amsl_altitude_m=fields[_ALTITUDE[name]].astype(np.float64),
        relative_altitude_m=unknown,
        ground_speed_m_s=fields["groundspeed"] / _SPEED_UNITS[name],
        heading_deg=fields["heading"] / _HEADING_UNITS[name] % 360.0,
        battery_pct=np.where((battery >= 0) & (battery <= 100), battery, np.nan),
        geoid_undulation_m=unknown,
        without_fix=is_place & ~has_fix,
    )
