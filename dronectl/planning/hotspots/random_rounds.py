"""Random rounds of hot spots in which no point is left alone for longer than promised.

Whichever drone is free next chooses its next point at random, with chances in proportion to weight x idleness / time to
get there. Chances that grow with idleness make visits go with the square root of the weight, which is what keeps the
weighted mean idleness least. A choice counts only if a fixed fall-back (always the point that is due first, near
ones preferred) would still keep every promise after it: so the fall-back's own choice always remains, and the promise
holds to the end of the period. This is the randomised, weighted patrolling of security games (ARMOR, IRIS, PROTECT)
under the deadlines of Koper (1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

APART_S = 30.0
"""Least time between the end of a visit and the next arrival at the same point: two drones are never there at once."""

STOP_S = 15.0
"""Added to the time to get somewhere: the very nearest point is not drawn over and over."""

_NEAR_FACTORS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How many seconds of being due a second of way is worth to the fall-back; the best of these is used."""

_LEAST_WEIGHT_SHARE = 1e-3
"""Of the greatest weight: also a point that cameras watch wholly is drawn now and then."""


@dataclass(frozen=True, slots=True, eq=False)
class Flyer:
    """One drone as the draw sees it. ``way_s``: (n + 1, n + 1) seconds between points and home, home last."""

    way_s: Sequence[Sequence[float]]
    take_off_s: float
    """From the start of the wave to being on the way."""
    landing_s: float
    """From being above home to standing on it."""
    cruise_power_w: float
    hover_power_w: float
    fixed_ws: float
    """Climb and landing."""
    budget_ws: float


@dataclass(frozen=True, slots=True, eq=False)
class Beat:
    """What is to be patrolled: points with weights and stays, drones, waves and the promise."""

    flyers: Sequence[Flyer]
    weights: Sequence[float]
    stays_s: Sequence[tuple[int, int]]
    """Least and longest stay at each point, whole seconds."""
    wave_starts_s: Sequence[float]
    wave_s: float
    """From the start of a wave all its drones have landed within this."""
    wave_step_s: float
    """Least time from the start of one wave to that of the next: batteries are changed."""
    period_s: float
    max_idleness_s: float
    most_visits: int = 1000
    """In one sortie: what fits into the memory for a mission."""


@dataclass(frozen=True, slots=True)
class Call:
    """One visit drawn: by which drone, in which wave, where and for how long."""

    flyer: int
    wave: int
    point: int
    stay_s: int


def fall_back_of(beat: Beat) -> tuple[float, float]:
    """How much nearness is worth to the best fall-back, and the worst idleness that it keeps: inf if a point stays
    unvisited."""
    idleness_s, factor = min((_fall_back_idleness_s(beat, factor), factor) for factor in _NEAR_FACTORS)
    return factor, idleness_s


def draw(beat: Beat, factor: float, rng: np.random.Generator) -> list[Call] | None:
    """A random patrol that keeps the promise by these estimates; None where the fall-back (``factor``: what nearness is
    worth to it) cannot keep it."""
    state = _State.at_start(beat)
    if not _keeps(beat, state.copy(), factor):
        return None
    least_weight = _LEAST_WEIGHT_SHARE * max(beat.weights) or 1.0
    weights = [max(weight, least_weight) for weight in beat.weights]
    calls: list[Call] = []
    for _ in beat.wave_starts_s:
        # A wave drawn freely is taken if the fall-back keeps the promise after it; else each of its choices is held
        # against the fall-back.
        for is_careful in (False, True):
            after = state.copy()
            drawn = _draw_wave(beat, after, weights, rng, factor if is_careful else None)
            if is_careful or _keeps(beat, after.copy(), factor):
                break
        state = after
        calls += drawn
    return calls


def _draw_wave(
    beat: Beat, state: _State, weights: Sequence[float], rng: np.random.Generator, near_factor: float | None
) -> list[Call]:
    """The visits of the next wave, which ``state`` then is past; each choice checked if a fall-back is given."""
    calls: list[Call] = []
    state.next_wave(beat)
    while (flyer := state.next_flyer()) is not None:
        choices = state.choices(beat, flyer)
        if not choices:
            state.go_home(flyer)
            continue
        chosen = _choose(beat, state, flyer, choices, weights, near_factor, rng)
        state.visit(beat, flyer, chosen)
        calls.append(Call(flyer, state.wave, chosen.point, chosen.stay_s))
    return calls


@dataclass(frozen=True, slots=True)
class _Choice:
    """A point that a drone can visit: when it gets there, and for how long it stays."""

    point: int
    way_s: float
    arrive_s: float
    stay_s: int


@dataclass(slots=True)
class _State:
    """The patrol up to some moment."""

    wave: int
    free_s: list[float]
    """When each drone is free; inf: it has gone home in this wave."""
    place: list[int]
    left_ws: list[float]
    """What the battery of each still gives."""
    alone_s: list[float]
    """Since when each point is alone; in the future while somebody is there or on the way."""
    due_s: list[float]
    """Until when the next drone must come."""
    visits: list[int]
    """Of each drone in this wave."""

    @classmethod
    def at_start(cls, beat: Beat) -> _State:
        count = len(beat.flyers)
        points = len(beat.weights)
        # A point must be visited at least once, however short the period.
        first_due_s = min(beat.max_idleness_s, math.nextafter(beat.period_s, 0.0))
        bare = [math.inf] * count, [0] * count, [0.0] * count
        return cls(-1, *bare, [0.0] * points, [first_due_s] * points, [0] * count)

    def copy(self) -> _State:
        lists = self.free_s, self.place, self.left_ws, self.alone_s, self.due_s, self.visits
        return _State(self.wave, *(one[:] for one in lists))  # type: ignore[arg-type]

    def next_wave(self, beat: Beat) -> None:
        """All drones take off again, with new batteries."""
        self.wave += 1
        for index, flyer in enumerate(beat.flyers):
            self.free_s[index] = beat.wave_starts_s[self.wave] + flyer.take_off_s
            self.place[index] = len(beat.weights)
            self.left_ws[index] = flyer.budget_ws - flyer.fixed_ws
            self.visits[index] = 0

    def next_flyer(self) -> int | None:
        """Who of this wave is free next; None when all have gone home."""
        first_s = min(self.free_s)
        return None if first_s == math.inf else self.free_s.index(first_s)

    def choices(self, beat: Beat, flyer: int) -> list[tuple[_Choice, int]]:
        """Where it can go, with the least and the longest stay: in time, nobody else there, and back home with battery
        left before the wave ends."""
        own = beat.flyers[flyer]
        way_s = own.way_s[self.place[flyer]]
        found = []
        for point, stays_s in enumerate(beat.stays_s):
            longest_s = min(stays_s[1], self._longest_s(beat, flyer, point))
            if longest_s >= stays_s[0]:
                choice = _Choice(point, way_s[point], self.free_s[flyer] + way_s[point], stays_s[0])
                found.append((choice, int(longest_s)))
        return found

    def due_first(self, beat: Beat, flyer: int, near_factor: float) -> _Choice | None:
        """What the fall-back chooses: of all choices the one that was left first, a near one preferred."""
        way_s = beat.flyers[flyer].way_s[self.place[flyer]]
        best, least = -1, math.inf
        for point, alone_s in enumerate(self.alone_s):
            value = alone_s + near_factor * way_s[point]
            if value < least and self._longest_s(beat, flyer, point) >= beat.stays_s[point][0]:
                best, least = point, value
        if best < 0:
            return None
        return _Choice(best, way_s[best], self.free_s[flyer] + way_s[best], beat.stays_s[best][0])

    def _longest_s(self, beat: Beat, flyer: int, point: int) -> float:
        """How long it could stay there; below 0 when it cannot come at all."""
        own, here = beat.flyers[flyer], self.place[flyer]
        there_s, back_s = own.way_s[here][point], own.way_s[point][-1]
        arrive_s = self.free_s[flyer] + there_s
        alone_s = self.alone_s[point]
        if point == here or arrive_s > self.due_s[point] or (alone_s > 0.0 and arrive_s < alone_s + APART_S):
            return -1.0
        hover_ws = self.left_ws[flyer] - (there_s + back_s) * own.cruise_power_w
        end_s = beat.wave_starts_s[self.wave] + beat.wave_s - own.landing_s
        return min(hover_ws / own.hover_power_w, end_s - back_s - arrive_s)

    def visit(self, beat: Beat, flyer: int, choice: _Choice) -> None:
        own = beat.flyers[flyer]
        self.visits[flyer] += 1
        self.left_ws[flyer] -= choice.way_s * own.cruise_power_w + choice.stay_s * own.hover_power_w
        self.free_s[flyer] = choice.arrive_s + choice.stay_s
        self.place[flyer] = choice.point
        self.alone_s[choice.point] = self.free_s[flyer]
        self.due_s[choice.point] = self.free_s[flyer] + beat.max_idleness_s

        if self.visits[flyer] == beat.most_visits:
            self.go_home(flyer)

    def go_home(self, flyer: int) -> None:
        self.free_s[flyer] = math.inf


def _choose(
    beat: Beat,
    state: _State,
    flyer: int,
    choices: Sequence[tuple[_Choice, int]],
    weights: Sequence[float],
    near_factor: float | None,
    rng: np.random.Generator,
) -> _Choice:
    """A random choice; with a fall-back one after which that keeps the promise: the stay drawn is then cut to the least
    where it is too long."""
    chances = np.array([_chance(state, choice, weights) for choice, _ in choices])
    # Exponential clocks: they ring in the order of draws without replacement in proportion to the chances.
    order = np.argsort(rng.exponential(size=len(choices)) / chances)
    for index in order:
        shortest, longest_s = choices[int(index)]
        drawn = replace(shortest, stay_s=int(rng.integers(shortest.stay_s, longest_s + 1)))
        if near_factor is None:
            return drawn
        for choice in dict.fromkeys((drawn, shortest)):
            after = state.copy()
            after.visit(beat, flyer, choice)
            if _keeps(beat, after, near_factor):
                return choice
    assert near_factor is not None
    fall_back = state.due_first(beat, flyer, near_factor)
    assert fall_back is not None
    return fall_back


def _chance(state: _State, choice: _Choice, weights: Sequence[float]) -> float:
    idle_s = max(1.0, choice.arrive_s - state.alone_s[choice.point])
    return weights[choice.point] * idle_s / (choice.way_s + STOP_S)


def _keeps(beat: Beat, state: _State, near_factor: float) -> bool:
    """Whether the fall-back, from here to the end, visits every point in time."""
    while True:
        while (flyer := state.next_flyer()) is not None:
            if (choice := state.due_first(beat, flyer, near_factor)) is None:
                state.go_home(flyer)
            else:
                state.visit(beat, flyer, choice)
        if state.wave + 1 == len(beat.wave_starts_s):
            return min(state.due_s) >= beat.period_s
        if min(state.due_s) < beat.wave_starts_s[state.wave + 1]:
            return False
        state.next_wave(beat)


def _fall_back_idleness_s(beat: Beat, near_factor: float) -> float:
    """The worst idleness of the fall-back alone: it flies just the same with a promise of this."""
    patient = replace(beat, max_idleness_s=math.inf)
    state = _State.at_start(patient)
    worst_s = 0.0
    for _ in beat.wave_starts_s:
        state.next_wave(patient)
        while (flyer := state.next_flyer()) is not None:
            if (choice := state.due_first(patient, flyer, near_factor)) is None:
                state.go_home(flyer)
                continue
            worst_s = max(worst_s, choice.arrive_s - state.alone_s[choice.point])
            state.visit(patient, flyer, choice)
    if min(state.alone_s) == 0.0:
        return math.inf
    return max(worst_s, patient.period_s - min(state.alone_s))
