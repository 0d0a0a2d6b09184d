"""Flights that are being searched: which piece follows which, and the sums that their cost is made of.

Each flight is a ring of pieces through a home of its own: piece n + r stands for the home of flight r, so that every
place where a piece may be put lies between two pieces.
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.planning.search.route_cost import Pricing, longest_s

NOWHERE = -1
"""The flight of a piece that was taken out."""


class Flights:
    """By piece: ``after``, ``before``, ``entry`` (node) and ``flight``; by flight: the sums and ``cost_s``."""

    __slots__ = ("after", "before", "cost_s", "count", "entry", "flight", "pricings", "way_s", "work_s", "work_ws")

    def __init__(self, pricings: Sequence[Pricing], routes: Sequence[Sequence[int]]) -> None:
        """``pricings`` and ``routes`` (entry nodes) by flight."""
        count = len(pricings[0].work_s)
        flights = range(len(routes))
        self.pricings = pricings
        self.after = list(range(count + len(routes)))
        self.before = self.after[:]
        self.entry = [2 * piece for piece in range(count)] + [2 * count for _ in flights]
        self.flight = [NOWHERE] * count + list(flights)
        for flight, entries in enumerate(routes):
            ring = [count + flight, *(entry >> 1 for entry in entries)]
            for piece, following in zip(ring, [*ring[1:], ring[0]], strict=True):
                self.after[piece], self.before[following] = following, piece
                self.flight[piece] = flight
            for entry in entries:
                self.entry[entry >> 1] = entry
        sums = [pricing.sums(entries) for pricing, entries in zip(pricings, routes, strict=True)]
        self.way_s = [way_s for way_s, _, _ in sums]
        self.work_s = [work_s for _, work_s, _ in sums]
        self.work_ws = [work_ws for _, _, work_ws in sums]
        self.count = [len(entries) for entries in routes]
        self.cost_s = [pricing.flight_cost_s(entries) for pricing, entries in zip(pricings, routes, strict=True)]

    def copy(self) -> Flights:
        twin = Flights.__new__(Flights)
        twin.pricings = self.pricings
        twin.after, twin.before, twin.entry, twin.flight = (
            self.after[:],
            self.before[:],
            self.entry[:],
            self.flight[:],
        )
        twin.way_s, twin.work_s, twin.work_ws = self.way_s[:], self.work_s[:], self.work_ws[:]
        twin.count, twin.cost_s = self.count[:], self.cost_s[:]
        return twin

    def routes(self) -> list[list[int]]:
        """Entry nodes of each flight, in the order flown."""
        pieces = len(self.after) - len(self.count)
        found = []
        for flight in range(len(self.count)):
            entries = []
            piece = self.after[pieces + flight]
            while piece < pieces:
                entries.append(self.entry[piece])
                piece = self.after[piece]
            found.append(entries)
        return found

    def value_s(self, crew_size: int, sum_weight: float) -> float:
        return longest_s(self.cost_s, crew_size) + sum_weight * sum(self.cost_s)

    def take_out(self, piece: int) -> None:
        """Costs are left as they were: ``settle`` brings them up to date when all pieces are out."""
        before, after, flight = self.before[piece], self.after[piece], self.flight[piece]
        pricing = self.pricings[flight]
        way, entry = pricing.way_s, self.entry[piece]
        leave, following = self.entry[before] ^ 1, self.entry[after]
        self.way_s[flight] += way[leave][following] - way[leave][entry] - way[entry ^ 1][following]
        self.work_s[flight] -= pricing.work_s[piece]
        self.work_ws[flight] -= pricing.work_ws[piece]
        self.count[flight] -= 1
        self.after[before], self.before[after] = after, before
        self.flight[piece] = NOWHERE

    def put_in(self, piece: int, entry: int, before: int, longer_s: float) -> None:
        """``piece``, entered at ``entry``, after the piece ``before``, which makes the ways longer by ``longer_s``."""
        after, flight = self.after[before], self.flight[before]
        pricing = self.pricings[flight]
        self.after[before] = self.before[after] = piece
        self.before[piece], self.after[piece] = before, after
        self.entry[piece], self.flight[piece] = entry, flight
        self.way_s[flight] += longer_s
        self.work_s[flight] += pricing.work_s[piece]
        self.work_ws[flight] += pricing.work_ws[piece]
        self.count[flight] += 1
        self.settle(flight)

    def settle(self, flight: int) -> None:
        if not self.count[flight]:
            self.way_s[flight] = self.work_s[flight] = self.work_ws[flight] = 0.0
        self.cost_s[flight] = self.pricings[flight].cost_s(
            self.way_s[flight], self.work_s[flight], self.work_ws[flight], self.count[flight]
        )
