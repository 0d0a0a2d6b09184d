"""Where the pixels of a GeoTIFF lie: tags and keys of OGC 19-008r4."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dronectl.errors import InputError

Floats = npt.NDArray[np.float64]
_SCALE, _TIE_POINT, _TRANSFORMATION, _GEO_KEYS = 33550, 33922, 34264, 34735
_MODEL_TYPE, _RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1024, 1025, 2048, 3072
_USER_DEFINED = 32767
_HINT = "gdalwarp -t_srs EPSG:32648 makes a file in a system with a code (UTM zone 48N)"


@dataclass(frozen=True, slots=True)
class Georeference:
    """``system``: as EPSG names it. Column and row from the outer corner of the first pixel → x and y of the system by
    ``x = matrix[0] * column + matrix[1] * row + matrix[2]`` and likewise y."""

    system: str
    matrix: tuple[float, float, float, float, float, float]

    def at(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        a, b, c, d, e, f = self.matrix
        return a * columns + b * rows + c, d * columns + e * rows + f

    def pixel(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        a, b, c, d, e, f = self.matrix
        size = a * e - b * d
        return (e * (x - c) - b * (y - f)) / size, (a * (y - f) - d * (x - c)) / size


def read_georeference(tags: Mapping[int, Any], *, source: str) -> Georeference:
    """
    Raises:
        InputError: it says not where it lies, or in a system without a code.
    """
    keys = _geo_keys(tags.get(_GEO_KEYS))
    code = keys.get(_PROJECTED if keys.get(_MODEL_TYPE) == 1 else _GEOGRAPHIC)
    if not code or code == _USER_DEFINED:
        raise InputError(f"{source}: found no code of its coordinate system, allowed EPSG's", hint=_HINT)
    matrix = _matrix(tags)
    if matrix is None:
        raise InputError(f"{source}: says not where it lies (tags {_SCALE} and {_TIE_POINT}, or {_TRANSFORMATION})")
    if keys.get(_RASTER_TYPE) == 2:  # its place is that of the first pixel's middle
        a, b, c, d, e, f = matrix
        matrix = (a, b, c - (a + b) / 2, d, e, f - (d + e) / 2)
    return Georeference(f"EPSG:{code}", matrix)


def _geo_keys(values: Any) -> dict[int, int]:
    """Those with a number in them."""
    try:
        rows = [tuple(map(int, values[at : at + 4])) for at in range(4, 4 + 4 * int(values[3]), 4)]
    except (TypeError, ValueError, IndexError):
        return {}
    return {row[0]: row[3] for row in rows if len(row) == 4 and row[1] == 0}


def _matrix(tags: Mapping[int, Any]) -> tuple[float, float, float, float, float, float] | None:
    full, scale, tie = (_floats(tags.get(code)) for code in (_TRANSFORMATION, _SCALE, _TIE_POINT))
    if len(full) >= 8:
        found = full[0], full[1], full[3], full[4], full[5], full[7]
    elif len(scale) >= 2 and len(tie) >= 6:
        found = (
            scale[0],
            0.0,
            tie[3] - tie[0] * scale[0],
            0.0,
            -scale[1],
            tie[4] + tie[1] * scale[1],
        )
    else:
        return None
    is_whole = all(map(math.isfinite, found)) and found[0] * found[4] - found[1] * found[3] != 0.0
    return found if is_whole else None


def _floats(values: Any) -> list[float]:
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        return []
