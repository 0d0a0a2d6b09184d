"""A sortie's steps to mission items: only what ArduCopter accepts, written so that it keeps every value as sent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.ardupilot.stored_items import canonical_item
from dronectl.model.fleet import Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.planning.performance.energy import Speeds
from dronectl.planning.work import Step

_QUARTERS = 4
"""Distances and speeds are cut to quarters of a metre: exact in the single precision of the wire."""

_GROUND_SPEED = 1.0
_CLOCKWISE = 1.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """Photographs every ``distance_m`` of a leg; ``fastest_m_s``: the speed at which the shutter still keeps up."""

    distance_m: float
    fastest_m_s: float


def trigger_for(camera: Camera, altitude_m: float, frontlap_pct: float) -> Trigger:
    """The distance between photographs for a frontlap, and the speed limit that the shutter sets."""
    _, along_m = camera.footprint_m(altitude_m)
    distance_m = _cut_to_quarters(along_m * (1.0 - frontlap_pct / 100.0))
    if camera.shutter_interval_s <= 0.0:
        return Trigger(distance_m, math.inf)
    return Trigger(distance_m, _cut_to_quarters(distance_m / camera.shutter_interval_s))


def cut_to_centimetres(altitude_m: float) -> float:
    """The next altitude below (or at) this one that the vehicle reads back as it was sent."""
    item = MissionItem(Command.NAV_WAYPOINT, altitude_m=altitude_m)
    kept = canonical_item(item, 1)
    while kept != item:
        item, kept = kept, canonical_item(kept, 1)
    return kept.altitude_m


def compile_mission(
    drone: Drone,
    frame: LocalFrame,
    ground_elevation_m: float,
    altitude_m: float,
    steps: Sequence[Step],
    speeds: Speeds,
    trigger: Trigger | None,
    *,
    films: bool = False,
) -> Mission:
    """Home, take-off, speed, the steps, RTL directly above home (where the last step must be).

    With ``trigger`` the camera is triggered along working legs and still on all others; ``films``: it films from the
    first to the last of the work.
    """
    items = [
        MissionItem(
            Command.NAV_WAYPOINT,
            frame=Frame.GLOBAL,
            lat_e7=drone.home.lat_e7,
            lon_e7=drone.home.lon_e7,
            altitude_m=cut_to_centimetres(ground_elevation_m),
        ),
        _at(Command.NAV_TAKEOFF, drone.home, altitude_m),
    ]
    speed_m_s: float | None = None
    is_triggering = is_filming = False
    looking: tuple[GeoPoint, float] | None = None
    last_work = max((index for index, step in enumerate(steps) if _is_work(step)), default=-1)
    for index, step in enumerate(steps):
        if is_triggering and not step.working:
            items.append(_action(Command.DO_SET_CAM_TRIGG_DIST, 0.0))
            is_triggering = False
        wanted_m_s = speeds.work_m_s if step.working else speeds.transit_m_s
        if wanted_m_s != speed_m_s:
            items.append(_action(Command.DO_CHANGE_SPEED, _GROUND_SPEED, wanted_m_s))
            speed_m_s = wanted_m_s
        if trigger is not None and step.working and not is_triggering:
            items.append(_action(Command.DO_SET_CAM_TRIGG_DIST, trigger.distance_m))
            is_triggering = True
        if films and is_filming != (_is_work(step) or (is_filming and index < last_work)):
            is_filming = not is_filming
            items.append(_action(Command.VIDEO_START_CAPTURE if is_filming else Command.VIDEO_STOP_CAPTURE))
        if looking is not None and index > last_work:
            items.append(MissionItem(Command.DO_SET_ROI, frame=Frame.GLOBAL))
            looking = None
        if step.look_at is not None and looking != (step.look_at, step.look_height_m):
            items.append(_at(Command.DO_SET_ROI, step.look_at, cut_to_centimetres(step.look_height_m)))
            looking = (step.look_at, step.look_height_m)
        items.append(_nav(step, frame, altitude_m))
    # The last step is the drone's own home: to the last digit, not through the projection.
    items[-1] = _at(Command.NAV_WAYPOINT, drone.home, altitude_m)
    items.append(_action(Command.NAV_RETURN_TO_LAUNCH))
    return Mission(tuple(items))


def _is_work(step: Step) -> bool:
    return step.working or step.dwell_s > 0.0 or step.look_at is not None


def _nav(step: Step, frame: LocalFrame, altitude_m: float) -> MissionItem:
    (place,) = frame.to_points(step.xy[None, :])
    if step.dwell_s > 0.0:
        return _at(Command.NAV_LOITER_TIME, place, altitude_m, param1=float(math.ceil(step.dwell_s)), param3=_CLOCKWISE)
    return _at(Command.NAV_WAYPOINT, place, altitude_m)


def _at(
    command: Command, place: GeoPoint, altitude_m: float, *, param1: float = 0.0, param3: float = 0.0
) -> MissionItem:
    return MissionItem(
        command,
        frame=Frame.GLOBAL_RELATIVE_ALT,
        param1=param1,
        param3=param3,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        altitude_m=altitude_m,
    )


def _action(command: Command, param1: float = 0.0, param2: float = 0.0) -> MissionItem:
    return MissionItem(command, frame=Frame.GLOBAL, param1=param1, param2=param2)


def _cut_to_quarters(value: float) -> float:
    return max(1.0 / _QUARTERS, math.floor(value * _QUARTERS + 1e-6) / _QUARTERS)
