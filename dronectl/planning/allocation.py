"""Work split over drones and sorties so that the longest flight is as short as it can be found to be.

Pieces of work have two ends, nodes 2k and 2k + 1 (the same place twice for a place to stay at); a route is a list of
entry nodes, and the piece entered at node e is left at node e ^ 1. All pieces are first put in one order (nearest
neighbour, 2-opt, or-opt), the order is cut into routes by dynamic programming, and the routes are improved by ruin and
recreate with a fixed number of rounds: the same input and seed always give the same routes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from dronectl.errors import InputError
from dronectl.planning.frame import FloatArray, IntArray

NO_WAY_S = 1e7
"""Stands for "there is no way" in times: more than any battery lasts, and finite, so that sums stay numbers."""

DEFAULT_ROUNDS = 300
MOST_SORTIES = 30
_OVERDRAWN_S_PER_WH = 1_000.0
_OVERFULL_S_PER_ITEM = 1_000.0
_SUM_WEIGHT = 1e-3
_MOST_ORDER_MOVES = 600
_MOST_STARTS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """What allocation knows of one drone. Times in seconds, energy in Wh.

    ``way_s``: (2n + 1, 2n + 1) time between nodes, home last, ``NO_WAY_S`` where there is no way; ``work_s`` (n,): time
    of each piece, its dwell included; ``dwell_s`` (n,): the part of it that is hovering.
    """

    name: str
    way_s: FloatArray
    work_s: FloatArray
    dwell_s: FloatArray
    cruise_power_w: float
    hover_power_w: float
    fixed_s: float
    """Climb and landing."""
    fixed_wh: float
    budget_wh: float
    """What one sortie may draw."""


@dataclass(frozen=True, slots=True)
class Route:
    """The entry nodes that one drone flies in one sortie."""

    worker: int
    entries: tuple[int, ...]


def allocate(
    workers: Sequence[Worker],
    piece_names: Sequence[str],
    *,
    items_per_piece: int,
    item_capacity: int,
    seed: int,
    rounds: int = DEFAULT_ROUNDS,
    fewest_sorties: int = 1,
) -> list[list[Route]]:
    """Routes by wave: in each wave every worker flies at most one. As few waves as batteries allow.

    Raises:
        InputError: some piece is more than any drone's battery can do in one sortie, or cannot be reached; named.
    """
    _refuse_impossible(workers, piece_names)
    count = len(piece_names)
    order = _order(workers[0].way_s[: 2 * count, : 2 * count])
    for sorties in range(fewest_sorties, MOST_SORTIES + 1):
        problem = _Problem(workers, sorties, items_per_piece, item_capacity)
        routes = problem.improve(problem.cut(order), seed, rounds)
        if problem.is_feasible(routes):
            return problem.waves(routes)
    raise InputError(
        f"{len(workers)} drones cannot do {count} pieces of work in {MOST_SORTIES} sorties each",
        hint="split the patrol, or give it more drones",
    )


def _refuse_impossible(workers: Sequence[Worker], piece_names: Sequence[str]) -> None:
    for piece, name in enumerate(piece_names):
        needed = [_figures(worker, [2 * piece])[1] for worker in workers]
        if all(worker.way_s[-1, 2 * piece] >= NO_WAY_S for worker in workers):
            raise InputError(
                f"there is no way from any home to {name} inside the fence and around the keep-outs",
                hint="keep-outs with their margins cut the site in two: widen the gap or the fence",
            )
        if all(energy > worker.budget_wh for energy, worker in zip(needed, workers, strict=True)):
            best = min(range(len(workers)), key=lambda k: needed[k] - workers[k].budget_wh)
            raise InputError(
                f"{name} alone is more than a battery can do: drone {workers[best].name} would draw "
                f"{needed[best]:.1f} Wh of the {max(0.0, workers[best].budget_wh):.1f} Wh that it may",
                hint="divide the zone, move a home nearer, or change battery and battery_reserve_pct in dronectl.toml",
            )


def _figures(worker: Worker, entries: Sequence[int]) -> tuple[float, float]:
    """(seconds, Wh) of one sortie from take-off to landing; nothing for one that does not take off."""
    if not entries:
        return 0.0, 0.0
    enter = np.array(entries)
    home = len(worker.way_s) - 1
    way_s = (
        float(worker.way_s[enter[:-1] ^ 1, enter[1:]].sum())
        + float(worker.way_s[home, enter[0]])
        + float(worker.way_s[enter[-1] ^ 1, home])
    )
    pieces = enter >> 1
    hovering_s = float(worker.dwell_s[pieces].sum())
    time_s = way_s + float(worker.work_s[pieces].sum())
    energy_ws = (time_s - hovering_s) * worker.cruise_power_w + hovering_s * worker.hover_power_w
    return time_s + worker.fixed_s, energy_ws / 3600.0 + worker.fixed_wh


class _Problem:
    """Routes for ``sorties`` flights of each worker; route r belongs to worker r % len(workers)."""

    def __init__(self, workers: Sequence[Worker], sorties: int, items_per_piece: int, item_capacity: int) -> None:
        self.workers = workers
        self.route_count = sorties * len(workers)
        self.most_pieces = max(1, item_capacity // items_per_piece)

    def worker(self, route: int) -> Worker:
        return self.workers[route % len(self.workers)]

    def cost(self, route: int, entries: Sequence[int]) -> float:
        """Flight time, plus so much for an overdrawn battery or an overfull mission that it never pays."""
        worker = self.worker(route)
        time_s, energy_wh = _figures(worker, entries)
        overdrawn_wh = max(0.0, energy_wh - worker.budget_wh)
        overfull = max(0, len(entries) - self.most_pieces)
        return time_s + _OVERDRAWN_S_PER_WH * overdrawn_wh + _OVERFULL_S_PER_ITEM * overfull

    def is_feasible(self, routes: Sequence[Sequence[int]]) -> bool:
        return all(
            len(entries) <= self.most_pieces
            and _figures(self.worker(route), entries)[1] <= self.worker(route).budget_wh
            for route, entries in enumerate(routes)
        )

    def waves(self, routes: Sequence[Sequence[int]]) -> list[list[Route]]:
        """Longest routes of all workers in the first wave, so that waves are short; empty ones are left out."""
        drones = range(len(self.workers))
        own = [_longest_first(worker, routes[drone :: len(self.workers)]) for drone, worker in enumerate(self.workers)]
        waves = [
            [Route(drone, tuple(own[drone][wave])) for drone in drones if own[drone][wave]]
            for wave in range(self.route_count // len(self.workers))
        ]
        return [wave for wave in waves if wave]

    def cut(self, order: IntArray) -> list[list[int]]:
        """The order cut into consecutive routes with the least longest one; the workers' turns are tried in every order
        (for up to four of them)."""
        count = len(self.workers)
        matrices = [self._stretch_costs(worker, order) for worker in self.workers]
        turns = list(permutations(range(count))) if count <= 4 else [tuple(range(count))]
        best: tuple[float, list[list[int]]] | None = None
        for turn in turns:
            longest, cuts = _cut_evenly([matrices[turn[route % count]] for route in range(self.route_count)])
            if best is None or longest < best[0] - 1e-9:
                routes: list[list[int]] = [[] for _ in range(self.route_count)]
                for route, (first, last) in enumerate(cuts):
                    routes[route - route % count + turn[route % count]] = [int(node) for node in order[first:last]]
                best = longest, routes
        assert best is not None
        return best[1]

    def _stretch_costs(self, worker: Worker, order: IntArray) -> FloatArray:
        """cost[i, j]: one flight that does order[i:j]; inf below the diagonal, 0 on it."""
        count = len(order)
        enter, leave = order, order ^ 1
        home = len(worker.way_s) - 1
        between = np.append(0.0, np.cumsum(worker.way_s[leave[:-1], enter[1:]]))
        work = np.append(0.0, np.cumsum(worker.work_s[enter >> 1]))
        dwell = np.append(0.0, np.cumsum(worker.dwell_s[enter >> 1]))
        first, last = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
        time_s = (
            worker.way_s[home, enter][:, None]
            + (between[None, :] - between[:, None])
            + (work[last] - work[first])
            + worker.way_s[leave, home][None, :]
        )
        hovering_s = dwell[last] - dwell[first]
        energy_wh = (
            worker.fixed_wh
            + ((time_s - hovering_s) * worker.cruise_power_w + hovering_s * worker.hover_power_w) / 3600.0
        )
        overdrawn_wh = np.maximum(0.0, energy_wh - worker.budget_wh)
        overfull = np.maximum(0, last - first - self.most_pieces)
        cost = time_s + worker.fixed_s + _OVERDRAWN_S_PER_WH * overdrawn_wh + _OVERFULL_S_PER_ITEM * overfull
        result = np.full((count + 1, count + 1), np.inf)
        result[:-1, 1:] = np.where(last > first, cost, np.inf)
        np.fill_diagonal(result, 0.0)
        return result

    def improve(self, routes: list[list[int]], seed: int, rounds: int) -> list[list[int]]:
        """Ruin and recreate (Schrimpf et al. 2000; strings of neighbours as in Christiaens and Vanden Berghe 2020):
        stretches around a random piece are taken out and put back where they cost least."""
        count = sum(len(entries) for entries in routes)
        if count < 2:
            return routes
        rng = np.random.default_rng(seed)
        near = self._neighbours(count)
        costs = [self.cost(route, entries) for route, entries in enumerate(routes)]
        current, current_value = routes, _value(costs)
        best, best_value = routes, current_value
        for turn in range(rounds):
            warmth = 2e-3 * best_value * (1.0 - turn / rounds)
            kept, removed = _ruin(current, near, rng)
            changed = [
                self.cost(route, entries) if len(entries) != len(current[route]) else costs[route]
                for route, entries in enumerate(kept)
            ]
            for piece in rng.permutation(removed):
                self._insert(kept, changed, int(piece))
            value = _value(changed)
            if value < current_value + warmth * -math.log(1.0 - rng.random()):
                current, current_value, costs = kept, value, changed
                if value < best_value - 1e-6:
                    best, best_value = kept, value
        return best

    def _neighbours(self, count: int) -> IntArray:
        """For each piece, all pieces by nearness of any of their ends."""
        way = self.workers[0].way_s[: 2 * count, : 2 * count].reshape(count, 2, count, 2).min(axis=(1, 3))
        return np.argsort(way, axis=1, kind="stable")

    def _insert(self, routes: list[list[int]], costs: list[float], piece: int) -> None:
        """Put a piece where the value grows least, in its better direction."""
        ends = np.array([2 * piece, 2 * piece + 1])
        total = sum(costs)
        best: tuple[float, int, int, int] | None = None
        for route, entries in enumerate(routes):
            worker = self.worker(route)
            home = len(worker.way_s) - 1
            enter = np.array([*entries, home])
            leave = np.array([home, *entries])
            leave[1:] ^= 1
            longer = worker.way_s[leave[:, None], ends] + worker.way_s[enter[:, None], ends ^ 1]
            if entries:
                longer -= worker.way_s[leave, enter][:, None]
            place, end = divmod(int(longer.argmin()), 2)
            others = max((cost for k, cost in enumerate(costs) if k != route), default=0.0)
            takes_off_s = 0.0 if entries else worker.fixed_s
            cost = costs[route] + float(longer[place, end]) + float(worker.work_s[piece]) + takes_off_s
            value = max(cost, others) + _SUM_WEIGHT * (total - costs[route] + cost)
            if best is None or value < best[0]:
                best = value, route, 2 * piece + end, place
        assert best is not None
        _, route, entry, place = best
        routes[route].insert(place, entry)
        costs[route] = self.cost(route, routes[route])


def _longest_first(worker: Worker, routes: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    return sorted(routes, key=lambda entries: -_figures(worker, entries)[0])


def _value(costs: Sequence[float]) -> float:
    """The longest flight first, the sum of all to break ties."""
    return max(costs) + _SUM_WEIGHT * sum(costs)


def _ruin(routes: list[list[int]], near: IntArray, rng: np.random.Generator) -> tuple[list[list[int]], list[int]]:
    """Routes without a stretch around a random piece and one in a second route nearby; and the pieces taken out."""
    kept = [list(entries) for entries in routes]
    place = {entry >> 1: (route, k) for route, entries in enumerate(kept) for k, entry in enumerate(entries)}
    longest = int(rng.integers(1, 7))
    removed: list[int] = []
    hit: set[int] = set()
    for piece in near[int(rng.integers(len(place)))]:
        route, k = place[int(piece)]
        if route in hit:
            continue
        hit.add(route)
        length = min(len(routes[route]), int(rng.integers(1, longest + 1)))
        first = min(max(0, k - int(rng.integers(length))), len(routes[route]) - length)
        removed.extend(entry >> 1 for entry in kept[route][first : first + length])
        del kept[route][first : first + length]
        if len(hit) == 2:
            break
    return kept, removed


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


def _order(way: FloatArray) -> IntArray:
    """All pieces in one open path, as entry nodes: nearest neighbour from several starts, then the best of 2-opt and
    or-opt moves until none helps."""
    node_count = len(way)
    starts = np.unique(np.linspace(0, node_count - 1, min(node_count, _MOST_STARTS)).astype(np.intp))
    paths = [_nearest_neighbour(way, int(start)) for start in starts]
    path = min(paths, key=lambda entries: float(way[entries[:-1] ^ 1, entries[1:]].sum()))
    for _ in range(_MOST_ORDER_MOVES):
        better = min((_best_reversal(way, path), _best_shift(way, path)), key=lambda move: move[0])
        if better[0] >= -1e-6:
            break
        path = better[1]
    return path


def _nearest_neighbour(way: FloatArray, start: int) -> IntArray:
    left = way.copy()
    entries = [start]
    for _ in range(len(way) // 2 - 1):
        here = entries[-1]
        left[:, [here, here ^ 1]] = np.inf
        entries.append(int(left[here ^ 1].argmin()))
    return np.array(entries, dtype=np.intp)


def _links(way: FloatArray, leave: IntArray, enter: IntArray) -> FloatArray:
    """Ways with a free start and a free end: node -1 costs nothing."""
    return np.where((leave < 0) | (enter < 0), 0.0, way[leave, enter])


def _best_reversal(way: FloatArray, path: IntArray) -> tuple[float, IntArray]:
    """The gain of the best stretch i..j to fly backwards, and the path with it."""
    free = np.array([-1])
    before = np.concatenate([free, path[:-1] ^ 1])[:, None]
    after = np.concatenate([path[1:], free])[None, :]
    enter, leave = path[:, None], (path ^ 1)[None, :]
    change = (
        _links(way, before, np.broadcast_to(leave, (len(path), len(path))))
        + _links(way, np.broadcast_to(enter, (len(path), len(path))), after)
        - _links(way, before, enter)
        - _links(way, leave, after)
    )
    change[np.tril_indices(len(path), -1)] = np.inf
    i, j = (int(k) for k in np.unravel_index(int(change.argmin()), change.shape))
    return float(change[i, j]), np.concatenate([path[:i], (path[i : j + 1] ^ 1)[::-1], path[j + 1 :]])


def _best_shift(way: FloatArray, path: IntArray) -> tuple[float, IntArray]:
    """The gain of the best block of 1 to 3 pieces to fly elsewhere, either way round, and the path with it."""
    best = 0.0, path
    for length in (1, 2, 3):
        if len(path) <= length:
            break
        found = _best_block_shift(way, path, length)
        if found[0] < best[0]:
            best = found
    return best


def _best_block_shift(way: FloatArray, path: IntArray, length: int) -> tuple[float, IntArray]:
    free = np.array([-1])
    leave, enter = np.concatenate([free, path ^ 1]), np.concatenate([path, free])
    first = np.arange(len(path) - length + 1)
    last = first + length - 1
    removed = (
        _links(way, leave[first], enter[last + 1])
        - _links(way, leave[first], path[first])
        - _links(way, path[last] ^ 1, enter[last + 1])
    )
    gap = np.arange(len(path) + 1)[None, :]
    inside = (gap >= first[:, None]) & (gap <= last[:, None] + 1)
    link = _links(way, leave, enter)[None, :]
    best = 0.0, path
    for reverse in (False, True):
        head, tail = (path[last] ^ 1, path[first]) if reverse else (path[first], path[last] ^ 1)
        added = _links(way, leave[None, :], head[:, None]) + _links(way, tail[:, None], enter[None, :]) - link
        change = np.where(inside, np.inf, removed[:, None] + added)
        i, k = (int(index) for index in np.unravel_index(int(change.argmin()), change.shape))
        if change[i, k] < best[0]:
            block = path[i : i + length]
            block = (block ^ 1)[::-1] if reverse else block
            rest = np.concatenate([path[:i], path[i + length :]])
            at = k if k <= i else k - length
            best = float(change[i, k]), np.concatenate([rest[:at], block, rest[at:]])
    return best
