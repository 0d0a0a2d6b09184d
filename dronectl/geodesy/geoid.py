"""The geoid EGM96: how high mean sea level lies above the WGS 84 ellipsoid.

``egm96_15.z`` is the grid of a quarter of a degree that the National Geospatial-Intelligence Agency published (public
domain), rounded to the centimetre. Between its points values are interpolated bilinearly, within a metre of the model
nearly everywhere. Rows run north from the south pole, columns east from longitude -180; stored are second differences,
the low bytes of all before the high bytes, so that they pack well.
"""

from __future__ import annotations

import functools
import zlib
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from dronectl.model.geo import GeoPoint
from dronectl.model.track.track import Track

_ROWS, _COLUMNS = 721, 1440
_PER_DEGREE = 4


def ellipsoid_altitude_m(track: Track) -> NDArray[np.float64]:
    """Heights above the WGS 84 ellipsoid: by the receiver's own geoid where the recording tells it, else by EGM96."""
    return track.amsl_altitude_m + geoid_undulation_m(track)


def geoid_undulation_m(track: Track) -> NDArray[np.float64]:
    """Of each fix, as the receiver told it, else EGM96's."""
    told = track.geoid_undulation_m
    untold = np.isnan(told)
    if not untold.any():
        return told
    filled = told.copy()
    filled[untold] = egm96_m(track.lat_deg[untold], track.lon_deg[untold])
    return filled


def geoid_words(track: Track) -> str:
    """Where the undulations of :func:`geoid_undulation_m` come from."""
    untold = np.isnan(track.geoid_undulation_m)
    if untold.all():
        return "EGM96"
    return "receiver, EGM96 where it tells none" if untold.any() else "receiver"


def undulation_m(place: GeoPoint) -> float:
    """EGM96's at one place: how high mean sea level lies above the ellipsoid. No more of the grid is summed than that
    takes."""
    row, column = (place.lat_deg + 90.0) * _PER_DEGREE, (place.lon_deg + 180.0) % 360.0 * _PER_DEGREE
    south, west = min(int(row), _ROWS - 2), int(column) % _COLUMNS
    first, second = (_second_differences()[: south + rows].sum(axis=0, dtype=np.int16) for rows in (1, 2))
    corners = [np.cumsum(line, dtype=np.int16)[[west, (west + 1) % _COLUMNS]] / 100.0 for line in (first, second)]
    north_share, east_share = row - south, column - int(column)
    of_south, of_north = (float(pair[0] * (1.0 - east_share) + pair[1] * east_share) for pair in corners)
    return of_south * (1.0 - north_share) + of_north * north_share


def egm96_m(lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """EGM96 undulations at places on Earth, longitudes in any turn."""
    grid = _grid_m()
    row, column = (lat_deg + 90.0) * _PER_DEGREE, (lon_deg + 180.0) % 360.0 * _PER_DEGREE
    south = np.minimum(row.astype(np.int64), _ROWS - 2)
    west = column.astype(np.int64) % _COLUMNS
    east = (west + 1) % _COLUMNS
    north_share, east_share = row - south, column - np.floor(column)
    of_south = grid[south, west] * (1.0 - east_share) + grid[south, east] * east_share
    of_north = grid[south + 1, west] * (1.0 - east_share) + grid[south + 1, east] * east_share
    undulation_m: NDArray[np.float64] = of_south * (1.0 - north_share) + of_north * north_share
    return undulation_m


@functools.cache
def _grid_m() -> NDArray[np.float64]:
    whole_cm = np.cumsum(np.cumsum(_second_differences(), axis=0, dtype=np.int16), axis=1, dtype=np.int16)
    return whole_cm / 100.0


@functools.cache
def _second_differences() -> NDArray[np.int16]:
    packed = resources.files("dronectl.geodesy").joinpath("egm96_15.z").read_bytes()
    low_and_high = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(2, -1)
    return np.ascontiguousarray(low_and_high.T).view("<i2").reshape(_ROWS, _COLUMNS)
