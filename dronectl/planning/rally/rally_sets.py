"""How much of a drone's routes each set of rally points leaves without a free return: a beam search over the sets.

Points cannot be judged one by one: one more point also draws returns away from those that were free before.
"""

from __future__ import annotations

import numpy as np

from dronectl.geodesy.frame import BoolArray, FloatArray
from dronectl.planning.rally.returns import RALLY_LIMIT_M, LegReturns

BEAM = 24
"""Sets of one size that are built on."""

_ENOUGH_M = 1e-3


def blocked_by_set(returns: LegReturns, most: int) -> dict[tuple[int, ...], float]:
    """Length blocked in metres, for sets of up to ``most`` goals (ascending); the empty set is among them."""
    pieces, goals = returns.free.shape
    start = _Carried((), np.full(pieces, np.inf), np.zeros(pieces, dtype=np.bool_))
    tried: dict[tuple[int, ...], float] = {(): returns.blocked_m(())}
    if tried[()] <= _ENOUGH_M:
        return tried
    beam = [start]
    for _ in range(min(most, goals - 1)):
        grown: dict[tuple[int, ...], tuple[_Carried, int]] = {}
        for carried in beam:
            lengths_m = carried.blocked_with_each_m(returns)
            for goal in range(1, goals):
                chosen = tuple(sorted({*carried.chosen, goal}))
                if len(chosen) > len(carried.chosen) and chosen not in grown:
                    grown[chosen] = carried, goal
                    tried[chosen] = float(lengths_m[goal])
        best = sorted(grown, key=lambda chosen: (tried[chosen], chosen))[:BEAM]
        beam = [grown[chosen][0].and_one(returns, grown[chosen][1]) for chosen in best]
    return tried


class _Carried:
    """A set of rally points, with the distance of each piece to the nearest of them and whether the way is free."""

    def __init__(self, chosen: tuple[int, ...], away_m: FloatArray, free: BoolArray) -> None:
        self.chosen = chosen
        self._away_m = away_m
        self._free = free

    def and_one(self, returns: LegReturns, goal: int) -> _Carried:
        nearer = returns.distance_m[:, goal] < self._away_m
        away_m = np.where(nearer, returns.distance_m[:, goal], self._away_m)
        free = np.where(nearer, returns.free[:, goal], self._free)
        return _Carried(tuple(sorted((*self.chosen, goal))), away_m, free)

    def blocked_with_each_m(self, returns: LegReturns) -> FloatArray:
        """(goals,): the length blocked if each one were carried too."""
        nearer = returns.distance_m < self._away_m[:, None]
        away_m = np.where(nearer, returns.distance_m, self._away_m[:, None])
        free = np.where(nearer, returns.free, self._free[:, None])
        lands_there = (away_m <= RALLY_LIMIT_M) & (away_m < returns.distance_m[:, :1])
        free = np.where(lands_there, free, returns.free[:, :1])
        blocked_m: FloatArray = returns.length_m @ ~free
        return blocked_m
