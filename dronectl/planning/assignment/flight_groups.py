"""Flights improved by ruin and recreate in groups of neighbours: within the batteries, fewer, then shorter.

A table of all ways grows with the square of the pieces, so each group has one of its own. What is laid out is reckoned
exactly, and what a battery cannot do then is done again with more caution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dronectl.planning.assignment.pace import Pace, worker
from dronectl.planning.assignment.route_cost import Pricing, all_feasible, pricing_of
from dronectl.planning.assignment.ruin_recreate import improve
from dronectl.planning.work import Piece

_GROUP_PIECES = 140
_REPAIR_ROUNDS = 300
_MOST_TRIES = 5
_ROOM = 1.15
"""Of the work of a flight: what the others must have room for before that is tried in passing."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A flight of one drone (by number): entry nodes of pieces in the order flown."""

    drone: int
    entries: tuple[int, ...]


DrawnWh = Callable[[int, Sequence[Piece], Sequence[int]], float]
"""What a drone would draw for some entries of pieces, laid out and reckoned exactly in the worst wind."""


class GroupSearch:
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
        centres = (
            np.array(
                [
                    np.mean([self._parts[entry >> 1].path_xy.mean(axis=0) for entry in one.entries], axis=0)
                    for one in flights
                ]
            )
            - middle
        )
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
            flights = self._fewer(table, flights, rounds if attempt == 0 else 0)
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
            flights = [flight for flight in flights if flight.entries]
            pricings = [table.pricings[flight.drone] for flight in flights]
            routes = [list(flight.entries) for flight in flights]
            if all(len(route) == 1 or one.is_feasible(route) for one, route in zip(pricings, routes, strict=True)):
                return flights
            found = improve(
                pricings, routes, crew_size=1, seed=self._seed, rounds=_REPAIR_ROUNDS, until_feasible=True
            ).routes
            flights = [Assigned(flight.drone, tuple(route)) for flight, route in zip(flights, found, strict=True)]
            if all_feasible(pricings, found):
                continue
            # One flight more, of the drone that has fewest, with what makes the worst flight too long.
            flights = _split_worst(pricings, flights, len(self._paces))

    def _fewer(self, table: _Table, flights: list[Assigned], rounds: int) -> list[Assigned]:
        """One flight less for as long as its work finds room in the others."""
        while len(flights) > 1:
            pricings = [table.pricings[flight.drone] for flight in flights]
            drawn = [_drawn_ws(pricing, flight.entries) for pricing, flight in zip(pricings, flights, strict=True)]
            works = [pricing.sums(flight.entries)[2] for pricing, flight in zip(pricings, flights, strict=True)]
            least = min(range(len(flights)), key=works.__getitem__)
            room = sum(p.budget_ws - ws for k, (p, ws) in enumerate(zip(pricings, drawn, strict=True)) if k != least)
            if room < (1.0 if rounds else _ROOM) * works[least]:
                return flights
            kept = [flight for number, flight in enumerate(flights) if number != least]
            left = [table.pricings[flight.drone] for flight in kept]
            roomiest = max(range(len(kept)), key=lambda k: left[k].budget_ws - _drawn_ws(left[k], kept[k].entries))
            routes = [list(flight.entries) for flight in kept]
            routes[roomiest] += flights[least].entries
            tried = _REPAIR_ROUNDS + rounds // 4
            found = improve(left, routes, crew_size=1, seed=self._seed, rounds=tried, until_feasible=True).routes
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
                waiting += [
                    replace(flight, entries=part) for part in (flight.entries[:middle], flight.entries[middle:])
                ]
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
        """Ways between pieces are those of one drone: where others must go round more, laying out tells."""
        drones = sorted({flight.drone for flight in local.flights})
        ends = np.vstack([part.ends() for part in local.parts])
        between_m = paces[drones[0]].member.router.distances(ends)
        workers = {drone: worker(paces[drone].drawing(caution), local.parts, between_m) for drone in drones}
        return cls({drone: pricing_of(one, most_pieces) for drone, one in workers.items()})


def _drawn_ws(pricing: Pricing, entries: Sequence[int]) -> float:
    way_s, _, work_ws = pricing.sums(entries)
    return pricing.cruise_power_w * way_s + work_ws


def _split_worst(pricings: Sequence[Pricing], flights: Sequence[Assigned], drones: int) -> list[Assigned]:
    over = [
        _drawn_ws(pricing, flight.entries) - pricing.budget_ws if len(flight.entries) > 1 else -np.inf
        for pricing, flight in zip(pricings, flights, strict=True)
    ]
    worst = max(range(len(flights)), key=over.__getitem__)
    entries = flights[worst].entries
    counts = [sum(flight.drone == drone for flight in flights) for drone in range(drones)]
    known = sorted({flight.drone for flight in flights}, key=counts.__getitem__)
    middle = len(entries) // 2
    rest = [flight for number, flight in enumerate(flights) if number != worst]
    return [*rest, replace(flights[worst], entries=entries[:middle]), Assigned(known[0], entries[middle:])]
