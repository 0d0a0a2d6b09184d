"""How far places are from what a drone keeps away from: below zero inside a keep-out, or outside the fence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import HEIGHT_TOLERANCE_M
from dronectl.geodesy.frame import FloatArray


@dataclass(frozen=True)
class Limit:
    """One fence, keep-out or obstacle, with the heights (above the site's plane) between which it counts."""

    zone: str
    area: shapely.Geometry
    """What is free (a fence) or closed (the others)."""
    is_fence: bool
    margin_m: float
    low_m: float = -np.inf
    high_m: float = np.inf
    radius_m: float = 0.0
    """Of what stands around ``area``, a point."""

    def clearances_m(self, points: FloatArray) -> FloatArray:
        """(n,) of (n, 3) places; infinite where they are above or below it."""
        places = shapely.points(points[:, :2])
        apart = shapely.distance(self.area, places)
        if self.is_fence:
            clear = np.where(shapely.covers(self.area, places), shapely.distance(self.area.boundary, places), -apart)
        elif self.radius_m > 0.0:
            clear = apart - self.radius_m
        else:
            clear = np.where(apart > 0.0, apart, -shapely.distance(self.area.boundary, places))
        low, high = self.low_m + HEIGHT_TOLERANCE_M, self.high_m - HEIGHT_TOLERANCE_M
        result: FloatArray = np.where((points[:, 2] > low) & (points[:, 2] < high), clear, np.inf)
        return result


def limits(ground: Ground, flight: Flight) -> Iterator[Limit]:
    """All that the rules fence, keep-out and obstacle hold the legs of this flight against."""
    rules = ground.site.rules
    fence = ground.fence_area(flight.drone.name)
    if fence is not None:
        yield Limit(fence[0], fence[1], True, rules.fence_margin_m)
    margin_m = rules.keep_out_margin_m
    for keep_out, area in ground.closed_for(flight):
        top_m = np.inf if keep_out.ceiling_m is None else keep_out.ceiling_m
        yield Limit(keep_out.id, area, False, margin_m, keep_out.floor_m, top_m)
    for obstacle, centre in ground.obstacles:
        height_m = obstacle.height_m
        yield Limit(obstacle.id, centre, False, margin_m, high_m=height_m, radius_m=max(obstacle.radius_m, 1e-9))
