"""Flights made shorter by ruin and recreate: stretches near a random piece are taken out and put back where they cost
least (Schrimpf et al. 2000; strings of neighbours as in Christiaens and Vanden Berghe 2020), annealed.

The search is counted in rounds, not in time, so that the same seed gives the same flights on any machine. Its rounds
fall into anneals whose lengths do not depend on how many rounds there will be: more rounds only go on where fewer
stopped, and the best is kept, so they never end worse.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.search.flights import NOWHERE, Flights
from dronectl.planning.search.route_cost import SUM_WEIGHT, Pricing, all_feasible

ShouldStop = Callable[[], bool]

_NEIGHBOURS = 10
"""Pieces beside which a piece is put back."""
_REACH = 60
"""Neighbours among which a ruin looks for flights to hit."""
_MEAN_REMOVED = 8
_LONGEST_STRING = 10
_SEARCH_SUM_WEIGHT = 0.1
"""In the search shorter flights count too, or only the longest one would ever be improved."""
_WARMTH = 0.01
"""Of the mean way of a flight: how much worse a round may be at the start of a long anneal."""
_COOLED = 0.01
"""Of that, at the end of one."""
_ROUNDS_PER_PIECE_TO_WARM = 100
_FIRST_ANNEAL = 1_000
_WORTH_S = 1e-9
_FEW_FLIGHTS = 8
_BLINKS = 0.05
"""Share of pieces that are put back with every second place overlooked: what always takes the best place gets stuck."""


@dataclass(frozen=True, slots=True)
class Searched:
    """The best flights (entry nodes) and the rounds that were done to find them."""

    routes: list[list[int]]
    rounds: int
    stopped: bool


def improve(
    pricings: Sequence[Pricing],
    routes: Sequence[Sequence[int]],
    *,
    crew_size: int,
    seed: int,
    rounds: int,
    stop: ShouldStop | None = None,
    until_feasible: bool = False,
) -> Searched:
    """Flights at most as costly as ``routes``, and within battery and memory if those are. ``stop`` is asked before
    every round; ``until_feasible`` ends the search once batteries and memory suffice. ``pricings`` by flight, flight r
    being worker r % crew_size's."""
    current = Flights(pricings, routes)
    best, best_s = current, current.value_s(crew_size, SUM_WEIGHT)
    stays_feasible = all_feasible(pricings, routes)
    search = _Search(pricings, crew_size, seed)
    current_s = current.value_s(crew_size, _SEARCH_SUM_WEIGHT)
    done = 0
    for warmth in search.warmths(rounds):
        if until_feasible and all_feasible(pricings, best.routes()):
            break
        if stop is not None and stop():
            return Searched(best.routes(), done, True)
        done += 1
        changed = current.copy()
        search.recreate(changed, search.ruin(changed))
        changed_s = changed.value_s(crew_size, _SEARCH_SUM_WEIGHT)
        scale_s = sum(changed.way_s) / len(pricings)
        if changed_s < current_s - warmth * scale_s * math.log(1.0 - search.random()):
            current, current_s = changed, changed_s
            value_s = changed.value_s(crew_size, SUM_WEIGHT)
            # What overdraws a battery by little may cost less all the same.
            if value_s < best_s - _WORTH_S and (not stays_feasible or all_feasible(pricings, changed.routes())):
                best, best_s = changed, value_s
    return Searched(best.routes(), done, False)


class Ruin:
    """What ruin needs to know of the pieces; ``pricings`` by flight."""

    def __init__(self, pricings: Sequence[Pricing], seed: int) -> None:
        self.random = random.Random(seed).random
        self.count = count = len(pricings[0].work_s)
        self.homes = list(range(count, count + len(pricings)))
        distinct = list({id(pricing): pricing for pricing in pricings}.values())
        ways = np.minimum.reduce([np.array(pricing.way_s) for pricing in distinct])
        self.ends = [(2 * piece,) if alike else (2 * piece, 2 * piece + 1) for piece, alike in enumerate(_places(ways))]
        between = ways[:-2, :-2].reshape(count, 2, count, 2).min(axis=(1, 3))
        np.fill_diagonal(between, -1.0)
        self.reach: list[list[int]] = np.argsort(between, axis=1, kind="stable")[:, :_REACH].tolist()
        self.near = [row[1 : _NEIGHBOURS + 1] for row in self.reach]
        self.from_home_s: list[float] = ways[-2, :-2].reshape(count, 2).min(axis=1).tolist()

    def ruin(self, flights: Flights, around: int | None = None) -> list[int]:
        """Take out strings of pieces from flights near a piece (a random one unless told), at most one from each; the
        pieces, shuffled or the farthest or nearest from home first."""
        draw, count = self.random, self.count
        longest = min(_LONGEST_STRING, max(3, 2 * count // len(self.homes)))
        strings = 1 + int(draw() * (4.0 * _MEAN_REMOVED / (1 + longest) - 1.0))
        removed: list[int] = []
        hit: set[int] = set()
        for piece in self.reach[int(draw() * count) if around is None else around]:
            flight = flights.flight[piece]
            if flight in hit or flight == NOWHERE:
                continue
            hit.add(flight)
            length = 1 + int(draw() * longest)
            for _ in range(int(draw() * length)):
                if flights.before[piece] >= count:
                    break
                piece = flights.before[piece]
            while length and piece < count:
                following = flights.after[piece]
                flights.take_out(piece)
                removed.append(piece)
                piece = following
                length -= 1
            flights.settle(flight)
            if len(hit) == strings:
                break
        way = draw()
        if way < 0.25:
            removed.sort(key=self.from_home_s.__getitem__)
        elif way < 0.5:
            removed.sort(key=self.from_home_s.__getitem__, reverse=True)
        else:
            for last in range(len(removed) - 1, 0, -1):
                other = int(draw() * (last + 1))
                removed[last], removed[other] = removed[other], removed[last]
        return removed


class _Search(Ruin):
    """Ruin and recreate, annealed."""

    def __init__(self, pricings: Sequence[Pricing], crew_size: int, seed: int) -> None:
        super().__init__(pricings, seed)
        self.crew_size = crew_size

    def warmths(self, rounds: int) -> Iterator[float]:
        """Of each round: anneals that become longer in steps of 1, 1, 3, 5, 10, 30, 50 … times the first, which ends
        one of them after 1, 2, 5, 10, 20, 50 … times it. One too short for its pieces begins cooler."""
        done, length, scale = 0, 1, 1
        while done < rounds:
            anneal = length * scale * _FIRST_ANNEAL
            warm = _WARMTH * min(1.0, anneal / (_ROUNDS_PER_PIECE_TO_WARM * self.count))
            for turn in range(min(anneal, rounds - done)):
                yield warm * _COOLED ** (turn / anneal)
            done += anneal
            end = done // _FIRST_ANNEAL
            scale = 10 ** (len(str(end)) - 1)
            length = {1: 1, 2: 3, 5: 5}[end // scale]

    def recreate(self, flights: Flights, removed: Sequence[int]) -> None:
        """Put each piece where the value grows least: in each flight beside one of its neighbours or next to home,
        either way round."""
        for piece in removed:
            if not (self.random() < _BLINKS and self._put_back(flights, piece, blinking=True)):
                self._put_back(flights, piece, blinking=False)

    def _put_back(self, flights: Flights, piece: int, *, blinking: bool) -> bool:
        """False if every place was overlooked."""
        # The innermost loop of planning: everything it reads often is a local name.
        after, before, entry, flight_of = flights.after, flights.before, flights.entry, flights.flight
        pricings, ends, draw = flights.pricings, self.ends[piece], self.random
        count = len(pricings)
        least_s, beside, enter_at = [math.inf] * count, [0] * count, [0] * count
        for candidates in (self.near[piece], self._homes_for(flights, piece)):
            for other in candidates:
                flight = flight_of[other]
                if flight == NOWHERE:
                    continue
                way = pricings[flight].way_s
                enter = entry[other]
                for first, from_, to in (
                    (other, enter ^ 1, entry[after[other]]),
                    (before[other], entry[before[other]] ^ 1, enter),
                ):
                    from_row = way[from_]
                    gap_s = from_row[to]
                    for end in ends:
                        if blinking and draw() < 0.5:
                            continue
                        longer_s = from_row[end] + way[end ^ 1][to] - gap_s
                        if longer_s < least_s[flight]:
                            least_s[flight], beside[flight], enter_at[flight] = longer_s, first, end
        if min(least_s) == math.inf:
            return False
        chosen = self._least_growth(flights, piece, least_s)
        flights.put_in(piece, enter_at[chosen], beside[chosen], least_s[chosen])
        return True

    def _homes_for(self, flights: Flights, piece: int) -> Iterable[int]:
        """The homes beside which a piece is put: of many flights those of its neighbours, and of idle ones."""
        if len(self.homes) <= _FEW_FLIGHTS:
            return self.homes
        first, flight_of = self.homes[0], flights.flight
        beside = {flight_of[other] for other in self.near[piece]}
        beside.update(flight for flight, pieces in enumerate(flights.count) if not pieces)
        beside.discard(NOWHERE)
        return [first + flight for flight in sorted(beside)] if beside else self.homes

    def _least_growth(self, flights: Flights, piece: int, longer_s: Sequence[float]) -> int:
        """The flight whose growth makes the value grow least."""
        costs, best, chosen = flights.cost_s, math.inf, 0
        waves = range(0, len(costs), self.crew_size)
        longest = [max(costs[first : first + self.crew_size]) for first in waves]
        for flight, pricing in enumerate(flights.pricings):
            if longer_s[flight] == math.inf:
                continue
            grown_s = pricing.cost_s(
                flights.way_s[flight] + longer_s[flight],
                flights.work_s[flight] + pricing.work_s[piece],
                flights.work_ws[flight] + pricing.work_ws[piece],
                flights.count[flight] + 1,
            )
            value = max(0.0, grown_s - longest[flight // self.crew_size]) + _SEARCH_SUM_WEIGHT * (
                grown_s - costs[flight]
            )
            if value < best:
                best, chosen = value, flight
        return chosen


def _places(ways: FloatArray) -> list[bool]:
    """For each piece whether its ends are one place, so that it does not matter where it is entered."""
    left_alike = (ways[:-2:2] == ways[1:-2:2]).all(axis=1)
    entered_alike = (ways[:, :-2:2] == ways[:, 1:-2:2]).all(axis=0)
    same: list[bool] = (left_alike & entered_alike).tolist()
    return same
