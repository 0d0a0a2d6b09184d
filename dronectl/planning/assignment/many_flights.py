"""Work that takes many flights, shared so that it takes few batteries, then little time.

Lines are cut into parts; the parts are put together to flights by savings (``savings``), for several shapes of flights;
the best are given to the drones and improved by ruin and recreate in groups of neighbours, so that time and memory
grow with the work and not with its square. What is laid out is reckoned exactly, and what a battery cannot do is done
again with more caution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.line_parts import cut_lines, cut_pieces, part_m
from dronectl.planning.assignment.pace import Pace, worker
from dronectl.planning.assignment.route_cost import Pricing, all_feasible, pricing_of
from dronectl.planning.assignment.ruin_recreate import improve
from dronectl.planning.assignment.savings import Costs, Flight, flights_by_savings
from dronectl.planning.assignment.sparse_ways import Ends, costs_of, ends_of
from dronectl.planning.work import Piece

PARTS_PER_FLIGHT = (8, 16)
"""Lines are cut so that a flight takes so many parts, if they are long."""

WEIGHTS = (0.7, 1.0, 1.4)
"""Shapes of flights that are tried."""

_GROUP_PIECES = 140
_REPAIR_ROUNDS = 300
_MOST_TRIES = 5
_SURE = 0.998
"""Of the budget: what flights are shared out to, as they are reckoned again when laid out."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some lines take, home and back included."""

    flights: int
    energy_ws: float


@dataclass(frozen=True, slots=True)
class Assigned:
    """A flight of one drone (by number): entry nodes of pieces in the order flown."""

    drone: int
    entries: tuple[int, ...]


DrawnWh = Callable[[int, Sequence[Piece], Sequence[int]], float]
"""What a drone would draw for some entries of pieces, laid out and reckoned exactly in the worst wind."""


def reference_of(paces: Sequence[Pace]) -> Pace:
    """The drone whose battery does least."""
    return min(paces, key=reach_m)


def reach_m(pace: Pace) -> float:
    """How far it works on one battery, its home beside the work."""
    return pace.work_m_s * pace.budget_ws / pace.work_power_w


def estimate(lines: FloatArray, paces: Sequence[Pace], most_pieces: int) -> Estimate:
    """What straight lines (n, 2, 2) would take, whatever is in the way."""
    reference = reference_of(paces)
    best: Estimate | None = None
    for parts in PARTS_PER_FLIGHT:
        cut, _ = cut_lines(lines, part_m(reach_m(reference), parts))
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


def share(
    pieces: Sequence[Piece],
    paces: Sequence[Pace],
    drawn_wh: DrawnWh,
    *,
    most_pieces: int,
    seed: int,
    rounds: int,
    stop: Callable[[], bool] | None,
) -> Shared:
    """Flights over straight pieces within the batteries; ``rounds`` of search beyond what it takes to find them."""
    reference = reference_of(paces)
    parts, flights, caution = _begun(pieces, paces, reference, drawn_wh, most_pieces)
    assigned = _assigned(parts, flights, paces)
    search = _Search(parts, paces, drawn_wh, most_pieces, seed, stop, caution)
    assigned = search.improved(assigned, rounds)
    assigned = _levelled(assigned, paces, lambda drone, entries: drawn_wh(drone, parts, entries))
    return Shared(parts, assigned, search.done, search.stopped)


def _levelled(
    flights: Sequence[Assigned], paces: Sequence[Pace], drawn_wh: Callable[[int, Sequence[int]], float]
) -> list[Assigned]:
    """Flights handed from drones that have more than their share to those that have less, if their batteries do."""
    found = list(flights)
    counts = [sum(flight.drone == drone for flight in found) for drone in range(len(paces))]
    most = -(-len(found) // len(paces))
    for drone in range(len(paces)):
        while counts[drone] > most:
            moves = (
                (drawn_wh(other, flight.entries) - paces[other].budget_wh, number, other)
                for number, flight in enumerate(found)
                if flight.drone == drone
                for other in range(len(paces))
                if counts[other] < most
            )
            over_wh, number, other = min(moves)
            if over_wh > 0.0:
                break
            found[number] = replace(found[number], drone=other)
            counts[drone] -= 1
            counts[other] += 1
    return found


def _begun(
    pieces: Sequence[Piece], paces: Sequence[Pace], reference: Pace, drawn_wh: DrawnWh, most_pieces: int
) -> tuple[list[Piece], list[Flight], float]:
    """Parts and flights by savings: of all cuts and shapes the fewest, of these the shortest. And by how much more
    than reckoned such flights draw."""
    best: tuple[tuple[int, float], list[Piece], list[Flight], float] | None = None
    number = paces.index(reference)
    for count in PARTS_PER_FLIGHT:
        parts = cut_pieces(pieces, part_m(reach_m(reference), count))
        ends = ends_of(np.array([part.path_xy for part in parts]))
        costs = costs_of(ends, paces, reference, most_pieces, exact=True)
        caution = _caution(flights_by_savings(costs), reference, costs, lambda es, ps=parts: drawn_wh(number, ps, es))
        costs = replace(costs, budget=_SURE * costs.budget / caution)
        for weight in WEIGHTS:
            flights = flights_by_savings(costs, weight)
            value = len(flights), sum(flight.cost for flight in flights)
            if best is None or value < best[0]:
                best = value, parts, flights, caution
    assert best is not None, "something is tried"
    return best[1:]


_SAMPLE = 6


def _caution(
    flights: Sequence[Flight], reference: Pace, costs: Costs, drawn_wh: Callable[[Sequence[int]], float]
) -> float:
    """By how much more than reckoned the fullest flights draw; less than 1 if less."""
    fullest = sorted((flight for flight in flights if flight.cost <= costs.budget), key=lambda flight: -flight.cost)
    ratios = [
        (drawn_wh(flight.entries) - reference.fixed_wh) * 3600.0 / flight.cost
        for flight in fullest[: 4 * _SAMPLE : 4]
    ]
    return max(ratios, default=1.0)


def _assigned(parts: Sequence[Piece], flights: Sequence[Flight], paces: Sequence[Pace]) -> list[Assigned]:
    """Each flight to a drone, so that all have as many (but for one) and homes are near; long flights choose first."""
    ends = np.array([part.ends() for part in parts])
    tips = np.array([[ends[f.entries[0] >> 1, f.entries[0] & 1], ends[f.entries[-1] >> 1, 1 - (f.entries[-1] & 1)]]
                     for f in flights])
    homes = np.array([pace.member.home_xy for pace in paces])
    away_m = np.hypot(*(tips[:, :, None] - homes[None, None]).transpose(3, 0, 1, 2)).sum(axis=1)
    free = np.full(len(paces), len(flights) // len(paces))
    # Who has the fullest batteries flies once more.
    strongest = sorted(range(len(paces)), key=lambda drone: -reach_m(paces[drone]))
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


class _Search:
    """Groups of neighbouring flights improved one after another."""

    def __init__(
        self,
        parts: Sequence[Piece],
        paces: Sequence[Pace],
        drawn_wh: DrawnWh,
        most_pieces: int,
        seed: int,
        stop: Callable[[], bool] | None,
        caution: float,
    ) -> None:
        self._parts, self._paces, self._drawn_wh, self._most_pieces = parts, paces, drawn_wh, most_pieces
        self._seed, self._stop, self._caution = seed, stop, caution
        self.done, self.stopped = 0, False

    def improved(self, flights: Sequence[Assigned], rounds: int) -> list[Assigned]:
        total = len(self._parts)
        found: list[Assigned] = []
        for group in self._groups(flights):
            share = sum(len(flight.entries) for flight in group) / total
            found += self._improved_group(group, round(rounds * share))
        return found

    def _groups(self, flights: Sequence[Assigned]) -> Iterator[list[Assigned]]:
        """Flights beside each other as seen from the homes, together not too many pieces."""
        middle = np.mean([pace.member.home_xy for pace in self._paces], axis=0)
        centres = np.array(
            [np.mean([self._parts[entry >> 1].path_xy.mean(axis=0) for entry in one.entries], axis=0) for one in flights]
        ) - middle
        around = centres.mean(axis=0)
        if np.hypot(*around) > 0.5 * np.hypot(*centres.T).mean():  # all to one side: begin behind
            angle = np.arctan2(around[0] * centres[:, 1] - around[1] * centres[:, 0], centres @ around)
        else:
            angle = np.arctan2(centres[:, 1], centres[:, 0])
        order = np.argsort(angle, kind="stable")
        sizes = np.cumsum([len(flights[number].entries) for number in order])
        count = max(1, round(float(sizes[-1]) / _GROUP_PIECES))
        of = np.minimum((sizes - 1) * count // sizes[-1], count - 1)
        for group in range(count):
            chosen = [flights[number] for number in order[of == group]]
            if chosen:
                yield chosen

    def _improved_group(self, group: list[Assigned], rounds: int) -> list[Assigned]:
        """The flights of a group within the batteries, fewer if that can be, then shorter."""
        local = _Local.of(self._parts, group)
        caution = self._caution
        for attempt in range(_MOST_TRIES):
            table = _Table.of(local, self._paces, caution, self._most_pieces)
            flights = self._within_batteries(table, local.flights)
            flights = self._fewer(table, flights)
            flights = self._shorter(table, flights, rounds if attempt == 0 else rounds // 4)
            worst = self._worst(table, local, flights)
            if worst <= 1.0:
                return local.back(flights)
            local = replace(local, flights=flights)
            caution *= 1.002 * worst
        return local.back(self._singly(local, flights))

    def _worst(self, table: _Table, local: _Local, flights: Sequence[Assigned]) -> float:
        """What the flight that overdraws most draws of what it may; climb and landing left out."""
        worst = 0.0
        for flight in flights:
            pace = self._paces[flight.drone]
            drawn_ws = 3600.0 * (self._drawn_wh(flight.drone, local.parts, flight.entries) - pace.fixed_wh)
            worst = max(worst, drawn_ws / pace.budget_ws)
        return worst

    def _within_batteries(self, table: _Table, flights: list[Assigned]) -> list[Assigned]:
        while True:
            pricings = [table.pricings[flight.drone] for flight in flights]
            routes = [list(flight.entries) for flight in flights]
            if all_feasible(pricings, routes):
                return flights
            found = improve(
                pricings, routes, crew_size=1, seed=self._seed, rounds=_REPAIR_ROUNDS, until_feasible=True
            ).routes
            flights = [Assigned(flight.drone, tuple(route)) for flight, route in zip(flights, found, strict=True)]
            if all_feasible(pricings, found):
                return flights
            # One flight more, of the drone that has fewest, with what makes the worst flight too long.
            flights = _split_worst(pricings, flights, len(self._paces))

    def _fewer(self, table: _Table, flights: list[Assigned]) -> list[Assigned]:
        """One flight less for as long as its work finds room in the others."""
        while len(flights) > 1:
            pricings = [table.pricings[flight.drone] for flight in flights]
            drawn = [_drawn_ws(pricing, flight.entries) for pricing, flight in zip(pricings, flights, strict=True)]
            works = [pricing.sums(flight.entries)[2] for pricing, flight in zip(pricings, flights, strict=True)]
            least = min(range(len(flights)), key=works.__getitem__)
            room = sum(p.budget_ws - ws for k, (p, ws) in enumerate(zip(pricings, drawn, strict=True)) if k != least)
            if room < works[least]:
                return flights
            kept = [flight for number, flight in enumerate(flights) if number != least]
            left = [table.pricings[flight.drone] for flight in kept]
            roomiest = max(range(len(kept)), key=lambda k: left[k].budget_ws - _drawn_ws(left[k], kept[k].entries))
            routes = [list(flight.entries) for flight in kept]
            routes[roomiest] += flights[least].entries
            found = improve(
                left, routes, crew_size=1, seed=self._seed, rounds=2 * _REPAIR_ROUNDS, until_feasible=True
            ).routes
            if not all_feasible(left, found):
                return flights
            flights = [Assigned(flight.drone, tuple(route)) for flight, route in zip(kept, found, strict=True)]
            flights = [flight for flight in flights if flight.entries]
        return flights

    def _shorter(self, table: _Table, flights: list[Assigned], rounds: int) -> list[Assigned]:
        if rounds <= 0 or self.stopped:
            return flights
        pricings = [table.pricings[flight.drone] for flight in flights]
        routes = [list(flight.entries) for flight in flights]
        found = improve(pricings, routes, crew_size=1, seed=self._seed, rounds=rounds, stop=self._stop)
        self.done += found.rounds
        self.stopped |= found.stopped
        return [
            Assigned(flight.drone, tuple(route)) for flight, route in zip(flights, found.routes, strict=True) if route
        ]

    def _singly(self, local: _Local, flights: Sequence[Assigned]) -> list[Assigned]:
        """Flights that still overdraw are flown in halves."""
        waiting, found = list(flights), []
        while waiting:
            flight = waiting.pop()
            pace = self._paces[flight.drone]
            fits = self._drawn_wh(flight.drone, local.parts, flight.entries) <= pace.budget_wh
            if fits or len(flight.entries) == 1:
                found.append(flight)
            else:
                middle = len(flight.entries) // 2
                waiting += [replace(flight, entries=part) for part in (flight.entries[:middle], flight.entries[middle:])]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """Some flights with pieces numbered anew from 0."""

    parts: list[Piece]
    numbers: list[int]
    flights: list[Assigned]

    @classmethod
    def of(cls, parts: Sequence[Piece], flights: Sequence[Assigned]) -> _Local:
        numbers = [entry >> 1 for flight in flights for entry in flight.entries]
        new = {number: index for index, number in enumerate(numbers)}
        local = [
            replace(flight, entries=tuple(2 * new[entry >> 1] + (entry & 1) for entry in flight.entries))
            for flight in flights
        ]
        return cls([parts[number] for number in numbers], numbers, local)

    def back(self, flights: Sequence[Assigned]) -> list[Assigned]:
        return [
            replace(flight, entries=tuple(2 * self.numbers[entry >> 1] + (entry & 1) for entry in flight.entries))
            for flight in flights
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All ways of one group, by drone."""

    pricings: dict[int, Pricing]

    @classmethod
    def of(cls, local: _Local, paces: Sequence[Pace], caution: float, most_pieces: int) -> _Table:
        return cls(
            {
                drone: pricing_of(worker(paces[drone].drawing(caution), local.parts), most_pieces)
                for drone in sorted({flight.drone for flight in local.flights})
            }
        )


def _drawn_ws(pricing: Pricing, entries: Sequence[int]) -> float:
    way_s, _, work_ws = pricing.sums(entries)
    return pricing.cruise_power_w * way_s + work_ws


def _split_worst(pricings: Sequence[Pricing], flights: Sequence[Assigned], drones: int) -> list[Assigned]:
    over = [_drawn_ws(pricing, flight.entries) - pricing.budget_ws for pricing, flight in zip(pricings, flights, strict=True)]
    worst = max(range(len(flights)), key=over.__getitem__)
    entries = flights[worst].entries
    counts = [sum(flight.drone == drone for flight in flights) for drone in range(drones)]
    known = sorted({flight.drone for flight in flights}, key=counts.__getitem__)
    middle = len(entries) // 2
    rest = [flight for number, flight in enumerate(flights) if number != worst]
    return [*rest, replace(flights[worst], entries=entries[:middle]), Assigned(known[0], entries[middle:])]


def waves_of(flights: Sequence[Assigned], lasting_s: Sequence[float]) -> list[list[Assigned]]:
    """Each drone's longest flights in the first wave, so that waves are short."""
    by_drone: dict[int, list[tuple[float, Assigned]]] = {}
    for flight, seconds in zip(flights, lasting_s, strict=True):
        by_drone.setdefault(flight.drone, []).append((seconds, flight))
    waves: list[list[Assigned]] = []
    for drone in sorted(by_drone):
        for number, (_, flight) in enumerate(sorted(by_drone[drone], key=lambda one: -one[0])):
            if number == len(waves):
                waves.append([])
            waves[number].append(flight)
    return waves
