"""The height of the ground as elevation files have it: grids of points, bilinear in between."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

EDGE_CELLS = 1e-6
"""A place so near to a line of the grid, in cells, is on it: degrees are not kept more exactly."""


@dataclass(frozen=True, eq=False)
class Tile:
    """One grid. ``values`` is (rows, columns), row 0 in the south, metres above sea level, at least 2 by 2.

    Nothing is known where a value is NaN or ``void``. ``south_deg`` and ``west_deg`` are the place of ``values[0, 0]``;
    the steps are positive.
    """

    source: str
    south_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float
    values: npt.NDArray[Any]
    void: float = math.nan

    @property
    def north_deg(self) -> float:
        return float(self.south_deg + (self.values.shape[0] - 1) * self.lat_step_deg)

    @property
    def east_deg(self) -> float:
        return float(self.west_deg + (self.values.shape[1] - 1) * self.lon_step_deg)

    def cells(self, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(row, column) of places, in points of the grid."""
        return (lat_deg - self.south_deg) / self.lat_step_deg, (lon_deg - self.west_deg) / self.lon_step_deg

    def holds(self, lat_deg: FloatArray, lon_deg: FloatArray) -> npt.NDArray[np.bool_]:
        rows, columns = self.cells(lat_deg, lon_deg)
        last_row, last_column = self.values.shape[0] - 1, self.values.shape[1] - 1
        inside: npt.NDArray[np.bool_] = (rows >= -EDGE_CELLS) & (rows <= last_row + EDGE_CELLS)
        inside &= (columns >= -EDGE_CELLS) & (columns <= last_column + EDGE_CELLS)
        return inside

    def heights_m(self, lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
        """Bilinear; a cell with an unknown corner is unknown where that corner has weight."""
        rows, columns = self.cells(lat_deg, lon_deg)
        rows = np.clip(rows, 0, self.values.shape[0] - 1)
        columns = np.clip(columns, 0, self.values.shape[1] - 1)
        row = np.minimum(rows.astype(np.intp), self.values.shape[0] - 2)
        column = np.minimum(columns.astype(np.intp), self.values.shape[1] - 2)
        up, right = _snapped(rows - row), _snapped(columns - column)
        heights = np.zeros_like(rows)
        for down_step, side_step, weight in (
            (0, 0, (1 - up) * (1 - right)),
            (0, 1, (1 - up) * right),
            (1, 0, up * (1 - right)),
            (1, 1, up * right),
        ):
            corner = self.known(self.values[row + down_step, column + side_step])
            heights += np.where(weight > 0, corner * weight, 0.0)
        return heights

    def known(self, values: npt.NDArray[Any]) -> FloatArray:
        """Values of the grid as heights, NaN where nothing is known."""
        heights: FloatArray = values.astype(np.float64)
        heights[heights == self.void] = np.nan
        return heights


@dataclass(frozen=True, eq=False)
class Terrain:
    """Tiles side by side; where two hold a place, the first one counts."""

    tiles: tuple[Tile, ...]

    def heights_m(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> FloatArray:
        """Metres above sea level of places, element by element; NaN where no file knows."""
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=np.float64), np.asarray(lon_deg, dtype=np.float64))
        heights = np.full(lat.shape, np.nan)
        for tile in self.tiles:
            wanted = np.isnan(heights) & tile.holds(lat, lon)
            if wanted.any():
                heights[wanted] = tile.heights_m(lat[wanted], lon[wanted])
        return heights

    def within(self, south_deg: float, north_deg: float, west_deg: float, east_deg: float) -> FloatArray:
        """Heights of every point of every grid in or next to a box of degrees, as one column."""
        found = [np.zeros(0)]
        for tile in self.tiles:
            (low, high), (left, right) = tile.cells(np.array([south_deg, north_deg]), np.array([west_deg, east_deg]))
            rows = slice(max(0, int(np.floor(low))), max(0, int(np.ceil(high)) + 1))
            columns = slice(max(0, int(np.floor(left))), max(0, int(np.ceil(right)) + 1))
            found.append(tile.known(tile.values[rows, columns]).ravel())
        return np.concatenate(found)

    def crossings(
        self, lat0: FloatArray, lon0: FloatArray, lat1: FloatArray, lon1: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        """Where straight ways in degrees, (n,) each, cross lines of the grids: (way, share of it 0..1), unordered."""
        ways, shares = [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
        for tile in self.tiles:
            (rows0, columns0), (rows1, columns1) = tile.cells(lat0, lon0), tile.cells(lat1, lon1)
            for first, last, count in (
                (rows0, rows1, tile.values.shape[0]),
                (columns0, columns1, tile.values.shape[1]),
            ):
                way, share = _line_crossings(first, last, count)
                ways.append(way)
                shares.append(share)
        return np.concatenate(ways), np.concatenate(shares)


def _snapped(share: FloatArray) -> FloatArray:
    """Shares of a cell; those next to a line of the grid are on it, so that a void beyond it has no weight."""
    whole = np.round(share)
    return np.where(np.abs(share - whole) < EDGE_CELLS, whole, share)


def _line_crossings(first: FloatArray, last: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """Whole numbers 0..count-1 passed between two coordinates of each way."""
    low = np.clip(np.ceil(np.minimum(first, last)), 0, count).astype(np.intp)
    high = np.clip(np.floor(np.maximum(first, last)), -1, count - 1).astype(np.intp)
    numbers = np.maximum(0, high - low + 1)
    way = np.repeat(np.arange(len(first)), numbers)
    line = low[way] + np.arange(len(way)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    change = (last - first)[way]
    share = np.divide(line - first[way], change, out=np.zeros(len(way)), where=change != 0)
    return way.astype(np.intp), np.clip(share, 0.0, 1.0)
