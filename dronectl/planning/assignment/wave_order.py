"""Who flies which of some flights in which wave, so that the waves are short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from dronectl.planning.assignment.flight_groups import Assigned

_MOST_EXCHANGED = 60
"""With more flights the waves are even anyway."""
_WORTH_S = 0.5

Flown = Callable[[int, Sequence[int]], tuple[float, bool]]
"""Seconds that a drone takes for a flight, and whether its battery does."""


def waves_of(flights: Sequence[Assigned], drones: int, flown: Flown) -> list[list[Assigned]]:
    """The flights by wave, in each at most one of each drone; every drone flies its longest first.

    Flights change hands, and two drones exchange flights, for as long as that makes all waves together shorter.
    """
    table = _Table(flights, drones, flown)
    owner = [flight.drone for flight in flights]
    _level(table, owner)
    if len(flights) <= _MOST_EXCHANGED:
        _exchange(table, owner)
    waves: list[list[Assigned]] = []
    for drone in range(drones):
        own = [number for number, one in enumerate(owner) if one == drone]
        for wave, number in enumerate(sorted(own, key=lambda number: -table.seconds(number, owner[number]))):
            if wave == len(waves):
                waves.append([])
            waves[wave].append(replace(flights[number], drone=drone))
    return waves


class _Table:
    """What each drone would take for each flight, reckoned when it is asked for."""

    def __init__(self, flights: Sequence[Assigned], drones: int, flown: Flown) -> None:
        self._flights, self._flown, self.drones = flights, flown, drones
        self._known: dict[tuple[int, int], tuple[float, bool]] = {}

    def _of(self, number: int, drone: int) -> tuple[float, bool]:
        key = number, drone
        if key not in self._known:
            self._known[key] = self._flown(drone, self._flights[number].entries)
        return self._known[key]

    def seconds(self, number: int, drone: int) -> float:
        return self._of(number, drone)[0]

    def can(self, number: int, drone: int) -> bool:
        return self._of(number, drone)[1]

    def waves_s(self, owner: Sequence[int]) -> float:
        """How long all waves last together."""
        lasting: list[list[float]] = [[] for _ in range(self.drones)]
        for number, drone in enumerate(owner):
            lasting[drone].append(self.seconds(number, drone))
        longest = [0.0] * max(map(len, lasting))
        for own in lasting:
            for wave, seconds in enumerate(sorted(own, reverse=True)):
                longest[wave] = max(longest[wave], seconds)
        return sum(longest)


def _level(table: _Table, owner: list[int]) -> None:
    """Nobody flies more often than there must be waves, if the batteries of others do."""
    most = -(-len(owner) // table.drones)
    counts = [owner.count(drone) for drone in range(table.drones)]
    for drone in range(table.drones):
        for number in sorted(range(len(owner)), key=lambda number: table.seconds(number, owner[number])):
            if owner[number] != drone or counts[drone] <= most:
                continue
            takers = [other for other in range(table.drones) if counts[other] < most and table.can(number, other)]
            if takers:
                owner[number] = min(takers, key=lambda other: table.seconds(number, other))
                counts[drone] -= 1
                counts[owner[number]] += 1


def _exchange(table: _Table, owner: list[int]) -> None:
    best_s = table.waves_s(owner)
    while True:
        for change in _changes(table, owner):
            tried = owner[:]
            for number, drone in change:
                tried[number] = drone
            if all(table.can(number, drone) for number, drone in change):
                tried_s = table.waves_s(tried)
                if tried_s < best_s - _WORTH_S:
                    owner[:], best_s = tried, tried_s
                    break
        else:
            return


def _changes(table: _Table, owner: Sequence[int]) -> list[list[tuple[int, int]]]:
    numbers, drones = range(len(owner)), range(table.drones)
    moves = [[(number, drone)] for number in numbers for drone in drones if drone != owner[number]]
    swaps = [[(a, owner[b]), (b, owner[a])] for a, b in combinations(numbers, 2) if owner[a] != owner[b]]
    return moves + swaps
