"""Mission items as the autopilot stores them: what it refuses, what it cuts, what it reads back.

Measured on ArduCopter SITL (``tests/autopilot`` holds this vehicle and a real one to the same answers).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace

from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.firmware import Firmware

ACCEPTED: int = mavlink.MAV_MISSION_ACCEPTED
_ALTITUDE_LIMIT_M = 83_000.0
_STORED_FRAME = {0: 0, 5: 0, 3: 3, 6: 3, 10: 10, 11: 10}
"""The frames ArduCopter knows, and the one of each pair that it reads back."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item, on the wire or in store; ``x``/``y`` are degrees x 1e7 for commands with a place."""

    command: int
    frame: int
    p1: float
    p2: float
    p3: float
    p4: float
    x: int
    y: int
    z: float


ZERO = Item(mavlink.MAV_CMD_NAV_WAYPOINT, 0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0.0)

WITH_PLACE: frozenset[int] = frozenset(
    {16, 17, 18, 19, 21, 22, 30, 31, 82, 84, 85, 92, 94, 179, 188, 189, 191, 195, 201}
)
"""Commands that are stored with latitude, longitude and altitude."""

NAVIGATION: frozenset[int] = frozenset({16, 17, 18, 19, 20, 21, 22, 31, 82, 92, 93, 94})
"""Commands that move the vehicle, one at a time; the others are done on the way."""

TITLES: dict[int, str] = {
    16: "WP", 17: "LoitUnlim", 18: "LoitTurns", 19: "LoitTime", 20: "RTL", 21: "Land", 22: "Takeoff",
    31: "LoitAltitude", 82: "SplineWP", 92: "GuidedEnable", 93: "Delay", 94: "PayloadPlace", 112: "CondDelay",
    114: "CondDist", 115: "CondYaw", 177: "Jump", 178: "ChangeSpeed", 179: "SetHome", 181: "SetRelay",
    182: "RepeatRelay", 183: "SetServo", 184: "RepeatServo", 188: "ReturnPathStart", 189: "LandStart",
    191: "Go Around", 195: "SetROILocation", 197: "SetROINone", 201: "SetROI",
    202: "DigiCamCfg", 203: "DigiCamCtrl", 205: "MountControl", 206: "SetCamTrigDst", 207: "FenceEnable",
    208: "Parachute", 211: "Gripper", 218: "AuxFunction", 222: "GuidedLimits", 600: "Tag", 601: "JumpToTag",
    1000: "GimbalPitchYaw", 2000: "ImageStartCapture", 2001: "ImageStopCapture", 2500: "VideoStartCapture",
    2501: "VideoStopCapture", 42600: "Winch",
}  # fmt: skip
"""How STATUSTEXT names a command ("Mission: 3 WP")."""

_KEPT: dict[int, str] = {
    16: "i000", 17: "00i0", 18: "????", 19: "i0sb", 20: "0000", 21: "i00+", 22: "i000", 30: "i000", 31: "0i00",
    82: "i000", 84: "0000", 85: "i000", 92: "i000", 93: "fiii", 94: "f000", 112: "f000", 114: "f000", 115: "ffii",
    177: "ii00", 178: "iff0", 179: "i000", 181: "ii00", 182: "iif0", 183: "ii00", 184: "iiif", 188: "0000",
    189: "0000", 191: "0000", 195: "i000", 197: "i000", 201: "i000", 202: "iiii", 203: "iiii", 205: "fff0",
    206: "f0i0", 207: "i000", 208: "i000", 211: "ii00", 218: "ii00", 222: "ifff", 600: "i000", 601: "ii00",
    1000: "iiii", 2000: "ifii", 2001: "i000", 2500: "i000", 2501: "i000", 42600: "iiff",
}  # fmt: skip
"""What becomes of param1..param4 per command: kept float, integer, zero, sign (s, +), whether above zero (b)."""

_KEPT_XYZ: dict[int, str] = {202: "xyz", 203: "xy", 1000: "xz"}
"""Commands without a place that still use these fields."""

_LATER = frozenset({188, 195, 197})
"""Those of them that not every release stores."""
_GIMBAL = 1000
_WAYPOINT, _TURNS, _MOUNT_CONTROL = 16, 18, 205
_MAVLINK_TARGETING = 2.0
"""MAV_MOUNT_MODE_MAVLINK_TARGETING."""
_MAY_BE_NAN_P4 = frozenset({16, 21, 22, 84})


def from_packet(packet: Packet) -> Item:
    """The item of a MISSION_ITEM_INT, or of a MISSION_ITEM (degrees as float)."""
    x, y = packet.x, packet.y
    if packet.get_type() == "MISSION_ITEM":
        scale = 1e7 if packet.command in WITH_PLACE or packet.mission_type else 1.0
        x = int(x * scale) if math.isfinite(x) else 0
        y = int(y * scale) if math.isfinite(y) else 0
    parameters = (packet.param1, packet.param2, packet.param3, packet.param4)
    return Item(packet.command, packet.frame, *parameters, x, y, packet.z)


def refusal(item: Item, firmware: Firmware) -> int:
    """The MAV_MISSION_RESULT that this item gets; ``ACCEPTED`` when it can be stored."""
    for number, value in enumerate((item.p1, item.p2, item.p3, item.p4)):
        nan_is_fine = number == 3 and item.command in _MAY_BE_NAN_P4
        if math.isinf(value) or (math.isnan(value) and not nan_is_fine):
            return int(mavlink.MAV_MISSION_INVALID_PARAM1) + number
    if item.command not in _KEPT or (item.command in _LATER and item.command not in firmware.also_stores):
        return int(mavlink.MAV_MISSION_UNSUPPORTED)
    most_s = firmware.most_waypoint_delay_s
    if item.command == _WAYPOINT and most_s is not None and not 0.0 <= item.p1 <= most_s:
        return int(mavlink.MAV_MISSION_INVALID_PARAM1)
    if item.command not in WITH_PLACE:
        return ACCEPTED
    place = refusal_of_place(item.x, item.y)
    if place != ACCEPTED:
        return place
    if math.isnan(item.z) or abs(item.z) >= _ALTITUDE_LIMIT_M:
        return int(mavlink.MAV_MISSION_INVALID_PARAM7)
    if item.frame not in (*_STORED_FRAME, 2):
        return int(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
    return ACCEPTED


def refusal_of_place(x: int, y: int) -> int:
    """The MAV_MISSION_RESULT for a latitude or longitude off the globe, or ``ACCEPTED``."""
    if abs(x) > 900_000_000:
        return int(mavlink.MAV_MISSION_INVALID_PARAM5_X)
    if abs(y) > 1_800_000_000:
        return int(mavlink.MAV_MISSION_INVALID_PARAM6_Y)
    return ACCEPTED


def stored(item: Item, firmware: Firmware) -> Item:
    """What is left of an acceptable item once it is in store."""
    p1, p2, p3, p4 = item.p1, item.p2, item.p3, item.p4
    rule = _KEPT[item.command]
    if item.command == _TURNS:
        p1, p3 = _stored_turns(p1), _stored_radius(p3)
        p2 = 0.0
        p4 = 1.0 if p4 > 0 else 0.0
    else:
        p1, p2, p3, p4 = (_kept(value, how) for value, how in zip((p1, p2, p3, p4), rule, strict=True))
    if item.command in WITH_PLACE:
        return Item(item.command, stored_frame(item.frame), p1, p2, p3, p4, item.x, item.y, centimetres(item.z))
    kept = _KEPT_XYZ.get(item.command, "")
    x, y, z = (value if name in kept else 0 for name, value in (("x", item.x), ("y", item.y), ("z", item.z)))
    if item.command == _GIMBAL and math.isfinite(z):
        z = int(z)  # the device id
    if item.command == _MOUNT_CONTROL and firmware.tells_mount_mode:
        z = _MAVLINK_TARGETING
    return Item(item.command, 0, p1, p2, p3, p4, int(x), int(y), float(z))


def stored_frame(frame: int) -> int:
    """The frame as it is read back."""
    return _STORED_FRAME.get(frame, 0)


def centimetres(value_m: float) -> float:
    """Cut (not rounded) to the centimetre in single precision, as ``int32_t(z * 100)`` does."""
    return int(_single(_single(value_m) * 100.0)) / 100.0


def at(item: Item, lat_e7: int, lon_e7: int, amsl_m: float) -> Item:
    """The same item elsewhere, absolute altitude."""
    return replace(item, x=lat_e7, y=lon_e7, z=amsl_m, frame=0)


def _kept(value: float, how: str) -> float:
    match how:
        case "f":
            return value
        case "i":
            return float(int(value))
        case "b":
            return 1.0 if value > 0 else 0.0
        case "s" | "+":
            return -1.0 if value < 0 else 1.0
        case _:
            return 0.0


def _stored_turns(turns: float) -> float:
    if 0.0 < turns < 1.0:
        return int(turns * 256.0) / 256.0
    return float(min(255, int(turns)))


def _stored_radius(radius_m: float) -> float:
    """Eight bits: metres up to 255, tens of metres above."""
    size = abs(radius_m)
    whole = int(size) if size <= 255 else min(255, int(size * 0.1)) * 10
    return float(-whole if radius_m < 0 else whole)


def _single(value: float) -> float:
    (single,) = struct.unpack("<f", struct.pack("<f", value))
    return float(single)
