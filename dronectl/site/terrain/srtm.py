"""SRTM elevation tiles (``.hgt``): a square of big-endian 16-bit metres above the EGM96 geoid, north row first."""

from __future__ import annotations

import re

import numpy as np

from dronectl.errors import InputError
from dronectl.model.ground.terrain import Tile

VOID = -32_768
POINTS = (1201, 3601)
"""Along one side of a tile of one degree: 3 and 1 seconds of arc."""

_NAME = re.compile(r"([NSns])(\d{2})([EWew])(\d{3})")


def read_hgt(data: bytes, *, stem: str, source: str) -> Tile:
    """A tile; its south-west corner is in its name (``N16E103.hgt``), nowhere else.

    Raises:
        InputError: another name, or another size.
    """
    name = _NAME.match(stem)
    if name is None:
        raise InputError(
            f"{source}: found a name that tells no place, allowed that of its south-west corner, as N16E103.hgt",
            hint="give the file the name that it was published under",
        )
    south = int(name[2]) * (1 if name[1] in "Nn" else -1)
    west = int(name[4]) * (1 if name[3] in "Ee" else -1)
    if not (-90 <= south < 90 and -180 <= west < 180):
        raise InputError(f"{source}: found a corner at {south},{west}, allowed one on the Earth")
    points = next((count for count in POINTS if len(data) == 2 * count * count), None)
    if points is None:
        sizes = " or ".join(f"{2 * count * count:,} (grid of {count})" for count in POINTS)
        raise InputError(
            f"{source}: found {len(data):,} bytes, allowed {sizes}",
            hint="the file is truncated, still packed, or no SRTM tile: fetch it again",
        )
    grid = np.frombuffer(data, dtype=">i2").reshape(points, points)[::-1]
    step_deg = 1.0 / (points - 1)
    return Tile(source, float(south), float(west), step_deg, step_deg, grid, float(VOID))
