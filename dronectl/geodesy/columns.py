"""Tracks: columns of degrees in metres, by NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, metres_a_degree
from dronectl.geodesy.plane import LocalPlane

Column = NDArray[np.float64]


def metres_a_degree_at(lat_deg: Column) -> tuple[Column, Column]:
    """:func:`~dronectl.geodesy.ellipsoid.metres_a_degree`, element by element."""
    latitude = np.radians(lat_deg)
    w2 = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    north_m = np.radians(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / w2**1.5)
    east_m = np.radians(SEMI_MAJOR_M / np.sqrt(w2) * np.cos(latitude))
    return north_m, east_m


def on_plane(plane: LocalPlane, lat_deg: Column, lon_deg: Column) -> tuple[Column, Column]:
    """:meth:`~dronectl.geodesy.plane.LocalPlane.to_xy`, element by element: metres east and north."""
    north_m, east_m = metres_a_degree(plane.origin.lat_deg)
    east_deg = (lon_deg - plane.origin.lon_deg + 180.0) % 360.0 - 180.0
    return east_deg * east_m, (lat_deg - plane.origin.lat_deg) * north_m


def path_length_m(lat_deg: Column, lon_deg: Column) -> float:
    """Length over ground: the sum of short steps on the WGS 84 ellipsoid.

    A step is measured with the radii of curvature at its middle, which is exact to a millimetre for steps of
    kilometres; a step over the antimeridian is a short one.
    """
    north_m, east_m = metres_a_degree_at((lat_deg[:-1] + lat_deg[1:]) / 2)
    d_lon = (np.diff(lon_deg) + 180.0) % 360.0 - 180.0
    return float(np.hypot(np.diff(lat_deg) * north_m, d_lon * east_m).sum())
