"""Where the other drones are, and where they go, as far as they are heard; and officers on the ground."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.officers import Officers
from dronectl.ops.orders.way_ahead import last_present, present_of
from dronectl.ops.orders.ways import UNASKED, way_of_mode

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_apart import Other

HEARD_WITHIN_S = 2.5
REFUSED_S = 1.0
TOLD_WITHIN_S = 8.0
"""So long a drone may take to tell where it goes; then it may go anywhere near."""
ANYWHERE_S = 10.0
"""A drone whose goal is not known may be anywhere that it reaches in this time."""
SLOW_M_S = 0.5
_KNOWN = frozenset({"AUTO", "LAND", *UNASKED})
"""Modes that lead somewhere, or nowhere, by themselves; GUIDED and the like where they stand still."""


@dataclass
class Traffic:
    """The other drones of an order; asked again whenever somebody wants to know."""

    vehicles: Sequence[VehicleLink]
    listener: Listener = ignore
    _told: set[str] = field(default_factory=set)
    _officers: Officers = field(init=False)

    def __post_init__(self) -> None:
        self._officers = Officers(self.listener)

    async def around(self, airspace: Airspace, but: Collection[str] = ()) -> Airspace:
        """The airspace with these drones in it as they are now, ``but`` those that know themselves where they go, and
        closed around officers. Who is not heard is told of once: nobody knows where it is."""
        airspace = self._officers.in_airspace(airspace)
        others = [vehicle for vehicle in self.vehicles if vehicle.name not in but]
        found = await asyncio.gather(*(self._other(vehicle, airspace) for vehicle in others))
        return replace(airspace, others=tuple(other for other in found if other is not None))

    async def _other(self, vehicle: VehicleLink, airspace: Airspace) -> Other | None:
        from dronectl.checks.ways.way import stay

        present = await self._present(vehicle)
        if present is None:
            return None
        speed_m_s = math.hypot(present.east_m_s, present.north_m_s)
        way = await self._way(vehicle, moves=speed_m_s > SLOW_M_S)
        try:
            if way is not None:
                return replace(airspace.flight(way, present, vehicle.name), radius_m=present.age_s * speed_m_s)
            radius_m = (present.age_s + ANYWHERE_S) * speed_m_s
            stands = replace(present, east_m_s=0.0, north_m_s=0.0)
            return replace(airspace.flight(stay(), stands, vehicle.name), radius_m=radius_m)
        except NotReady:
            return None  # so far away that nothing here meets it

    async def _present(self, vehicle: VehicleLink) -> Present | None:
        """As it says now, or said last; None where it never did."""
        try:
            await vehicle.wait_alive(HEARD_WITHIN_S, refused_s=REFUSED_S)
            async with asyncio.timeout(TOLD_WITHIN_S):
                return await present_of(vehicle)
        except (DronectlError, TimeoutError):
            last = last_present(vehicle)
            heard = "not heard: where it flies is not known" if last is None else "not heard any more"
            self._tell_once(vehicle.name, f"is {heard}, keep it in sight")
            return last

    async def _way(self, vehicle: VehicleLink, *, moves: bool) -> Way | None:
        """None: it moves, and where to is not known."""
        from dronectl.checks.ways.way import stay

        mode = vehicle.state.mode or ""
        if vehicle.state.armed is False or (mode not in _KNOWN and not moves):
            return stay()
        if mode not in _KNOWN:
            self._tell_once(vehicle.name, f"moves in {mode}: where to is not known, keep it in sight")
            return None
        try:
            async with asyncio.timeout(TOLD_WITHIN_S):
                return await way_of_mode(mode)(vehicle)
        except (DronectlError, TimeoutError):
            self._tell_once(vehicle.name, f"does not tell where it goes in {mode}: keep it in sight")
            return None

    def _tell_once(self, name: str, text: str) -> None:
        if name not in self._told:
            self._told.add(name)
            self.listener(Note(f"{name} {text}", name, "warning"))
