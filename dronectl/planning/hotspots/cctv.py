"""What fixed cameras see, never overstated: drones go to the gaps.

A camera sees a sector of a circle, drawn inscribed (chords inside the arc), less what stands in its way: obstacles cast
shadows away from it, drawn circumscribed. Keep-outs are airspace, not walls, and cast none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
import shapely.affinity

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Cctv, Obstacle, PointOfInterest, Zone
from dronectl.model.site import Site
from dronectl.planning.paths.space import both, grow, minus, union

CHORD_DEG = 2.0
"""A chord of this angle leaves the arc by 0.15 per mille of the radius."""

MOUNTED_M = 4.0
"""Fixed cameras hang about so high: what is lower hides nothing."""


def sector(camera: Cctv, frame: LocalFrame) -> shapely.Polygon:
    """The sector in metres, without what hides parts of it: range, bearing (clockwise from north), field of view."""
    centre = np.array(frame.point_to_xy(camera.position))
    is_full = camera.field_of_view_deg >= 360.0
    pieces = max(2, math.ceil(camera.field_of_view_deg / CHORD_DEG))
    bearings = np.radians(camera.bearing_deg + camera.field_of_view_deg * (np.arange(pieces + 1) / pieces - 0.5))
    rim = centre + camera.range_m * np.column_stack([np.sin(bearings), np.cos(bearings)])
    return shapely.Polygon(rim[:-1] if is_full else np.vstack([centre, rim]))


def seen_by(camera: Cctv, obstacles: Sequence[Obstacle], frame: LocalFrame) -> shapely.Geometry:
    """The sector less the obstacles in it and their shadows."""
    centre = shapely.Point(frame.point_to_xy(camera.position))
    shadows = []
    for obstacle in obstacles:
        disc = grow(shapely.Point(frame.point_to_xy(obstacle.position)), max(obstacle.radius_m, 0.01))
        if obstacle.height_m <= MOUNTED_M or shapely.intersects(disc, centre):
            continue
        near_m = max(shapely.distance(disc, centre), 0.01)
        if near_m < camera.range_m:
            shadows.append(_shadow(disc, centre, 1.0 + camera.range_m / near_m))
    return minus(sector(camera, frame), union(shadows)) if shadows else sector(camera, frame)


def cameras_of(points: Sequence[PointOfInterest], site: Site, frame: LocalFrame) -> list[tuple[str, ...]]:
    """For each point the ids of the cameras that see it."""
    return cameras_seeing([point.position for point in points], site, frame)


def cameras_seeing(places_seen: Sequence[GeoPoint], site: Site, frame: LocalFrame) -> list[tuple[str, ...]]:
    """For each place the ids of the cameras that see it."""
    views = [(camera.id, seen_by(camera, site.zones.obstacles, frame)) for camera in site.zones.cctv]
    places = [shapely.Point(frame.point_to_xy(place)) for place in places_seen]
    return [tuple(name for name, view in views if shapely.intersects(view, place)) for place in places]


def seen_pct(zone: Zone, site: Site, frame: LocalFrame) -> float:
    """Share of a zone's area that at least one camera sees, 0..100."""
    area = frame.polygon_to_xy(zone.polygon)
    views = [seen_by(camera, site.zones.obstacles, frame) for camera in site.zones.cctv]
    return 100.0 * float(both(area, union(views)).area) / float(area.area) if views else 0.0


def _shadow(shape: shapely.Polygon, light: shapely.Point, factor: float) -> shapely.Geometry:
    """A convex shape and all behind it as seen from ``light``, to ``factor`` times its distance: such a set is convex,
    so the hull of the shape and its image is just that."""
    image = shapely.affinity.scale(shape, factor, factor, origin=light)
    return shapely.convex_hull(shapely.geometrycollections([shape, image]))
