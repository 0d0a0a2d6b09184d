"""The items that QGroundControl flies for a structure scan (version 3): rounds at rising or falling heights.

The building's outline is moved outward by the distance to its surface, edge by edge (each corner goes to where its
moved edges meet). Every layer is one closed round there with the camera triggered by distance; before the first and
after the last the aircraft is at the entrance height over the first corner. The rules are those of QGroundControl 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.degrees import degrees_to_e7
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, MissionItem

DO_SET_ROI_WPNEXT_OFFSET = 196
"""Not stored by ArduCopter: ``plan check`` says so."""

_FARTHEST_CORNER = 20.0
"""A corner farther out than this many distances is a needle: no such building is scanned."""


@dataclass(frozen=True, slots=True)
class StructureScan:
    """Heights in metres above home; corners are (latitude, longitude) in degrees, in either direction."""

    corners: tuple[tuple[float, float], ...]
    distance_m: float
    layer_height_m: float
    trigger_distance_m: float
    layers: int
    bottom_m: float
    height_m: float
    from_top: bool
    entrance_m: float
    gimbal_pitch_deg: float

    def flight_polygon(self) -> tuple[tuple[float, float], ...]:
        """The outline that is flown, clockwise as the file has it or turned so.

        Raises:
            ValueError: an outline without an area, or with a needle of a corner.
        """
        plane = LocalPlane(GeoPoint(*self.corners[0]))
        spots = [plane.to_xy(GeoPoint(*corner)) for corner in self.corners]
        if _doubled_area(spots) > 0.0:  # counter-clockwise
            spots.reverse()
        around = zip([spots[-1], *spots[:-1]], spots, [*spots[1:], spots[0]], strict=True)
        moved = [_corner(before, at, after, self.distance_m) for before, at, after in around]
        return tuple(plane.to_degrees(spot) for spot in moved)


def structure_scan_items(scan: StructureScan) -> Iterator[MissionItem]:
    """The simple items, entrance to exit."""
    outline = scan.flight_polygon()
    entrance = _waypoint(outline[0], scan.entrance_m)
    yield entrance
    yield MissionItem(
        DO_SET_ROI_WPNEXT_OFFSET, Frame.MISSION, lat_e7=round(scan.gimbal_pitch_deg), lon_e7=0, altitude_m=90.0
    )
    sign = -1.0 if scan.from_top else 1.0
    first_m = (scan.height_m if scan.from_top else scan.bottom_m) + sign * scan.layer_height_m / 2
    for layer in range(scan.layers):
        height_m = first_m + sign * layer * scan.layer_height_m
        yield _waypoint(outline[0], height_m)
        yield MissionItem(Command.DO_SET_CAM_TRIGG_DIST, Frame.MISSION, scan.trigger_distance_m, 0.0, 1.0)
        for place in (*outline[1:], outline[0]):
            yield _waypoint(place, height_m)
        yield MissionItem(Command.DO_SET_CAM_TRIGG_DIST, Frame.MISSION)
    yield MissionItem(Command.DO_SET_ROI_NONE, Frame.MISSION)
    yield entrance


def _waypoint(place: tuple[float, float], height_m: float) -> MissionItem:
    lat_e7, lon_e7 = (degrees_to_e7(value) for value in place)
    return MissionItem(Command.NAV_WAYPOINT, param4=math.nan, lat_e7=lat_e7, lon_e7=lon_e7, altitude_m=height_m)


def _corner(
    before: tuple[float, float], at: tuple[float, float], after: tuple[float, float], distance_m: float
) -> tuple[float, float]:
    """Where the edges at this corner meet after both moved to the left of a clockwise round, which is outward."""
    (ax, ay), (bx, by) = _direction(before, at), _direction(at, after)
    straight = ax * bx + ay * by
    if straight <= -1.0 + 1e-12:
        raise ValueError("the outline turns back on itself")
    # Both edges move by d along their left normals; the corner moves by d (n1 + n2) / (1 + n1·n2).
    x, y = -(ay + by) / (1.0 + straight), (ax + bx) / (1.0 + straight)
    if math.hypot(x, y) > _FARTHEST_CORNER:
        raise ValueError("the outline has a needle of a corner")
    return at[0] + x * distance_m, at[1] + y * distance_m


def _direction(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    length_m = math.dist(start, end)
    if length_m < 0.01:
        raise ValueError("the outline has the same corner twice")
    return (end[0] - start[0]) / length_m, (end[1] - start[1]) / length_m


def _doubled_area(spots: list[tuple[float, float]]) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(spots, [*spots[1:], spots[0]], strict=True))
