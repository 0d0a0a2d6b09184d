"""What ArduCopter accepts and what it makes of a mission item. Measured on 4.5.6 (docs/explanation/golden-answers.md).

A plan must suit every release, so these are the oldest one's answers; :mod:`dronectl.model.ardupilot.releases` has what
later ones do otherwise.

A plan should be written so that :func:`canonical_item` changes nothing; "on board equals the plan" means equal
after it.
"""

from __future__ import annotations

import math
import struct
from dataclasses import replace

from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

_KEPT_PARAMETERS: dict[int, str] = {
    Command.NAV_WAYPOINT: "i000",
    Command.NAV_LOITER_UNLIM: "00i0",
    Command.NAV_LOITER_TIME: "i0sb",
    Command.NAV_RETURN_TO_LAUNCH: "0000",
    Command.NAV_LAND: "i001",
    Command.NAV_TAKEOFF: "i000",
    Command.NAV_SPLINE_WAYPOINT: "i000",
    Command.NAV_GUIDED_ENABLE: "i000",
    Command.NAV_DELAY: "fiii",
    Command.NAV_PAYLOAD_PLACE: "f000",
    Command.CONDITION_DELAY: "f000",
    Command.CONDITION_DISTANCE: "f000",
    Command.CONDITION_YAW: "ffii",
    Command.DO_JUMP: "ii00",
    Command.DO_CHANGE_SPEED: "iff0",
    Command.DO_SET_HOME: "i000",
    Command.DO_SET_RELAY: "ii00",
    Command.DO_REPEAT_RELAY: "iif0",
    Command.DO_SET_SERVO: "ii00",
    Command.DO_REPEAT_SERVO: "iiif",
    Command.DO_LAND_START: "0000",
    Command.DO_SET_ROI_LOCATION: "i000",
    Command.DO_SET_ROI_NONE: "i000",
    Command.DO_SET_ROI: "i000",
    Command.DO_DIGICAM_CONFIGURE: "iiii",
    Command.DO_DIGICAM_CONTROL: "iiii",
    Command.DO_MOUNT_CONTROL: "fff0",
    Command.DO_SET_CAM_TRIGG_DIST: "f0i0",
    Command.DO_FENCE_ENABLE: "i000",
    Command.DO_PARACHUTE: "i000",
    Command.DO_GRIPPER: "ii00",
    Command.DO_GUIDED_LIMITS: "ifff",
    Command.JUMP_TAG: "i000",
    Command.DO_JUMP_TAG: "ii00",
    Command.DO_GIMBAL_MANAGER_PITCHYAW: "iiii",
    Command.IMAGE_START_CAPTURE: "ifii",
    Command.IMAGE_STOP_CAPTURE: "i000",
    Command.VIDEO_START_CAPTURE: "i000",
    Command.VIDEO_STOP_CAPTURE: "i000",
    Command.DO_WINCH: "iiff",
}
"""What becomes of param1..param4, see :func:`_kept`. Held against the vehicle by ``tests/autopilot``."""

_KEPT_PLACE_FIELDS: dict[int, str] = {
    Command.DO_DIGICAM_CONFIGURE: "xyz",
    Command.DO_DIGICAM_CONTROL: "xy",
    Command.DO_GIMBAL_MANAGER_PITCHYAW: "xZ",
    Command.NAV_GUIDED_ENABLE: "xyz",
}
"""Commands without a place that still use some of x, y and z (``Z``: cut to a whole number)."""

MISSION_CAPACITY = 650
"""Items that a mission may have (home not counted) before the vehicle answers NO_SPACE."""

FENCE_CAPACITY = 70
"""Vertices, circles and return points of a fence before the vehicle answers NO_SPACE."""

FENCE_STORAGE_BYTES = 560
"""What a fence may take of the vehicle's storage; :func:`fence_bytes` has how much it takes."""

RALLY_CAPACITY = 46

MOST_WAYPOINT_DELAY_S = 65_535.0
"""ArduPilot keeps param1 of a waypoint in 16 bits; 4.7 refuses what does not fit."""

ALTITUDE_LIMIT_M = 83_000.0
"""ArduPilot keeps altitudes as centimetres in 24 bits."""

RALLY_ALTITUDE_LIMIT_M = 32_767.0
"""ArduPilot keeps the altitudes of rally points as whole metres in 16 bits."""

FENCE_POLYGONS: frozenset[int] = frozenset(
    {Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_POLYGON_VERTEX_EXCLUSION}
)
FENCE_CIRCLES: frozenset[int] = frozenset({Command.FENCE_CIRCLE_INCLUSION, Command.FENCE_CIRCLE_EXCLUSION})

COMMANDS_WITH_PLACE: frozenset[int] = frozenset(
    {
        Command.NAV_WAYPOINT,
        Command.NAV_LOITER_UNLIM,
        Command.NAV_LOITER_TURNS,
        Command.NAV_LOITER_TIME,
        Command.NAV_LAND,
        Command.NAV_TAKEOFF,
        Command.NAV_SPLINE_WAYPOINT,
        Command.NAV_PAYLOAD_PLACE,
        Command.DO_SET_HOME,
        Command.DO_LAND_START,
        Command.DO_SET_ROI_LOCATION,
        Command.DO_SET_ROI,
        Command.RALLY_POINT,
        Command.FENCE_RETURN_POINT,
        Command.FENCE_POLYGON_VERTEX_INCLUSION,
        Command.FENCE_POLYGON_VERTEX_EXCLUSION,
        Command.FENCE_CIRCLE_INCLUSION,
        Command.FENCE_CIRCLE_EXCLUSION,
    }
)

ACCEPTED_COMMANDS: frozenset[int] = frozenset(
    {
        Command.NAV_WAYPOINT,
        Command.NAV_LOITER_UNLIM,
        Command.NAV_LOITER_TURNS,
        Command.NAV_LOITER_TIME,
        Command.NAV_RETURN_TO_LAUNCH,
        Command.NAV_LAND,
        Command.NAV_TAKEOFF,
        Command.NAV_SPLINE_WAYPOINT,
        Command.NAV_GUIDED_ENABLE,
        Command.NAV_DELAY,
        Command.NAV_PAYLOAD_PLACE,
        Command.CONDITION_DELAY,
        Command.CONDITION_DISTANCE,
        Command.CONDITION_YAW,
        Command.DO_JUMP,
        Command.DO_CHANGE_SPEED,
        Command.DO_SET_HOME,
        Command.DO_SET_RELAY,
        Command.DO_REPEAT_RELAY,
        Command.DO_SET_SERVO,
        Command.DO_REPEAT_SERVO,
        Command.DO_LAND_START,
        Command.DO_SET_ROI,
        Command.DO_DIGICAM_CONFIGURE,
        Command.DO_DIGICAM_CONTROL,
        Command.DO_MOUNT_CONTROL,
        Command.DO_SET_CAM_TRIGG_DIST,
        Command.DO_FENCE_ENABLE,
        Command.DO_PARACHUTE,
        Command.DO_GRIPPER,
        Command.DO_GUIDED_LIMITS,
        Command.JUMP_TAG,
        Command.DO_JUMP_TAG,
        Command.DO_GIMBAL_MANAGER_PITCHYAW,
        Command.IMAGE_START_CAPTURE,
        Command.IMAGE_STOP_CAPTURE,
        Command.VIDEO_START_CAPTURE,
        Command.VIDEO_STOP_CAPTURE,
        Command.DO_WINCH,
    }
)
"""Mission commands that ArduCopter 4.5 stores. Anything else is refused with MAV_MISSION_UNSUPPORTED."""

_FLOAT_EPSILON = 1.1920929e-07
"""FLT_EPSILON: what is not greater is not positive to ArduPilot."""

_KEPT_FRAMES: dict[int, int] = {
    Frame.GLOBAL: Frame.GLOBAL,
    Frame.GLOBAL_INT: Frame.GLOBAL,
    Frame.GLOBAL_RELATIVE_ALT: Frame.GLOBAL_RELATIVE_ALT,
    Frame.GLOBAL_RELATIVE_ALT_INT: Frame.GLOBAL_RELATIVE_ALT,
    Frame.GLOBAL_TERRAIN_ALT: Frame.GLOBAL_TERRAIN_ALT,
    Frame.GLOBAL_TERRAIN_ALT_INT: Frame.GLOBAL_TERRAIN_ALT,
    Frame.MISSION: Frame.MISSION,
}


def is_dropped(command: int, field: str) -> bool:
    """Whether ArduCopter makes nothing of ``param1`` … ``param4``, ``x``, ``y`` or ``z`` of such an item, so that it
    may be unset in a file; False for commands that are not known here."""
    if field.startswith("param"):
        rule = "f0ff" if command == Command.NAV_LOITER_TURNS else _KEPT_PARAMETERS.get(command, "ffff")
        return rule[int(field[-1]) - 1] == "0"
    fields = _KEPT_PLACE_FIELDS.get(command, "").lower()
    return command in _KEPT_PARAMETERS and command not in COMMANDS_WITH_PLACE and field not in fields


def refusal(mission: Mission, seq: int) -> str | None:
    """Why ArduCopter would refuse item ``seq`` of this mission, in words for a person; None when it takes it."""
    item = mission.items[seq]
    if item.frame not in _KEPT_FRAMES:
        return f"frame {item.frame} is not supported"
    if not -900_000_000 <= item.lat_e7 <= 900_000_000 and _has_place(item):
        return f"latitude {item.lat_e7 / 1e7} is outside ±90°"
    if not -1_800_000_000 <= item.lon_e7 <= 1_800_000_000 and _has_place(item):
        return f"longitude {item.lon_e7 / 1e7} is outside ±180°"
    if not math.isfinite(item.altitude_m):
        return "the altitude is not a number"
    if abs(item.altitude_m) > ALTITUDE_LIMIT_M:
        return f"altitude {item.altitude_m:g} m does not fit: ±{ALTITUDE_LIMIT_M:g} m do"
    match mission.mission_type:
        case MissionType.FENCE:
            return _fence_refusal(mission, seq)
        case MissionType.RALLY:
            return _rally_refusal(item, seq)
    if seq > MISSION_CAPACITY:
        return f"only {MISSION_CAPACITY} items fit on board"
    if seq == 0:
        return None
    if item.command in (Command.DO_SET_ROI_LOCATION, Command.DO_SET_ROI_NONE):
        return f"{item.command_name()} is refused in missions before ArduCopter 4.6; use DO_SET_ROI (201)"
    if item.command not in ACCEPTED_COMMANDS:
        return f"{item.command_name()} is not a mission command of ArduCopter"
    if item.command == Command.NAV_WAYPOINT and not 0 <= item.param1 <= MOST_WAYPOINT_DELAY_S:
        return f"a stay of {item.param1:g} s: 0 to {MOST_WAYPOINT_DELAY_S:g} s do"
    if item.command == Command.DO_JUMP and not 1 <= item.param1 < len(mission):
        return f"DO_JUMP to item {item.param1:g}, which does not exist"
    return None


def _fence_refusal(fence: Mission, seq: int) -> str | None:
    """As MissionItemProtocol_Fence and AC_PolyFence_loader::validate_fence do. Polygons that end early are not seen."""
    item = fence.items[seq]
    if item.command not in FENCE_POLYGONS | FENCE_CIRCLES | {Command.FENCE_RETURN_POINT}:
        return f"{item.command_name()} is no part of a fence"
    if item.frame == Frame.MISSION:
        return f"frame {item.frame} is not supported"
    if seq >= FENCE_CAPACITY:
        return f"only {FENCE_CAPACITY} vertices and circles fit on board"
    if item.command in FENCE_CIRCLES and item.param1 <= _FLOAT_EPSILON:
        return f"a circle needs a radius, this one has {item.param1:g} m"
    earlier = (other.command for other in fence.items[:seq])
    if item.command == Command.FENCE_RETURN_POINT and item.command in earlier:
        return "a fence has one return point"
    return None


def _rally_refusal(item: MissionItem, seq: int) -> str | None:
    """As MissionItemProtocol_Rally does; a point at 0°, 0° is taken for none when it is read."""
    if item.command != Command.RALLY_POINT:
        return f"{item.command_name()} is no rally point"
    if item.frame == Frame.MISSION:
        return f"frame {item.frame} is not supported"
    if seq >= RALLY_CAPACITY:
        return f"only {RALLY_CAPACITY} rally points fit on board"
    if abs(item.altitude_m) > RALLY_ALTITUDE_LIMIT_M:
        return f"altitude {item.altitude_m:g} m does not fit: ±{RALLY_ALTITUDE_LIMIT_M:g} m do"
    if not item.lat_e7 and not item.lon_e7:
        return "it has no place"
    return None


def fence_bytes(fence: Mission) -> int:
    """What a well-formed fence takes of the vehicle's storage (AC_PolyFence_loader::fence_storage_space_required)."""
    total, seq = 4, 0
    while seq < len(fence):
        item = fence.items[seq]
        vertices = max(int(item.param1), 1) if item.command in FENCE_POLYGONS and math.isfinite(item.param1) else 0
        total += 2 + 8 * vertices if vertices else 13 if item.command in FENCE_CIRCLES else 9
        seq += vertices or 1
    return total


def canonical_item(item: MissionItem, seq: int, mission_type: MissionType = MissionType.MISSION) -> MissionItem:
    """The item as ArduCopter reads it back.

    Item 0 of a mission is the vehicle's home, which no upload sets: leave it out of a comparison.
    """
    frame = _KEPT_FRAMES.get(item.frame, item.frame)
    altitude_m = item.altitude_m
    item = replace(item, altitude_m=_cut(altitude_m, 100), frame=int(frame))
    if mission_type is MissionType.FENCE and item.command in FENCE_CIRCLES and 0.0 <= item.param1 % 1.0 < 0.001:
        return replace(item, param1=_whole(item.param1))
    if mission_type is not MissionType.MISSION:
        return item
    if item.command == Command.NAV_LOITER_TURNS:
        return replace(
            item, param1=_turns(item.param1), param2=0.0, param3=_radius_m(item.param3), param4=float(item.param4 > 0)
        )
    rule = _KEPT_PARAMETERS.get(item.command)
    if rule is not None:
        kept = (_kept(value, how) for value, how in zip(item.params, rule, strict=True))
        param1, param2, param3, param4 = kept
        item = replace(item, param1=param1, param2=param2, param3=param3, param4=param4)
    if _has_place(item):
        return item
    fields = _KEPT_PLACE_FIELDS.get(item.command, "")
    return replace(
        item,
        frame=int(Frame.GLOBAL),
        lat_e7=item.lat_e7 if "x" in fields else 0,
        lon_e7=item.lon_e7 if "y" in fields else 0,
        altitude_m=altitude_m if "z" in fields else _whole(altitude_m) if "Z" in fields else 0.0,
    )


def _kept(value: float, how: str) -> float:
    """``f`` as sent, ``i`` cut to a whole number, ``0`` gone, ``s`` its sign, ``b`` whether above 0."""
    match how:
        case "f":
            return value
        case "i":
            return _whole(value)
        case "s":
            return -1.0 if value < 0 else 1.0
        case "b":
            return float(value > 0)
        case "1":  # always set
            return 1.0
        case _:
            return 0.0


def _turns(turns: float) -> float:
    """Whole turns; less than one is kept in 1/256."""
    return int(turns * 256) / 256 if 0 < turns < 1 else _whole(turns)


def _radius_m(radius_m: float) -> float:
    """Whole metres to 255, tens of metres above."""
    return 10.0 * int(radius_m / 10.0) if 255 < abs(radius_m) < math.inf else _whole(radius_m)


def _whole(value: float) -> float:
    """Cut to a whole number; what is no number stays what it is."""
    return float(int(value)) if math.isfinite(value) else value


def _has_place(item: MissionItem) -> bool:
    return item.command in COMMANDS_WITH_PLACE


def _cut(value: float, per_unit: int) -> float:
    """Toward zero, in float32, as a C cast of metres to integer centimetres does."""
    (single,) = struct.unpack("<f", struct.pack("<f", value))
    (scaled,) = struct.unpack("<f", struct.pack("<f", single * per_unit))
    return int(scaled) / per_unit
