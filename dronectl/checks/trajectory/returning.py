"""All straight returns that a failsafe could begin on a flight, as triangles: from a piece of a leg to where it goes.

Held against AP_Rally.cpp and mode_rtl.cpp of ArduCopter 4.5. Written apart from the planner: that one casts shadows
onto legs, here the lines themselves are laid on the map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.trajectory.defaults import RALLY_LIMIT_M
from dronectl.geodesy.frame import FloatArray

_CUTS_AT_ONCE = 2_000_000
_FLAT_M2 = 1e-6


@dataclass(frozen=True)
class Sweeps:
    """Each: every straight return from one piece of a leg. Its goal and which heights it is between never change."""

    starts: FloatArray
    """(n, 2)."""
    ends: FloatArray
    """(n, 2): where a copter that was told at the piece's end has come to rest."""
    goals: FloatArray
    """(n, 2)."""
    heights_m: FloatArray
    """(n,): in the middle."""
    legs: npt.NDArray[np.intp]
    """(n,): indices of the legs."""

    def shapes(self) -> npt.NDArray[np.object_]:
        """Triangles; lines where the goal lies in line with the leg."""
        corners = np.stack([self.starts, self.ends, self.goals], axis=1)
        shapes: npt.NDArray[np.object_] = shapely.polygons(corners)
        flat = shapely.area(shapes) < _FLAT_M2
        shapes[flat] = shapely.linestrings(corners[flat][:, [0, 1, 2, 0]])
        return shapes

    def lines(self, index: int, step_m: float, most: int) -> npt.NDArray[np.object_]:
        """Some of the returns of one sweep, so far apart at their start."""
        start, end = self.starts[index], self.ends[index]
        count = int(np.clip(np.ceil(np.hypot(*(end - start)) / step_m), 2, most)) + 1
        begin = start + np.linspace(0.0, 1.0, count)[:, None] * (end - start)
        lines = np.stack([begin, np.broadcast_to(self.goals[index], begin.shape)], axis=1)
        made: npt.NDArray[np.object_] = shapely.linestrings(lines[(lines[:, 0] != lines[:, 1]).any(axis=1)])
        return made

    def line_through(self, index: int, place: shapely.Point) -> shapely.LineString:
        """The return of one sweep that passes a place in it: from the leg to the goal."""
        goal, along = self.goals[index], self.ends[index] - self.starts[index]
        ray = np.array([place.x, place.y]) - goal
        normal = np.array([-along[1], along[0]])
        reach = float(ray @ normal)
        back = 1.0 if abs(reach) < _FLAT_M2 else float((self.starts[index] - goal) @ normal) / reach
        return shapely.LineString([goal + max(1.0, back) * ray, goal])


def sweeps_of(
    starts: FloatArray,
    ends: FloatArray,
    *,
    goals: FloatArray,
    rtl_m: float,
    levels_m: Sequence[float],
    stop_m: float,
) -> Sweeps:
    """Returns from legs ``starts`` to ``ends`` (n, 3) to one of the ``goals`` (k, 3): home first, then rally points.

    A return climbs to ``rtl_m`` or to its rally point, never descends, and its line starts ``stop_m`` further along the
    leg. Legs are cut where they pass ``levels_m``. All heights are above the site's plane.
    """
    pairs = len(goals) * (len(goals) - 1) // 2
    at_once = max(1, _CUTS_AT_ONCE // (pairs + 2 * len(goals) + len(levels_m) + 3))
    levels = np.unique([level for level in (*levels_m, rtl_m) if np.isfinite(level)])
    parts = [
        _sweeps(starts[low : low + at_once], ends[low : low + at_once], goals, rtl_m, levels, stop_m, low)
        for low in range(0, len(starts), at_once)
    ]
    fields = ("starts", "ends", "goals", "heights_m", "legs")
    return Sweeps(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


def _sweeps(
    starts: FloatArray,
    ends: FloatArray,
    goals: FloatArray,
    rtl_m: float,
    levels_m: FloatArray,
    stop_m: float,
    first: int,
) -> Sweeps:
    count, way = len(starts), ends - starts
    length_m = np.hypot(way[:, 0], way[:, 1])
    cuts = [np.zeros(count), *_where_the_nearest_changes(starts, way, goals)]
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts += [(level_m - starts[:, 2]) / way[:, 2] for level_m in levels_m]
    at = np.stack(cuts)
    at = np.vstack([np.sort(np.where((at > 0.0) & (at < 1.0), at, 0.0), axis=0), np.ones(count)])
    piece, leg = np.nonzero((at[1:] - at[:-1]) * length_m > 1e-6)
    begin, end = at[piece, leg], at[piece + 1, leg]
    middle = starts[leg] + ((begin + end) / 2.0)[:, None] * way[leg]
    goal = _goals_from(middle, goals)
    end = np.minimum(1.0, end + stop_m / length_m[leg])
    lowest_m = np.maximum(rtl_m, np.where(goal > 0, goals[goal, 2], -np.inf))
    return Sweeps(
        starts=(starts[leg] + begin[:, None] * way[leg])[:, :2],
        ends=(starts[leg] + end[:, None] * way[leg])[:, :2],
        goals=goals[goal, :2],
        heights_m=np.maximum(middle[:, 2], lowest_m),
        legs=leg + first,
    )


def _goals_from(places: FloatArray, goals: FloatArray) -> npt.NDArray[np.intp]:
    """The nearest rally point, unless it is beyond the limit or home is nearer."""
    home_m = np.hypot(*(places[:, :2] - goals[0, :2]).T)
    chosen = np.zeros(len(places), dtype=np.intp)
    least_m = np.full(len(places), np.inf)
    for index in range(1, len(goals)):
        away_m = np.hypot(*(places[:, :2] - goals[index, :2]).T)
        nearer = away_m < least_m
        chosen[nearer], least_m[nearer] = index, away_m[nearer]
    chosen[(least_m > RALLY_LIMIT_M) | (least_m >= home_m)] = 0
    return chosen


def _where_the_nearest_changes(starts: FloatArray, way: FloatArray, goals: FloatArray) -> Iterator[FloatArray]:
    """Shares of legs at which two goals are equally far (a line), or a rally point is at the limit (a parabola)."""
    x, y, dx, dy = starts[:, 0], starts[:, 1], way[:, 0], way[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        for a, b in combinations(goals, 2):
            # |p - a|² = |p - b|² with p = start + s · way
            slope = 2.0 * (dx * (b[0] - a[0]) + dy * (b[1] - a[1]))
            offset = (x - a[0]) ** 2 + (y - a[1]) ** 2 - (x - b[0]) ** 2 - (y - b[1]) ** 2
            yield -offset / slope
        for rally in goals[1:]:
            square = dx**2 + dy**2
            half = dx * (x - rally[0]) + dy * (y - rally[1])
            rest = (x - rally[0]) ** 2 + (y - rally[1]) ** 2 - RALLY_LIMIT_M**2
            root = np.sqrt(half**2 - square * rest)
            yield (-half - root) / square
            yield (-half + root) / square
