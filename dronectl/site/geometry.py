"""What the ground's shapes measure, and whether they are sound: geodesic sizes, local metres, validity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyproj
import shapely

from dronectl.model.geo import GeoPoint, GeoPolygon, Ring

LEAST_AREA_M2 = 1.0
"""A polygon below this has, for an aircraft, no area."""

_WGS84 = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Size:
    """Of a polygon, on the ellipsoid: holes are taken off the area; the perimeter is the outer ring's."""

    area_m2: float
    perimeter_m: float


def polygon_size(polygon: GeoPolygon) -> Size:
    """Geodesic area and outer perimeter (Karney's algorithms, as in pyproj.Geod)."""
    outer_area_m2, perimeter_m = _ring_size(polygon.exterior)
    holes_m2 = sum(_ring_size(hole)[0] for hole in polygon.holes)
    return Size(outer_area_m2 - holes_m2, perimeter_m)


def line_length_m(line: Sequence[GeoPoint]) -> float:
    """Geodesic length of a line."""
    return float(_WGS84.line_length([p.lon_deg for p in line], [p.lat_deg for p in line]))


def distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """Geodesic distance."""
    _, _, metres = _WGS84.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    return float(metres)


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
    """East and north of an origin in metres (azimuthal equidistant on WGS 84), to compare the shapes of a site."""

    def __init__(self, origin: GeoPoint) -> None:
        self._projection = _projection(origin)

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


@cache
def _projection(origin: GeoPoint) -> pyproj.Proj:
    return pyproj.Proj(proj="aeqd", lat_0=origin.lat_deg, lon_0=origin.lon_deg, ellps="WGS84")


def _ring_size(ring: Ring) -> tuple[float, float]:
    area_m2, perimeter_m = _WGS84.polygon_area_perimeter([p.lon_deg for p in ring], [p.lat_deg for p in ring])
    return abs(float(area_m2)), float(perimeter_m)


def _degrees(ring: Ring) -> list[tuple[float, float]]:
    return [(point.lon_deg, point.lat_deg) for point in ring]
