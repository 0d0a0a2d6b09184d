"""Exact shortest paths in a plane region with holes, over the links between its corners.

``corners`` says where paths may bend, ``visibility`` what sees what, ``shortest`` finds one path. Lengths between many
places at once come from here: all places spread over the corners together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import BoolArray, FloatArray
from dronectl.planning.paths.corners import Corners, Links
from dronectl.planning.paths.shortest_path import shortest_path
from dronectl.planning.paths.visibility import Sight


class Router:
    """Shortest paths inside one region (a polygon or several, in local metres). Cheap to make: it finds what it needs
    when it is asked, and remembers it."""

    def __init__(self, region: shapely.Geometry) -> None:
        self.region = region
        self._sight = Sight(region)
        self._corners = Corners(region, self._sight)
        self._links: Sequence[Links] | None = None
        self._known_to_corners_m: dict[bytes, FloatArray] = {}

    def contains(self, points: FloatArray) -> BoolArray:
        """Which of the (n, 2) points lie in the region."""
        return self._sight.contains(points)

    def path(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """The shortest path as (k, 2) points, both ends included.

        Raises:
            InputError: there is none.
        """
        found = shortest_path(self._corners, self._sight, start, end)
        if found is None:
            raise InputError(
                f"there is no way from {_place(start)} to {_place(end)} inside the fence and around the keep-outs",
                hint="keep-outs with their margins cut the site in two: widen the gap or the fence",
            )
        return found

    def distances(self, points: FloatArray) -> FloatArray:
        """Length of the shortest path between each two of the (n, 2) points; inf where there is none."""
        seen = self._sight.clear_among(points)
        inside = seen.diagonal()
        x, y = np.where(inside, points.T, 0.0)
        result = np.where(seen, np.hypot(x[:, None] - x, y[:, None] - y), np.inf)
        hidden = np.flatnonzero(inside & ~seen[:, inside].all(axis=1))
        if len(hidden):
            pairs = np.ix_(hidden, hidden)
            result[pairs] = np.minimum(result[pairs], self._around_corners(points[hidden]))
        np.fill_diagonal(result, 0.0)
        return result

    def distances_from(self, place: FloatArray, points: FloatArray) -> FloatArray:
        """Length of the shortest path from one place to each of the (n, 2) points; inf where there is none."""
        result: FloatArray = np.hypot(*(points - place).T)
        hidden = np.flatnonzero(~self._sight.clear(place[None], points))
        result[hidden] = np.inf
        inside = hidden[self._sight.contains(points[hidden])]
        if len(inside) and len(self._corners) and self._sight.contains(place[None])[0]:
            corners = np.arange(len(self._corners))
            to_corners_m = self._to_corners_m(place)
            result[inside] = (self._corners.links_from(points[inside], corners) + to_corners_m).min(axis=1)
        return result

    def _to_corners_m(self, place: FloatArray) -> FloatArray:
        """From a place to every corner, (1, c); remembered, as places that are asked for are mostly homes."""
        key = place.tobytes()
        if key not in self._known_to_corners_m:
            first = self._corners.links_from(place[None], np.arange(len(self._corners)))
            self._known_to_corners_m[key] = _spread(first.T.copy(), self._all_links()).T
        return self._known_to_corners_m[key]

    def _all_links(self) -> Sequence[Links]:
        if self._links is None:
            self._links = self._corners.links_among(np.arange(len(self._corners)))
        return self._links

    def sees(self, starts: FloatArray, ends: FloatArray) -> BoolArray:
        """Which of the (n, 2) starts see their (n, 2) ends along a straight line."""
        return self._sight.clear(starts, ends)

    def _around_corners(self, points: FloatArray) -> FloatArray:
        """Lengths (n, n) of the shortest paths that bend at a corner or more."""
        corners = self._corners.in_reach(points)
        first = self._corners.links_from(points, corners)
        rest = _spread(first.T.copy(), self._corners.links_among(corners))
        result = np.full((len(points), len(points)), np.inf)
        for point, links in enumerate(first):
            seen = np.flatnonzero(np.isfinite(links))
            result[point] = (links[seen, None] + rest[seen]).min(axis=0, initial=np.inf)
        both_ways: FloatArray = np.minimum(result, result.T)
        return both_ways


def _spread(lengths: FloatArray, links: Sequence[Links]) -> FloatArray:
    """From lengths (c, n) of straight ways between corners and places to those of the shortest ways.

    Each corner learns from those linked to it until none gets nearer to any place (Bellman and Ford).
    """
    stale = np.ones(len(lengths), dtype=np.bool_)
    while stale.any():
        for corner in np.flatnonzero(stale).tolist():
            stale[corner] = False
            others, link = links[corner]
            onward = (lengths[others] + link[:, None]).min(axis=0, initial=np.inf)
            if (onward < lengths[corner]).any():
                lengths[corner] = np.minimum(lengths[corner], onward)
                stale[others] = True
    return lengths


def _place(point: FloatArray) -> str:
    return f"({point[0]:.1f} m east, {point[1]:.1f} m north of the site's home)"
