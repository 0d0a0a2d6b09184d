"""Work split over drones and sorties so that the longest flight is as short as it can be found to be.

All pieces are put in one order (``piece_order``), the order is cut into flights (``order_cut``), and the flights are
improved by ruin and recreate (``ruin_recreate``) for as many rounds as the budget has. The same input, seed and rounds
always give the same flights; more rounds never give longer ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.errors import InputError
from dronectl.planning.assignment.refusals import no_way_to, too_much
from dronectl.planning.search.order_cut import cut_into_flights
from dronectl.planning.search.piece_order import order_of
from dronectl.planning.search.route_cost import Pricing, all_feasible, pricing_of, work_energy_ws
from dronectl.planning.search.ruin_recreate import improve
from dronectl.planning.search.worker import NO_WAY_S, Worker, WorkerRoute

__all__ = [
    "DEFAULT_ROUNDS",
    "MOST_SORTIES",
    "NO_WAY_S",
    "ROUNDS_PER_SECOND",
    "Allocation",
    "Worker",
    "WorkerRoute",
    "allocate",
    "too_long_for_a_battery",
    "useful_rounds",
]

ROUNDS_PER_SECOND = 10_000
"""Nominal: what a second of budget buys, on any machine. ``tests/bench/tours.py`` measures how many a second does."""

DEFAULT_ROUNDS = 500
MOST_SORTIES = 30
_REPAIR_ROUNDS = 500
"""To find flights within the batteries with so many sorties, before one more is tried; not part of the budget."""
_USEFUL_ROUNDS_PER_PIECE = 1_000
_WAVE_SEED = 7_919


@dataclass(frozen=True, slots=True)
class Allocation:
    """Routes by wave: in each wave every worker flies at most one. With the rounds that were spent to find them."""

    waves: list[list[WorkerRoute]]
    rounds: int
    stopped: bool
    """Whether the search was told to end before its rounds were done."""


def useful_rounds(pieces: int) -> int:
    """More rounds than these are not worth their time for so many pieces."""
    return _USEFUL_ROUNDS_PER_PIECE * pieces


def allocate(
    workers: Sequence[Worker],
    piece_names: Sequence[str],
    *,
    items_per_piece: int,
    item_capacity: int,
    seed: int,
    rounds: int = DEFAULT_ROUNDS,
    fewest_sorties: int = 1,
    stop: Callable[[], bool] | None = None,
) -> Allocation:
    """The work shared out in as few waves as batteries and mission memory allow, the waves as short as can be found.

    ``stop`` is asked before every round; once it says yes, the best found so far is the answer.

    Raises:
        InputError: some piece is more than any drone's battery can do in one sortie, or cannot be reached; named.
    """
    most_pieces = max(1, item_capacity // items_per_piece)
    pricings = [pricing_of(worker, most_pieces) for worker in workers]
    _refuse_impossible(workers, pricings, piece_names)
    count, crew_size = len(piece_names), len(workers)
    fewest = max(fewest_sorties, _sorties_needed(workers, count, most_pieces))
    order = order_of(workers[0].way_s, through_home=crew_size == fewest == 1)
    for sorties in range(fewest, MOST_SORTIES + 1):
        by_flight = pricings * sorties
        routes = cut_into_flights(order, workers, sorties, most_pieces)
        if not all_feasible(by_flight, routes):
            routes = improve(
                by_flight,
                routes,
                crew_size=crew_size,
                seed=seed + _WAVE_SEED,
                rounds=_REPAIR_ROUNDS,
                until_feasible=True,
            ).routes
        if all_feasible(by_flight, routes):
            spent = min(rounds, useful_rounds(count))
            found = improve(by_flight, routes, crew_size=crew_size, seed=seed, rounds=spent, stop=stop)
            return Allocation(_waves(pricings, found.routes), found.rounds, found.stopped)
    raise InputError(
        f"{crew_size} drones cannot do {count} pieces of work in {MOST_SORTIES} sorties each",
        hint="split the patrol, or give it more drones",
    )


def too_long_for_a_battery(workers: Sequence[Worker], count: int) -> list[int]:
    """Which of the ``count`` pieces no worker's battery can do alone, though there is a way to them."""
    entry = 2 * np.arange(count)
    reached, done = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for worker in workers:
        way_s = worker.way_s[-1, entry] + worker.way_s[entry + 1, -1]
        needed_ws = worker.cruise_power_w * way_s + work_energy_ws(worker)
        reached |= way_s < NO_WAY_S
        done |= needed_ws <= 3600.0 * (worker.budget_wh - worker.fixed_wh)
    return [int(piece) for piece in np.flatnonzero(reached & ~done)]


def _refuse_impossible(workers: Sequence[Worker], pricings: Sequence[Pricing], piece_names: Sequence[str]) -> None:
    for piece, name in enumerate(piece_names):
        if any(pricing.is_feasible([2 * piece]) for pricing in pricings):
            continue
        if all(worker.way_s[-1, 2 * piece] >= NO_WAY_S for worker in workers):
            raise no_way_to(name)
        needed = [_energy_wh(worker, pricing, piece) for worker, pricing in zip(workers, pricings, strict=True)]
        best = min(range(len(workers)), key=lambda k: needed[k] - workers[k].budget_wh)
        raise too_much(name, workers[best].name, needed[best], workers[best].budget_wh)


def _energy_wh(worker: Worker, pricing: Pricing, piece: int) -> float:
    way_s, _, work_ws = pricing.sums([2 * piece])
    return worker.fixed_wh + (worker.cruise_power_w * way_s + work_ws) / 3600.0


def _sorties_needed(workers: Sequence[Worker], count: int, most_pieces: int) -> int:
    """No fewer can do, whatever the ways: by the energy of the work alone and by mission memory."""
    least_ws = sum(min(energy) for energy in zip(*(work_energy_ws(worker).tolist() for worker in workers), strict=True))
    usable_ws = sum(max(0.0, 3600.0 * (worker.budget_wh - worker.fixed_wh)) for worker in workers)
    by_energy = math.ceil(least_ws / usable_ws - 1e-9) if usable_ws > 0.0 else 1
    return max(1, by_energy, math.ceil(count / (most_pieces * len(workers))))


def _waves(pricings: Sequence[Pricing], routes: Sequence[Sequence[int]]) -> list[list[WorkerRoute]]:
    """Longest routes of all workers in the first wave, so that waves are short; empty ones are left out."""
    own = [
        sorted(routes[drone :: len(pricings)], key=lambda entries: -pricing.flight_cost_s(entries))
        for drone, pricing in enumerate(pricings)
    ]
    waves = [
        [WorkerRoute(drone, tuple(entries)) for drone, entries in enumerate(wave) if entries]
        for wave in zip(*own, strict=True)
    ]
    return [wave for wave in waves if wave]
