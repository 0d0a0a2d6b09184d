"""Where a drone may fly at one altitude: the fence shrunk by its margin, minus everything grown by its own.

Every margin truly holds: rounded corners are circumscribed, never inscribed, and a few centimetres are added for the
rounding of mission items to 1e-7 degree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.ground.zone import KeepOut, Obstacle
from dronectl.model.rules import Rules
from dronectl.model.site import Site

GRID_M = 1e-4
"""Overlays snap to this grid: GEOS silently loses area in plain unions of many nearly parallel edges."""

QUARTER_SEGMENTS = 4
"""Straight pieces per quarter of a rounded corner."""

_WIDEST_PIECE_RAD = 1.5 * math.pi / (2 * QUARTER_SEGMENTS)
"""GEOS rounds the number of pieces of an arc to the nearest: one may span half as much again."""

ROUNDING_SLACK_M = 0.05
"""Mission items hold places to 1e-7 degree (1.1 cm)."""

VERTICAL_CLEARANCE_M = 5.0
"""Volumes that end less than this above or below a flight altitude are flown around, not over or under."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A keep-out or obstacle on the map of one altitude."""

    id: str
    shape: shapely.Polygon
    grown: shapely.Polygon
    """Grown by its margin: what no route touches."""


def grow(shape: shapely.Geometry, distance_m: float) -> shapely.Geometry:
    """Everything within ``distance_m`` of a shape, and a little more at rounded corners, but never less.

    A negative distance shrinks: nothing nearer to the boundary than that is left.
    """
    circumscribed_m = distance_m / math.cos(_WIDEST_PIECE_RAD / 2.0)
    return shapely.buffer(shape, circumscribed_m, quad_segs=QUARTER_SEGMENTS)


def blocked_at(site: Site, frame: LocalFrame, altitude_m: float, *, from_ground: bool = False) -> tuple[Blocked, ...]:
    """Keep-outs and obstacles that a flight at ``altitude_m`` above home must go around.

    With ``from_ground`` those that a climb from the ground to that altitude would meet.
    """
    lowest_m = 0.0 if from_ground else altitude_m - VERTICAL_CLEARANCE_M
    return blocked_between(site, frame, lowest_m, altitude_m + VERTICAL_CLEARANCE_M)


def blocked_between(
    site: Site, frame: LocalFrame, lowest_m: float, highest_m: float, *, further_m: float = 0.0
) -> tuple[Blocked, ...]:
    """Keep-outs and obstacles that reach between two heights. ``further_m``: kept besides their margin."""
    margin_m = site.rules.keep_out_margin_m + ROUNDING_SLACK_M + further_m
    keep_outs = (
        (keep_out.id, frame.polygon_to_xy(keep_out.polygon))
        for keep_out in site.zones.keep_outs
        if _meets(keep_out, lowest_m, highest_m)
    )
    obstacles = (
        (obstacle.id, _disc(obstacle, frame)) for obstacle in site.zones.obstacles if obstacle.height_m >= lowest_m
    )
    return tuple(Blocked(name, shape, grow(shape, margin_m)) for name, shape in (*keep_outs, *obstacles))


def flyable(
    site: Site, frame: LocalFrame, drone: Drone, altitude_m: float, others: Sequence[Drone]
) -> shapely.Geometry:
    """The free space of ``drone`` at its altitude.

    The columns above the homes of the ``others`` that fly at the same time belong to their climbs and descents: no
    route comes nearer to one than the separation rule, whatever the timing.

    Raises:
        InputError: the drone has no fence, nothing is left to fly in, or its home is not in it; each named.
    """
    fence = site.zones.fence_of(drone.name)
    if fence is None:
        raise InputError(
            f"drone {drone.name} has no fence",
            hint="add a feature of kind 'fence' to geofences/ for it or for the fleet",
        )
    inside = grow(frame.polygon_to_xy(fence.polygon), -(site.rules.fence_margin_m + ROUNDING_SLACK_M))
    columns = _home_columns(site.rules, frame, drone, others)
    avoided = [*(blocked.grown for blocked in blocked_at(site, frame, altitude_m)), *columns]
    space = minus(inside, union(avoided))
    if space.is_empty:
        raise InputError(
            f"fence {fence.id} leaves drone {drone.name} no room to fly at {altitude_m:g} m",
            hint="lower the margins in [rules], or fly at another altitude",
        )
    _refuse_blocked_home(site, frame, drone, altitude_m, space)
    return space


def union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """The union, without losing area (see ``GRID_M``)."""
    return shapely.union_all(list(shapes), grid_size=GRID_M)


def minus(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """What of an area is not in the other, without losing area."""
    return _areas_only(shapely.difference(shape, other, grid_size=GRID_M))


def both(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """What two areas share, without losing area."""
    return _areas_only(shapely.intersection(shape, other, grid_size=GRID_M))


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Areas that touch share lines and points too; the next overlay would refuse the mixture."""
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _meets(keep_out: KeepOut, lowest_m: float, highest_m: float) -> bool:
    return keep_out.floor_m <= highest_m and (keep_out.ceiling_m is None or keep_out.ceiling_m >= lowest_m)


def _disc(obstacle: Obstacle, frame: LocalFrame) -> shapely.Polygon:
    return grow(shapely.Point(frame.point_to_xy(obstacle.position)), max(obstacle.radius_m, 0.01))


def _home_columns(rules: Rules, frame: LocalFrame, drone: Drone, others: Sequence[Drone]) -> list[shapely.Geometry]:
    """Discs around the other homes; homes nearer to ours than a disc is wide are left to staggered starts."""
    radius_m = rules.separation_m + 1.0
    own = shapely.Point(frame.point_to_xy(drone.home))
    discs = [
        grow(shapely.Point(frame.point_to_xy(other.home)), radius_m) for other in others if other.name != drone.name
    ]
    return [disc for disc in discs if not shapely.intersects(disc, own)]


def _refuse_blocked_home(
    site: Site, frame: LocalFrame, drone: Drone, altitude_m: float, space: shapely.Geometry
) -> None:
    home = shapely.Point(frame.point_to_xy(drone.home))
    for blocked in blocked_at(site, frame, altitude_m, from_ground=True):
        if shapely.intersects(blocked.grown, home):
            raise InputError(
                f"the home of drone {drone.name} ({drone.home}) is in {blocked.id} or within "
                f"{site.rules.keep_out_margin_m:g} m of it",
                hint="move the home in dronectl.toml to a place from which the drone can climb",
            )
    if not shapely.intersects(space, home):
        raise InputError(
            f"the home of drone {drone.name} ({drone.home}) is not inside its fence by {site.rules.fence_margin_m:g} m",
            hint="move the home in dronectl.toml, or widen the fence",
        )
