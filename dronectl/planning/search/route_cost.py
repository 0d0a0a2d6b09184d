"""What a flight of some pieces costs: its time, and so much for an overdrawn battery or an overfull mission that it
never pays.

Pieces are numbered 0..n-1 and have two ends, nodes 2k and 2k + 1; a piece entered at node e is left at node e ^ 1.
Home is piece n here, nodes 2n and 2n + 1, so that every rule for pieces holds for it too. Plain lists of floats: the
search reads single numbers millions of times, which is several times slower from an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.search.worker import Worker

OVERDRAWN_S_PER_WH = 1_000.0
OVERFULL_S_PER_PIECE = 1_000.0
SUM_WEIGHT = 1e-3
"""The longest flight counts first; the sum of all breaks ties."""


@dataclass(frozen=True, slots=True, eq=False)
class Pricing:
    """One worker's figures as lists. ``way_s[leave][enter]`` with home twice at the end; ``work_s`` and ``work_ws``
    (watt-seconds) by piece; ``budget_ws`` is what is left for ways and work after climb and landing."""

    way_s: list[list[float]]
    work_s: list[float]
    work_ws: list[float]
    cruise_power_w: float
    fixed_s: float
    budget_ws: float
    most_pieces: int

    def cost_s(self, way_s: float, work_s: float, work_ws: float, pieces: int) -> float:
        """Of a flight with these sums; nothing for one that does not take off."""
        if not pieces:
            return 0.0
        cost = self.fixed_s + way_s + work_s
        overdrawn_ws = self.cruise_power_w * way_s + work_ws - self.budget_ws
        if overdrawn_ws > 0.0:
            cost += OVERDRAWN_S_PER_WH / 3600.0 * overdrawn_ws
        if pieces > self.most_pieces:
            cost += OVERFULL_S_PER_PIECE * (pieces - self.most_pieces)
        return cost

    def sums(self, entries: Sequence[int]) -> tuple[float, float, float]:
        """(ways, work) in seconds and the energy of the work in watt-seconds of one flight."""
        home = len(self.way_s) - 2
        way_s, leave = 0.0, home + 1
        for entry in (*entries, home):
            way_s += self.way_s[leave][entry]
            leave = entry ^ 1
        pieces = [entry >> 1 for entry in entries]
        return way_s, sum(self.work_s[piece] for piece in pieces), sum(self.work_ws[piece] for piece in pieces)

    def flight_cost_s(self, entries: Sequence[int]) -> float:
        return self.cost_s(*self.sums(entries), len(entries))

    def is_feasible(self, entries: Sequence[int]) -> bool:
        """Whether battery and mission memory suffice."""
        way_s, _, work_ws = self.sums(entries)
        return not entries or (
            len(entries) <= self.most_pieces and self.cruise_power_w * way_s + work_ws <= self.budget_ws
        )


def pricing_of(worker: Worker, most_pieces: int) -> Pricing:
    way_s = np.pad(worker.way_s, ((0, 1), (0, 1)), mode="edge")
    return Pricing(
        way_s=way_s.tolist(),
        work_s=worker.work_s.tolist(),
        work_ws=work_energy_ws(worker).tolist(),
        cruise_power_w=worker.cruise_power_w,
        fixed_s=worker.fixed_s,
        budget_ws=3600.0 * (worker.budget_wh - worker.fixed_wh),
        most_pieces=most_pieces,
    )


def all_feasible(pricings: Sequence[Pricing], routes: Sequence[Sequence[int]]) -> bool:
    """Whether every flight is; ``pricings`` and ``routes`` by flight."""
    return all(pricing.is_feasible(entries) for pricing, entries in zip(pricings, routes, strict=True))


def work_energy_ws(worker: Worker) -> FloatArray:
    """(n,): what each piece draws, the ways to and from it not counted."""
    power_w = worker.cruise_power_w if worker.work_power_w is None else worker.work_power_w
    energy: FloatArray = (worker.work_s - worker.dwell_s) * power_w + worker.dwell_s * worker.hover_power_w
    return energy


def longest_s(costs: Sequence[float], crew_size: int) -> float:
    """The time of all waves: each takes as long as its longest flight. Flight r is worker r % crew_size's."""
    if len(costs) == crew_size:
        return max(costs)
    return sum(max(costs[first : first + crew_size]) for first in range(0, len(costs), crew_size))
