"""What a drone's own messages show when it does what an order makes it do. Values only: no waiting, no clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.protocol.vehicle.telemetry import VehicleState

AT_REST_M_S = 1.0
SETS_OUT_M_S = 0.5
"""Nearer by so much in a second: it is on its way."""
COURSE_M_S = 1.0
"""Slower than this its course says nothing."""
CLIMBS_M_S, SINKS_M_S = 0.3, 0.2
THERE_M = 5.0
ON_GROUND_M, ON_GROUND_M_S = 1.0, 0.3


class Motion(Protocol):
    """What is to be seen of a drone in the air."""

    def seen(self, state: VehicleState) -> str:
        """In words, once it shows: ``hovers (0.2 m/s)``; empty before."""

    def instead(self, state: VehicleState) -> str:
        """What it does in place of that: ``it still moves at 4.2 m/s``."""


@dataclass(frozen=True, slots=True)
class Stops:
    """Comes to rest, and hovers."""

    def seen(self, state: VehicleState) -> str:
        speed_m_s = speed_of(state)
        return f"hovers ({speed_m_s:.1f} m/s)" if speed_m_s < AT_REST_M_S else ""

    def instead(self, state: VehicleState) -> str:
        return f"it still moves at {speed_of(state):.1f} m/s"


@dataclass(frozen=True, slots=True)
class Sinks:
    """Comes down where it is."""

    def seen(self, state: VehicleState) -> str:
        climb_m_s = state.climb_m_s or 0.0
        return f"sinks at {-climb_m_s:.1f} m/s" if climb_m_s < -SINKS_M_S else ""

    def instead(self, state: VehicleState) -> str:
        return f"it does not sink: {_height(state)}, {state.climb_m_s or 0.0:+.1f} m/s"


@dataclass(frozen=True, slots=True)
class Climbs:
    """Goes up, as far as ``to_m`` above home."""

    to_m: float

    def seen(self, state: VehicleState) -> str:
        if (state.climb_m_s or 0.0) > CLIMBS_M_S:
            return f"climbs at {state.climb_m_s or 0.0:.1f} m/s"
        return f"is at {_height(state)}" if (state.relative_altitude_m or 0.0) >= self.to_m - THERE_M else ""

    def instead(self, state: VehicleState) -> str:
        return f"it does not climb: {_height(state)}, {state.climb_m_s or 0.0:+.1f} m/s"


@dataclass(frozen=True, slots=True)
class Returns:
    """Climbs to the height of its return, flies towards one of its ``goals``, or comes down over it."""

    goals: Sequence[GeoPoint]

    def seen(self, state: VehicleState) -> str:
        if (state.climb_m_s or 0.0) > CLIMBS_M_S:
            return f"climbs at {state.climb_m_s or 0.0:.1f} m/s to return"
        nearest_m = min((_distance_m(state, goal) for goal in self.goals), default=math.inf)
        if nearest_m < THERE_M:
            return "is over its goal"
        if any(closing_m_s(state, goal) > SETS_OUT_M_S for goal in self.goals):
            return f"turned back, {nearest_m:.0f} m to fly"
        return ""

    def instead(self, state: VehicleState) -> str:
        return f"it neither climbs nor turns back: {_course(state)}, {_height(state)}"


@dataclass(frozen=True, slots=True)
class GoesTo:
    """Flies to a place, at ``relative_altitude_m`` above home where that is known; ``reach_m`` from it is there."""

    place: GeoPoint
    relative_altitude_m: float | None = None
    reach_m: float = THERE_M

    def seen(self, state: VehicleState) -> str:
        left_m, up_m = _distance_m(state, self.place), self._up_m(state)
        if left_m <= self.reach_m and abs(up_m) <= THERE_M:
            return "is there"
        if left_m > self.reach_m and closing_m_s(state, self.place) > SETS_OUT_M_S:
            return f"on its way, {left_m:.0f} m to fly"
        if abs(up_m) > THERE_M and (state.climb_m_s or 0.0) * math.copysign(1.0, up_m) > CLIMBS_M_S:
            return f"on its way, {abs(up_m):.0f} m to {'climb' if up_m > 0 else 'sink'}"
        return ""

    def instead(self, state: VehicleState) -> str:
        return f"it does not fly there: {_course(state)}, {_distance_m(state, self.place):.0f} m from the place"

    def _up_m(self, state: VehicleState) -> float:
        if self.relative_altitude_m is None or state.relative_altitude_m is None:
            return 0.0
        return self.relative_altitude_m - state.relative_altitude_m


@dataclass(frozen=True, slots=True)
class FliesOn:
    """Takes its mission up: goes to where item ``item`` leads, or has come by it."""

    item: int
    to: Motion | None
    """None: the item leads nowhere by itself."""

    def seen(self, state: VehicleState) -> str:
        now = state.mission_item
        if now is not None and now > self.item:
            return f"flies on, at item {now}"
        if self.to is None:
            return f"waits at item {self.item}, as its mission has it"
        words = self.to.seen(state)
        return f"{words} (item {self.item})" if words else ""

    def instead(self, state: VehicleState) -> str:
        assert self.to is not None
        return f"{self.to.instead(state)} (item {self.item})"


def on_the_ground(state: VehicleState) -> bool:
    """Nothing needs to move: it stands disarmed, or armed and still; by what it said last."""
    if state.armed is False:
        return True
    is_low = state.relative_altitude_m is not None and abs(state.relative_altitude_m) <= ON_GROUND_M
    return is_low and speed_of(state) < ON_GROUND_M_S and abs(state.climb_m_s or 0.0) < ON_GROUND_M_S


def speed_of(state: VehicleState) -> float:
    """Over the ground, and up or down where that is more."""
    return max(state.ground_speed_m_s or 0.0, abs(state.climb_m_s or 0.0))


def closing_m_s(state: VehicleState, place: GeoPoint) -> float:
    """How fast it comes nearer to a place, over the ground; below zero: it flies away."""
    if state.position is None:
        return 0.0
    east_m, north_m = LocalPlane(state.position).to_xy(place)
    away_m = math.hypot(north_m, east_m)
    if away_m == 0.0:
        return 0.0
    return ((state.velocity_north_m_s or 0.0) * north_m + (state.velocity_east_m_s or 0.0) * east_m) / away_m


def _distance_m(state: VehicleState, place: GeoPoint) -> float:
    return math.inf if state.position is None else flat_distance_m(state.position, place)


def _course(state: VehicleState) -> str:
    north_m_s, east_m_s = state.velocity_north_m_s or 0.0, state.velocity_east_m_s or 0.0
    speed_m_s = math.hypot(north_m_s, east_m_s)
    if speed_m_s < COURSE_M_S:
        return f"moves at {speed_m_s:.1f} m/s"
    return f"flies {math.degrees(math.atan2(east_m_s, north_m_s)) % 360.0:.0f}° at {speed_m_s:.1f} m/s"


def _height(state: VehicleState) -> str:
    return f"{state.relative_altitude_m or 0.0:.0f} m above home"
