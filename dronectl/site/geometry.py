"""What the ground's shapes measure, and whether they are sound: geodesic sizes, local metres, validity."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from dronectl.geodesy.frame import projection_at
from dronectl.geodesy.geodesic import ring_size
from dronectl.model.geo import GeoPoint, GeoPolygon, Ring

LEAST_AREA_M2 = 1.0
"""A polygon below this has, for an aircraft, no area."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a polygon, on the ellipsoid: holes are taken off the area; the perimeter is the outer ring's."""

    area_m2: float
    perimeter_m: float


def polygon_size(polygon: GeoPolygon) -> Size:
    """Geodesic area and outer perimeter."""
    outer_area_m2, perimeter_m = ring_size(polygon.exterior)
    holes_m2 = sum(ring_size(hole)[0] for hole in polygon.holes)
    return Size(outer_area_m2 - holes_m2, perimeter_m)


def polygon_problem(polygon: GeoPolygon) -> str | None:
    """What makes a polygon unusable, with the coordinate where there is one; None when it is sound."""
    shape = shapely.Polygon(_degrees(polygon.exterior), [_degrees(hole) for hole in polygon.holes])
    if not shape.is_valid:
        reason, _, place = shapely.is_valid_reason(shape).partition("[")
        lon_lat = place.rstrip("]").split()
        where = (
            f" at {float(lon_lat[1]):.7f},{float(lon_lat[0]):.7f} (latitude, longitude)" if len(lon_lat) == 2 else ""
        )
        return f"a polygon with {reason.strip().lower()}{where}"
    area_m2 = polygon_size(polygon).area_m2
    if area_m2 < LEAST_AREA_M2:
        return f"a polygon of {area_m2:.2f} m²"
    return None


class LocalMetres:
    """East and north of an origin in metres, to compare the shapes of a site, wherever they are."""

    def __init__(self, origin: GeoPoint) -> None:
        self._projection = projection_at(origin)

    def polygon(self, polygon: GeoPolygon) -> shapely.Polygon:
        return shapely.Polygon(self._ring(polygon.exterior), [self._ring(hole) for hole in polygon.holes])

    def point(self, point: GeoPoint) -> shapely.Point:
        return shapely.Point(self._projection(point.lon_deg, point.lat_deg))

    def place(self, point: shapely.Point) -> GeoPoint:
        lon_deg, lat_deg = self._projection(point.x, point.y, inverse=True)
        return GeoPoint(lat_deg, lon_deg)

    def _ring(self, ring: Ring) -> list[tuple[float, float]]:
        east, north = self._projection([p.lon_deg for p in ring], [p.lat_deg for p in ring])
        return list(zip(east, north, strict=True))


def _degrees(ring: Ring) -> list[tuple[float, float]]:
    return [(point.lon_deg, point.lat_deg) for point in ring]
