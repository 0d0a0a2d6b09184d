"""Places in other coordinate reference systems, by PROJ, as WGS 84: no number is taken for degrees that is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dronectl.errors import InputError
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    import pyproj

FloatArray = npt.NDArray[np.float64]

WORST_ACCURACY_M = 25.0
"""A transformation that is known less well is none for flying: no margin of a plan is larger."""

AREA_MARGIN_DEG = 1.0
"""Systems are used a little beyond the area that they are registered for."""

_WGS84 = re.compile(r"(.*[:/#])?(CRS:?84H?|WGS ?84|EPSG(:+|/[\d.]+/|.XML#|:[\d.]+:)(4326|4979))", re.IGNORECASE)
_OLD_NAMES = re.compile(
    r"(?:https?://www\.opengis\.net/gml/srs/epsg\.xml#|urn:x-ogc:def:crs:EPSG:)(\d+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class InWgs84:
    """``places`` are rows of longitude and latitude in degrees."""

    places: FloatArray
    title: str
    """What the system is called: ``Indian 1975``."""
    accuracy_m: float | None
    """Of the transformation that was used; None where PROJ does not know it."""

    def told(self, name: str) -> str:
        """What was done, for a person."""
        known = "" if self.accuracy_m is None else f", true to about {max(self.accuracy_m, 0.1):g} m"
        return f"coordinates of {plain(name, 60)} ({self.title}) were transformed to WGS 84{known}"


def to_wgs84(name: str, places: npt.ArrayLike, *, where: str) -> InWgs84:
    """Rows of x (or longitude) and y (or latitude) of the system ``name``: an EPSG or ESRI code, OGC's URN or address,
    or well-known text as in a ``.prj`` file.

    The order is x, y whatever the system's own is, as GeoJSON and Shapefiles have it.

    Raises:
        InputError: nobody knows the system, it is not one of places on the ground, or there is no known way from it to
            WGS 84; the message names it.
    """
    rows = np.asarray(places, dtype=np.float64).reshape(-1, 2)
    shown = plain(name, 60)
    system = _system(name, shown, where)
    lon_lat, accuracy_m = _transformed(system, rows)
    if not np.isfinite(lon_lat).all() or _is_beyond(system, lon_lat).any():
        raise InputError(
            f"{where}: no known way from {shown} ({system.name}) to WGS 84 at these coordinates",
            hint="transform the file to WGS 84 (EPSG:4326) with the program that made it, QGIS for example",
        )
    if accuracy_m is not None and accuracy_m > WORST_ACCURACY_M:
        raise InputError(
            f"{where}: {shown} ({system.name}) is known against WGS 84 to {accuracy_m:g} m only",
            hint="transform the file to WGS 84 (EPSG:4326) with the program that made it, and its grids",
        )
    return InWgs84(lon_lat, system.name, accuracy_m)


class Projector:
    """Between places of one system and degrees of WGS 84, for pictures: where PROJ knows no way, numbers are infinite.

    Raises:
        InputError: nobody knows the system ``name``, or it is not one of places on the ground.
    """

    def __init__(self, name: str, *, where: str) -> None:
        import pyproj

        system = _system(name, plain(name, 60), where)
        self._there = pyproj.Transformer.from_crs("OGC:CRS84", system, always_xy=True)
        self._back = pyproj.Transformer.from_crs(system, "OGC:CRS84", always_xy=True)

    def of(self, lon_deg: FloatArray, lat_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """x and y in the system."""
        x, y = self._there.transform(lon_deg, lat_deg)
        return np.asarray(x, np.float64), np.asarray(y, np.float64)

    def lon_lat(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes."""
        lon, lat = self._back.transform(x, y)
        return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def _system(name: str, shown: str, where: str) -> pyproj.CRS:
    import pyproj
    from pyproj.exceptions import CRSError

    old = _OLD_NAMES.fullmatch(name.strip())
    try:
        system = pyproj.CRS.from_user_input(f"EPSG:{old[1]}" if old else name)
    except (CRSError, ValueError, TypeError) as error:
        raise InputError(
            f"{where}: the coordinate reference system {shown!r} is not known",
            hint="transform the file to WGS 84 (EPSG:4326) with the program that made it, QGIS for example",
        ) from error
    if system.is_compound:
        system = system.sub_crs_list[0]
    if not (system.is_geographic or system.is_projected):
        raise InputError(
            f"{where}: {shown} ({system.name}) is no system of places on the ground: {system.type_name}",
            hint="transform the file to WGS 84 (EPSG:4326) with the program that made it, QGIS for example",
        )
    known = system.to_authority(min_confidence=70)  # of a text without a code, so that its datum is known
    return pyproj.CRS.from_authority(*known) if known else system


def _transformed(system: pyproj.CRS, rows: FloatArray) -> tuple[FloatArray, float | None]:
    """A ballpark transformation, which takes one datum for another, is none: its places are infinite."""
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        transformer = pyproj.Transformer.from_crs(system, "OGC:CRS84", always_xy=True, allow_ballpark=False)
        lon, lat = transformer.transform(rows[:, 0], rows[:, 1])
    except ProjError:
        return np.full_like(rows, np.inf), None
    try:
        accuracy_m = float(transformer.get_last_used_operation().accuracy)
    except ProjError:  # there is one way alone, as from WGS 84 under another name
        accuracy_m = float(transformer.accuracy)
    return np.column_stack([lon, lat]), accuracy_m if accuracy_m >= 0.0 else None


def _is_beyond(system: pyproj.CRS, lon_lat: FloatArray) -> npt.NDArray[np.bool_]:
    """Which places lie where the system is not for: a formula gives numbers there too."""
    area = system.area_of_use
    if area is None:
        return np.zeros(len(lon_lat), dtype=np.bool_)
    lon, lat = np.nan_to_num(lon_lat, posinf=0.0, neginf=0.0).T
    width_deg = (area.east - area.west) % 360.0 or 360.0
    east = (lon - area.west + AREA_MARGIN_DEG) % 360.0 <= width_deg + 2.0 * AREA_MARGIN_DEG
    north = (lat >= area.south - AREA_MARGIN_DEG) & (lat <= area.north + AREA_MARGIN_DEG)
    beyond: npt.NDArray[np.bool_] = ~(east & north)
    return beyond
