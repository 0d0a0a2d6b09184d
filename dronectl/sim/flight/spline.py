"""NAV_SPLINE_WAYPOINT: a cubic between two places, flown as fast as its bends and climbs allow."""

from __future__ import annotations

import math
from itertools import pairwise

from dronectl.sim.flight.fly_leg import Follower
from dronectl.sim.flight.legs import NOTHING, Limits, Vector
from dronectl.sim.flight.places import Place
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.physics import Demand

_LONGEST = 4.0
"""Directions at both ends together are cut to so many times the distance: longer ones would fly loops."""
_SHARE = 0.5
"""Of the acceleration, for bends; and as much for speeding up and slowing down."""
_PARTS = 200
_LEAST_M_S = 0.05
_AHEAD = 3.0
"""How much of a bend is foreseen, as a multiple of what is of a leg."""


class Curve:
    """From ``start`` to ``end`` with a direction at each (their lengths say how far it swings out)."""

    def __init__(self, start: Place, end: Place, leaves: Vector, arrives: Vector, limits: Limits) -> None:
        self.start, self.end, self.limits = start, end, limits
        self.arrives = arrives
        one, two = _vector(start), _vector(end)
        distance = math.dist(one, two)
        length = math.hypot(*leaves) + math.hypot(*arrives)
        share = min(1.0, _LONGEST * distance / length) if length > 0.0 else 1.0
        self._terms = [
            (a, share * u, 3.0 * (b - a) - share * (2.0 * u + v), 2.0 * (a - b) + share * (u + v))
            for a, b, u, v in zip(one, two, leaves, arrives, strict=True)
        ]
        self._tabulate()

    def change_limits(self, limits: Limits) -> None:
        """The same curve, faster or slower."""
        self.limits = limits
        self._tabulate()

    def _tabulate(self) -> None:
        """Places, directions, distances along the curve, and the speed that bends and climbs allow there."""
        self.places: list[Vector] = []
        self.directions: list[Vector] = []
        self.bend_m_s: list[float] = []
        self.softest_m_s2: list[float] = []
        for number in range(_PARTS + 1):
            t = number / _PARTS
            place, speed, bend = self._at(t)
            size = math.hypot(*speed)
            if size < 1e-6:
                # At rest it sets out to where it is drawn.
                away = bend if t == 0.0 else (-bend[0], -bend[1], -bend[2])
                direction = _unit(away)
                fast = self.limits.along(direction)[0]
            else:
                direction = _unit(speed)
                fast = self.limits.along(direction)[0]
                along = sum(a * b for a, b in zip(bend, direction, strict=True))
                across: Vector = (
                    bend[0] - along * direction[0], bend[1] - along * direction[1], bend[2] - along * direction[2]
                )  # fmt: skip
                curve = math.hypot(*across) / (size * size)
                if curve > 1e-9:
                    fast = min(fast, math.sqrt(_SHARE * self._acceleration(_unit(across)) / curve))
            self.places.append(place)
            self.directions.append(direction)
            self.bend_m_s.append(max(fast, _LEAST_M_S))
            self.softest_m_s2.append(_SHARE * self._acceleration(direction))
        self.along_m = [0.0]
        for one, two in pairwise(self.places):
            self.along_m.append(self.along_m[-1] + math.dist(one, two))

    def _acceleration(self, direction: Vector) -> float:
        return self.limits.along(direction)[1].acceleration_m_s2

    def _at(self, t: float) -> tuple[Vector, Vector, Vector]:
        place = tuple(a + t * (b + t * (c + t * d)) for a, b, c, d in self._terms)
        speed = tuple(b + t * (2.0 * c + 3.0 * t * d) for _, b, c, d in self._terms)
        bend = tuple(2.0 * c + 6.0 * t * d for _, _, c, d in self._terms)
        return place, speed, bend  # type: ignore[return-value]

    @property
    def length_m(self) -> float:
        return self.along_m[-1]

    @property
    def first_m_s(self) -> float:
        """The fastest that it may be entered."""
        return self.bend_m_s[0]

    @property
    def last_m_s(self) -> float:
        """The fastest that it may be left."""
        return 0.0 if self.arrives == NOTHING else self.bend_m_s[-1]


class FlyCurve:
    """Along a curve, from the speed that the copter comes with to ``to_m_s``."""

    def __init__(self, curve: Curve, *, from_m_s: float, to_m_s: float) -> None:
        self.curve = curve
        self.is_done = False
        self._to_m_s = to_m_s
        self._now_m_s = min(from_m_s, curve.first_m_s)
        self._done_m = 0.0
        self._part = 0
        self._direction = curve.directions[0]
        limits = curve.limits
        self._follower = Follower(limits.acceleration_m_s2 / limits.jerk_m_s3)

    @property
    def end(self) -> Place:
        return self.curve.end

    @property
    def flows(self) -> bool:
        """Whether it is flown through its end."""
        return self._to_m_s > 0.0

    def pause(self, *, is_paused: bool) -> None:
        """Stop on the way, or go on."""
        self._follower.is_paused = is_paused

    def change_speed(self, limits: Limits) -> None:
        """From now on."""
        self.curve.change_limits(limits)

    @property
    def now_m_s(self) -> float:
        """How fast its target is."""
        return self._now_m_s

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        curve = self.curve
        step_s = dt_s * self._follower.pace
        self._done_m = min(self._done_m + self._now_m_s * step_s, curve.length_m)
        last = len(curve.along_m) - 2
        while self._part < last and curve.along_m[self._part + 1] < self._done_m:
            self._part += 1
        part = self._part
        way_m = curve.along_m[part + 1] - curve.along_m[part]
        share = (self._done_m - curve.along_m[part]) / way_m if way_m > 0.0 else 1.0
        place = _between(curve.places[part], curve.places[part + 1], share)
        direction = _between(curve.directions[part], curve.directions[part + 1], share)
        softest = curve.softest_m_s2[part]
        left_m = math.dist(curve.places[-1], place)
        wanted = min(curve.bend_m_s[part + 1], math.sqrt(2.0 * softest * left_m + self._to_m_s**2))
        before_m_s = self._now_m_s
        self._now_m_s += min(max(max(wanted, _LEAST_M_S) - before_m_s, -softest * step_s), softest * step_s)
        speed: Vector = tuple(self._now_m_s * one for one in direction)  # type: ignore[assignment]
        turn = self._now_m_s * _AHEAD / dt_s
        turning: Vector = tuple(turn * (a - b) for a, b in zip(direction, self._direction, strict=True))  # type: ignore[assignment]
        self._direction = direction
        demand = self._follower.demand(copter, place, speed, turning, dt_s)
        if self._done_m >= curve.length_m - _LEAST_M_S:
            off = (self.end.north_m - copter.airframe.north_m, self.end.east_m - copter.airframe.east_m)
            self.is_done = self._to_m_s > 0.0 or math.hypot(*off) <= curve.limits.radius_m
        return demand


def _vector(place: Place) -> Vector:
    return place.north_m, place.east_m, place.up_m


def way(start: Place, end: Place) -> Vector:
    """From one place to another."""
    return end.north_m - start.north_m, end.east_m - start.east_m, end.up_m - start.up_m


def _unit(vector: Vector) -> Vector:
    size = math.hypot(*vector)
    return (vector[0] / size, vector[1] / size, vector[2] / size) if size > 1e-9 else NOTHING


def _between(one: Vector, two: Vector, share: float) -> Vector:
    return (
        one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1]), one[2] + share * (two[2] - one[2])
    )  # fmt: skip
