"""The ground below a flight: flat at the site's elevation, or as the elevation files have it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.terrain import Terrain

LONGEST_PIECE_M = 500.0
"""A straight way in metres bends by a millimetre in degrees over this length; longer ones are taken in pieces."""


@dataclass(frozen=True)
class Relief:
    """Heights of the ground above the site's plane, which is level with the ground at the site's home.

    The elevation files and the site's ``ground_elevation_m`` need not agree on the sea level: only differences of
    height to the ground at home are taken from the files. Unknown heights are NaN.
    """

    frame: LocalFrame
    terrain: Terrain | None
    home_m: float

    @classmethod
    def of(cls, frame: LocalFrame, home: GeoPoint, terrain: Terrain | None) -> Relief:
        """The relief of a site; without a terrain it is flat."""
        home_m = 0.0 if terrain is None else float(terrain.heights_m(home.lat_deg, home.lon_deg))
        return cls(frame, terrain, home_m)

    @property
    def is_flat(self) -> bool:
        return self.terrain is None

    def at(self, x_m: float, y_m: float) -> float:
        """Height of one place."""
        return 0.0 if self.terrain is None else float(self.heights_m(np.array([[x_m, y_m]]))[0])

    def known_at(self, x_m: float, y_m: float) -> float:
        """Height of one place, level with home where it is not known."""
        height_m = self.at(x_m, y_m)
        return height_m if math.isfinite(height_m) else 0.0

    def heights_m(self, xy_m: FloatArray) -> FloatArray:
        """(n,) heights of (n, 2) places."""
        if self.terrain is None:
            return np.zeros(len(xy_m))
        return self.terrain.heights_m(*self.frame.to_geo(xy_m[:, 0], xy_m[:, 1])) - self.home_m

    def least_and_greatest_m(self, area: shapely.Geometry) -> tuple[float, float]:
        """Lowest and highest ground under an area: of every grid point of the box around it, so never too little.

        Unknown heights do not count; 0, 0 when none is known.
        """
        if self.terrain is None:
            return 0.0, 0.0
        west, south, east, north = area.bounds
        lat, lon = self.frame.to_geo([west, east, west, east], [south, south, north, north])
        values = self.terrain.within(float(lat.min()), float(lat.max()), float(lon.min()), float(lon.max()))
        values = values[np.isfinite(values)] - self.home_m
        return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)

    def profiles(self, starts: FloatArray, ends: FloatArray) -> Profiles:
        """The heights above ground along straight legs, (n, 3) each; exact for the ground's bilinear cells."""
        if self.terrain is None:
            return Profiles.over_flat_ground(starts, ends)
        legs, shares = self._cuts(starts, ends)
        return Profiles.over(self, starts, ends, legs, shares)

    def _cuts(self, starts: FloatArray, ends: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(leg number, share of the leg) of both ends of every leg and of every line of the grid that it crosses."""
        assert self.terrain is not None
        lengths_m = np.hypot(*(ends - starts)[:, :2].T)
        counts = np.maximum(1, np.ceil(lengths_m / LONGEST_PIECE_M)).astype(np.intp)
        owner = np.repeat(np.arange(len(starts)), counts)
        first = np.concatenate([np.arange(count) / count for count in counts]) if len(counts) else np.zeros(0)
        last = first + 1.0 / counts[owner]
        change = ends[:, :2] - starts[:, :2]
        lat0, lon0 = self.frame.to_geo(*(starts[owner, :2] + first[:, None] * change[owner]).T)
        lat1, lon1 = self.frame.to_geo(*(starts[owner, :2] + last[:, None] * change[owner]).T)
        pieces, within = self.terrain.crossings(lat0, lon0, lat1, lon1)
        legs = np.concatenate([owner, owner, owner[pieces]])
        shares = np.concatenate([first, last, first[pieces] + within * (last - first)[pieces]])
        order = np.lexsort((shares, legs))
        return legs[order], np.clip(shares[order], 0.0, 1.0)


@dataclass(frozen=True)
class Profiles:
    """For each of n legs the least and the greatest height above ground and where (share of the leg, 0..1).

    ``unknown`` holds a share at which the ground's height is not known; NaN where all of it is.
    """

    least_m: FloatArray
    least_at: FloatArray
    greatest_m: FloatArray
    greatest_at: FloatArray
    unknown_at: FloatArray

    @classmethod
    def over_flat_ground(cls, starts: FloatArray, ends: FloatArray) -> Profiles:
        """Where the ground is level the extremes are at the ends."""
        first, last = starts[:, 2], ends[:, 2]
        falls = (last < first).astype(np.float64)
        return cls(np.minimum(first, last), falls, np.maximum(first, last), 1.0 - falls, np.full(len(starts), np.nan))

    @classmethod
    def over(
        cls, relief: Relief, starts: FloatArray, ends: FloatArray, legs: FloatArray, shares: FloatArray
    ) -> Profiles:
        """From the cuts of every leg, in order.

        Along a straight way within one cell a bilinear ground is a parabola, and so is the height above it: three
        points give it, and its vertex.
        """
        same = legs[1:] == legs[:-1]
        leg, t0, t1 = legs[:-1][same], shares[:-1][same], shares[1:][same]

        def height_m(t: FloatArray) -> FloatArray:
            points = starts[leg] + t[:, None] * (ends - starts)[leg]
            above_m: FloatArray = points[:, 2] - relief.heights_m(points[:, :2])
            return above_m

        at0, middle, at1 = height_m(t0), height_m((t0 + t1) / 2), height_m(t1)
        bend = 2 * (at0 - 2 * middle + at1)
        slope = at1 - at0 - bend
        vertex = np.clip(np.divide(-slope, 2 * bend, out=np.zeros_like(bend), where=np.abs(bend) > 1e-9), 0.0, 1.0)
        at_vertex = at0 + slope * vertex + bend * vertex**2
        heights = np.concatenate([at0, at1, at_vertex])
        owner = np.tile(leg, 3)
        where = np.concatenate([t0, t1, t0 + vertex * (t1 - t0)])
        return cls._reduced(heights, owner, where, len(starts))

    @classmethod
    def _reduced(cls, heights: FloatArray, owner: FloatArray, where: FloatArray, count: int) -> Profiles:
        known = np.isfinite(heights)
        unknown_at = np.full(count, np.nan)
        unknown_at[owner[~known]] = where[~known]
        # Level stretches: the least is where they begin, the greatest where they end.
        order = np.lexsort((where[known], np.round(heights[known], 6), owner[known]))
        legs, heights, where = owner[known][order], heights[known][order], where[known][order]
        present, first = np.unique(legs, return_index=True)
        last = np.append(first[1:], len(legs))[: len(first)] - 1
        columns = [np.full(count, fill) for fill in (np.inf, 0.0, -np.inf, 0.0)]
        for column, values in zip(columns, (heights[first], where[first], heights[last], where[last]), strict=True):
            column[present] = values
        return cls(columns[0], columns[1], columns[2], columns[3], unknown_at)
