"""What a drone can be told to look at: whatever has a name on the ground, or a place."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint, Ring
from dronectl.model.ground.zone import KeepOut, Obstacle, PointOfInterest, Zone
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


Named = PointOfInterest | Zone | KeepOut | Obstacle


def target_named(site: Site, text: str) -> LookTarget:
    """A point, zone, keep-out or obstacle of geofences/ by its id, else by its name.

    Raises:
        InputError: no such thing, or several of that name.
    """
    named = look_targets(site)
    found = [one for one in named if one.id == text] or [one for one in named if one.name == text]
    if not found:
        raise InputError(f"no point, zone or obstacle '{text}' in geofences/", hint="'dronectl zones list' names them")
    if len(found) > 1:
        raise InputError(f"'{text}' names several", hint=f"give the id of one: {', '.join(one.id for one in found)}")
    return target_of(found[0])


def look_targets(site: Site) -> tuple[Named, ...]:
    """Whatever of geofences/ can be looked at."""
    zones = site.zones
    return (*zones.points, *zones.zones, *zones.keep_outs, *zones.obstacles)


def target_of(feature: Named) -> LookTarget:
    """From where it is looked at, and how high."""
    match feature:
        case PointOfInterest():
            standoff_m = feature.standoff_m or STANDOFF_M
            return LookTarget(feature.id, feature.name, feature.position, feature.height_m, standoff_m)
        case Obstacle():
            standoff_m = feature.radius_m + STANDOFF_M
            return LookTarget(feature.id, feature.name, feature.position, feature.height_m, standoff_m)
        case _:
            return LookTarget(feature.id, feature.name, _middle(feature.polygon.exterior))


def _middle(ring: Ring) -> GeoPoint:
    """A place inside, in the middle where that is inside."""
    import shapely

    plane = LocalPlane(ring[0])
    middle = shapely.Polygon([plane.to_xy(point) for point in ring]).representative_point()
    return GeoPoint(*plane.to_degrees((middle.x, middle.y)))
