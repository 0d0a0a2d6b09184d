"""One flight less: its pieces are put into the others, which give up pieces of theirs for it, until all have a place.

Ruin and recreate with pieces that wait (the fleet minimisation of Christiaens and Vanden Berghe 2020): a piece is put
where it makes the ways least longer and a battery has room for it, else it waits. A change is kept if less work waits,
or what waits is easier to place, as it had to wait less often so far, or the same waits and the ways are hardly longer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from dronectl.planning.search.flights import NOWHERE, Flights
from dronectl.planning.search.route_cost import Pricing
from dronectl.planning.search.ruin_recreate import Ruin, ShouldStop

_AROUND_WAITING = 0.7
"""Share of rounds that make room beside what waits."""
_WORSE = 0.002
"""By how much more ways may be longer at first."""
_OVERLOOKED = 0.02
"""Share of places that are overlooked: what always takes the best gets stuck."""
_HOPELESS_ROUNDS = 250
"""So many rounds without less work waiting are the end."""
_LONGEST_SAVING_S = 60.0
"""By more than this hardly any piece makes the ways of a flight shorter, as where it goes on as another."""


def one_less(
    pricings: Sequence[Pricing],
    routes: Sequence[Sequence[int]],
    waiting: Sequence[int],
    *,
    seed: int,
    rounds: int,
    stop: ShouldStop | None = None,
) -> list[list[int]] | None:
    """Flights (entry nodes) with the ``waiting`` pieces (by number) too, within batteries and memory; None if they
    were not found. ``pricings`` and ``routes`` by flight; those routes are within batteries and memory."""
    search = _Filling(pricings, seed)
    current, left = Flights(pricings, routes), list(waiting)
    waited = [1] * search.count
    work_ws = pricings[0].work_ws
    least_ws, since = math.inf, 0
    for turn in range(rounds):
        if since > _HOPELESS_ROUNDS or (stop is not None and stop()):
            return None
        changed = current.copy()
        around = left[int(search.random() * len(left))] if turn and search.random() < _AROUND_WAITING else None
        out = left + (search.ruin(changed, around) if turn else [])
        search.shuffle(out, work_ws)
        still = [piece for piece in out if not search.put_in(changed, piece)]
        if not still:
            return changed.routes()
        for piece in still:
            waited[piece] += 1
        since += 1
        now_ws = sum(work_ws[piece] for piece in still)
        easier = sum(waited[piece] for piece in still) < sum(waited[piece] for piece in left)
        allowed = 1.0 + _WORSE * search.random() * (1.0 - turn / rounds)
        as_good = set(still) == set(left) and sum(changed.way_s) < allowed * sum(current.way_s)
        if now_ws < least_ws or easier or as_good:
            current, left = changed, still
        if now_ws < least_ws:
            least_ws, since = now_ws, 0
    return None


class _Filling(Ruin):
    """Pieces put where batteries have room."""

    def shuffle(self, pieces: list[int], work_ws: Sequence[float]) -> None:
        """At random, or the farthest, nearest or greatest first."""
        draw = self.random()
        if draw < 0.3:
            pieces.sort(key=self.from_home_s.__getitem__, reverse=True)
        elif draw < 0.5:
            pieces.sort(key=self.from_home_s.__getitem__)
        elif draw < 0.7:
            pieces.sort(key=work_ws.__getitem__, reverse=True)
        else:
            for last in range(len(pieces) - 1, 0, -1):
                other = int(self.random() * (last + 1))
                pieces[last], pieces[other] = pieces[other], pieces[last]

    def put_in(self, flights: Flights, piece: int) -> bool:
        """False if no flight beside one of its neighbours has room."""
        after, before, entry, flight_of = flights.after, flights.before, flights.entry, flights.flight
        pricings, ends, draw = flights.pricings, self.ends[piece], self.random
        least_s, beside, enter_at = math.inf, -1, 0
        room_s = [self._room_s(flights, flight, piece) for flight in range(len(pricings))]
        for candidates in (self.near[piece], self.homes):
            for other in candidates:
                flight = flight_of[other]
                if flight == NOWHERE or room_s[flight] < -_LONGEST_SAVING_S:
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
                        longer_s = from_row[end] + way[end ^ 1][to] - gap_s
                        if longer_s < least_s and longer_s <= room_s[flight] and draw() > _OVERLOOKED:
                            least_s, beside, enter_at = longer_s, first, end
        if beside < 0:
            return False
        flights.put_in(piece, enter_at, beside, least_s)
        return True

    @staticmethod
    def _room_s(flights: Flights, flight: int, piece: int) -> float:
        """By how much the ways of a flight may become longer if it takes a piece."""
        pricing = flights.pricings[flight]
        if flights.count[flight] >= pricing.most_pieces:
            return -math.inf
        left_ws = pricing.budget_ws - flights.work_ws[flight] - pricing.work_ws[piece]
        return left_ws / pricing.cruise_power_w - flights.way_s[flight]
