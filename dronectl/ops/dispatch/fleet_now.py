"""How each drone is now, as it says itself: where, what it flies, what is left in its battery. Each is asked once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text import shown_time
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.waiting import ask_for
from dronectl.ops.flight.readiness.present import state_checks
from dronectl.ops.identity.identity import identify_fleet
from dronectl.ops.items.transfer import download
from dronectl.ops.orders import orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claimed, beside
from dronectl.ops.orders.way_ahead import first_item, last_present, present_of, returns_of
from dronectl.ops.orders.ways import COMES_DOWN
from dronectl.ops.telemetry.streams import request_until

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Returns, Way
    from dronectl.checks.ways.way_apart import Other

HEARD_WITHIN_S = 2.5
REFUSED_S = 1.0
TOLD_WITHIN_S = 12.0
"""So long a drone may take to tell all that; on a shared radio three of them do it in half of that."""
TELLS_WITHIN_S = 4.0
ANYWHERE_S = 10.0
"""A drone whose goal is not known may be anywhere that it reaches in this time."""
IN_FLIGHT = (TelemetryKind.BATTERY,)
ON_GROUND = (TelemetryKind.EKF, TelemetryKind.BATTERY, TelemetryKind.GPS, TelemetryKind.POSITION)
"""What must have been told lately before a drone is reckoned with."""
SLOW_M_S = 0.5
_WIND_ID = 168


@dataclass(frozen=True)
class DroneNow:
    """One drone that was heard. ``first``: the item that its mission goes on with, where it flies one."""

    name: str
    present: Present
    mode: str
    is_flying: bool
    battery_pct: float | None
    mission: Mission
    """On board."""
    returns: Returns
    first: int
    not_ready: str
    """Why one on the ground would not arm, as far as it says; empty: it would."""
    wind_m_s: tuple[float, float] | None = None
    """Where the air moves to, east and north; None: it does not tell."""

    @property
    def speed_m_s(self) -> float:
        return math.hypot(self.present.east_m_s, self.present.north_m_s)

    @property
    def comes_down(self) -> bool:
        return self.is_flying and self.mode in COMES_DOWN

    @property
    def is_at_an_errand(self) -> bool:
        """It flies, and a place where it is to stay lies before it, or somebody holds it: not on its way home."""
        ahead = self.mission.items[self.first :] if self.mode == "AUTO" else self.mission.items[1:]
        return self.is_flying and any(item.command == Command.NAV_LOITER_TIME for item in ahead)

    def way(self) -> Way | None:
        """What it flies now; None: it moves, and where to is not known."""
        from dronectl.checks.ways.way import Returns, Way, back, down, stay

        if not self.is_flying:
            return stay()
        if self.mode == "AUTO" and len(self.mission) > 1:
            returns = any(item.command == Command.NAV_RETURN_TO_LAUNCH for item in self.mission.items[1:])
            return Way(self.mission, self.first, returns=self.returns if returns else Returns())
        if self.mode == "LAND":
            return down()
        if self.mode in COMES_DOWN:
            return back(self.returns)
        return stay() if self.mode == "BRAKE" or self.speed_m_s <= SLOW_M_S else None


@dataclass(frozen=True)
class FleetNow:
    """``unheard``: why those are not among ``drones`` that are not; ``lost``: where some of them were heard last;
    ``asked``: when it was begun to ask them; ``claimed``: ways that orders will set drones on."""

    drones: Mapping[str, DroneNow]
    unheard: Mapping[str, str]
    lost: Mapping[str, Present]
    asked: datetime = field(default_factory=shown_time.now)
    claimed: tuple[Claimed, ...] = ()

    def others(self, airspace: Airspace, but: str) -> tuple[Other, ...]:
        """All but one, as they fly now: for as long as nobody orders them otherwise."""
        found: list[Other] = []
        for name, now in self.drones.items():
            if name == but:
                continue
            way, present = now.way(), now.present
            try:
                if way is not None:
                    radius_m = present.age_s * now.speed_m_s
                    found.append(replace(airspace.flight(way, present, name), radius_m=radius_m))
                else:
                    found.append(_anywhere(airspace, present, name))
            except NotReady:
                continue  # so far away that nothing here meets it
        for name, present in self.lost.items():
            if name != but:
                try:
                    found.append(_anywhere(airspace, present, name))
                except NotReady:
                    continue
        return beside(found, [one for one in self.claimed if one.other.name != but])


def _anywhere(airspace: Airspace, present: Present, name: str) -> Other:
    """
    Raises:
        NotReady: it is not at this site.
    """
    from dronectl.checks.ways.way import stay

    speed_m_s = math.hypot(present.east_m_s, present.north_m_s)
    stands = replace(present, east_m_s=0.0, north_m_s=0.0)
    return replace(airspace.flight(stay(), stands, name), radius_m=(present.age_s + ANYWHERE_S) * speed_m_s)


def brought_up(fleet: FleetNow, vehicles: Mapping[str, VehicleLink]) -> FleetNow:
    """The same with where each is by now, in which mode and at which item, by what it has said since: nobody is
    asked."""
    drones = {name: _by_now(now, vehicles[name]) for name, now in fleet.drones.items()}
    lost = {name: last_present(vehicles[name]) or present for name, present in fleet.lost.items()}
    return replace(fleet, drones=drones, lost=lost)


def _by_now(now: DroneNow, vehicle: VehicleLink) -> DroneNow:
    state = vehicle.state
    item = state.mission_item
    return replace(
        now,
        present=last_present(vehicle) or now.present,
        mode=state.mode or now.mode,
        is_flying=state.armed is not False and (state.relative_altitude_m or 0.0) > orders.ON_GROUND_M,
        battery_pct=now.battery_pct if state.battery_pct is None else state.battery_pct,
        first=item if item is not None and 0 < item < len(now.mission) else now.first,
    )


async def fleet_now(
    vehicles: Sequence[VehicleLink], uids: Mapping[str, str | None], listener: Listener = ignore
) -> FleetNow:
    """All of them, asked at once, also whether each is the aircraft that dronectl.toml records (``uids``). Who is not
    heard, is another one, or does not tell, is not among them."""
    begun = shown_time.now()
    asked = (_heard(vehicle, uids.get(vehicle.name), listener) for vehicle in vehicles)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    drones: dict[str, DroneNow] = {}
    unheard: dict[str, str] = {}
    lost: dict[str, Present] = {}
    for vehicle, answer in zip(vehicles, answers, strict=True):
        if isinstance(answer, DroneNow):
            drones[vehicle.name] = answer
            continue
        if not isinstance(answer, DronectlError | TimeoutError):
            raise answer
        words = answer.message if isinstance(answer, DronectlError) else "does not tell in time how it is"
        unheard[vehicle.name] = words
        last = last_present(vehicle)
        if last is not None and vehicle.state.armed is not False:
            lost[vehicle.name] = last
            listener(Note(f"{vehicle.name} is not heard any more: keep it in sight", vehicle.name, "warning"))
    return FleetNow(drones, unheard, lost, begun)


async def _heard(vehicle: VehicleLink, uid: str | None, listener: Listener) -> DroneNow:
    """
    Raises:
        DronectlError, TimeoutError: it does not tell, or is another aircraft.
    """
    await vehicle.wait_alive(HEARD_WITHIN_S, refused_s=REFUSED_S, asks=True)
    async with asyncio.timeout(TOLD_WITHIN_S):
        now, _ = await asyncio.gather(
            drone_now(vehicle), identify_fleet([vehicle], {vehicle.name: uid}, listener, thorough=False)
        )
        return now


async def drone_now(vehicle: VehicleLink) -> DroneNow:
    """One drone that is heard.

    Raises:
        DronectlError: it does not tell what must be known of it.
    """
    state = vehicle.state
    is_flying = await orders.is_flying(vehicle)
    present, mission, returns, wind_m_s = await asyncio.gather(
        present_of(vehicle),
        download(vehicle, MissionType.MISSION),
        returns_of(vehicle),
        _wind(vehicle, is_flying=is_flying),
    )
    first = await first_item(vehicle, mission) if is_flying and state.mode == "AUTO" and len(mission) > 1 else 1
    reasons: list[str] = []
    kinds = IN_FLIGHT if is_flying else ON_GROUND
    await request_until(vehicle, lambda: _has_told(vehicle, kinds), TELLS_WITHIN_S)
    if not is_flying:
        reasons = [f"{one.name} {one.found}" for one in state_checks(vehicle) if not one.ok]
    return DroneNow(
        vehicle.name,
        last_present(vehicle) or present,
        state.mode or "",
        is_flying,
        state.battery_pct,
        mission,
        returns,
        first,
        "; ".join(reasons),
        wind_m_s,
    )


def _has_told(vehicle: VehicleLink, kinds: Sequence[TelemetryKind]) -> bool:
    """Also that it does not know it, as a drone whose battery nobody measures."""
    now_s = asyncio.get_running_loop().time()
    return all(vehicle.state.is_fresh(kind, now_s) for kind in kinds)


async def _wind(vehicle: VehicleLink, *, is_flying: bool) -> tuple[float, float] | None:
    """What it estimates, in flight: on the ground it rarely knows."""
    if not is_flying:
        return None
    try:
        told = await ask_for(vehicle, _WIND_ID, "WIND")
    except DronectlError:
        return None
    if told is None or not float(told["speed"]):
        return None
    to_rad = math.radians(float(told["direction"]) + 180.0)
    return float(told["speed"]) * math.sin(to_rad), float(told["speed"]) * math.cos(to_rad)
