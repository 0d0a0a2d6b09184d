"""What passes between a ground station, at the drone's home, and the drone."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dronectl.model.geo import GeoPoint
from dronectl.model.scenario import Happening, ScenarioEvent
from dronectl.sim.scenarios.shadows import Shadow, is_in_shadow
from dronectl.sim.vehicle.geodesy import Point


class Radio:
    """``shadows``: what it does not pass, where a scenario says so."""

    def __init__(self, home: GeoPoint, shadows: Iterable[Shadow] = ()) -> None:
        self._home = home
        self._shadows = tuple(shadows)
        self._loss_share = 0.0
        self._range_m = math.inf
        self._is_shaded = False

    def begin(self, event: ScenarioEvent) -> None:
        """Something happens to it; all else that happens does not concern it."""
        match event.what:
            case Happening.RADIO_LOSS:
                self._loss_share = event.figures["share"]
            case Happening.RADIO_RANGE:
                self._range_m = event.figures["beyond_m"]
            case Happening.RADIO_SHADOW:
                self._is_shaded = True
            case _:
                pass

    def end(self, event: ScenarioEvent) -> None:
        """It is over."""
        match event.what:
            case Happening.RADIO_LOSS:
                self._loss_share = 0.0
            case Happening.RADIO_RANGE:
                self._range_m = math.inf
            case Happening.RADIO_SHADOW:
                self._is_shaded = False
            case _:
                pass

    def loss(self, drone: Point, up_m: float) -> float:
        """Share of frames that vanish, either way, while the drone is metres north and east of home and above it."""
        if math.hypot(*drone) > self._range_m:
            return 1.0
        if self._is_shaded and is_in_shadow(self._shadows, self._home, drone, up_m):
            return 1.0
        return self._loss_share
