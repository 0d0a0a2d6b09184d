"""What stands between a ground station and a drone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet
from dronectl.sim.vehicle.geodesy import LocalMap, Point

ANTENNA_M = 2.0
"""Above the ground, at the drone's home."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A building, a tower: round, from the ground up to its height."""

    place: GeoPoint
    radius_m: float
    height_m: float


def shadows_of(zones: ZoneSet) -> tuple[Shadow, ...]:
    """All obstacles of a site."""
    return tuple(Shadow(one.position, one.radius_m, one.height_m) for one in zones.obstacles)


def is_in_shadow(shadows: Iterable[Shadow], home: GeoPoint, drone: Point, up_m: float) -> bool:
    """Whether one of them stands in the straight line from the antenna to the drone, metres north and east of home."""
    chart = LocalMap(home.lat_e7, home.lon_e7)
    length_m = math.hypot(*drone)
    if length_m < 1.0:
        return False
    toward = (drone[0] / length_m, drone[1] / length_m)
    for shadow in shadows:
        north, east = chart.to_local(shadow.place.lat_e7, shadow.place.lon_e7)
        along_m = north * toward[0] + east * toward[1]
        aside_m = abs(north * toward[1] - east * toward[0])
        if not 0.0 < along_m < length_m or aside_m >= shadow.radius_m:
            continue
        half_m = math.sqrt(shadow.radius_m**2 - aside_m**2)
        ends_m = min(along_m + half_m, length_m)
        begins_m = max(along_m - half_m, 0.0)
        lowest_m = min(_height_m(begins_m, length_m, up_m), _height_m(ends_m, length_m, up_m))
        if lowest_m < shadow.height_m:
            return True
    return False


def _height_m(along_m: float, length_m: float, up_m: float) -> float:
    return ANTENNA_M + (up_m - ANTENNA_M) * along_m / length_m
