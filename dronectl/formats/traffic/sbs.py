"""SBS text, as receivers of transponders give it on TCP port 30003: one line a message, 22 fields between commas.

Fields as http://woodair.net/sbs/article/barebones42_socket_data.htm has them: knots, feet, feet a minute, and altitudes
by the standard atmosphere (1013.25 hPa). Each message says some of them only.
"""

from __future__ import annotations

import math
import string

from dronectl.model.geo import GeoPoint
from dronectl.model.traffic import TrafficReport, callsign_of

LONGEST_LINE_BYTES = 512
"""Lines are shorter than 150 bytes."""
FOOT_M = 0.3048
KNOT_M_S = 1852.0 / 3600.0
_ADDRESS, _CALLSIGN, _ALTITUDE, _SPEED, _TRACK, _LAT, _LON, _CLIMB, _GROUND = 4, 10, 11, 12, 13, 14, 15, 16, 21


def read_sbs(line: str, heard_s: float, source: str) -> TrafficReport | None:
    """What one line says; None: it is no message of an aircraft, or damaged."""
    fields = [field.strip() for field in line.strip().split(",")]
    if len(fields) < _GROUND or fields[0] != "MSG":
        return None
    address = _address(fields[_ADDRESS])
    if address is None:
        return None
    fields += [""] * (_GROUND + 1 - len(fields))
    feet, knots = _number(fields[_ALTITUDE], -2_000.0, 130_000.0), _number(fields[_SPEED], 0.0, 2_500.0)
    feet_a_minute = _number(fields[_CLIMB], -40_000.0, 40_000.0)
    return TrafficReport(
        address=address,
        heard_s=heard_s,
        source=source,
        callsign=callsign_of(fields[_CALLSIGN]),
        position=_place(fields[_LAT], fields[_LON]),
        pressure_altitude_m=None if feet is None else feet * FOOT_M,
        ground_speed_m_s=None if knots is None else knots * KNOT_M_S,
        track_deg=_number(fields[_TRACK], 0.0, 360.0),
        climb_m_s=None if feet_a_minute is None else feet_a_minute * FOOT_M / 60.0,
        on_ground={"-1": True, "1": True, "0": False}.get(fields[_GROUND]),
    )


def _address(text: str) -> int | None:
    digits = text.removeprefix("~")
    if not 1 <= len(digits) <= 6 or not set(digits) <= set(string.hexdigits):
        return None
    return int(digits, 16) or None


def _number(text: str, least: float, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and least <= value <= most else None


def _place(lat: str, lon: str) -> GeoPoint | None:
    lat_deg, lon_deg = _number(lat, -90.0, 90.0), _number(lon, -180.0, 180.0)
    return None if lat_deg is None or lon_deg is None or not (lat_deg or lon_deg) else GeoPoint(lat_deg, lon_deg)
