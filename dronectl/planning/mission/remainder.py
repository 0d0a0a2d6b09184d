"""What is left of a mission that ended early, as a mission of its own: for the same drone, or for another one.

It begins one leg back: at the place that was reached last, so that the leg that was broken off is flown whole, with the
photographs of its first part a second time. Whatever the mission had set by then is set again before that leg: speed,
ROI, yaw, camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import FLOWN_TO, Command, Frame, Mission, MissionItem
from dronectl.model.plan.mission_state import ROI, set_before
from dronectl.model.site import Site
from dronectl.planning.mission.compile import cut_to_centimetres
from dronectl.planning.paths.detour import bends_around

_JOINTS = (Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME, Command.NAV_SPLINE_WAYPOINT)
"""Whose own place is where the next leg begins."""
_LAST_NAVIGATION = 95
HOME_M = 1.0
"""Who is so near to home is there."""


def remainder_of(site: Site, frame: LocalFrame, drone: Drone, mission: Mission, reached: int) -> Mission | None:
    """The rest of ``mission`` after item ``reached`` (0: nothing was flown), from the home of ``drone`` and back to it,
    around what stands in the way; at the heights that the mission has. None: only the way home is left.

    Raises:
        InputError: the mission has jumps, or there is no way.
    """
    items = mission.items
    if any(item.command in (Command.DO_JUMP, Command.DO_JUMP_TAG) for item in items):
        raise InputError("a mission with jumps is not cut", hint="build a plan for what is left")
    work = _work(mission)
    left = [seq for seq in work if seq > reached]
    if not left:
        return None
    last = items[work[-1]]
    joint = max((seq for seq, item in enumerate(items) if seq <= reached and item.command in FLOWN_TO), default=0)
    is_joined = joint > 0 and items[joint].command in _JOINTS
    begin = max(seq for seq in range(left[0]) if seq in (0, joint) or items[seq].command == Command.NAV_TAKEOFF) + 1
    first = items[joint] if is_joined else next(item for item in items[begin:] if item.command in FLOWN_TO)
    settings = _settings(mission, begin)

    def way(start: GeoPoint, goal: GeoPoint, altitude_m: float) -> list[MissionItem]:
        bends = bends_around(site, frame, drone, start, goal, (altitude_m, altitude_m))
        return [_waypoint(place, altitude_m) for place in bends]

    return Mission(
        (
            replace(items[0], lat_e7=drone.home.lat_e7, lon_e7=drone.home.lon_e7),
            replace(_waypoint(drone.home, first.altitude_m), command=Command.NAV_TAKEOFF),
            *_first_speed(items, settings),
            *way(drone.home, first.position, first.altitude_m),
            *(item for item in settings if item.command in ROI),
            *([_waypoint(first.position, first.altitude_m)] if is_joined else []),
            *(item for item in settings if item.command not in ROI),
            *items[begin : work[-1] + 1],
            *(item for item in items[work[-1] + 1 :] if item.command >= _LAST_NAVIGATION),
            *way(last.position, drone.home, last.altitude_m),
            _waypoint(drone.home, last.altitude_m),
            MissionItem(Command.NAV_RETURN_TO_LAUNCH, frame=Frame.GLOBAL),
        )
    )


def _work(mission: Mission) -> list[int]:
    """The places that are flown to for the patrol's sake: as far as the last one where something is photographed,
    filmed, looked at or stayed at; in a mission without any of that, all but the last one above home."""
    items = mission.items
    places: list[int] = []
    seeing: set[int] = set()
    triggers = films = looks = False
    for seq, item in enumerate(items[1:], start=1):
        match item.command:
            case Command.DO_SET_CAM_TRIGG_DIST:
                triggers = item.param1 > 0.0
            case Command.VIDEO_START_CAPTURE | Command.VIDEO_STOP_CAPTURE:
                films = item.command == Command.VIDEO_START_CAPTURE
            case command if command in ROI:
                looks = bool(item.lat_e7 or item.lon_e7)
            case command if command in FLOWN_TO:
                places.append(seq)
                stays = command != Command.NAV_WAYPOINT or item.param1 > 0.0
                if triggers or films or looks or stays:
                    seeing.add(seq)
    if seeing:
        return [seq for seq in places if seq <= max(seeing)]
    if places and flat_distance_m(items[places[-1]].position, items[0].position) < HOME_M:
        places.pop()
    return places


def _settings(mission: Mission, begin: int) -> list[MissionItem]:
    """What holds by then, without a camera that is off."""
    held = [
        item
        for item in set_before(mission, begin)
        if not (item.command == Command.DO_SET_CAM_TRIGG_DIST and item.param1 == 0.0)
    ]
    filming: MissionItem | None = None
    for item in mission.items[1:begin]:
        if item.command == Command.VIDEO_START_CAPTURE:
            filming = item
        elif item.command == Command.VIDEO_STOP_CAPTURE:
            filming = None
    return [*held, filming] if filming is not None else held


def _first_speed(items: Sequence[MissionItem], settings: Sequence[MissionItem]) -> list[MissionItem]:
    """The mission's own speed on the way to the joint, where none is set there anyway."""
    speeds = [item for item in items if item.command == Command.DO_CHANGE_SPEED]
    return speeds[:1] if any(item.command == Command.DO_CHANGE_SPEED for item in settings) else []


def _waypoint(place: GeoPoint, altitude_m: float) -> MissionItem:
    return MissionItem(
        Command.NAV_WAYPOINT, lat_e7=place.lat_e7, lon_e7=place.lon_e7, altitude_m=cut_to_centimetres(altitude_m)
    )
