"""What is seen of a drone that was sent: when it flies, when it is where the place is seen from, and when it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dronectl.errors import NoAnswer, Refused
from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.message import Message

STREAM_HZ = 4.0
AIRBORNE_M = 0.5
THERE_M = 5.0
"""So near to its view, and its height, it counts as there: the waypoint's radius, and what positions err."""
OLD_S = 3.0
"""What was heard longer ago is not told as the present."""
LATE_FACTOR, LATE_S = 2.0, 90.0
"""So late, and by so much more, it is waited for no longer."""

Stage = Callable[[IncidentEvent, str, str], None]
"""Told of what has happened: what, with which drone, and words."""


@dataclass
class Arrival:
    """Watches one drone on its errand; each stage is told once."""

    vehicle: VehicleLink
    view: GeoPoint
    view_item: int
    relative_altitude_m: float
    stage: Stage
    told: dict[IncidentEvent, float] = field(default_factory=dict)
    """When each was seen, on the loop's clock."""
    is_on: bool = False
    """The errand is on board, and flown: what the drone does now is of it."""

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Within: each message of the drone is looked at."""
        unsubscribe = self.vehicle.subscribe(self._look)
        try:
            yield
        finally:
            unsubscribe()

    def tell(self, event: IncidentEvent, words: str = "") -> None:
        if event not in self.told:
            self.told[event] = asyncio.get_running_loop().time()
            self.stage(event, self.vehicle.name, words)

    def _look(self, _message: Message) -> None:
        state = self.vehicle.state
        if not self.is_on:
            return
        if state.armed and (state.relative_altitude_m or 0.0) > AIRBORNE_M:
            self.tell(IncidentEvent.AIRBORNE)
        item = state.mission_item
        if item == self.view_item and self._is_there():
            self.tell(IncidentEvent.IN_SIGHT)
        elif item is not None and item > self.view_item and state.mode == "AUTO":
            self.tell(IncidentEvent.IN_SIGHT)
            self.tell(IncidentEvent.LEFT, "its stay is over")
        elif state.mode not in (None, "AUTO") and IncidentEvent.IN_SIGHT in self.told:
            self.tell(IncidentEvent.LEFT, f"it is in {state.mode}")

    def _is_there(self) -> bool:
        state = self.vehicle.state
        if state.position is None or state.relative_altitude_m is None:
            return False
        away_m = flat_distance_m(state.position, self.view)
        return max(away_m, abs(state.relative_altitude_m - self.relative_altitude_m)) <= THERE_M

    def words(self) -> str:
        """How far it is from where it sees the place, as far as that is known and not old."""
        state, silent_s = self.vehicle.state, self.vehicle.silent_s
        if silent_s is None or silent_s > OLD_S:
            return "not heard" if silent_s is None else f"not heard for {silent_s:.0f} s"
        if state.position is None or state.relative_altitude_m is None:
            return "where it is is not known"
        away_m = flat_distance_m(state.position, self.view)
        return f"{away_m:.0f} m from its view of the place, {state.relative_altitude_m:.0f} m above home"

    async def until(self, event: IncidentEvent, expected_s: float) -> None:
        """Returns when that was seen.

        Raises:
            Refused: the drone left its errand. NoAnswer: it does not come in time, or is not heard.
        """
        loop, state, name = asyncio.get_running_loop(), self.vehicle.state, self.vehicle.name
        deadline_s = loop.time() + LATE_FACTOR * expected_s + LATE_S
        changed = asyncio.Event()
        unsubscribe = self.vehicle.subscribe(lambda _message: changed.set())
        try:
            while event not in self.told:
                if state.mode != "AUTO" and state.mode is not None:
                    raise Refused(
                        f"{name} left its errand: it is in {state.mode} now",
                        hint="somebody, or a failsafe, has taken it over: 'dronectl watch' shows it",
                    )
                if loop.time() >= deadline_s:
                    silent_s = self.vehicle.silent_s or 0.0
                    heard = f"; not heard for {silent_s:.0f} s" if silent_s > LATE_S / 10.0 else ""
                    raise NoAnswer(
                        f"{name} was not seen there within {LATE_FACTOR * expected_s + LATE_S:.0f} s{heard}",
                        hint="it flies its mission by itself: 'dronectl watch' shows it when it is heard",
                    )
                changed.clear()
                try:
                    async with asyncio.timeout(min(1.0, max(0.01, deadline_s - loop.time()))):
                        await changed.wait()
                except TimeoutError:
                    continue
        finally:
            unsubscribe()
