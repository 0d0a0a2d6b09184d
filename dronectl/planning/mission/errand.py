"""An errand: to where a place can be seen from, a stay there with the camera on it, and back home; as one mission.

A drone in the air is first brought to the errand's height where it is, straight up or down, so that it crosses the
site in one layer; one on the ground takes off to it. The whole flies by itself, whatever becomes of the link.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.site import Site
from dronectl.planning.mission.compile import cut_to_centimetres
from dronectl.planning.mission.way_to_view import WayToView, way_to_view
from dronectl.planning.paths.detour import bends_around

GROUND_SPEED = 1.0
CLOCKWISE = 1.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: a place, its height above the site's plane, and from how far."""

    place: GeoPoint
    height_m: float
    standoff_m: float


@dataclass(frozen=True, slots=True)
class Errand:
    """``first``: the item that is flown to first; ``view_item``: the stay; ``way``: that there."""

    mission: Mission
    first: int
    view_item: int
    way: WayToView
    relative_altitude_m: float

    def staying(self, seconds: float) -> Errand:
        """The same with another stay, in whole seconds."""
        items = list(self.mission.items)
        items[self.view_item] = replace(items[self.view_item], param1=float(max(1, math.floor(seconds))))
        return replace(self, mission=replace(self.mission, items=tuple(items)))


def errand(
    site: Site,
    frame: LocalFrame,
    drone: Drone,
    sight: Sight,
    *,
    start: GeoPoint,
    is_flying: bool,
    home: GeoPoint,
    home_height_m: float,
    relative_altitude_m: float,
    stay_s: float = 1.0,
) -> Errand:
    """From ``start``, in the air there or on the ground, at ``relative_altitude_m`` above ``home``, the vehicle's own,
    which lies ``home_height_m`` above the site's plane.

    Raises:
        InputError: there is no way, or no place to look from.
    """
    up_m = cut_to_centimetres(relative_altitude_m)
    altitude_m = up_m + home_height_m
    way = way_to_view(
        site,
        frame,
        drone,
        start,
        sight.place,
        standoff_m=sight.standoff_m,
        altitude_m=altitude_m,
        target_height_m=sight.height_m,
    )
    back = bends_around(site, frame, drone, way.view, home, (altitude_m, altitude_m))
    looked_at = _at(Command.DO_SET_ROI, sight.place, cut_to_centimetres(sight.height_m - home_height_m))
    before = list(_begin(drone, start, home, up_m, site, is_flying=is_flying))
    there = [_at(Command.NAV_WAYPOINT, bend, up_m) for bend in way.bends]
    stay = replace(_at(Command.NAV_LOITER_TIME, way.view, up_m), param1=float(math.floor(stay_s)), param3=CLOCKWISE)
    items = (
        *before,
        MissionItem(Command.DO_CHANGE_SPEED, Frame.GLOBAL, param1=GROUND_SPEED, param2=drone.cruise_speed_m_s),
        looked_at,
        *there,
        stay,
        MissionItem(Command.DO_SET_ROI, Frame.GLOBAL),
        *(_at(Command.NAV_WAYPOINT, bend, up_m) for bend in back),
        _at(Command.NAV_WAYPOINT, home, up_m),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL),
    )
    return Errand(Mission(items), 1, len(before) + 2 + len(there), way, up_m)


def _begin(
    drone: Drone, start: GeoPoint, home: GeoPoint, up_m: float, site: Site, *, is_flying: bool
) -> Iterator[MissionItem]:
    """Home, and to the errand's height."""
    elevation_m = cut_to_centimetres(site.ground_elevation_m)
    yield MissionItem(
        Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=home.lat_e7, lon_e7=home.lon_e7, altitude_m=elevation_m
    )
    yield _at(Command.NAV_WAYPOINT, start, up_m) if is_flying else _at(Command.NAV_TAKEOFF, home, up_m)


def _at(command: Command, place: GeoPoint, altitude_m: float) -> MissionItem:
    return MissionItem(command, lat_e7=place.lat_e7, lon_e7=place.lon_e7, altitude_m=altitude_m)
