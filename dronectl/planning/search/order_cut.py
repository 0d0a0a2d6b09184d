"""An order of pieces cut into consecutive flights with the least longest one, by dynamic programming.

This is the "route first, cluster second" of Beasley (1983), for the longest flight instead of the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.search.route_cost import OVERDRAWN_S_PER_WH, OVERFULL_S_PER_PIECE, work_energy_ws
from dronectl.planning.search.worker import Worker

_MOST_WORKERS_PERMUTED = 3
_MOST_PIECES_PERMUTED = 400


def cut_into_flights(
    order: Sequence[int], workers: Sequence[Worker], sorties: int, most_pieces: int
) -> list[list[int]]:
    """``sorties`` flights for each worker, flight r being worker r % len(workers)'s; some may be empty.

    The workers' turns are tried in every order while that is quick.
    """
    count, flights = len(workers), sorties * len(workers)
    if flights == 1:
        return [list(order)]
    nodes = np.array(order, dtype=np.intp)
    costs = [_stretch_costs_s(worker, nodes, most_pieces) for worker in workers]
    few = count <= _MOST_WORKERS_PERMUTED and len(order) <= _MOST_PIECES_PERMUTED
    best: tuple[float, list[list[int]]] | None = None
    for turn in permutations(range(count)) if few else [tuple(range(count))]:
        longest, stretches = _cut_evenly([costs[turn[flight % count]] for flight in range(flights)])
        if best is None or longest < best[0] - 1e-9:
            routes: list[list[int]] = [[] for _ in range(flights)]
            for flight, (first, last) in enumerate(stretches):
                routes[flight - flight % count + turn[flight % count]] = list(order[first:last])
            best = longest, routes
    assert best is not None
    return best[1]


def _stretch_costs_s(worker: Worker, order: IntArray, most_pieces: int) -> FloatArray:
    """cost[i, j]: one flight that does order[i:j]; inf below the diagonal, 0 on it."""
    count = len(order)
    enter, leave, pieces = order, order ^ 1, order >> 1
    home = len(worker.way_s) - 1
    between = np.append(0.0, np.cumsum(worker.way_s[leave[:-1], enter[1:]]))
    work_s = np.append(0.0, np.cumsum(worker.work_s[pieces]))
    work_ws = np.append(0.0, np.cumsum(work_energy_ws(worker)[pieces]))
    first, last = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    way_s = (worker.way_s[home, enter] - between)[:, None] + (between + worker.way_s[leave, home])[None, :]
    energy_wh = worker.fixed_wh + (worker.cruise_power_w * way_s + work_ws[last] - work_ws[first]) / 3600.0
    cost = way_s + (work_s[last] - work_s[first]) + worker.fixed_s
    cost += OVERDRAWN_S_PER_WH * np.maximum(0.0, energy_wh - worker.budget_wh)
    cost += OVERFULL_S_PER_PIECE * np.maximum(0, last - first - most_pieces)
    result = np.full((count + 1, count + 1), np.inf)
    result[:-1, 1:] = np.where(last > first, cost, np.inf)
    np.fill_diagonal(result, 0.0)
    return result


def _cut_evenly(costs: Sequence[FloatArray]) -> tuple[float, list[tuple[int, int]]]:
    """Consecutive stretches, one per matrix of ``costs`` (stretch i..j costs [i, j]), with the least longest."""
    reach = costs[0][0]
    choices = []
    for matrix in costs[1:]:
        longest = np.maximum(reach[:, None], matrix)
        choices.append(longest.argmin(axis=0))
        reach = longest.min(axis=0)
    end = len(reach) - 1
    stretches = []
    for choice in reversed(choices):
        begin = int(choice[end])
        stretches.append((begin, end))
        end = begin
    stretches.append((0, end))
    return float(reach[-1]), stretches[::-1]
