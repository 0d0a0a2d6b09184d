"""A site in local metres: WGS 84 degrees <-> x (east) and y (north) around one origin.

Azimuthal equidistant projection on the ellipsoid by PROJ: distances from the origin are exact; others, within
10 km of it, are wrong by less than half a part in a million, so a site of a few kilometres is true to the millimetre.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint, GeoPolygon, Ring

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

MAX_EXTENT_M = 100_000.0
"""Points farther than this from the origin are refused: no patrol is that large, a swapped coordinate is."""

MAX_LATITUDE_DEG = 85.0
"""Nearer to a pole there is no useful east."""


@cache
def projection_at(origin: GeoPoint) -> pyproj.Proj:
    """The projection alone, which takes places however far they are."""
    return pyproj.Proj(proj="aeqd", lat_0=origin.lat_deg, lon_0=origin.lon_deg, ellps="WGS84", units="m")


class LocalFrame:
    """The plane in which a site is planned and checked. Right-handed: x east, y north, metres.

    Raises:
        InputError: the origin is so near to a pole, or a point so far from the origin, that no plan makes sense there.
    """

    def __init__(self, origin: GeoPoint) -> None:
        if abs(origin.lat_deg) > MAX_LATITUDE_DEG:
            raise InputError(
                f"the site's origin {origin} lies within {90 - MAX_LATITUDE_DEG:g}° of a pole",
                hint="check the coordinates: GeoJSON is longitude first, then latitude",
            )
        self.origin = origin
        self._projection = projection_at(origin)

    def to_xy(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Degrees to metres, element by element."""
        lat = np.asarray(lat_deg, dtype=np.float64)
        lon = np.asarray(lon_deg, dtype=np.float64)
        self._refuse_across_the_antimeridian(lat, lon)
        x, y = self._projection(lon, lat)
        x_m, y_m = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        far = ~(np.hypot(x_m, y_m) <= MAX_EXTENT_M)
        if far.any():
            first = int(np.flatnonzero(far.ravel())[0])
            raise InputError(
                f"{lat.ravel()[first]:.7f},{lon.ravel()[first]:.7f} is more than {MAX_EXTENT_M / 1000:g} km from "
                f"{self.origin}",
                hint="check the coordinates: GeoJSON is longitude first, then latitude",
            )
        return x_m, y_m

    def to_geo(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Metres to degrees: (latitude, longitude), element by element."""
        lon, lat = self._projection(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64), inverse=True)
        return np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)

    def point_to_xy(self, point: GeoPoint) -> tuple[float, float]:
        """One place in metres."""
        x, y = self.to_xy([point.lat_deg], [point.lon_deg])
        return float(x[0]), float(y[0])

    def points_to_xy(self, points: Sequence[GeoPoint]) -> FloatArray:
        """Places as an (n, 2) array in metres."""
        x, y = self.to_xy([point.lat_deg for point in points], [point.lon_deg for point in points])
        return np.column_stack([x, y])

    def to_points(self, xy_m: FloatArray) -> list[GeoPoint]:
        """An (n, 2) array in metres as places."""
        lat, lon = self.to_geo(xy_m[:, 0], xy_m[:, 1])
        return [GeoPoint(float(a), float(b)) for a, b in zip(lat, lon, strict=True)]

    def polygon_to_xy(self, polygon: GeoPolygon) -> shapely.Polygon:
        """A polygon with its holes in metres."""

        def ring(points: Ring) -> FloatArray:
            return self.points_to_xy(points)

        return shapely.Polygon(ring(polygon.exterior), [ring(hole) for hole in polygon.holes])

    def _refuse_across_the_antimeridian(self, lat: FloatArray, lon: FloatArray) -> None:
        """Longitudes that jump by 360° would draw lines around the Earth."""
        across = np.abs(lon - self.origin.lon_deg) > 180.0
        if across.any():
            first = int(np.flatnonzero(across.ravel())[0])
            raise InputError(
                f"{lat.ravel()[first]:.7f},{lon.ravel()[first]:.7f} lies across the antimeridian from {self.origin}",
                hint="a site that crosses longitude 180° is not supported",
            )
