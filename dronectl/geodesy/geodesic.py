"""Distances, lengths and sizes on the WGS 84 ellipsoid, exact, by PROJ (Karney's algorithms)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyproj

from dronectl.model.geo import GeoPoint, Ring

_WGS84 = pyproj.Geod(ellps="WGS84")


def distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """Between two places."""
    _, _, metres = _WGS84.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    return float(metres)


def distances_m(
    lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64], to: GeoPoint
) -> npt.NDArray[np.float64]:
    """From each of many places to one."""
    there = np.full_like(lon_deg, to.lon_deg), np.full_like(lat_deg, to.lat_deg)
    _, _, metres = _WGS84.inv(lon_deg, lat_deg, *there)
    return np.asarray(metres, dtype=np.float64)


def line_length_m(line: Sequence[GeoPoint]) -> float:
    """Of a line."""
    return float(_WGS84.line_length([p.lon_deg for p in line], [p.lat_deg for p in line]))


def ring_size(ring: Ring) -> tuple[float, float]:
    """Area in square metres and perimeter in metres."""
    area_m2, perimeter_m = _WGS84.polygon_area_perimeter([p.lon_deg for p in ring], [p.lat_deg for p in ring])
    return abs(float(area_m2)), float(perimeter_m)


def moved(
    lat_deg: npt.NDArray[np.float64],
    lon_deg: npt.NDArray[np.float64],
    east_m: npt.NDArray[np.float64],
    north_m: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Latitudes and longitudes of places so far from others."""
    azimuth_deg = np.degrees(np.arctan2(east_m, north_m))
    lon, lat, _ = _WGS84.fwd(lon_deg, lat_deg, azimuth_deg, np.hypot(east_m, north_m))
    return np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
