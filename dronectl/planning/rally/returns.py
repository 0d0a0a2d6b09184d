"""Where a failsafe return takes a drone from every point of its routes, exactly.

ArduCopter returns in a straight line to the nearest rally point if that is nearer than home and not farther than
a limit, else home (AP_Rally::calc_best_rally_or_home_location, home included). The line starts where
the copter has come to rest, a little further along its leg.

From one leg all lines to one goal fill a triangle; what of it is not free casts a shadow onto the leg, as seen from
the goal. Between the ends of shadows, the bisectors between goals and the circles of the limit nothing changes: legs
are cut there, and a piece is judged by its middle. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely

from dronectl.geodesy.frame import BoolArray, FloatArray, IntArray
from dronectl.planning.paths.space import GRID_M
from dronectl.planning.paths.visibility import SLACK_M

RALLY_LIMIT_M = 300.0
"""ArduCopter's default, which push sets."""

_LEAST_HEIGHT_M = 0.02
"""A goal in line with a leg is moved aside by this: its triangle needs an area. Margins have room for it."""

_SHORTEST_PIECE_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """Straight legs (n, 2) to (n, 2) flown in one free space; a copter comes to rest ``stop_m`` after a failsafe."""

    region: shapely.Geometry
    starts: FloatArray
    ends: FloatArray
    stop_m: float


@dataclass(frozen=True, slots=True, eq=False)
class LegReturns:
    """Pieces of legs, each with its distances to all goals and whether the ways there are free. Goal 0 is home."""

    middles: FloatArray
    """(e, 2)."""
    length_m: FloatArray
    """(e,)."""
    distance_m: FloatArray
    """(e, goals): from the middle."""
    free: BoolArray
    """(e, goals)."""

    def goals(self, carried: Sequence[int]) -> IntArray:
        """(e,): where the copter returns to, with the rally points of these columns on board."""
        goals = np.zeros(len(self.length_m), dtype=np.intp)
        if not carried or not len(goals):
            return goals
        columns = np.array(carried, dtype=np.intp)
        nearest = columns[self.distance_m[:, columns].argmin(axis=1)]
        away_m = self.distance_m[np.arange(len(nearest)), nearest]
        taken = (away_m <= RALLY_LIMIT_M) & (away_m < self.distance_m[:, 0])
        goals[taken] = nearest[taken]
        return goals

    def blocked(self, carried: Sequence[int]) -> BoolArray:
        """(e,): from which pieces the way to where the copter would return is not free."""
        way_is_free: BoolArray = self.free[np.arange(len(self.length_m)), self.goals(carried)]
        return ~way_is_free

    def blocked_m(self, carried: Sequence[int]) -> float:
        """Length of what is flown where a return would not be free."""
        return float(self.length_m[self.blocked(carried)].sum())


def leg_returns(flown: Iterable[Legs], home_xy: FloatArray, rally_xy: FloatArray) -> LegReturns:
    """All legs cut so that each piece has one answer for every set of the (k, 2) rally points."""
    goals = np.vstack([home_xy[None], rally_xy.reshape(-1, 2)])
    parts = [_cut(legs, goals) for legs in flown]
    if not parts:
        none = np.empty((0, len(goals)))
        return LegReturns(np.empty((0, 2)), np.empty(0), none, none.astype(np.bool_))
    return LegReturns(
        np.vstack([part.middles for part in parts]),
        np.concatenate([part.length_m for part in parts]),
        np.vstack([part.distance_m for part in parts]),
        np.vstack([part.free for part in parts]),
    )


def stopping_m(speed_m_s: float, acceleration_m_s2: float) -> float:
    """From cruise to rest, as AC_PosControl stops: a parabola of speed, and its linear end (a position gain of 1)."""
    return speed_m_s**2 / (2.0 * acceleration_m_s2) + acceleration_m_s2 / 2.0


def _cut(legs: Legs, goals: FloatArray) -> LegReturns:
    along = legs.ends - legs.starts
    length_m = np.hypot(*along.T)
    shadows = _shadows(legs, goals)
    every = np.arange(len(along))
    leg = np.concatenate([every, every, shadows.leg, shadows.leg])
    at = np.concatenate([np.zeros(len(along)), np.ones(len(along)), shadows.begin, shadows.end])
    for owner, share in (_bisected(legs.starts, along, goals), _circled(legs.starts, along, goals[1:])):
        leg, at = np.append(leg, owner), np.append(at, share)
    order = np.lexsort((at, leg))
    leg, at = leg[order], np.clip(at[order], 0.0, 1.0)
    is_piece = (leg[:-1] == leg[1:]) & ((at[1:] - at[:-1]) * length_m[leg[:-1]] > _SHORTEST_PIECE_M)
    middle = ((at[:-1] + at[1:]) / 2.0)[is_piece]
    owner = leg[:-1][is_piece]
    middles = legs.starts[owner] + middle[:, None] * along[owner]
    free = np.ones((len(owner), len(goals)), dtype=np.bool_)
    first = np.searchsorted(owner + middle, shadows.leg + shadows.begin)
    last = np.searchsorted(owner + middle, shadows.leg + shadows.end)
    for goal, low, high in zip(shadows.goal, first, last, strict=True):
        free[low:high, goal] = False
    away = middles[:, None] - goals[None]
    return LegReturns(
        middles, ((at[1:] - at[:-1]) * length_m[leg[:-1]])[is_piece], np.hypot(away[..., 0], away[..., 1]), free
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Shadows:
    """From ``begin`` to ``end`` (shares of the leg) a leg does not see a goal."""

    leg: IntArray
    goal: IntArray
    begin: FloatArray
    end: FloatArray


def _shadows(legs: Legs, goals: FloatArray) -> _Shadows:
    count = len(legs.starts)
    along = legs.ends - legs.starts
    length_m = np.maximum(np.hypot(*along.T), _SHORTEST_PIECE_M)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length_m[:, None]
    apex, height_m = _apexes(legs.starts, across, goals)
    sides = np.broadcast_to(np.stack([legs.starts, legs.ends], axis=1)[:, None], (count, len(goals), 2, 2))
    corners = np.concatenate([sides, apex[:, :, None]], axis=2).reshape(-1, 3, 2)
    triangles = shapely.polygons(corners)
    closed = _not_free(legs.region, goals, legs.starts)
    triangle, part = shapely.STRtree(closed).query(triangles, predicate="intersects")
    shade, of_pair = shapely.get_parts(shapely.intersection(triangles[triangle], closed[part]), return_index=True)
    shade, of_pair = shade[shapely.area(shade) > 0.0], of_pair[shapely.area(shade) > 0.0]
    leg, goal = np.divmod(triangle[of_pair], len(goals))
    points, of_shade = shapely.get_coordinates(shade, return_index=True)
    owner, toward = leg[of_shade], goal[of_shade]
    high = height_m[owner, toward]
    above_m = np.einsum("ij,ij->i", points - legs.starts[owner], across[owner])
    left = 1.0 - above_m / high  # share of the way from goal to leg that lies behind the point
    seen_from = apex[owner, toward]
    foot = seen_from + (points - seen_from) / np.maximum(left, 1e-12)[:, None]
    share = np.einsum("ij,ij->i", foot - legs.starts[owner], along[owner]) / length_m[owner] ** 2
    begin, end = np.full(len(shade), np.inf), np.full(len(shade), -np.inf)
    np.minimum.at(begin, of_shade, share)
    np.maximum.at(end, of_shade, share)
    begin = begin - legs.stop_m / length_m[leg]
    outside = np.flatnonzero(~shapely.intersects_xy(legs.region, goals[:, 0], goals[:, 1]))
    return _Shadows(
        leg=np.append(leg, np.tile(np.arange(count), len(outside))),
        goal=np.append(goal, np.repeat(outside, count)),
        begin=np.append(np.clip(begin, 0.0, 1.0), np.zeros(count * len(outside))),
        end=np.append(np.clip(end, 0.0, 1.0), np.ones(count * len(outside))),
    )


def _apexes(starts: FloatArray, across: FloatArray, goals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """For each leg and goal the tip of their triangle (n, k, 2) and its signed height above the leg (n, k)."""
    toward = goals[None] - starts[:, None]
    height_m = np.einsum("nkj,nj->nk", toward, across)
    least_m = np.where(height_m < 0.0, -_LEAST_HEIGHT_M, _LEAST_HEIGHT_M)
    lifted_m = np.where(np.abs(height_m) < _LEAST_HEIGHT_M, least_m, height_m)
    return goals[None] + (lifted_m - height_m)[..., None] * across[:, None], lifted_m


def _not_free(region: shapely.Geometry, goals: FloatArray, starts: FloatArray) -> shapely.Geometry:
    """The connected parts of what is not free; everything that a triangle can reach lies in its box."""
    grown = shapely.buffer(region, SLACK_M, join_style="mitre")
    everything = shapely.envelope(shapely.union(shapely.multipoints(np.vstack([goals, starts])), grown))
    box = shapely.buffer(everything, 10.0, join_style="mitre")
    parts = shapely.get_parts(shapely.difference(box, grown, grid_size=GRID_M))
    return parts[shapely.area(parts) > 0.0]


def _bisected(starts: FloatArray, along: FloatArray, goals: FloatArray) -> tuple[IntArray, FloatArray]:
    """Where legs cross the bisector of any two goals: leg and share of it."""
    pairs = list(combinations(range(len(goals)), 2))
    if not pairs:
        return np.empty(0, dtype=np.intp), np.empty(0)
    one, other = (goals[[pair[side] for pair in pairs]] for side in (0, 1))
    normal, middle = other - one, (one + other) / 2.0
    ahead = np.einsum("pj,nj->np", normal, along)
    behind = np.einsum("pj,npj->np", normal, middle[None] - starts[:, None])
    share = np.divide(behind, ahead, out=np.full_like(behind, -1.0), where=ahead != 0.0)
    return _inside(share)


def _circled(starts: FloatArray, along: FloatArray, rallies: FloatArray) -> tuple[IntArray, FloatArray]:
    """Where legs cross the limit's circle around any rally point: leg and share of it."""
    offset = starts[:, None] - rallies[None]
    a = np.einsum("nj,nj->n", along, along)[:, None]
    b = np.einsum("nj,nkj->nk", along, offset)
    c = np.einsum("nkj,nkj->nk", offset, offset) - RALLY_LIMIT_M**2
    inner = b * b - a * c
    root = np.sqrt(np.maximum(inner, 0.0))
    share = np.stack([-b - root, -b + root], axis=-1) / np.maximum(a, _SHORTEST_PIECE_M**2)[..., None]
    share[inner <= 0.0] = -1.0
    return _inside(share.reshape(len(starts), -1))


def _inside(share: FloatArray) -> tuple[IntArray, FloatArray]:
    leg, column = np.nonzero((share > 0.0) & (share < 1.0))
    return leg, share[leg, column]
