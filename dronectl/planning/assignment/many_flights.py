"""Work that takes many flights, shared so that it takes few batteries, then little time.

Lines are cut into parts; the parts are put together to flights by savings (``savings``), for several shapes of flights;
the best are given to the drones and improved by ruin and recreate in groups of neighbours, so that time and memory
grow with the work and not with its square. What is laid out is reckoned exactly, and what a battery cannot do is done
again with more caution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.flight_groups import Assigned, DrawnWh, GroupSearch
from dronectl.planning.assignment.line_parts import PART_OF, SHORTEST_PART_M, cut_lines, cut_pieces, halved, part_m
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.assignment.refusals import no_way_to, too_much
from dronectl.planning.assignment.sparse_ways import costs_of, ends_of
from dronectl.planning.search.savings import Costs, Flight, flights_by_savings
from dronectl.planning.search.worker import NO_WAY_S
from dronectl.planning.work import Piece

PARTS_PER_FLIGHT = (8, 16)
"""Lines are cut so that a flight takes so many parts, if they are long."""

WEIGHTS = (0.7, 1.0, 1.4)
"""Shapes of flights that are tried."""

_MOST_HALVINGS = 6
_SURE = 0.998
"""Of the budget: what flights are shared out to, as they are reckoned again when laid out."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some lines take, home and back included."""

    flights: int
    energy_ws: float


def reference_of(paces: Sequence[Pace]) -> Pace:
    """The drone whose battery does least."""
    return min(paces, key=lambda pace: pace.reach_m)


def estimate(lines: FloatArray, paces: Sequence[Pace], most_pieces: int) -> Estimate:
    """What straight lines (n, 2, 2) would take, whatever is in the way."""
    reference = reference_of(paces)
    best: Estimate | None = None
    for parts in PARTS_PER_FLIGHT:
        cut, _ = cut_lines(lines, part_m(reference.reach_m, parts))
        costs = costs_of(ends_of(cut), paces, reference, most_pieces, exact=False)
        for weight in WEIGHTS:
            found = _estimated(flights_by_savings(costs, weight), reference)
            if best is None or (found.flights, found.energy_ws) < (best.flights, best.energy_ws):
                best = found
    assert best is not None, "something is tried"
    return best


def _estimated(flights: Sequence[Flight], reference: Pace) -> Estimate:
    work_ws = sum(flight.cost for flight in flights)
    return Estimate(len(flights), work_ws + 3600.0 * reference.fixed_wh * len(flights))


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Parts of the pieces, and who flies them."""

    pieces: list[Piece]
    flights: list[Assigned]
    rounds: int
    stopped: bool


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """Parts of lines, and flights over them before any search."""

    parts: list[Piece]
    flights: list[Flight]
    caution: float
    """By how much more than reckoned such flights draw."""

    @property
    def value(self) -> tuple[int, float]:
        return len(self.flights), sum(flight.cost for flight in self.flights)


def share(
    layouts: Sequence[Sequence[Piece]],
    paces: Sequence[Pace],
    drawn_wh: DrawnWh,
    *,
    most_pieces: int,
    seed: int,
    rounds: int,
    stop: Callable[[], bool] | None,
) -> Shared:
    """Flights within the batteries over the best of some layouts of straight pieces; ``rounds`` of search beyond what
    it takes to find them.

    Raises:
        InputError: there is no way to a piece, or a short part of one is more than any battery can do; named.
    """
    begun = min((_begun(pieces, paces, drawn_wh, most_pieces) for pieces in layouts), key=lambda one: one.value)
    assigned = _assigned(begun.parts, begun.flights, paces)
    search = GroupSearch(begun.parts, paces, drawn_wh, most_pieces, seed, stop, begun.caution)
    parts, assigned = search.improved(assigned, rounds)
    done = sorted(entry >> 1 for flight in assigned for entry in flight.entries)
    assert done == list(range(len(parts))), "every part is flown once"
    return Shared(parts, assigned, search.done, search.stopped)


def _begun(pieces: Sequence[Piece], paces: Sequence[Pace], drawn_wh: DrawnWh, most_pieces: int) -> Begun:
    """Flights by savings: of all cuts and shapes the fewest, of these the shortest."""
    best: Begun | None = None
    reference = reference_of(paces)
    number = paces.index(reference)
    for count in PARTS_PER_FLIGHT:
        parts, costs = _doable(cut_pieces(pieces, part_m(reference.reach_m, count))[0], paces, drawn_wh, most_pieces)
        caution = _caution(flights_by_savings(costs), reference, costs, partial(drawn_wh, number, parts))
        costs = replace(costs, budget=_SURE * costs.budget / caution)
        for weight in WEIGHTS:
            begun = Begun(parts, flights_by_savings(costs, weight), caution)
            if best is None or begun.value < best.value:
                best = begun
    assert best is not None, "something is tried"
    return best


def _doable(
    parts: Sequence[Piece], paces: Sequence[Pace], drawn_wh: DrawnWh, most_pieces: int
) -> tuple[list[Piece], Costs]:
    """The parts, those halved that no battery can do alone, and their costs.

    Raises:
        InputError: there is no way to one, or a short part is more than any battery can do; named.
    """
    found, reference = list(parts), reference_of(paces)
    for _ in range(_MOST_HALVINGS + 1):
        costs = costs_of(ends_of(np.array([part.path_xy for part in found])), paces, reference, most_pieces, exact=True)
        alone_ws = costs.home[0::2] + costs.home[1::2] + costs.work
        for number in np.flatnonzero(alone_ws >= NO_WAY_S).tolist():
            raise no_way_to(found[number].name.removeprefix(PART_OF))
        doubted = np.flatnonzero(alone_ws > costs.budget).tolist()
        short = [number for number in doubted if found[number].length_m < 2.0 * SHORTEST_PART_M]
        drawn: dict[int, tuple[float, int, float]] = {}
        for number in dict.fromkeys(
            (*short, *doubted)
        ):  # a short one that is too much spares the flights of the others
            drawn[number] = _least_drawn(number, found, paces, drawn_wh)
            if drawn[number][0] > 1.0 and number in short:
                raise too_much(found[number].name, *_who(paces, drawn[number]))
        long = {number for number in doubted if drawn[number][0] > 1.0}
        if not long:
            return found, costs
        found = halved(found, long)
    raise too_much(found[min(long)].name, *_who(paces, drawn[min(long)]))


def _who(paces: Sequence[Pace], drawn: tuple[float, int, float]) -> tuple[str, float, float]:
    _, drone, needed_wh = drawn
    return paces[drone].member.drone.name, needed_wh, paces[drone].budget_wh


def _least_drawn(
    number: int, parts: Sequence[Piece], paces: Sequence[Pace], drawn_wh: DrawnWh
) -> tuple[float, int, float]:
    """(share of what may be drawn, drone, Wh) of the drone that does one part alone with most to spare."""
    drawn = [drawn_wh(drone, parts, [2 * number]) for drone in range(len(paces))]
    return min(
        (wh / max(pace.budget_wh, 1e-9), drone, wh) for drone, (wh, pace) in enumerate(zip(drawn, paces, strict=True))
    )


_SAMPLE = 3


def _caution(
    flights: Sequence[Flight], reference: Pace, costs: Costs, drawn_wh: Callable[[Sequence[int]], float]
) -> float:
    """By how much more than reckoned the fullest flights draw; less than 1 if less."""
    fullest = sorted((flight for flight in flights if flight.cost <= costs.budget), key=lambda flight: -flight.cost)
    ratios = [
        (drawn_wh(flight.entries) - reference.fixed_wh) * 3600.0 / flight.cost for flight in fullest[: 4 * _SAMPLE : 4]
    ]
    return max(ratios, default=1.0)


def _assigned(parts: Sequence[Piece], flights: Sequence[Flight], paces: Sequence[Pace]) -> list[Assigned]:
    """Each flight to a drone, so that all have as many (but for one) and homes are near; long flights choose first."""
    ends = np.array([part.ends() for part in parts])
    tips = np.array(
        [
            [ends[f.entries[0] >> 1, f.entries[0] & 1], ends[f.entries[-1] >> 1, 1 - (f.entries[-1] & 1)]]
            for f in flights
        ]
    )
    homes = np.array([pace.member.home_xy for pace in paces])
    away_m = np.hypot(*(tips[:, :, None] - homes[None, None]).transpose(3, 0, 1, 2)).sum(axis=1)
    free = np.full(len(paces), len(flights) // len(paces))
    # Who has the fullest batteries flies once more.
    strongest = sorted(range(len(paces)), key=lambda drone: -paces[drone].reach_m)
    free[strongest[: len(flights) % len(paces)]] += 1
    drone_of = _matched(away_m, free)
    return [Assigned(drone, tuple(flight.entries)) for drone, flight in zip(drone_of, flights, strict=True)]


def _matched(cost: FloatArray, free: FloatArray) -> list[int]:
    """A column for each row, each taken as often as it is free: first those that lose most by another than their best,
    then exchanges of two as long as they help."""
    count, columns = cost.shape
    left = free.copy()
    ordered = np.sort(cost, axis=1)
    regret = ordered[:, min(1, columns - 1)] - ordered[:, 0]
    chosen = np.zeros(count, dtype=np.intp)
    for row in np.argsort(-regret, kind="stable"):
        open_cost = np.where(left > 0, cost[row], np.inf)
        chosen[row] = int(open_cost.argmin())
        left[chosen[row]] -= 1
    for _ in range(4 * count):
        own = cost[np.arange(count), chosen]
        gain = own[:, None] + own[None, :] - cost[:, chosen] - cost[:, chosen].T
        one, other = np.unravel_index(int(gain.argmax()), gain.shape)
        if gain[one, other] <= 1e-6:
            break
        chosen[one], chosen[other] = chosen[other], chosen[one]
    return chosen.tolist()
