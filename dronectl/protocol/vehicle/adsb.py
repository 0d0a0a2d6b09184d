"""ADSB_VEHICLE: an aircraft that a drone's own receiver has heard (https://mavlink.io/en/messages/common.html)."""

from __future__ import annotations

from dronectl.model.degrees import E7
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.model.traffic import TrafficReport, callsign_of

MESSAGE = "ADSB_VEHICLE"
MESSAGE_ID = 246
_PLACE, _ALTITUDE, _HEADING, _VELOCITY, _CALLSIGN, _VERTICAL = 1, 2, 4, 8, 16, 128
_GEOMETRIC = 1


def report_of(message: Message, now_s: float, drone: str) -> TrafficReport | None:
    """What it says of whom; None: of nobody. Values without their flag are none."""
    address = int(message["ICAO_address"])
    if not 0 < address <= 0xFFFFFF:
        return None
    flags = int(message["flags"])
    lat_e7, lon_e7 = int(message["lat"]), int(message["lon"])
    on_earth = abs(lat_e7) <= 90 * E7 and abs(lon_e7) <= 180 * E7 and (lat_e7 or lon_e7)
    altitude_m = message["altitude"] / 1000.0 if flags & _ALTITUDE else None
    is_geometric = int(message["altitude_type"]) == _GEOMETRIC
    moves = flags & _VELOCITY and flags & _HEADING
    return TrafficReport(
        address=address,
        heard_s=now_s - float(message["tslc"]),
        source=drone,
        callsign=_callsign(message["callsign"]) if flags & _CALLSIGN else None,
        position=GeoPoint.from_e7(lat_e7, lon_e7) if flags & _PLACE and on_earth else None,
        pressure_altitude_m=None if is_geometric else altitude_m,
        ellipsoid_altitude_m=altitude_m if is_geometric else None,
        ground_speed_m_s=message["hor_velocity"] / 100.0 if moves else None,
        track_deg=message["heading"] / 100.0 % 360.0 if moves else None,
        climb_m_s=message["ver_velocity"] / 100.0 if flags & _VERTICAL else None,
    )


def _callsign(text: object) -> str | None:
    raw = text.decode("ascii", "replace") if isinstance(text, bytes | bytearray) else str(text)
    return callsign_of(raw.split("\0")[0])
