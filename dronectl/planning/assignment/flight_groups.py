"""Flights improved by ruin and recreate in groups of neighbours: within the batteries, fewer, then shorter.

A table of all ways grows with the square of the pieces, so each group has one of its own. What is laid out is reckoned
exactly, and what a battery cannot do then is done again with more caution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dronectl.planning.assignment.line_parts import cut_pieces, part_m
from dronectl.planning.assignment.pace import Pace, worker
from dronectl.planning.search.fewer_flights import one_less
from dronectl.planning.search.route_cost import Pricing, all_feasible, pricing_of
from dronectl.planning.search.ruin_recreate import improve
from dronectl.planning.work import Piece

_GROUP_PIECES = 140
_REPAIR_ROUNDS = 300
_MOST_TRIES = 5
_FULL = 0.6
"""Of a battery: flights that draw less tell nothing of what full ones draw beside what is reckoned."""
_FEWER_ROUNDS, _PASSING_ROUNDS = 300, 40
"""To find room for the work of a flight in the others; in passing, where flights are only tried."""
_FINEST = 20
"""Parts of a flight, if a flight less is to be found by cutting finer."""


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
        self._finest_m = part_m(min(pace.reach_m for pace in paces), _FINEST)
        self.done, self.stopped = 0, False

    def improved(self, flights: Sequence[Assigned], rounds: int) -> tuple[list[Piece], list[Assigned]]:
        """The flights, and the parts that they fly: some are cut further."""
        total = len(self._parts)
        parts: list[Piece] = []
        found: list[Assigned] = []
        for group in self._groups(flights):
            share = sum(len(flight.entries) for flight in group) / total
            local = self._improved_group(group, round(rounds * share))
            found += [_renumbered(flight, range(len(parts), len(parts) + len(local.parts))) for flight in local.flights]
            parts += local.parts
        return parts, found

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

    def _improved_group(self, group: list[Assigned], rounds: int) -> _Local:
        """The flights of a group within the batteries, fewer if that can be, then shorter."""
        local = _Local.of(self._parts, group)
        table = _Table.of(local, self._paces, self._most_pieces)
        caution = self._caution
        known: list[_Local] = []
        for attempt in range(_MOST_TRIES):
            whole = replace(local, flights=self._within_batteries(table.cautious(caution), local.flights))
            if attempt == 0:
                caution = self._drawn_beyond(table, whole)
            fewer, table = self._fewer(whole, table, caution, rounds if attempt == 0 else 0)
            share = rounds if attempt == 0 else rounds // 4
            local = replace(fewer, flights=self._shorter(table.cautious(caution), fewer.flights, share))
            worst = self._worst(local)
            # What a search was too daring for may have been within the batteries before it.
            known += [one for one in (local, fewer, whole) if one is local or one.flights != local.flights]
            known = [one for one in known if self._worst(one) <= 1.0]
            if worst <= 1.0 or (known and attempt):
                break
            caution *= 1.002 * worst
        if not known:
            return replace(local, flights=self._singly(local, local.flights))
        return min(known, key=lambda one: (len(one.flights), self._drawn_together_wh(one)))

    def _drawn_beyond(self, table: _Table, local: _Local) -> float:
        """How many times as much as reckoned full flights draw."""
        ratios = []
        for flight in local.flights:
            pricing, pace = table.pricings[flight.drone], self._paces[flight.drone]
            reckoned_ws = _drawn_ws(pricing, flight.entries)
            drawn_ws = 3600.0 * (self._drawn_wh(flight.drone, local.parts, flight.entries) - pace.fixed_wh)
            if reckoned_ws >= _FULL * pricing.budget_ws:
                ratios.append(drawn_ws / reckoned_ws)
        return max(ratios, default=self._caution)

    def _drawn_together_wh(self, local: _Local) -> float:
        return sum(self._drawn_wh(flight.drone, local.parts, flight.entries) for flight in local.flights)

    def _worst(self, local: _Local) -> float:
        """What the flight that overdraws most draws of what it may; climb and landing left out."""
        worst = 0.0
        for flight in local.flights:
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

    def _fewer(self, local: _Local, table: _Table, caution: float, rounds: int) -> tuple[_Local, _Table]:
        """One flight less for as long as its work finds room in the others, cut finer if it must be."""
        tried = (_FEWER_ROUNDS if rounds else _PASSING_ROUNDS) + rounds // 4
        while len(local.flights) > 1:
            kept, waiting = _without_least(table.cautious(caution), local.flights)
            if waiting is None:
                break
            fewer = self._one_less(table.cautious(caution), kept, waiting, tried)
            if fewer is None and not local.is_fine:
                length_m = sum(part.length_m for part in local.parts)
                local = local.cut_finer(max(self._finest_m, length_m / _GROUP_PIECES))
                table = _Table.of(local, self._paces, self._most_pieces)
                kept, waiting = _without_least(table.cautious(caution), local.flights)
                fewer = None if waiting is None else self._one_less(table.cautious(caution), kept, waiting, tried)
            if fewer is None:
                break
            local = replace(local, flights=fewer)
        return local, table

    def _one_less(
        self, table: _Table, kept: Sequence[Assigned], waiting: Sequence[int], rounds: int
    ) -> list[Assigned] | None:
        pricings = [table.pricings[flight.drone] for flight in kept]
        routes = [flight.entries for flight in kept]
        found = one_less(pricings, routes, waiting, seed=self._seed, rounds=rounds, stop=self._stop)
        if found is None:  # perhaps by flights that overdraw on the way there
            roomiest = max(range(len(kept)), key=lambda k: pricings[k].budget_ws - _drawn_ws(pricings[k], routes[k]))
            routes[roomiest] = (*routes[roomiest], *(2 * piece for piece in waiting))
            rounds = max(rounds, _REPAIR_ROUNDS)
            found = improve(pricings, routes, crew_size=1, seed=self._seed, rounds=rounds, until_feasible=True).routes
            if not all_feasible(pricings, found):
                return None
        return [replace(flight, entries=tuple(route)) for flight, route in zip(kept, found, strict=True) if route]

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


def _renumbered(flight: Assigned, new: Sequence[int] | Mapping[int, int]) -> Assigned:
    return replace(flight, entries=tuple(2 * new[entry >> 1] + (entry & 1) for entry in flight.entries))


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """Some flights, and the parts that they fly numbered from 0."""

    parts: list[Piece]
    flights: list[Assigned]
    is_fine: bool = False

    @classmethod
    def of(cls, parts: Sequence[Piece], flights: Sequence[Assigned]) -> _Local:
        numbers = [entry >> 1 for flight in flights for entry in flight.entries]
        new = {number: index for index, number in enumerate(numbers)}
        return cls([parts[number] for number in numbers], [_renumbered(flight, new) for flight in flights])

    def cut_finer(self, longest_m: float) -> _Local:
        """The same flights over parts no longer than that."""
        parts, of = cut_pieces(self.parts, longest_m)
        first = np.searchsorted(of, np.arange(len(self.parts) + 1)).tolist()
        flights = []
        for flight in self.flights:
            entries: list[int] = []
            for entry in flight.entries:
                own = range(first[entry >> 1], first[(entry >> 1) + 1])
                entries += [2 * part + 1 for part in reversed(own)] if entry & 1 else [2 * part for part in own]
            flights.append(replace(flight, entries=tuple(entries)))
        return _Local(parts, flights, is_fine=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All ways of one group, by drone."""

    pricings: dict[int, Pricing]

    @classmethod
    def of(cls, local: _Local, paces: Sequence[Pace], most_pieces: int) -> _Table:
        """Ways between pieces are those of one drone: where others must go round more, laying out tells."""
        drones = sorted({flight.drone for flight in local.flights})
        ends = np.vstack([part.ends() for part in local.parts])
        between_m = paces[drones[0]].member.router.distances(ends)
        workers = {drone: worker(paces[drone], local.parts, between_m) for drone in drones}
        return cls({drone: pricing_of(one, most_pieces) for drone, one in workers.items()})

    def cautious(self, caution: float) -> _Table:
        """The same, for flights that draw so many times as much as reckoned."""
        return _Table(
            {drone: replace(pricing, budget_ws=pricing.budget_ws / caution) for drone, pricing in self.pricings.items()}
        )


def _drawn_ws(pricing: Pricing, entries: Sequence[int]) -> float:
    way_s, _, work_ws = pricing.sums(entries)
    return pricing.cruise_power_w * way_s + work_ws


def _without_least(table: _Table, flights: Sequence[Assigned]) -> tuple[list[Assigned], list[int] | None]:
    """The flights but the one with least work, and its pieces; None if the others have no room for them."""
    pricings = [table.pricings[flight.drone] for flight in flights]
    works = [pricing.sums(flight.entries)[2] for pricing, flight in zip(pricings, flights, strict=True)]
    least = min(range(len(flights)), key=works.__getitem__)
    kept = [flight for number, flight in enumerate(flights) if number != least]
    room = sum(
        pricing.budget_ws - _drawn_ws(pricing, flight.entries)
        for number, (pricing, flight) in enumerate(zip(pricings, flights, strict=True))
        if number != least
    )
    return kept, [entry >> 1 for entry in flights[least].entries] if room >= works[least] else None


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
