"""Flights put together from single pieces of work by the savings of Clarke and Wright (1964), for pieces with two ends.

At first each piece is a flight of its own. Two flights become one where that saves most: the way home from the one and
the way out to the other become a way between them. What lies far from home is joined first, so flights come home along
what is nearer. Only ends near each other are looked at, so that time grows with the number of pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What everything takes, in one measure (energy). Piece k has the ends 2k and 2k + 1."""

    home: FloatArray
    """(2n,): the way between home and an end."""
    work: FloatArray
    """(n,)."""
    one: IntArray
    other: IntArray
    """Pairs of ends of different pieces that may be joined."""
    between: FloatArray
    """The ways between these."""
    budget: float
    """Of one flight."""
    most_pieces: int

    def flight(self, entries: Sequence[int], ways: FloatArray) -> float:
        """Of a flight whose ways between pieces are known."""
        pieces = np.array(entries) >> 1
        return float(self.home[entries[0]] + self.home[entries[-1] ^ 1] + self.work[pieces].sum() + ways.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """Entry ends in the order flown, and what it takes."""

    entries: list[int]
    cost: float


def flights_by_savings(costs: Costs, weight: float = 1.0) -> list[Flight]:
    """Flights within the budget that do every piece once; one piece alone may exceed it.

    ``weight``: of the way between two ends beside the ways home that it saves (the shape of Yellow 1970): more of it
    makes rounder flights.
    """
    saved = costs.home[costs.one] + costs.home[costs.other] - costs.between
    wanted = saved - (weight - 1.0) * np.maximum(costs.between, 0.0)
    useful = np.flatnonzero(saved > 0.0)
    order = useful[np.argsort(-wanted[useful], kind="stable")]
    joins = _Joins(costs)
    joins.take(costs.one[order].tolist(), costs.other[order].tolist(), saved[order].tolist())
    return joins.flights()


class _Joins:
    """Flights that grow together. ``far_end``: of an open end, the other open end of its flight."""

    def __init__(self, costs: Costs) -> None:
        count = len(costs.work)
        self.budget, self.most_pieces = costs.budget, costs.most_pieces
        self.cost = (costs.home[0::2] + costs.home[1::2] + costs.work).tolist()
        self.flight = list(range(count))
        self.pieces = [[piece] for piece in range(count)]
        self.far_end = [end ^ 1 for end in range(2 * count)]
        self.joined = [-1] * (2 * count)

    def take(self, one: Sequence[int], other: Sequence[int], saved: Sequence[float]) -> None:
        """Join what still can be, in this order."""
        joined, flight, pieces, cost, far_end = self.joined, self.flight, self.pieces, self.cost, self.far_end
        budget, most_pieces = self.budget, self.most_pieces
        for a, b, gain in zip(one, other, saved, strict=True):
            if joined[a] >= 0 or joined[b] >= 0:
                continue
            first, second = flight[a >> 1], flight[b >> 1]
            if first == second:
                continue
            total = cost[first] + cost[second] - gain
            if total > budget or len(pieces[first]) + len(pieces[second]) > most_pieces:
                continue
            if len(pieces[first]) < len(pieces[second]):
                first, second = second, first
            for piece in pieces[second]:
                flight[piece] = first
            pieces[first] += pieces[second]
            pieces[second] = []
            cost[first] = total
            joined[a], joined[b] = b, a
            begin, end = far_end[a], far_end[b]
            far_end[begin], far_end[end] = end, begin

    def flights(self) -> list[Flight]:
        found = []
        for number, pieces in enumerate(self.pieces):
            if not pieces:
                continue
            entry = next(end for piece in pieces for end in (2 * piece, 2 * piece + 1) if self.joined[end] < 0)
            entries = [entry]
            while self.joined[entries[-1] ^ 1] >= 0:
                entries.append(self.joined[entries[-1] ^ 1])
            found.append(Flight(entries, self.cost[number]))
        return found
