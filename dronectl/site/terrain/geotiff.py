"""Elevation in a GeoTIFF of WGS 84 degrees (OGC 19-008r4), by the optional package tifffile."""

from __future__ import annotations

import io
import logging
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from dronectl.errors import InputError
from dronectl.model.ground.terrain import Tile

MAX_POINTS = 60_000_000
"""Four 1″ tiles: more is no site's ground, and would fill the memory."""

WGS84 = 4326
_MODEL_TYPE, _RASTER_TYPE, _GEOGRAPHIC_TYPE, _VERTICAL_UNITS = 1024, 1025, 2048, 4099
_PIXEL_IS_POINT = 2
_METRE = 9001
_SCALE, _TIE_POINT, _GEO_KEYS, _NO_DATA = 33550, 33922, 34735, 42113


def read_geotiff(data: bytes, *, source: str) -> Tile:
    """The first band of the first image.

    Raises:
        InputError: the extra ``terrain`` is not installed, or the file is no such GeoTIFF.
    """
    try:
        import tifffile
    except ImportError as error:
        raise InputError(
            f"{source}: a GeoTIFF needs the package tifffile, which is not installed",
            hint="pip install 'dronectl[terrain]', or use an SRTM .hgt file",
        ) from error
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # a damaged file is told once, by the error below
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            shape = tuple(page.shape)
            if len(shape) != 2 or min(shape) < 2 or math.prod(shape) > MAX_POINTS:
                size = " x ".join(map(str, shape))
                raise InputError(
                    f"{source}: found an image of {size}, allowed one band of 2 x 2 to {MAX_POINTS:,} points"
                )
            tags = {tag.code: tag.value for tag in page.tags.values()}
            values = page.asarray()
    except InputError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, RuntimeError, OSError, struct.error, zlib.error) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{source}: cannot be read as a GeoTIFF: {reason}") from error
    except (MemoryError, AttributeError, ArithmeticError) as error:
        raise InputError(f"{source}: cannot be read as a GeoTIFF: it is damaged") from error
    if values.dtype.kind not in "iuf" or values.shape != shape:
        raise InputError(f"{source}: found values of type {values.dtype}, allowed numbers")
    return _placed(values[::-1], tags, source)


def _placed(values: Any, tags: Mapping[int, Any], source: str) -> Tile:
    keys = _geo_keys(tags.get(_GEO_KEYS), source)
    if keys.get(_MODEL_TYPE) != 2 or keys.get(_GEOGRAPHIC_TYPE) != WGS84:
        found = keys.get(_GEOGRAPHIC_TYPE) or keys.get(3072) or "none"
        raise InputError(
            f"{source}: found the coordinate system {found}, allowed degrees of WGS 84 (EPSG:{WGS84})",
            hint="gdalwarp -t_srs EPSG:4326 makes such a file",
        )
    if keys.get(_VERTICAL_UNITS, _METRE) != _METRE:
        raise InputError(f"{source}: found heights in the unit {keys[_VERTICAL_UNITS]}, allowed metres (9001)")
    scale, tie = _numbers(tags.get(_SCALE)), _numbers(tags.get(_TIE_POINT))
    if len(scale) < 2 or len(tie) < 6 or min(scale[:2]) <= 0:
        raise InputError(f"{source}: found no place (tags {_SCALE} and {_TIE_POINT}), allowed a north-up GeoTIFF")
    half = 0.0 if keys.get(_RASTER_TYPE) == _PIXEL_IS_POINT else 0.5
    west_deg = tie[3] + (half - tie[0]) * scale[0]
    north_deg = tie[4] - (half - tie[1]) * scale[1]
    south_deg = north_deg - (values.shape[0] - 1) * scale[1]
    east_deg = west_deg + (values.shape[1] - 1) * scale[0]
    if not (-90.001 <= south_deg < north_deg <= 90.001 and -180.001 <= west_deg < east_deg <= 180.001):
        box = f"{south_deg:.4f}..{north_deg:.4f}, {west_deg:.4f}..{east_deg:.4f}"
        raise InputError(f"{source}: found the box {box}, allowed one on the Earth")
    return Tile(source, south_deg, west_deg, scale[1], scale[0], values, _no_data(tags.get(_NO_DATA)))


def _geo_keys(directory: Any, source: str) -> dict[int, int]:
    """Keys with a short value: four numbers each after a header of four."""
    if directory is None:
        raise InputError(f"{source}: is a TIFF, but no GeoTIFF: it does not say where it lies")
    try:
        numbers = [int(number) for number in directory]
    except (TypeError, ValueError):
        numbers = []
    rows = (numbers[start : start + 4] for start in range(4, len(numbers) - 3, 4))
    return {key: value for key, location, _, value in rows if location == 0}


def _numbers(values: Any) -> list[float]:
    """The numbers of a tag; none where one of them is no number."""
    if not isinstance(values, tuple | list) or not all(isinstance(value, float | int) for value in values):
        return []
    numbers = [float(value) for value in values]
    return numbers if all(map(math.isfinite, numbers)) else []


def _no_data(text: Any) -> float:
    try:
        return float(str(text).strip("\x00 "))
    except ValueError:
        return math.nan
