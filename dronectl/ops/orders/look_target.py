"""What a drone can be told to look at: whatever has a name on the ground, or a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint, Ring
from dronectl.model.ground.zone import KeepOut, Zone
from dronectl.model.site import Site

STANDOFF_M = 30.0
"""Where the point itself says nothing."""


@dataclass(frozen=True, slots=True)
class LookTarget:
    """``height_m``: above the ground there."""

    id: str
    name: str
    place: GeoPoint
    height_m: float = 0.0
    standoff_m: float = STANDOFF_M


def target_named(site: Site, text: str) -> LookTarget:
    """A point, zone, keep-out or obstacle of geofences/ by its id, else by its name.

    Raises:
        InputError: no such thing, or several of that name.
    """
    targets = list(_targets(site))
    found = [one for one in targets if one.id == text] or [one for one in targets if one.name == text]
    if not found:
        raise InputError(f"no point, zone or obstacle '{text}' in geofences/", hint="'dronectl zones list' names them")
    if len(found) > 1:
        raise InputError(f"'{text}' names several", hint=f"give the id of one: {', '.join(one.id for one in found)}")
    return found[0]


def _targets(site: Site) -> Iterator[LookTarget]:
    zones = site.zones
    for point in zones.points:
        standoff_m = point.standoff_m or STANDOFF_M
        yield LookTarget(point.id, point.name, point.position, point.height_m, standoff_m)
    areas: list[Zone | KeepOut] = [*zones.zones, *zones.keep_outs]
    for area in areas:
        yield LookTarget(area.id, area.name, _middle(area.polygon.exterior))
    for obstacle in zones.obstacles:
        standoff_m = obstacle.radius_m + STANDOFF_M
        yield LookTarget(obstacle.id, obstacle.name, obstacle.position, obstacle.height_m, standoff_m)


def _middle(ring: Ring) -> GeoPoint:
    """A place inside, in the middle where that is inside."""
    import shapely

    plane = LocalPlane(ring[0])
    middle = shapely.Polygon([plane.to_xy(point) for point in ring]).representative_point()
    return GeoPoint(*plane.to_degrees((middle.x, middle.y)))
