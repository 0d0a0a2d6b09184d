"""Web Mercator (EPSG:3857) as map tiles have it: the world as a square from (0, 0) in the north-west to (1, 1).

At zoom z it is cut into 2^z by 2^z tiles, x to the east, y to the south (OGC 17-083r4, WebMercatorQuad).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from dronectl.model.geo import GeoPoint

XY = tuple[float, float]
Floats = npt.NDArray[np.float64]
MOST_LAT_DEG = 85.051128779
"""Beyond it there are no tiles."""
_AROUND_M = 2.0 * math.pi * 6_378_137.0


def world_xy(place: GeoPoint) -> XY:
    """Where in the square a place is."""
    lat_deg = min(max(place.lat_deg, -MOST_LAT_DEG), MOST_LAT_DEG)
    sine = math.sin(math.radians(lat_deg))
    return place.lon_deg / 360.0 + 0.5, 0.5 - math.log((1.0 + sine) / (1.0 - sine)) / (4.0 * math.pi)


def place_at(spot: XY) -> GeoPoint:
    """What lies there; ``spot`` within the square."""
    x, y = spot
    lat_deg = math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y))))
    return GeoPoint(lat_deg, min(max((x - 0.5) * 360.0, -180.0), 180.0))


def lon_lat_of(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of places in the square, of any shape that fits together."""
    x, y = np.broadcast_arrays(x, y)
    return (x - 0.5) * 360.0, np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * y))))


def zoom_for(metres_per_pixel: float, lat_deg: float, *, tile_px: int = 256) -> float:
    """The zoom, with its fraction, at which a pixel of a tile is so long at this latitude."""
    across = _AROUND_M * math.cos(math.radians(lat_deg)) / tile_px
    return math.log2(across / metres_per_pixel)
