"""Mission, fence and rally items as MAVLink carries them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

from dronectl.model.geo import GeoPoint


class MissionType(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


class Frame(IntEnum):
    """The MAV_FRAME values that ArduCopter keeps (6 and 11 are read back as 3 and 10)."""

    GLOBAL = 0
    MISSION = 2
    GLOBAL_RELATIVE_ALT = 3
    GLOBAL_INT = 5
    GLOBAL_RELATIVE_ALT_INT = 6
    GLOBAL_TERRAIN_ALT = 10
    GLOBAL_TERRAIN_ALT_INT = 11


class Command(IntEnum):
    """The MAV_CMD values that dronectl writes or understands."""

    NAV_WAYPOINT = 16
    NAV_LOITER_UNLIM = 17
    NAV_LOITER_TURNS = 18
    NAV_LOITER_TIME = 19
    NAV_RETURN_TO_LAUNCH = 20
    NAV_LAND = 21
    NAV_TAKEOFF = 22
    NAV_SPLINE_WAYPOINT = 82
    NAV_GUIDED_ENABLE = 92
    NAV_DELAY = 93
    NAV_PAYLOAD_PLACE = 94
    CONDITION_DELAY = 112
    CONDITION_CHANGE_ALT = 113
    CONDITION_DISTANCE = 114
    CONDITION_YAW = 115
    DO_SET_MODE = 176
    DO_JUMP = 177
    DO_CHANGE_SPEED = 178
    DO_SET_HOME = 179
    DO_SET_RELAY = 181
    DO_REPEAT_RELAY = 182
    DO_SET_SERVO = 183
    DO_REPEAT_SERVO = 184
    DO_LAND_START = 189
    DO_REPOSITION = 192
    DO_PAUSE_CONTINUE = 193
    DO_SET_ROI_LOCATION = 195
    DO_SET_ROI_NONE = 197
    DO_SET_ROI = 201
    DO_DIGICAM_CONFIGURE = 202
    DO_DIGICAM_CONTROL = 203
    DO_MOUNT_CONTROL = 205
    DO_SET_CAM_TRIGG_DIST = 206
    DO_FENCE_ENABLE = 207
    DO_PARACHUTE = 208
    DO_GRIPPER = 211
    DO_GUIDED_LIMITS = 222
    DO_SET_MISSION_CURRENT = 224
    MISSION_START = 300
    COMPONENT_ARM_DISARM = 400
    RUN_PREARM_CHECKS = 401
    SET_MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    DO_JUMP_TAG = 601
    JUMP_TAG = 600
    DO_GIMBAL_MANAGER_PITCHYAW = 1000
    IMAGE_START_CAPTURE = 2000
    IMAGE_STOP_CAPTURE = 2001
    VIDEO_START_CAPTURE = 2500
    VIDEO_STOP_CAPTURE = 2501
    FENCE_RETURN_POINT = 5000
    FENCE_POLYGON_VERTEX_INCLUSION = 5001
    FENCE_POLYGON_VERTEX_EXCLUSION = 5002
    FENCE_CIRCLE_INCLUSION = 5003
    FENCE_CIRCLE_EXCLUSION = 5004
    RALLY_POINT = 5100
    REQUEST_OPERATOR_CONTROL = 32100
    DO_WINCH = 42600


FLOWN_TO = (
    Command.NAV_WAYPOINT,
    Command.NAV_SPLINE_WAYPOINT,
    Command.NAV_LOITER_UNLIM,
    Command.NAV_LOITER_TURNS,
    Command.NAV_LOITER_TIME,
    Command.NAV_PAYLOAD_PLACE,
)
"""Commands whose own place is flown to before anything else of them is done."""


@dataclass(frozen=True, slots=True)
class MissionItem:
    """One item; its sequence number is its index. ``command`` and ``frame`` are plain ints: any foreign file fits.

    ``lat_e7``/``lon_e7`` are MISSION_ITEM_INT's x and y (degrees x 1e7 for commands with a place; for commands
    without one, ArduPilot keeps param5 and param6 there unscaled). ``altitude_m`` is z, in the item's frame.
    """

    command: int
    frame: int = Frame.GLOBAL_RELATIVE_ALT
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0
    lat_e7: int = 0
    lon_e7: int = 0
    altitude_m: float = 0.0
    autocontinue: bool = True

    @property
    def position(self) -> GeoPoint:
        """Its place.

        Raises:
            ValueError: the numbers are no place on Earth.
        """
        return GeoPoint.from_e7(self.lat_e7, self.lon_e7)

    @property
    def params(self) -> tuple[float, float, float, float]:
        return (self.param1, self.param2, self.param3, self.param4)

    def command_name(self) -> str:
        """``NAV_WAYPOINT``, or the number when it is none that we know."""
        try:
            return Command(self.command).name
        except ValueError:
            return f"command {self.command}"

    def with_altitude(self, altitude_m: float) -> MissionItem:
        return replace(self, altitude_m=altitude_m)

    def is_finite(self) -> bool:
        return all(math.isfinite(value) for value in (*self.params, self.altitude_m))


@dataclass(frozen=True, slots=True)
class Mission:
    """Items of one type. In a MISSION, item 0 is the home position (as on the wire and in .waypoints files)."""

    items: tuple[MissionItem, ...]
    mission_type: MissionType = MissionType.MISSION

    def __len__(self) -> int:
        return len(self.items)
